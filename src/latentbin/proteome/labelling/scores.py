"""How labels agree with what is known, and how well they are apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin import agreement as shared

_MOST_COMPARED = 2_000  # points: the silhouette compares all pairs


@dataclass(frozen=True)
class Agreement:
    """Of labels with known groups of so many samples; see `latentbin.agreement`."""

    samples: int
    homogeneity: float
    completeness: float
    v_measure: float
    adjusted_rand: float
    adjusted_mutual_info: float

    def cells(self) -> list[str]:
        """For a table: the count, then scores with four decimals."""
        samples, *scores = asdict(self).values()
        return [str(samples), *(f"{score:.4f}" for score in scores)]


AGREEMENT = tuple(Agreement.__dataclass_fields__)


def agreement(known: NDArray[np.str_], labels: NDArray[np.intp]) -> Agreement | None:
    """Agreement on the samples whose group is known (not empty); None if there are none."""
    rows = known != ""
    if not rows.any():
        return None
    truth, found = known[rows], labels[rows]
    return Agreement(int(rows.sum()), **shared.agreement_scores(truth, found))


def silhouette(
    points: NDArray[np.floating], labels: NDArray[np.intp], seed: int = 0
) -> float | None:
    """Mean silhouette of at most 2,000 points that are no noise; see `latentbin.agreement`."""
    return shared.silhouette(points, labels, _MOST_COMPARED, seed)


def shown(score: float | None) -> str:
    """For a table: four decimals, or an empty cell."""
    return "" if score is None else f"{score:.4f}"
