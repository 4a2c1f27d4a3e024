//
// GenomeFace: pretrained networks' embedding, and the clusters of a tree that single-copy genes choose
//

include { GENOMEFACE_EMBED   } from '../../../modules/local/genomeface/embed'
include { GENOMEFACE_CLUSTER } from '../../../modules/local/genomeface/cluster'

workflow GENOMEFACE {
    take:
    ch_features         // [meta, FASTA, abundance.npz]
    ch_markers          // [meta, markers.tsv]
    composition_weights // [.npz, .json], or [] for those that come with the program
    abundance_weights   // [.npz, .json], or [] for those that come with the program

    main:
    GENOMEFACE_EMBED(
        ch_features.map { meta, fasta, abundance -> [meta + [binner: 'genomeface'], fasta, abundance] },
        composition_weights,
        abundance_weights,
    )
    GENOMEFACE_CLUSTER(
        GENOMEFACE_EMBED.out.embedding
            .map { meta, embedding -> [meta.id, meta, embedding] }
            .join(ch_markers.map { meta, markers -> [meta.id, markers] })
            .map { _id, meta, embedding, markers -> [meta, embedding, markers] }
    )

    clusters = GENOMEFACE_CLUSTER.out.clusters
    latent   = GENOMEFACE_EMBED.out.embedding
    versions = GENOMEFACE_EMBED.out.versions.mix(GENOMEFACE_CLUSTER.out.versions)

    emit:
    clusters // [meta + binner, clusters.tsv]
    latent   // [meta + binner, embedding.npz]
    versions // [process, tool, version]
}
