// The module alone:
// nextflow run modules/local/proteome/train/tests --proteome proteome.npz --labels labels.tsv

include { PROTEOME_TRAIN } from '../main'

workflow {
    PROTEOME_TRAIN([[id: 'test'], file(params.proteome), params.labels ? file(params.labels) : []])
}
