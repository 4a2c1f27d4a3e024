// The module alone:
// nextflow run modules/local/taxonomy/tune/tests --matrix composition.npz --labels labels.tsv --split split.tsv

include { TAXONOMY_TUNE } from '../main'

workflow {
    TAXONOMY_TUNE([[id: 'test'], file(params.matrix), file(params.labels), file(params.split)])
}
