// The module alone: nextflow run modules/local/markers/merge/tests --markers_1 S1.tsv --markers_2 S2.tsv

include { MARKERS_MERGE } from '../main'

workflow {
    MARKERS_MERGE([[id: 'test'], [file(params.markers_1), file(params.markers_2)]])
}
