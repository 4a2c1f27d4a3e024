// The module alone: nextflow run modules/local/samtools/index/tests --bam S1.bam

include { SAMTOOLS_INDEX } from '../main'

workflow {
    SAMTOOLS_INDEX([[id: 'test'], file(params.bam)])
}
