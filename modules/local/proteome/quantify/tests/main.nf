// The module alone:
// nextflow run modules/local/proteome/quantify/tests --mzml S1.mzML --psms psms.tsv

include { PROTEOME_QUANTIFY } from '../main'

workflow {
    PROTEOME_QUANTIFY([[id: 'test'], file(params.mzml), file(params.psms)])
}
