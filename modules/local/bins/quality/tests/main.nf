// The module alone:
// nextflow run modules/local/bins/quality/tests --contig2bin contig2bin.tsv --fasta contigs.fna.gz --markers markers.tsv

include { BINS_QUALITY } from '../main'

workflow {
    BINS_QUALITY([[id: 'test', binner: 'vamb'], file(params.contig2bin), file(params.fasta), file(params.markers), []])
}
