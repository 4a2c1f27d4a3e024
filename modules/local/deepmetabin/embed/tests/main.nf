// The module alone: nextflow run modules/local/deepmetabin/embed/tests --composition composition.npz
// --abundance abundance.npz --graph graph.npz --markers markers.tsv

include { DEEPMETABIN_EMBED } from '../main'

workflow {
    DEEPMETABIN_EMBED([[id: 'test', separator: null], file(params.composition), file(params.abundance), file(params.graph), file(params.markers)])
}
