// The module alone: nextflow run modules/local/abundance/merge/tests --abundance_1 S1.npz --abundance_2 S2.npz

include { ABUNDANCE_MERGE } from '../main'

workflow {
    ABUNDANCE_MERGE([[id: 'test'], [file(params.abundance_1), file(params.abundance_2)]])
}
