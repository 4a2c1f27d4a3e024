// The module alone: nextflow run modules/local/genomeface/cluster/tests --embedding embedding.npz --markers markers.tsv

include { GENOMEFACE_CLUSTER } from '../main'

workflow {
    GENOMEFACE_CLUSTER([[id: 'test', separator: null], file(params.embedding), file(params.markers)])
}
