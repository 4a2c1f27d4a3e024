// The module alone:
// nextflow run modules/local/proteome/identify/tests --pin S1.pin --search S1.search.json

include { PROTEOME_IDENTIFY } from '../main'

workflow {
    PROTEOME_IDENTIFY([[id: 'test'], [file(params.pin)], [file(params.search)]])
}
