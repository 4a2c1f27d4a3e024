// The module alone: nextflow run modules/local/composition/tnf/tests --fasta contigs.fna.gz

include { COMPOSITION_TNF } from '../main'

workflow {
    COMPOSITION_TNF([[id: 'test'], file(params.fasta)])
}
