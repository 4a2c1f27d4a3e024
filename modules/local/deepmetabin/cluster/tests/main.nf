// The module alone: nextflow run modules/local/deepmetabin/cluster/tests --latent latent.npz --graph graph.npz
// --markers markers.tsv

include { DEEPMETABIN_CLUSTER } from '../main'

workflow {
    DEEPMETABIN_CLUSTER([[id: 'test', separator: null], file(params.latent), file(params.graph), file(params.markers)])
}
