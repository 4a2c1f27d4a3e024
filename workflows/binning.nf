/*
 * Contigs and read mappings to bins.
 */

include { FEATURES   } from '../subworkflows/local/features'
include { VAMB       } from '../subworkflows/local/vamb'
include { BINS_WRITE } from '../modules/local/bins/write'
include { EVALUATE   } from '../modules/local/evaluate'

workflow BINNING {
    take:
    ch_groups  // [meta: id, n_samples, separator; [sample, ...]; [assembly, ...]]
    ch_samples // [meta: id, group, order, single_end; 'reads' | 'bam' | 'depth'; file or files]
    truth      // file, or []
    mapper     // 'minimap2' | 'strobealign'
    save_bam   // true: keep the BAMs of mapped reads

    main:
    FEATURES(ch_groups, ch_samples, mapper, save_bam)

    ch_catalogue = FEATURES.out.catalogue.map { meta, fasta -> [meta.id, fasta] }
    ch_abundance = FEATURES.out.abundance.map { meta, abundance -> [meta.id, abundance] }
    ch_features = FEATURES.out.composition
        .map { meta, composition -> [meta.id, meta, composition] }
        .join(ch_abundance)
        .map { _id, meta, composition, abundance -> [meta, composition, abundance] }

    // Each binner takes the features and emits [meta + [binner: its name], clusters.tsv];
    // below, nobody knows which binner it was.
    VAMB(ch_features)
    ch_clusters = VAMB.out.clusters

    ch_binned = ch_clusters
        .map { meta, clusters -> [meta.id, meta, clusters] }
        .combine(ch_catalogue, by: 0)
        .combine(ch_abundance, by: 0)
        .map { _id, meta, clusters, fasta, abundance -> [meta, clusters, fasta, abundance] }
    BINS_WRITE(ch_binned)

    EVALUATE(
        ch_binned.filter { truth }.map { meta, clusters, fasta, _abundance -> [meta, clusters, fasta] },
        truth,
    )

    results = BINS_WRITE.out.report
        .map { meta, bins -> [meta.id, meta.binner, bins] }
        .join(EVALUATE.out.report.map { meta, evaluation -> [meta.id, meta.binner, evaluation] }, by: [0, 1], remainder: true)

    versions = FEATURES.out.versions.mix(VAMB.out.versions, BINS_WRITE.out.versions, EVALUATE.out.versions).unique()

    emit:
    results  // [group, binner, bins.json, metrics.json or null]
    versions // [process, tool, version]
}
