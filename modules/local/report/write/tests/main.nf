// The module alone: nextflow run modules/local/report/write/tests --summary test.summary.json

include { REPORT_WRITE } from '../main'

workflow {
    REPORT_WRITE(file(params.summary), [], [], [])
}
