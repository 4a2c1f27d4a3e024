//
// Taxa of contigs by a model; of bins by the contigs' votes, each with its length. The taxonomy
// workflow has its own few lines for it: the strict parser lets one script alone include a script
// that includes others.
//

include { TAXONOMY_PREDICT } from '../../../modules/local/taxonomy/predict'
include { TAXONOMY_VOTE    } from '../../../modules/local/taxonomy/vote'

workflow TAXA {
    take:
    ch_contigs // [meta: id; composition.npz; model.npz]
    ch_bins    // [meta: id, ...; contig2bin.tsv; quality.tsv or []] of some of these

    main:
    TAXONOMY_PREDICT(ch_contigs)
    ch_predicted = TAXONOMY_PREDICT.out.predictions
        .join(ch_contigs)
        .map { meta, predictions, composition, _model -> [meta.id, predictions, composition] }
    TAXONOMY_VOTE(
        ch_bins
            .map { meta, contig2bin, quality -> [meta.id, meta, contig2bin, quality] }
            .combine(ch_predicted, by: 0)
            .map { _id, meta, contig2bin, quality, predictions, composition ->
                [meta, contig2bin, predictions, composition, quality]
            }
    )

    predictions = TAXONOMY_PREDICT.out.predictions
    bins        = TAXONOMY_VOTE.out.table
    versions    = TAXONOMY_PREDICT.out.versions.mix(TAXONOMY_VOTE.out.versions)

    emit:
    predictions // [meta: id; predictions.tsv]
    bins        // [meta: id, ...; bin_taxonomy.tsv]
    versions    // [process, tool, version]
}
