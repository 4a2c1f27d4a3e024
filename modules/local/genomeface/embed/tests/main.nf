// The module alone: nextflow run modules/local/genomeface/embed/tests --fasta contigs.fna.gz --abundance abundance.npz

include { GENOMEFACE_EMBED } from '../main'

workflow {
    GENOMEFACE_EMBED([[id: 'test'], file(params.fasta), file(params.abundance)], [], [])
}
