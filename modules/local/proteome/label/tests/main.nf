// The module alone:
// nextflow run modules/local/proteome/label/tests --latent latent.npz

include { PROTEOME_LABEL } from '../main'

workflow {
    PROTEOME_LABEL([[id: 'test'], file(params.latent)])
}
