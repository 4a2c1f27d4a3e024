"""Whether the taxa that a contig gets at several ranks fit each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.taxonomy.labels import Labels, coded
from latentbin.taxonomy.predictions import UNKNOWN, Predictions

_FIRST = 10


@dataclass(frozen=True, eq=False)
class Contradictions:
    """Contigs whose taxon at a rank is not of the taxon at the rank above.

    Attributes
    ----------
    coarse, fine : the two ranks
    checked : contigs whose taxon at the finer rank has a known parent
    rows : those of them that have another taxon at the coarser rank, or none
    first : the first of them: contig, the two taxa, and the taxon expected at the coarser rank
    """

    coarse: str
    fine: str
    checked: int
    rows: NDArray[np.intp]
    first: tuple[dict[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """For the report."""
        return {
            "ranks": [self.coarse, self.fine],
            "checked": self.checked,
            "contradictions": len(self.rows),
            "first": list(self.first),
        }


def contradictions(predictions: Predictions, labels: Labels) -> list[Contradictions]:
    """Compare each rank with the next coarser one that both have, by the lineages of the labels."""
    ranks = [rank for rank in predictions.ranks if rank in labels.ranks]
    return [_compare(predictions, labels, *pair) for pair in pairwise(ranks)]


def _compare(predictions: Predictions, labels: Labels, coarse: str, fine: str) -> Contradictions:
    parents, parent_names = coded(labels.columns[coarse])
    children, child_names = coded(labels.columns[fine])
    known = (parents >= 0) & (children >= 0)
    width = len(parent_names) + 1  # one more: a taxon that the labels do not have, and unknown
    # a name can stand in two taxa (such as a species 'sp.'): each of them is right
    allowed = np.unique(children[known].astype(np.int64) * width + parents[known])
    with_parent = np.unique(allowed // width)

    found_parents = _places(predictions.labels[coarse], parent_names)
    found_children = _places(predictions.labels[fine], child_names)
    checked = np.isin(found_children, with_parent)
    pairs = found_children * width + np.where(found_parents < 0, width - 1, found_parents)
    rows = np.flatnonzero(checked & ~np.isin(pairs, allowed))
    first = []
    for row in rows[:_FIRST].tolist():
        expected = allowed[np.searchsorted(allowed, found_children[row] * width)] % width
        first.append(
            {
                "contig": predictions.contigs[row],
                coarse: str(predictions.labels[coarse][row]),
                fine: str(predictions.labels[fine][row]),
                "expected": parent_names[expected],
            }
        )
    return Contradictions(coarse, fine, int(checked.sum()), rows, tuple(first))


def _places(taxa: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.int64]:
    place = {name: code for code, name in enumerate(names)}
    place.pop(UNKNOWN, None)
    get = place.get
    return np.fromiter((get(taxon, -1) for taxon in taxa.tolist()), np.int64, len(taxa))
