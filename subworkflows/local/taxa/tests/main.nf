// The subworkflow alone: nextflow run subworkflows/local/taxa/tests --composition composition.npz
// --model model.npz --contig2bin contig2bin.tsv

include { TAXA } from '../main'

workflow {
    main:
    TAXA(
        channel.of([[id: 'test'], file(params.composition), file(params.model)]),
        channel.of([[id: 'test', binner: 'vamb'], file(params.contig2bin), []]),
    )
    TAXA.out.versions.view { version -> "version ${version.join(' ')}" }
}
