// The module alone: nextflow run modules/local/strobealign/align/tests --fastq_1 S1_1.fastq.gz --fastq_2 S1_2.fastq.gz --fasta contigs.fna.gz

include { STROBEALIGN_ALIGN } from '../main'

workflow {
    STROBEALIGN_ALIGN([[id: 'test'], [file(params.fastq_1), file(params.fastq_2)]], [[id: 'test'], file(params.fasta)])
}
