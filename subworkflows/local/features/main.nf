//
// The catalogue of each group, its composition, its single-copy genes, and its abundance over all samples
//

include { CATALOGUE_CONCATENATE } from '../../../modules/local/catalogue/concatenate'
include { COMPOSITION_TNF       } from '../../../modules/local/composition/tnf'
include { MARKERS               } from '../../../modules/local/markers'
include { ABUNDANCE_BAM         } from '../../../modules/local/abundance/bam'
include { ABUNDANCE_TABLE       } from '../../../modules/local/abundance/table'
include { ABUNDANCE_MERGE       } from '../../../modules/local/abundance/merge'
include { MAPPING               } from '../mapping'

workflow FEATURES {
    take:
    ch_groups  // [meta: id, n_samples, separator; [sample, ...]; [assembly, ...]]
    ch_samples // [meta: id, group, order, single_end; 'reads' | 'bam' | 'depth'; file or files]
    mapper     // 'minimap2' | 'strobealign'
    save_bam   // true: index the BAMs of mapped reads, to be kept

    main:
    ch_assemblies = ch_groups.branch { _meta, _samples, assemblies ->
        several: assemblies.size() > 1
        one: true
    }
    CATALOGUE_CONCATENATE(ch_assemblies.several)
    ch_catalogue = CATALOGUE_CONCATENATE.out.catalogue.mix(
        ch_assemblies.one.map { meta, _samples, assemblies -> [meta, assemblies[0]] }
    )

    COMPOSITION_TNF(ch_catalogue)
    MARKERS(ch_catalogue)

    ch_inputs = ch_samples.branch { _meta, kind, _files ->
        reads: kind == 'reads'
        bam: kind == 'bam'
        depth: kind == 'depth'
    }
    MAPPING(ch_inputs.reads.map { meta, _kind, reads -> [meta, reads] }, ch_catalogue, mapper, save_bam)

    // one task per sample, however many groups it waits for
    ch_composition = COMPOSITION_TNF.out.composition.map { meta, composition -> [meta.id, composition] }
    ABUNDANCE_BAM(
        ch_inputs.bam
            .map { meta, _kind, bam -> [meta, bam] }
            .mix(MAPPING.out.bam)
            .map { meta, bam -> [meta.group, meta, bam] }
            .combine(ch_composition, by: 0)
            .combine(ch_catalogue.map { meta, fasta -> [meta.id, fasta] }, by: 0)
            .map { _group, meta, bam, composition, fasta -> [meta, bam, composition, fasta] }
    )
    ABUNDANCE_TABLE(
        ch_inputs.depth
            .map { meta, _kind, table -> [meta.group, meta, table] }
            .combine(ch_composition, by: 0)
            .map { _group, meta, table, composition -> [meta, table, composition] }
    )

    // The samples in the order of the sheet, whichever is done first: same columns, same cache.
    // groupKey lets a group go on as soon as its own samples are done.
    ABUNDANCE_MERGE(
        ch_groups
            .map { meta, _samples, _assemblies -> [meta.id, meta] }
            .combine(
                ABUNDANCE_BAM.out.abundance.mix(ABUNDANCE_TABLE.out.abundance).map { meta, abundance -> [meta.group, meta.order, abundance] },
                by: 0,
            )
            .map { _id, meta, order, abundance -> [groupKey(meta, meta.n_samples), [order, abundance]] }
            .groupTuple()
            .map { key, samples -> [key.target, samples.sort { sample -> sample[0] }.collect { sample -> sample[1] }] }
    )

    catalogue = ch_catalogue
    composition = COMPOSITION_TNF.out.composition
    markers = MARKERS.out.markers
    abundance = ABUNDANCE_MERGE.out.abundance
    versions = CATALOGUE_CONCATENATE.out.versions.mix(
        COMPOSITION_TNF.out.versions,
        MARKERS.out.versions,
        MAPPING.out.versions,
        ABUNDANCE_BAM.out.versions,
        ABUNDANCE_TABLE.out.versions,
        ABUNDANCE_MERGE.out.versions,
    )

    emit:
    catalogue   // [meta, FASTA]
    composition // [meta, composition.npz]
    markers     // [meta, markers.tsv]
    abundance   // [meta, abundance.npz]
    versions    // [process, tool, version]
}
