/*
 * Protein quantities, or the spectra that they come from, to labels of samples and a classifier.
 */

include { SPECTRA                                  } from '../subworkflows/local/spectra'
include { PROTEOME_PREPARE                         } from '../modules/local/proteome/prepare'
include { PROTEOME_PREPARE as PROTEOME_PREPARE_NEW } from '../modules/local/proteome/prepare'
include { PROTEOME_EMBED                           } from '../modules/local/proteome/embed'
include { PROTEOME_LABEL                           } from '../modules/local/proteome/label'
include { PROTEOME_TRAIN                           } from '../modules/local/proteome/train'
include { PROTEOME_CLASSIFY                        } from '../modules/local/proteome/classify'
include { REPORT_STUDY                             } from '../modules/local/report/study'
include { readJson; studyNotes                     } from '../subworkflows/local/utils_reports'
include { whyNoClassifier; whyNoLabels             } from '../subworkflows/local/utils_reports'

workflow PROTEOMICS {
    take:
    ch_studies // [meta: id, runs, format; files: table, samples, fasta, new_table, new_samples, [] where not given]
    ch_runs    // [meta: id, study; mzML], of studies whose meta.runs is above 0
    target     // 'label' | 'class': what the classifier learns

    main:
    ch_kinds = ch_studies.branch { meta, _files ->
        spectra: meta.runs > 0
        tables: true
    }
    SPECTRA(ch_runs, ch_kinds.spectra.map { meta, files -> [meta, files.fasta] })

    // the table of a study of few runs may have a single sample, or none at all
    ch_measured = SPECTRA.out.table
        .map { meta, table -> [meta.id, table] }
        .join(ch_kinds.spectra.map { meta, files -> [meta.id, meta, files] })
        .map { _id, table, meta, files -> [meta, files + [table: table], whyNoLabels(meta.runs)] }
        .branch { _meta, _files, reason ->
            few: reason
            enough: true
        }
    PROTEOME_PREPARE(
        ch_kinds.tables
            .mix(ch_measured.enough.map { meta, files, _reason -> [meta, files] })
            .map { meta, files -> [meta, files.table, files.samples, []] }
    )

    ch_prepared = PROTEOME_PREPARE.out.proteome
        .join(PROTEOME_PREPARE.out.report)
        .map { meta, proteome, report -> [meta, proteome, report, whyNoLabels(readJson(report).samples.in_table)] }
        .branch { _meta, _proteome, _report, reason ->
            few: reason
            enough: true
        }
    PROTEOME_EMBED(ch_prepared.enough.map { meta, proteome, _report, _reason -> [meta, proteome] })
    PROTEOME_LABEL(PROTEOME_EMBED.out.latent)

    ch_labelled = ch_prepared.enough
        .map { meta, proteome, report, _reason -> [meta, proteome, report] }
        .join(PROTEOME_LABEL.out.labels)
        .map { meta, proteome, report, labels -> [meta, proteome, labels, whyNoClassifier(target, labels, report)] }
        .branch { _meta, _proteome, _labels, reason ->
            few: reason
            enough: true
        }
    PROTEOME_TRAIN(
        ch_labelled.enough.map { meta, proteome, labels, _reason -> [meta, proteome, target == 'class' ? [] : labels] }
    )

    PROTEOME_PREPARE_NEW(
        ch_studies
            .filter { _meta, files -> files.new_table }
            .join(ch_labelled.enough)
            .map { meta, files, proteome, _labels, _reason -> [meta, files.new_table, files.new_samples, proteome] }
    )
    PROTEOME_CLASSIFY(PROTEOME_PREPARE_NEW.out.proteome.join(PROTEOME_TRAIN.out.classifier))

    // what a reader must know of a study, or why it stops
    notes = ch_measured.few
        .map { meta, _files, reason -> [meta, [reason]] }
        .mix(
            ch_prepared.few.map { meta, _proteome, _report, reason -> [meta, [reason]] },
            ch_labelled.few.map { meta, _proteome, _labels, reason -> [meta, [reason]] },
            SPECTRA.out.identification
                .mix(PROTEOME_LABEL.out.report, PROTEOME_TRAIN.out.report)
                .map { meta, report -> [meta, studyNotes(report)] },
        )
        .flatMap { meta, found -> found.collect { note -> [meta.id, note] } }
    notes.subscribe { study, note -> log.warn("${study}: ${note}") }

    results = notes
        .map { study, note -> [study, 'note', note] }
        .mix(
            SPECTRA.out.identification.map { meta, report -> [meta.id, 'identification', report] },
            PROTEOME_PREPARE.out.report.map { meta, report -> [meta.id, 'proteome', report] },
            PROTEOME_LABEL.out.report.map { meta, report -> [meta.id, 'labels', report] },
            PROTEOME_TRAIN.out.report.map { meta, report -> [meta.id, 'classifier', report] },
            PROTEOME_CLASSIFY.out.report.map { meta, report -> [meta.id, 'predictions', report] },
        )

    // all that the report shows of a study: options of its command, and their files
    ch_told = SPECTRA.out.identification
        .map { meta, file -> [meta.id, 'identification', file] }
        .mix(
            PROTEOME_PREPARE.out.report.map { meta, file -> [meta.id, 'proteome-report', file] },
            PROTEOME_EMBED.out.latent.map { meta, file -> [meta.id, 'latent', file] },
            PROTEOME_LABEL.out.labels.map { meta, file -> [meta.id, 'labels', file] },
            PROTEOME_LABEL.out.report.map { meta, file -> [meta.id, 'labels-report', file] },
            PROTEOME_LABEL.out.tables.map { meta, files -> [meta.id, 'eps', files.find { file -> file.name == 'eps.tsv' }] },
            PROTEOME_TRAIN.out.report.map { meta, file -> [meta.id, 'classifier-report', file] },
            PROTEOME_TRAIN.out.tables.map { meta, files -> [meta.id, 'confusion', files.find { file -> file.name == 'confusion.tsv' }] },
            PROTEOME_CLASSIFY.out.predictions.map { meta, file -> [meta.id, 'predictions', file] },
        )
        .map { id, option, file -> [id, [option, file]] }
        .groupTuple()
        .join(notes.groupTuple(), remainder: true)
        .filter { _id, told, _notes -> told }
    REPORT_STUDY(
        ch_told.map { id, told, found ->
            def sorted = told.sort { one -> one[0] }
            [[id: id], sorted.collect { one -> one[0] }, sorted.collect { one -> one[1] }, (found ?: []).toSorted()]
        }
    )
    summaries = REPORT_STUDY.out.summary.map { _meta, summary -> summary }

    versions = SPECTRA.out.versions
        .mix(
            PROTEOME_PREPARE.out.versions,
            PROTEOME_EMBED.out.versions,
            PROTEOME_LABEL.out.versions,
            PROTEOME_TRAIN.out.versions,
            PROTEOME_PREPARE_NEW.out.versions,
            PROTEOME_CLASSIFY.out.versions,
            REPORT_STUDY.out.versions,
        )
        .unique()

    emit:
    results   // [study, what it is of, JSON], or [study, 'note', what to know of it, or why it stops]
    summaries // JSON of each study, for the report
    versions  // [process, tool, version]
}
