//
// From spectra to a table of protein quantities: each run is searched and quantified by itself,
// false discoveries are controlled over all runs of a study
//

include { PROTEOME_SEARCH   } from '../../../modules/local/proteome/search'
include { PROTEOME_IDENTIFY } from '../../../modules/local/proteome/identify'
include { PROTEOME_QUANTIFY } from '../../../modules/local/proteome/quantify'
include { PROTEOME_TABULATE } from '../../../modules/local/proteome/tabulate'

workflow SPECTRA {
    take:
    ch_mzml  // [meta: id, study; mzML], one of each sample
    ch_fasta // [meta: id; FASTA], one of each study

    main:
    ch_runs = ch_mzml.map { meta, mzml -> [meta.study, meta, mzml] }
    ch_studies = ch_fasta.map { meta, _fasta -> [meta.id, meta] }

    PROTEOME_SEARCH(
        ch_runs
            .combine(ch_fasta.map { meta, fasta -> [meta.id, fasta] }, by: 0)
            .map { _study, meta, mzml, fasta -> [meta, mzml, fasta] }
    )

    // the samples of a study by name, whichever is done first: same files, same cache
    PROTEOME_IDENTIFY(
        ch_studies.join(
            PROTEOME_SEARCH.out.pin
                .join(PROTEOME_SEARCH.out.report)
                .map { meta, pin, report -> [meta.study, [meta.id, pin, report]] }
                .groupTuple()
                .map { study, runs -> [study, runs.sort { run -> run[0] }] }
                .map { study, runs -> [study, runs.collect { run -> run[1] }, runs.collect { run -> run[2] }] }
        ).map { _study, meta, pins, reports -> [meta, pins, reports] }
    )
    PROTEOME_QUANTIFY(
        ch_runs
            .combine(PROTEOME_IDENTIFY.out.psms.map { meta, psms -> [meta.id, psms] }, by: 0)
            .map { _study, meta, mzml, psms -> [meta, mzml, psms] }
    )
    PROTEOME_TABULATE(
        ch_studies.join(
            PROTEOME_QUANTIFY.out.quantities
                .map { meta, quantities -> [meta.study, [meta.id, quantities]] }
                .groupTuple()
                .map { study, runs -> [study, runs.sort { run -> run[0] }.collect { run -> run[1] }] }
        ).map { _study, meta, quantities -> [meta, quantities] }
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
    table          // [meta of the study, table: proteins in rows, samples in columns]
    identification // [meta of the study, JSON]
    versions       // [process, tool, version]
}
