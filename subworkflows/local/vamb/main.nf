//
// VAMB: a variational autoencoder's latent, clustered by iterative medoids
//

include { VAMB_EMBED   } from '../../../modules/local/vamb/embed'
include { VAMB_CLUSTER } from '../../../modules/local/vamb/cluster'

workflow VAMB {
    take:
    ch_features // [meta, composition.npz, abundance.npz]
    ch_markers  // [meta, markers.tsv, or [] to cluster without single-copy genes]

    main:
    VAMB_EMBED(ch_features.map { meta, composition, abundance -> [meta + [binner: 'vamb'], composition, abundance] })
    VAMB_CLUSTER(
        VAMB_EMBED.out.latent
            .map { meta, latent -> [meta.id, meta, latent] }
            .join(ch_markers.map { meta, markers -> [meta.id, markers] })
            .map { _id, meta, latent, markers -> [meta, latent, markers] }
    )

    clusters = VAMB_CLUSTER.out.clusters
    latent   = VAMB_EMBED.out.latent
    versions = VAMB_EMBED.out.versions.mix(VAMB_CLUSTER.out.versions)

    emit:
    clusters // [meta + binner, clusters.tsv]
    latent   // [meta + binner, latent.npz]
    versions // [process, tool, version]
}
