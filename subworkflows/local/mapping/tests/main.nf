// The subworkflow alone: nextflow run subworkflows/local/mapping/tests --fasta contigs.fna.gz
// --fastq_1 S1_1.fastq.gz --fastq_2 S1_2.fastq.gz

include { MAPPING } from '../main'

workflow {
    main:
    MAPPING(
        channel.of([[id: 'test.S1', group: 'test', single_end: false], [file(params.fastq_1), file(params.fastq_2)]]),
        channel.of([[id: 'test'], file(params.fasta)], [[id: 'without reads'], file(params.fasta)]),
        'minimap2',
        true,
    )
    MAPPING.out.bam.view { meta, bam -> "bam ${meta.id} ${bam}" }
}
