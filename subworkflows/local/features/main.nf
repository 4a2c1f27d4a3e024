//
// The catalogue of each group, its composition, its single-copy genes, and its abundance over all samples
//

include { CATALOGUE_CONCATENATE                  } from '../../../modules/local/catalogue/concatenate'
include { COMPOSITION_TNF                        } from '../../../modules/local/composition/tnf'
include { COMPOSITION_TNF as COMPOSITION_OF_PART } from '../../../modules/local/composition/tnf'
include { COMPOSITION_MERGE                      } from '../../../modules/local/composition/merge'
include { MARKERS_FIND                           } from '../../../modules/local/markers/find'
include { MARKERS_FIND as MARKERS_OF_PART        } from '../../../modules/local/markers/find'
include { MARKERS_MERGE                          } from '../../../modules/local/markers/merge'
include { ABUNDANCE_BAM                          } from '../../../modules/local/abundance/bam'
include { ABUNDANCE_TABLE                        } from '../../../modules/local/abundance/table'
include { ABUNDANCE_MERGE                        } from '../../../modules/local/abundance/merge'
include { MAPPING                                } from '../mapping'

// The files of each group in order, whichever is done first: same columns or rows, same cache.
// groupKey lets a group go on as soon as its own files are there.
def in_order(ch_sizes, ch_files) {
    return ch_sizes
        .map { meta, size -> [meta.id, groupKey(meta, size)] }
        .combine(ch_files.map { meta, file -> [meta.group, [meta.order, file]] }, by: 0)
        .map { _id, key, file -> [key, file] }
        .groupTuple()
        .map { key, files -> [key.target, files.sort { file -> file[0] }.collect { file -> file[1] }] }
}

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
    ch_whole = ch_assemblies.one.map { meta, _samples, assemblies -> [meta, assemblies[0]] }
    ch_catalogue = CATALOGUE_CONCATENATE.out.catalogue.mix(ch_whole)

    // Of several assemblies each is a task of its own, which does not wait for the catalogue. What they
    // find is joined in the catalogue's order.
    ch_parts = ch_assemblies.several.flatMap { meta, samples, assemblies ->
        [samples, assemblies].transpose().withIndex().collect { part, order ->
            def (sample, assembly) = part
            [[id: "${meta.id}.${sample}", group: meta.id, order: order, name_prefix: "${sample}${meta.separator}"], assembly]
        }
    }
    ch_n_parts = ch_assemblies.several.map { meta, _samples, assemblies -> [meta, assemblies.size()] }

    COMPOSITION_TNF(ch_whole)
    COMPOSITION_OF_PART(ch_parts)
    COMPOSITION_MERGE(in_order(ch_n_parts, COMPOSITION_OF_PART.out.composition))
    ch_composition = COMPOSITION_TNF.out.composition.mix(COMPOSITION_MERGE.out.composition)

    MARKERS_FIND(ch_whole)
    MARKERS_OF_PART(ch_parts)
    MARKERS_MERGE(in_order(ch_n_parts, MARKERS_OF_PART.out.markers))

    ch_inputs = ch_samples.branch { _meta, kind, _files ->
        reads: kind == 'reads'
        bam: kind == 'bam'
        depth: kind == 'depth'
    }
    MAPPING(ch_inputs.reads.map { meta, _kind, reads -> [meta, reads] }, ch_catalogue, mapper, save_bam)

    // one task per sample, however many groups it waits for
    ch_composition_of = ch_composition.map { meta, composition -> [meta.id, composition] }
    ABUNDANCE_BAM(
        ch_inputs.bam
            .map { meta, _kind, bam -> [meta, bam] }
            .mix(MAPPING.out.bam)
            .map { meta, bam -> [meta.group, meta, bam] }
            .combine(ch_composition_of, by: 0)
            .combine(ch_catalogue.map { meta, fasta -> [meta.id, fasta] }, by: 0)
            .map { _group, meta, bam, composition, fasta -> [meta, bam, composition, fasta] }
    )
    ABUNDANCE_TABLE(
        ch_inputs.depth
            .map { meta, _kind, table -> [meta.group, meta, table] }
            .combine(ch_composition_of, by: 0)
            .map { _group, meta, table, composition -> [meta, table, composition] }
    )

    ABUNDANCE_MERGE(
        in_order(
            ch_groups.map { meta, _samples, _assemblies -> [meta, meta.n_samples] },
            ABUNDANCE_BAM.out.abundance.mix(ABUNDANCE_TABLE.out.abundance),
        )
    )

    catalogue = ch_catalogue
    composition = ch_composition
    markers = MARKERS_FIND.out.markers.mix(MARKERS_MERGE.out.markers)
    abundance = ABUNDANCE_MERGE.out.abundance
    versions = CATALOGUE_CONCATENATE.out.versions.mix(
        COMPOSITION_TNF.out.versions,
        COMPOSITION_OF_PART.out.versions,
        COMPOSITION_MERGE.out.versions,
        MARKERS_FIND.out.versions,
        MARKERS_OF_PART.out.versions,
        MARKERS_MERGE.out.versions,
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
