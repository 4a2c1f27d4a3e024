// The module alone: nextflow run modules/local/abundance/bam/tests --bam S1.bam --catalogue composition.npz --fasta contigs.fna.gz

include { ABUNDANCE_BAM } from '../main'

workflow {
    ABUNDANCE_BAM([[id: 'test', sample: 'S1'], file(params.bam), file(params.catalogue), file(params.fasta)])
}
