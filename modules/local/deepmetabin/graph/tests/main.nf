// The module alone: nextflow run modules/local/deepmetabin/graph/tests --composition composition.npz
// --abundance abundance.npz

include { DEEPMETABIN_GRAPH } from '../main'

workflow {
    DEEPMETABIN_GRAPH([[id: 'test', separator: null], file(params.composition), file(params.abundance)])
}
