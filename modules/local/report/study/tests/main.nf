// The module alone: nextflow run modules/local/report/study/tests --labels labels.tsv --labels_report summary.json

include { REPORT_STUDY } from '../main'

workflow {
    REPORT_STUDY([[id: 'test'], ['labels', 'labels-report'], [file(params.labels), file(params.labels_report)], []])
}
