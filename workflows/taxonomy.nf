/*
 * Contigs to taxa: models are trained on labelled contigs and judged; others are labelled by them.
 */

include { COMPOSITION_TNF                           } from '../modules/local/composition/tnf'
include { TAXONOMY_SPLIT                            } from '../modules/local/taxonomy/split'
include { TAXONOMY_TUNE                             } from '../modules/local/taxonomy/tune'
include { TAXONOMY_TRAIN                            } from '../modules/local/taxonomy/train'
include { TAXONOMY_PREDICT as TAXONOMY_PREDICT_TEST } from '../modules/local/taxonomy/predict'
include { TAXONOMY_EVALUATE                         } from '../modules/local/taxonomy/evaluate'
include { TAXONOMY_PREDICT                          } from '../modules/local/taxonomy/predict'
include { TAXONOMY_VOTE                             } from '../modules/local/taxonomy/vote'
include { REPORT_DATASET                            } from '../modules/local/report/dataset'
include { readJson                                  } from '../subworkflows/local/utils_reports'

workflow TAXONOMY {
    take:
    ch_datasets // [meta: id, trained_by; files: contigs, labels, contig2bin, quality, [] where not given]
    split_by    // 'random', or the column of the labels whose values no two parts share
    models      // ['lightgbm', 'network', 'linear', 'centroid', 'neighbours'], or some of them
    tuned       // true: settings of lightgbm and network are chosen by trials
    given_model // model of rows without labels and trained_by, or []

    main:
    COMPOSITION_TNF(ch_datasets.map { meta, files -> [meta, files.contigs] })
    ch_kinds = ch_datasets
        .join(COMPOSITION_TNF.out.composition)
        .branch { _meta, files, _composition ->
            labelled: files.labels
            other: true
        }

    TAXONOMY_SPLIT(ch_kinds.labelled.map { meta, files, composition -> [meta, split_by, files.labels, composition] })
    ch_training = ch_kinds.labelled
        .map { meta, files, composition -> [meta, composition, files.labels] }
        .join(TAXONOMY_SPLIT.out.split)
        .combine(channel.fromList(models))
        .map { meta, composition, labels, split, model -> [meta + [model: model], composition, labels, split] }
        .branch { meta, _composition, _labels, _split ->
            tuned: tuned && meta.model in ['lightgbm', 'network']
            plain: true
        }
    TAXONOMY_TUNE(ch_training.tuned)
    TAXONOMY_TRAIN(
        ch_training.tuned
            .join(TAXONOMY_TUNE.out.parameters)
            .mix(ch_training.plain.map { meta, composition, labels, split -> [meta, composition, labels, split, []] })
    )

    // each model labels the contigs of its own data set, and is judged by those of the test part
    ch_trained = TAXONOMY_TRAIN.out.model.map { meta, model -> [meta.id, meta, model] }
    ch_known = ch_kinds.labelled
        .map { meta, files, composition -> [meta.id, files.labels, composition] }
        .join(TAXONOMY_SPLIT.out.split.map { meta, split -> [meta.id, split] })
        .join(TAXONOMY_SPLIT.out.report.map { meta, report -> [meta.id, report] })
    TAXONOMY_PREDICT_TEST(
        ch_trained
            .combine(ch_known, by: 0)
            .map { _id, meta, model, _labels, composition, _split, _report -> [meta, composition, model] }
    )
    TAXONOMY_EVALUATE(
        TAXONOMY_PREDICT_TEST.out.predictions
            .join(TAXONOMY_PREDICT_TEST.out.probabilities)
            .map { meta, predictions, probabilities -> [meta.id, meta, predictions, probabilities] }
            .combine(ch_known, by: 0)
            .map { _id, meta, predictions, probabilities, labels, _composition, split, report ->
                [meta, predictions, probabilities, labels, split, report]
            }
    )

    // other contigs are labelled by the first of the models, or by the one that was given
    ch_models = TAXONOMY_TRAIN.out.model
        .filter { meta, _model -> meta.model == models[0] }
        .map { meta, model -> [meta.id, model] }
        .mix(given_model ? channel.of(['', given_model]) : channel.empty())
    TAXONOMY_PREDICT(
        ch_kinds.other
            .map { meta, _files, composition -> [meta.trained_by, meta, composition] }
            .combine(ch_models, by: 0)
            .map { _trained_by, meta, composition, model -> [meta, composition, model] }
    )
    TAXONOMY_VOTE(
        ch_kinds.other
            .filter { _meta, files, _composition -> files.contig2bin }
            .join(TAXONOMY_PREDICT.out.predictions)
            .map { meta, files, composition, predictions -> [meta, files.contig2bin, predictions, composition, files.quality] }
    )

    // what lies on both sides of a split must not be missed
    TAXONOMY_SPLIT.out.report.subscribe { meta, report ->
        readJson(report).warnings.each { line -> log.warn("${meta.id}: ${line - 'WARNING ' - 'note: '}") }
    }

    results = TAXONOMY_TRAIN.out.report
        .map { meta, report -> [meta.id, meta.model, 'training', report] }
        .mix(
            TAXONOMY_EVALUATE.out.report.map { meta, report -> [meta.id, meta.model, 'evaluation', report] },
            TAXONOMY_PREDICT.out.report.map { meta, report -> [meta.id, '', 'predictions', report] },
            TAXONOMY_VOTE.out.report.map { meta, report -> [meta.id, '', 'bins', report] },
        )

    // all that the report shows of a data set: options of its command, of which model, their files
    ch_told = TAXONOMY_TRAIN.out.training
        .map { meta, file -> [meta.id, 'training', meta.model, file] }
        .mix(
            TAXONOMY_EVALUATE.out.report.map { meta, file -> [meta.id, 'evaluation', meta.model, file] },
            TAXONOMY_EVALUATE.out.tables.flatMap { meta, files ->
                ['classes', 'confusion'].collect { name -> [meta.id, name, meta.model, [files].flatten().find { file -> file.name == "${name}.tsv" }] }
            },
            TAXONOMY_PREDICT.out.predictions.map { meta, file -> [meta.id, 'predictions', '', file] },
            TAXONOMY_VOTE.out.table.map { meta, file -> [meta.id, 'bin-taxonomy', '', file] },
        )
        .filter { _id, _option, _model, file -> file }
        .map { id, option, model, file -> [id, [option, model, file]] }
        .groupTuple()
    REPORT_DATASET(
        ch_told.map { id, told ->
            def sorted = told.sort { one -> "${one[1]} ${one[0]}".toString() }
            [[id: id]] + sorted.transpose()
        }
    )
    summaries = REPORT_DATASET.out.summary.map { _meta, summary -> summary }

    versions = COMPOSITION_TNF.out.versions
        .mix(
            TAXONOMY_SPLIT.out.versions,
            TAXONOMY_TUNE.out.versions,
            TAXONOMY_TRAIN.out.versions,
            TAXONOMY_PREDICT_TEST.out.versions,
            TAXONOMY_EVALUATE.out.versions,
            TAXONOMY_PREDICT.out.versions,
            TAXONOMY_VOTE.out.versions,
            REPORT_DATASET.out.versions,
        )
        .unique()

    emit:
    results   // [data set, model or '', what it is of, JSON]
    summaries // JSON of each data set, for the report
    versions  // [process, tool, version]
}
