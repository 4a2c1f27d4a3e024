"""The step ``predict``: matrices and a model in, the taxa of contigs out."""

from __future__ import annotations

import argparse
import logging
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.command import stage
from latentbin.files import check_output_folder, file_digest, report_beside, write_json
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.taxonomy.matrices import load_matrix
from latentbin.taxonomy.models.features import Joined, join, select, warn_of_samples
from latentbin.taxonomy.models.model import TaxonModel
from latentbin.taxonomy.models.options import PredictOptions
from latentbin.taxonomy.models.scaling import blocks
from latentbin.taxonomy.models.taxa import Taxonomy
from latentbin.taxonomy.predictions import UNKNOWN, Predictions

logger = logging.getLogger(__name__)

PROBABILITIES = "taxonomy-probabilities"


def predict(args: argparse.Namespace) -> None:
    """Predict the taxa of a matrix's contigs."""
    options = from_args(PredictOptions, args)
    report_path = report_beside(args.output)
    if args.probabilities:
        check_output_folder(args.probabilities)
    from threadpoolctl import threadpool_limits

    with stage("read matrices and model"):
        model = TaxonModel.load(args.model, args.threads)
        joined = join([load_matrix(path) for path in args.matrix])
        values, unknown_columns = select(joined, model.columns, model.facts, model.source)
    warn_of_samples(model.facts)
    if unknown_columns:
        logger.info("%d columns that the model does not know are not used", unknown_columns)
    with stage(f"predicted {len(joined.names)} contigs"), threadpool_limits(args.threads):
        predictions, kept = apply(
            model, joined, values, options.unknown_below, bool(args.probabilities)
        )
    counts = _counts(predictions)
    report = {
        "command": "latentbin-taxonomy predict",
        "version": __version__,
        "options": as_dict(options),
        "inputs": {path.name: file_digest(path) for path in (*args.matrix, args.model)},
        "model": model.model,
        "contigs": len(joined.names),
        "columns": {"of_model": len(model.columns), "unknown_to_model": unknown_columns},
        "predicted": counts,
    }
    for rank, found in counts.items():
        logger.info(
            "%s: %d contigs of %d taxa, %d unknown",
            rank,
            sum(found.values()) - found.get(UNKNOWN, 0),
            len(set(found) - {UNKNOWN}),
            found.get(UNKNOWN, 0),
        )
    if kept is not None:
        with stage(f"wrote {args.probabilities}"):
            kept.save(args.probabilities)
    predictions.write(args.output)
    write_json(report_path, report)


def apply(
    model: TaxonModel,
    joined: Joined,
    values: Any,
    unknown_below: float,
    keep: bool,
) -> tuple[Predictions, NamedMatrix | None]:
    """Predict block by block.

    Parameters
    ----------
    values : (n_contigs, n_columns) in the model's order
    keep : whether the probabilities of all classes are wanted

    Returns
    -------
    predictions : see there
    probabilities : of each class, if they are wanted
    """
    taxonomy = Taxonomy(model.lineages)
    n_contigs, ranks = len(values), taxonomy.ranks
    taxa = [np.empty(n_contigs, np.int32) for _ in ranks]
    chances = [np.empty(n_contigs, np.float32) for _ in ranks]
    kept = np.empty((n_contigs, len(model.lineages.classes)), np.float32) if keep else None
    for block in blocks(n_contigs):
        probabilities = model.probabilities(values[block])
        if kept is not None:
            kept[block] = probabilities
        labels = taxonomy.label(probabilities, unknown_below)
        for level in range(len(ranks)):
            taxa[level][block], chances[level][block] = labels[0][level], labels[1][level]
    predictions = Predictions(
        joined.names,
        ranks,
        {
            rank: level.names[codes]
            for rank, level, codes in zip(ranks, taxonomy.levels, taxa, strict=True)
        },
        dict(zip(ranks, chances, strict=True)),
        joined.source,
    )
    if kept is None:
        return predictions, None
    attributes = {
        "rank": ranks[-1],
        "ranks": list(ranks),
        "lineages": [list(each) for each in model.lineages.taxa],
    }
    report = {"command": "latentbin-taxonomy predict", "version": __version__}
    return predictions, NamedMatrix(
        PROBABILITIES, joined.names, model.lineages.classes, kept, {}, attributes, report
    )


def _counts(predictions: Predictions) -> dict[str, dict[str, int]]:
    """Contigs of each taxon by rank, most contigs first."""
    found = {}
    for rank in predictions.ranks:
        names, counts = np.unique(predictions.labels[rank].astype(str), return_counts=True)
        order = np.lexsort((names, -counts))
        found[rank] = {str(names[place]): int(counts[place]) for place in order}
    return found
