// The module alone:
// nextflow run modules/local/proteome/search/tests --mzml S1.mzML --fasta proteins.fasta

include { PROTEOME_SEARCH } from '../main'

workflow {
    PROTEOME_SEARCH([[id: 'test'], file(params.mzml), file(params.fasta)])
}
