// The module alone:
// nextflow run modules/local/taxonomy/vote/tests --contig2bin contig2bin.tsv --predictions predictions.tsv --composition composition.npz

include { TAXONOMY_VOTE } from '../main'

workflow {
    TAXONOMY_VOTE([[id: 'test'], file(params.contig2bin), file(params.predictions), file(params.composition), []])
}
