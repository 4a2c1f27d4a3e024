// The module alone: nextflow run modules/local/vamb/cluster/tests --latent latent.npz

include { VAMB_CLUSTER } from '../main'

workflow {
    VAMB_CLUSTER([[id: 'test', separator: null], file(params.latent)])
}
