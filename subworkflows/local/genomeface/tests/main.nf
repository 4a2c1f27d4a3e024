// The subworkflow alone: nextflow run subworkflows/local/genomeface/tests --fasta contigs.fna.gz
// --abundance abundance.npz --markers markers.tsv

include { GENOMEFACE } from '../main'

workflow {
    main:
    GENOMEFACE(
        channel.of([[id: 'test'], file(params.fasta), file(params.abundance)]),
        channel.of([[id: 'test'], file(params.markers)]),
        [],
        [],
    )
    GENOMEFACE.out.clusters.view { meta, clusters -> "clusters ${meta.id} ${meta.binner} ${clusters}" }
}
