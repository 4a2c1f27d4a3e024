"""With a truth: figures of each binner, and the curves of precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from latentbin.evaluate.metrics import AT_LEAST, NEAR_COMPLETE
from latentbin.evaluate.options import EvaluateOptions
from latentbin.evaluate.report import evaluate
from latentbin.evaluate.tables import bins_of
from latentbin.report.group import Binner, Group

_MOST_POINTS = 300  # of a curve


def judged(group: Group, binner: Binner) -> dict[str, Any]:
    """Figures as latentbin-evaluate gives them of the same clusters (or bins), and curves.

    ``recovered``: genomes of which a bin has at least so much, at a precision of 95 %, the most
    complete first. ``precision``: of each bin, the purest first. ``recall``: of each genome the
    share that is in the bin with most of it, the best first.
    """
    assert group.known is not None
    truth = group.known.truth
    plan = binner.plan
    binning = binner.clusters
    if binning is None:
        rows = np.flatnonzero(plan.bin_of >= 0)
        binning = {group.contigs.names[row]: plan.names[plan.bin_of[row]] for row in rows}
    names, codes = bins_of(truth, dict(binning), f"the clusters of {binner.name}")
    options = EvaluateOptions(separator=group.separator)
    result = evaluate(truth, names, codes, options, group.known.path)
    shared = result.shared
    # of each genome, and of all its samples together, the best bin
    pure = shared.precision >= NEAR_COMPLETE[1]
    best = np.zeros(int(result.genomes.whole.max(initial=-1)) + 1)
    np.maximum.at(best, result.genomes.whole[shared.genome[pure]], shared.recall[pure])
    of_bins = shared.best_of_bin[shared.best_of_bin >= 0]
    recall = np.zeros(len(shared.genome_bp))
    found = shared.best_of_genome >= 0
    recall[found] = shared.recall[shared.best_of_genome[found]]
    return {
        "judged": "clusters" if binner.clusters is not None else "bins",
        "figures": {name: round(float(value), 6) for name, value in result.figures.items()},
        "thresholds": {name: list(values) for name, values in AT_LEAST.items()},
        "recovered": _curve(best[best > 0]),
        "precision": _curve(shared.precision[of_bins]),
        "recall": _curve(recall),
    }


def _curve(values: Any) -> list[list[float]]:
    """Rank (1, 2, ...) and value, falling; long curves keep some of their points."""
    falling = np.sort(values)[::-1]
    places = np.unique(
        np.linspace(0, len(falling) - 1, min(len(falling), _MOST_POINTS)).round().astype(int)
    )
    return [[int(place) + 1, round(float(falling[place]), 4)] for place in places]
