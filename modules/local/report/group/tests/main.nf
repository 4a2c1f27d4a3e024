// The module alone: nextflow run modules/local/report/group/tests --fasta contigs.fna.gz --composition composition.npz --abundance abundance.npz --contig2bin contig2bin.tsv

include { REPORT_GROUP } from '../main'

workflow {
    REPORT_GROUP([[id: 'test', separator: null], file(params.fasta), file(params.composition), file(params.abundance), [], [], ['vamb'], file(params.contig2bin), [], [], [], []], [])
}
