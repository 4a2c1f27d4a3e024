#!/usr/bin/env nextflow
/*
 * Another pipeline with modules and a subworkflow of Latentbin, copied into its tree as they are.
 */

include { COMPOSITION_TNF } from './modules/local/composition/tnf'
include { ABUNDANCE_TABLE } from './modules/local/abundance/table'
include { VAMB_EMBED      } from './modules/local/vamb/embed'
include { VAMB            } from './subworkflows/local/vamb'
include { BINS_WRITE      } from './modules/local/bins/write'

workflow {
    main:
    // contigs, and how deep each is covered, from steps of this pipeline
    ch_assembly = channel.of([[id: 'gut'], file(params.assembly)])
    ch_depths = channel.of([[id: 'gut'], file(params.depths)])

    COMPOSITION_TNF(ch_assembly)
    ABUNDANCE_TABLE(ch_depths.join(COMPOSITION_TNF.out.composition))
    ch_features = COMPOSITION_TNF.out.composition.join(ABUNDANCE_TABLE.out.abundance)

    // one module: the latent of each contig
    VAMB_EMBED(ch_features)

    // a subworkflow: clusters; without single-copy genes here
    VAMB(ch_features, ch_features.map { meta, _composition, _abundance -> [meta, []] })
    BINS_WRITE(
        VAMB.out.clusters
            .map { meta, clusters -> [meta.id, meta, clusters] }
            .join(ch_assembly.map { meta, fasta -> [meta.id, fasta] })
            .map { _id, meta, clusters, fasta -> [meta, clusters, fasta, []] }
    )
}
