// The module alone:
// nextflow run modules/local/proteome/embed/tests --proteome proteome.npz

include { PROTEOME_EMBED } from '../main'

workflow {
    PROTEOME_EMBED([[id: 'test'], file(params.proteome)])
}
