// The module alone:
// nextflow run modules/local/proteome/tabulate/tests --quantities S1.quantities.tsv

include { PROTEOME_TABULATE } from '../main'

workflow {
    PROTEOME_TABULATE([[id: 'test'], [file(params.quantities)]])
}
