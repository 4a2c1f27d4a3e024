// The module alone: nextflow run modules/local/minimap2/index/tests --fasta contigs.fna.gz

include { MINIMAP2_INDEX } from '../main'

workflow {
    MINIMAP2_INDEX([[id: 'test'], file(params.fasta)])
}
