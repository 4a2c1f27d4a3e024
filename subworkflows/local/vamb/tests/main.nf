// The subworkflow alone: nextflow run subworkflows/local/vamb/tests --composition composition.npz
// --abundance abundance.npz --markers markers.tsv

include { VAMB } from '../main'

workflow {
    main:
    VAMB(
        channel.of([[id: 'test'], file(params.composition), file(params.abundance)]),
        channel.of([[id: 'test'], file(params.markers)]),
    )
    VAMB.out.clusters.view { meta, clusters -> "clusters ${meta.id} ${meta.binner} ${clusters}" }
}
