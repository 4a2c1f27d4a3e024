// The subworkflow alone: nextflow run subworkflows/local/features/tests --fasta contigs.fna.gz
// --bam S1.bam --fastq_1 S2_1.fastq.gz --fastq_2 S2_2.fastq.gz

include { FEATURES } from '../main'

workflow {
    main:
    def sample = [group: 'test', single_end: false]
    FEATURES(
        channel.of([[id: 'test', n_samples: 2, separator: null], ['S1', 'S2'], [file(params.fasta)]]),
        channel.of(
            [sample + [id: 'test.S2', sample: 'S2', order: 1], 'reads', [file(params.fastq_1), file(params.fastq_2)]],
            [sample + [id: 'test.S1', sample: 'S1', order: 0], 'bam', file(params.bam)],
        ),
        'minimap2',
        false,
    )
    FEATURES.out.abundance.view { meta, abundance -> "abundance ${meta.id} ${abundance}" }
    FEATURES.out.markers.view { meta, markers -> "markers ${meta.id} ${markers}" }
}
