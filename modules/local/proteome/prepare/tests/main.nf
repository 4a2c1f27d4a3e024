// The module alone:
// nextflow run modules/local/proteome/prepare/tests --table proteins.tsv [--samples samples.csv]

include { PROTEOME_PREPARE } from '../main'

workflow {
    PROTEOME_PREPARE([[id: 'test'], file(params.table), params.samples ? file(params.samples) : [], []])
}
