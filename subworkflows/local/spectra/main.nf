//
// From spectra to a table of protein quantities: each run is searched and quantified by itself,
// false discoveries are controlled over all of them
//

include { PROTEOME_SEARCH   } from '../../../modules/local/proteome/search'
include { PROTEOME_IDENTIFY } from '../../../modules/local/proteome/identify'
include { PROTEOME_QUANTIFY } from '../../../modules/local/proteome/quantify'
include { PROTEOME_TABULATE } from '../../../modules/local/proteome/tabulate'

workflow SPECTRA {
    take:
    ch_mzml  // [meta: id; mzML], one of each sample
    ch_fasta // [meta: id; FASTA], one for all

    main:
    PROTEOME_SEARCH(ch_mzml.combine(ch_fasta.map { _meta, fasta -> fasta }))

    // the samples by name, whichever is done first: same files, same cache
    PROTEOME_IDENTIFY(
        ch_fasta
            .map { meta, _fasta -> meta }
            .combine(
                PROTEOME_SEARCH.out.pin
                    .join(PROTEOME_SEARCH.out.report)
                    .toSortedList { one, other -> one[0].id <=> other[0].id }
                    .map { runs -> [runs.collect { run -> run[1] }, runs.collect { run -> run[2] }] }
            )
    )
    PROTEOME_QUANTIFY(ch_mzml.combine(PROTEOME_IDENTIFY.out.psms.map { _meta, psms -> psms }))
    PROTEOME_TABULATE(
        ch_fasta
            .map { meta, _fasta -> meta }
            .combine(
                PROTEOME_QUANTIFY.out.quantities
                    .toSortedList { one, other -> one[0].id <=> other[0].id }
                    .map { runs -> [runs.collect { run -> run[1] }] }
            )
    )

    table = PROTEOME_TABULATE.out.table
    identification = PROTEOME_IDENTIFY.out.report
    versions = PROTEOME_SEARCH.out.versions.mix(
        PROTEOME_SEARCH.out.versions_comet,
        PROTEOME_IDENTIFY.out.versions,
        PROTEOME_QUANTIFY.out.versions,
        PROTEOME_TABULATE.out.versions,
    )

    emit:
    table          // [meta of the FASTA, table: proteins in rows, samples in columns]
    identification // [meta of the FASTA, JSON]
    versions       // [process, tool, version]
}
