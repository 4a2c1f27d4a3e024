//
// DeepMetaBin: an autoencoder of contigs and their links, its latent clustered with single-copy genes in view
//

include { DEEPMETABIN_GRAPH   } from '../../../modules/local/deepmetabin/graph'
include { DEEPMETABIN_EMBED   } from '../../../modules/local/deepmetabin/embed'
include { DEEPMETABIN_CLUSTER } from '../../../modules/local/deepmetabin/cluster'

workflow DEEPMETABIN {
    take:
    ch_features // [meta, composition.npz, abundance.npz]
    ch_markers  // [meta, markers.tsv]

    main:
    ch_contigs = ch_features.map { meta, composition, abundance -> [meta + [binner: 'deepmetabin'], composition, abundance] }
    DEEPMETABIN_GRAPH(ch_contigs)

    // the links and the genes of the same contigs
    ch_known = DEEPMETABIN_GRAPH.out.graph
        .map { meta, graph -> [meta.id, meta, graph] }
        .join(ch_markers.map { meta, markers -> [meta.id, markers] })
        .map { _id, meta, graph, markers -> [meta, graph, markers] }

    DEEPMETABIN_EMBED(ch_contigs.join(ch_known))
    DEEPMETABIN_CLUSTER(DEEPMETABIN_EMBED.out.latent.join(ch_known))

    clusters = DEEPMETABIN_CLUSTER.out.clusters
    latent   = DEEPMETABIN_EMBED.out.latent
    versions = DEEPMETABIN_GRAPH.out.versions.mix(DEEPMETABIN_EMBED.out.versions, DEEPMETABIN_CLUSTER.out.versions)

    emit:
    clusters // [meta + binner, clusters.tsv]
    latent   // [meta + binner, latent.npz]
    versions // [process, tool, version]
}
