// The module alone: nextflow run modules/local/abundance/table/tests --table depth.tsv --fasta contigs.fna.gz

include { ABUNDANCE_TABLE } from '../main'

workflow {
    ABUNDANCE_TABLE([[id: 'test'], file(params.table), file(params.fasta)])
}
