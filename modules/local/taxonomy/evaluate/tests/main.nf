// The module alone:
// nextflow run modules/local/taxonomy/evaluate/tests --predictions predictions.tsv --labels labels.tsv [--split split.tsv]

include { TAXONOMY_EVALUATE } from '../main'

workflow {
    split = params.split ? file(params.split) : []
    TAXONOMY_EVALUATE([[id: 'test'], file(params.predictions), [], file(params.labels), split, []])
}
