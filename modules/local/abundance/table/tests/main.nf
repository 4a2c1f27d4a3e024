// The module alone: nextflow run modules/local/abundance/table/tests --table depth.tsv --catalogue composition.npz

include { ABUNDANCE_TABLE } from '../main'

workflow {
    ABUNDANCE_TABLE([[id: 'test'], file(params.table), file(params.catalogue)])
}
