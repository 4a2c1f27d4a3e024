// The module alone: nextflow run modules/local/markers/find/tests --fasta contigs.fna.gz

include { MARKERS_FIND } from '../main'

workflow {
    MARKERS_FIND([[id: 'test'], file(params.fasta)])
}
