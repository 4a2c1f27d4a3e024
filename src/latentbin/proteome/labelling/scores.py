"""How labels agree with what is known, and how well they are apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    homogeneity_completeness_v_measure,
    silhouette_score,
)

from latentbin.density import NOISE

_MOST_COMPARED = 2_000  # points: the silhouette compares all pairs


@dataclass(frozen=True)
class Agreement:
    """Of labels with known groups; noise counts as a label of its own.

    Homogeneity, completeness and their harmonic mean are those of Rosenberg and Hirschberg (2007);
    the two adjusted ones are 0 for labels by chance (Hubert and Arabie 1985; Vinh et al. 2010).
    """

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
    homogeneity, completeness, v_measure = homogeneity_completeness_v_measure(truth, found)
    return Agreement(
        int(rows.sum()),
        float(homogeneity),
        float(completeness),
        float(v_measure),
        float(adjusted_rand_score(truth, found)),
        float(adjusted_mutual_info_score(truth, found)),
    )


def silhouette(
    points: NDArray[np.floating], labels: NDArray[np.intp], seed: int = 0
) -> float | None:
    """Mean silhouette of the points that are no noise (Rousseeuw 1987), of at most 2,000 of them.

    None where it is not defined: fewer than two clusters, or as many as points.
    """
    rows = np.flatnonzero(labels != NOISE)
    if len(rows) > _MOST_COMPARED:
        chosen = np.random.default_rng(seed).choice(len(rows), _MOST_COMPARED, replace=False)
        rows = rows[np.sort(chosen)]
    if not 2 <= len(np.unique(labels[rows])) < len(rows):
        return None
    return float(silhouette_score(points[rows], labels[rows]))


def shown(score: float | None) -> str:
    """For a table: four decimals, or an empty cell."""
    return "" if score is None else f"{score:.4f}"
