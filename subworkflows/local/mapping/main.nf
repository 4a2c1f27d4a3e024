//
// Reads of each sample, mapped to the catalogue of its group
//

include { MINIMAP2_INDEX    } from '../../../modules/local/minimap2/index'
include { MINIMAP2_ALIGN    } from '../../../modules/local/minimap2/align'
include { STROBEALIGN_ALIGN } from '../../../modules/local/strobealign/align'
include { SAMTOOLS_INDEX    } from '../../../modules/local/samtools/index'

workflow MAPPING {
    take:
    ch_reads     // [meta: id, group, single_end; [fastq, ...]]
    ch_catalogue // [meta: id; FASTA]
    mapper       // 'minimap2' | 'strobealign'
    index_bam    // true: make an index of each BAM as well

    main:
    ch_versions = channel.empty()
    ch_bam = channel.empty()

    // only the catalogues that reads will be mapped to
    ch_target = ch_catalogue
        .map { meta, fasta -> [meta.id, meta, fasta] }
        .join(ch_reads.map { meta, _reads -> meta.group }.unique())
        .map { _id, meta, fasta -> [meta, fasta] }

    if (mapper == 'minimap2') {
        MINIMAP2_INDEX(ch_target)
        ch_target = MINIMAP2_INDEX.out.index
        ch_versions = ch_versions.mix(MINIMAP2_INDEX.out.versions)
    }

    ch_pairs = ch_reads
        .map { meta, reads -> [meta.group, meta, reads] }
        .combine(ch_target.map { meta, target -> [meta.id, meta, target] }, by: 0)
        .multiMap { _group, meta, reads, meta_target, target ->
            reads: [meta, reads]
            target: [meta_target, target]
        }

    if (mapper == 'minimap2') {
        MINIMAP2_ALIGN(ch_pairs.reads, ch_pairs.target)
        ch_bam = MINIMAP2_ALIGN.out.bam
        ch_versions = ch_versions.mix(MINIMAP2_ALIGN.out.versions, MINIMAP2_ALIGN.out.versions_samtools)
    }
    else {
        STROBEALIGN_ALIGN(ch_pairs.reads, ch_pairs.target)
        ch_bam = STROBEALIGN_ALIGN.out.bam
        ch_versions = ch_versions.mix(STROBEALIGN_ALIGN.out.versions, STROBEALIGN_ALIGN.out.versions_samtools)
    }

    SAMTOOLS_INDEX(ch_bam.filter { index_bam })

    bam = ch_bam
    versions = ch_versions.mix(SAMTOOLS_INDEX.out.versions)

    emit:
    bam      // [meta, BAM sorted by coordinate]
    versions // [process, tool, version]
}
