// The module alone:
// nextflow run modules/local/taxonomy/split/tests --labels labels.tsv --by species

include { TAXONOMY_SPLIT } from '../main'

workflow {
    TAXONOMY_SPLIT([[id: 'test'], params.by, file(params.labels), []])
}
