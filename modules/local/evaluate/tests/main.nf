// The module alone: nextflow run modules/local/evaluate/tests --clusters clusters.tsv --fasta contigs.fna.gz --truth truth.binning

include { EVALUATE } from '../main'

workflow {
    EVALUATE([[id: 'test', binner: 'vamb', separator: null], file(params.clusters), file(params.fasta)], file(params.truth))
}
