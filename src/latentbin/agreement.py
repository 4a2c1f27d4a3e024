"""How clusters agree with known classes, and how far they are apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    homogeneity_completeness_v_measure,
    silhouette_score,
)


def agreement_scores(classes: NDArray[Any], labels: NDArray[np.intp]) -> dict[str, float]:
    """Scores of labels by known classes; noise counts as one more label.

    Homogeneity, completeness and their harmonic mean are those of Rosenberg and Hirschberg (2007);
    the two adjusted ones are 0 for labels by chance (Hubert and Arabie 1985; Vinh et al. 2010).

    Parameters
    ----------
    classes, labels : (n_rows,), at least one row
    """
    homogeneity, completeness, v_measure = homogeneity_completeness_v_measure(classes, labels)
    return {
        "homogeneity": float(homogeneity),
        "completeness": float(completeness),
        "v_measure": float(v_measure),
        "adjusted_rand": float(adjusted_rand_score(classes, labels)),
        "adjusted_mutual_info": float(adjusted_mutual_info_score(classes, labels)),
    }


def silhouette(
    points: NDArray[np.floating], labels: NDArray[np.intp], most: int, seed: int
) -> float | None:
    """Mean silhouette (Rousseeuw 1987) of rows that are no noise, at most so many at random.

    None where it is not defined: fewer than two clusters, or as many as rows.

    Parameters
    ----------
    points : (n_rows, n_dimensions)
    labels : (n_rows,) 0, 1, ...; negative is noise
    most : rows; all pairs of them are compared
    """
    rows = np.flatnonzero(labels >= 0)
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    if not 2 <= len(np.unique(labels[rows])) < len(rows):
        return None
    return float(silhouette_score(points[rows], labels[rows]))
