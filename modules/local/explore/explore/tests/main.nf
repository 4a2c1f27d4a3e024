// The module alone:
// nextflow run modules/local/explore/explore/tests --matrix composition.npz [--truth truth.tsv]

include { EXPLORE_EXPLORE } from '../main'

params.truth = null

workflow {
    EXPLORE_EXPLORE([[id: 'test'], file(params.matrix)], params.truth ? file(params.truth) : [])
}
