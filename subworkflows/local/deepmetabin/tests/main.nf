// The subworkflow alone: nextflow run subworkflows/local/deepmetabin/tests --composition composition.npz
// --abundance abundance.npz --markers markers.tsv

include { DEEPMETABIN } from '../main'

workflow {
    main:
    DEEPMETABIN(
        channel.of([[id: 'test'], file(params.composition), file(params.abundance)]),
        channel.of([[id: 'test'], file(params.markers)]),
    )
    DEEPMETABIN.out.clusters.view { meta, clusters -> "clusters ${meta.id} ${meta.binner} ${clusters}" }
}
