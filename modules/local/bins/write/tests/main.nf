// The module alone: nextflow run modules/local/bins/write/tests --clusters clusters.tsv --fasta contigs.fna.gz

include { BINS_WRITE } from '../main'

workflow {
    BINS_WRITE([[id: 'test', binner: 'vamb', separator: null], file(params.clusters), file(params.fasta), []])
}
