// The module alone: nextflow run modules/local/catalogue/concatenate/tests --assembly_1 S1.fna.gz --assembly_2 S2.fna.gz

include { CATALOGUE_CONCATENATE } from '../main'

workflow {
    CATALOGUE_CONCATENATE([[id: 'test', separator: '~'], ['S1', 'S2'], [file(params.assembly_1), file(params.assembly_2)]])
}
