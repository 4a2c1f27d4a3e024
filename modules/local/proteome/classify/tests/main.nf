// The module alone:
// nextflow run modules/local/proteome/classify/tests --proteome new.npz --classifier classifier.npz

include { PROTEOME_CLASSIFY } from '../main'

workflow {
    PROTEOME_CLASSIFY([[id: 'test'], file(params.proteome), file(params.classifier)])
}
