// The module alone: nextflow run modules/local/markers/tests --fasta contigs.fna.gz

include { MARKERS } from '../main'

workflow {
    MARKERS([[id: 'test'], file(params.fasta)])
}
