// The module alone: nextflow run modules/local/vamb/cluster/tests --latent latent.npz
// [--markers markers.tsv]

params.markers = null

include { VAMB_CLUSTER } from '../main'

workflow {
    VAMB_CLUSTER([[id: 'test', separator: null], file(params.latent), params.markers ? file(params.markers) : []])
}
