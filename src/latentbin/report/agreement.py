"""Agreement between binners: which bins of one are bins of another, by base pairs."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.evaluate.metrics import Overlaps, adjusted_rand, overlaps
from latentbin.report.group import Binner, Group

_MOST_DRAWN = 40
# share of the base pairs of either that both have (Jaccard)
_SAME, _SIMILAR = 0.9, 0.5


def agreement(group: Group) -> list[dict[str, Any]]:
    """For each pair of binners how many bins agree, and how much the largest bins overlap."""
    return [_pair(group, first, second) for first, second in combinations(group.binners, 2)]


def _pair(group: Group, first: Binner, second: Binner) -> dict[str, Any]:
    lengths = group.contigs.lengths
    in_both = (first.plan.bin_of >= 0) & (second.plan.bin_of >= 0)
    shared = overlaps(
        first.plan.bin_of[in_both],
        second.plan.bin_of[in_both],
        lengths[in_both],
        len(first.plan),
        len(second.plan),
    )
    either = first.plan.sizes[shared.bin] + second.plan.sizes[shared.genome] - shared.bp
    jaccard = shared.bp / np.maximum(either, 1)
    return {
        "binners": [first.name, second.name],
        "adjusted_rand_bp": round(adjusted_rand(shared, shared.bp), 4),
        "bp_in_bins_of_both": int(lengths[in_both].sum()),
        "counts": [
            _counts(jaccard, shared.bin, len(first.plan)),
            _counts(jaccard, shared.genome, len(second.plan)),
        ],
        **_drawn(first, second, shared, jaccard),
    }


def _counts(jaccard: NDArray[np.float64], bins: NDArray[np.int64], n_bins: int) -> dict[str, int]:
    """Bins with a counterpart that is the same, similar, or none such."""
    best = np.zeros(n_bins)
    np.maximum.at(best, bins, jaccard)
    same, similar = int((best >= _SAME).sum()), int((best >= _SIMILAR).sum())
    return {"same": same, "similar": similar - same, "other": n_bins - similar}


def _drawn(
    first: Binner, second: Binner, shared: Overlaps, jaccard: NDArray[np.float64]
) -> dict[str, Any]:
    """Overlap of the largest bins of the first with the bins of the second that share most.

    Columns stand in the order of the rows they match, so that agreement is a diagonal.
    """
    n_rows = min(len(first.plan), _MOST_DRAWN)
    table = np.zeros((n_rows, len(second.plan)))
    drawn = shared.bin < n_rows
    table[shared.bin[drawn], shared.genome[drawn]] = jaccard[drawn]
    kept = np.flatnonzero(table.max(axis=0, initial=0) > 0)
    best = table[:, kept].max(axis=0, initial=0)
    kept = kept[np.sort(np.argsort(-best, kind="stable")[:_MOST_DRAWN])]
    if len(kept):
        order = np.lexsort((-table[:, kept].max(axis=0), table[:, kept].argmax(axis=0)))
        kept = kept[order]
    return {
        "rows": list(first.plan.names[:n_rows]),
        "columns": [second.plan.names[column] for column in kept],
        "jaccard": [[round(value, 3) for value in row] for row in table[:, kept].tolist()],
    }
