// The module alone:
// nextflow run modules/local/taxonomy/train/tests --matrix composition.npz --labels labels.tsv --split split.tsv

include { TAXONOMY_TRAIN } from '../main'

workflow {
    TAXONOMY_TRAIN([[id: 'test'], file(params.matrix), file(params.labels), file(params.split), []])
}
