// The module alone: nextflow run modules/local/composition/merge/tests --composition_1 S1.npz --composition_2 S2.npz

include { COMPOSITION_MERGE } from '../main'

workflow {
    COMPOSITION_MERGE([[id: 'test'], [file(params.composition_1), file(params.composition_2)]])
}
