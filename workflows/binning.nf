/*
 * Contigs and read mappings to bins.
 */

include { FEATURES     } from '../subworkflows/local/features'
include { VAMB         } from '../subworkflows/local/vamb'
include { DEEPMETABIN  } from '../subworkflows/local/deepmetabin'
include { GENOMEFACE   } from '../subworkflows/local/genomeface'
include { BINS_WRITE   } from '../modules/local/bins/write'
include { BINS_QUALITY } from '../modules/local/bins/quality'
include { EVALUATE     } from '../modules/local/evaluate'
include { TAXA         } from '../subworkflows/local/taxa'
include { REPORT_GROUP } from '../modules/local/report/group'

workflow BINNING {
    take:
    ch_groups          // [meta: id, n_samples, separator; [sample, ...]; [assembly, ...]]
    ch_samples         // [meta: id, group, order, single_end; 'reads' | 'bam' | 'depth'; file or files]
    truth              // file, or []
    binners            // ['vamb', 'deepmetabin', 'genomeface'], or some of them
    vamb_markers       // true: VAMB's clusters heed single-copy genes
    genomeface_weights // of the composition and the co-abundance network: [[.npz, .json], [.npz, .json]]; [] for the program's own
    mapper             // 'minimap2' | 'strobealign'
    save_bam           // true: keep the BAMs of mapped reads
    taxonomy_model     // file, or []: the bins are not labelled

    main:
    FEATURES(ch_groups, ch_samples, mapper, save_bam)

    // [id, meta, FASTA, composition.npz, abundance.npz]
    ch_features = FEATURES.out.catalogue
        .map { meta, fasta -> [meta.id, meta, fasta] }
        .join(FEATURES.out.composition.map { meta, composition -> [meta.id, composition] })
        .join(FEATURES.out.abundance.map { meta, abundance -> [meta.id, abundance] })

    // Each binner takes what it needs of the features and emits [meta + [binner: its name],
    // clusters.tsv]; below, nobody knows which binner it was.
    VAMB(
        ch_features
            .filter { 'vamb' in binners }
            .map { _id, meta, _fasta, composition, abundance -> [meta, composition, abundance] },
        vamb_markers ? FEATURES.out.markers : FEATURES.out.catalogue.map { meta, _fasta -> [meta, []] },
    )
    DEEPMETABIN(
        ch_features
            .filter { 'deepmetabin' in binners }
            .map { _id, meta, _fasta, composition, abundance -> [meta, composition, abundance] },
        FEATURES.out.markers,
    )
    GENOMEFACE(
        ch_features
            .filter { 'genomeface' in binners }
            .map { _id, meta, fasta, _composition, abundance -> [meta, fasta, abundance] },
        FEATURES.out.markers,
        genomeface_weights[0],
        genomeface_weights[1],
    )
    ch_clusters = VAMB.out.clusters.mix(DEEPMETABIN.out.clusters, GENOMEFACE.out.clusters)
    ch_latents = VAMB.out.latent.mix(DEEPMETABIN.out.latent, GENOMEFACE.out.latent)

    ch_binned = ch_clusters
        .map { meta, clusters -> [meta.id, meta, clusters] }
        .combine(ch_features.map { id, _meta, fasta, _composition, abundance -> [id, fasta, abundance] }, by: 0)
        .map { _id, meta, clusters, fasta, abundance -> [meta, clusters, fasta, abundance] }
    BINS_WRITE(ch_binned)

    BINS_QUALITY(
        BINS_WRITE.out.contig2bin
            .map { meta, contig2bin -> [meta.id, meta, contig2bin] }
            .combine(FEATURES.out.catalogue.map { meta, fasta -> [meta.id, fasta] }, by: 0)
            .combine(FEATURES.out.markers.map { meta, markers -> [meta.id, markers] }, by: 0)
            .map { _id, meta, contig2bin, fasta, markers -> [meta, contig2bin, fasta, markers, []] }
    )

    EVALUATE(
        ch_binned.filter { truth }.map { meta, clusters, fasta, _abundance -> [meta, clusters, fasta] },
        truth,
    )

    TAXA(
        FEATURES.out.composition.filter { taxonomy_model }.map { meta, composition -> [meta, composition, taxonomy_model] },
        BINS_WRITE.out.contig2bin.join(BINS_QUALITY.out.table),
    )

    results = BINS_WRITE.out.report
        .map { meta, bins -> [meta.id, meta.binner, bins] }
        .join(BINS_QUALITY.out.report.map { meta, quality -> [meta.id, meta.binner, quality] }, by: [0, 1])
        .join(EVALUATE.out.report.map { meta, evaluation -> [meta.id, meta.binner, evaluation] }, by: [0, 1], remainder: true)

    // of each binner what it made, in the order of the binners, then the groups as they were
    ch_made = BINS_WRITE.out.contig2bin
        .map { meta, contig2bin -> [meta.id, meta.binner, contig2bin] }
        .join(ch_clusters.map { meta, clusters -> [meta.id, meta.binner, clusters] }, by: [0, 1])
        .join(ch_latents.map { meta, latent -> [meta.id, meta.binner, latent] }, by: [0, 1])
        .join(BINS_QUALITY.out.table.map { meta, quality -> [meta.id, meta.binner, quality] }, by: [0, 1])
        .join(TAXA.out.bins.map { meta, taxa -> [meta.id, meta.binner, taxa] }, by: [0, 1], remainder: true)
        .map { id, binner, contig2bin, clusters, latent, quality, taxa -> [groupKey(id, binners.size()), [binner, contig2bin, clusters, latent, quality, taxa ?: []]] }
        .groupTuple()
        .map { key, made -> [key.target, made.sort { one -> binners.indexOf(one[0]) }.transpose()] }
    REPORT_GROUP(
        ch_features
            .join(FEATURES.out.markers.map { meta, markers -> [meta.id, markers] })
            .join(TAXA.out.predictions.map { meta, predictions -> [meta.id, predictions] }, remainder: true)
            .join(ch_made)
            .map { _id, meta, fasta, composition, abundance, markers, predictions, made ->
                [meta, fasta, composition, abundance, markers, predictions ?: []] + made[0..4] + [made[5].flatten()]
            },
        truth,
    )

    versions = FEATURES.out.versions
        .mix(
            VAMB.out.versions,
            DEEPMETABIN.out.versions,
            GENOMEFACE.out.versions,
            BINS_WRITE.out.versions,
            BINS_QUALITY.out.versions,
            EVALUATE.out.versions,
            TAXA.out.versions,
            REPORT_GROUP.out.versions,
        )
        .unique()

    summaries = REPORT_GROUP.out.summary.map { _meta, summary -> summary }

    emit:
    results   // [group, binner, bins.json, quality.json, metrics.json or null]
    summaries // JSON of each group, for the report
    versions  // [process, tool, version]
}
