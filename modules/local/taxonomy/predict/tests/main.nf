// The module alone:
// nextflow run modules/local/taxonomy/predict/tests --matrix composition.npz --model model.npz

include { TAXONOMY_PREDICT } from '../main'

workflow {
    TAXONOMY_PREDICT([[id: 'test'], file(params.matrix), file(params.model)])
}
