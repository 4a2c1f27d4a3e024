// The module alone: nextflow run modules/local/report/dataset/tests --evaluation evaluation.json

include { REPORT_DATASET } from '../main'

workflow {
    REPORT_DATASET([[id: 'test'], ['evaluation'], ['lightgbm'], file(params.evaluation)])
}
