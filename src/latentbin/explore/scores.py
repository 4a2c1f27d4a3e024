"""How clusters agree with classes."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.agreement import agreement_scores


@dataclass(frozen=True)
class Agreement:
    """Of clusters with known classes, on the rows whose class is known.

    The first five are those of `agreement_scores`.

    Attributes
    ----------
    accuracy : each cluster is given the class that most of its rows have; share of rows whose
        class is that of their cluster; noise is wrong
    in_majority_clusters : share of rows in clusters of which more than half is of one class
    """

    homogeneity: float
    completeness: float
    v_measure: float
    adjusted_rand: float
    adjusted_mutual_info: float
    accuracy: float
    in_majority_clusters: float

    def cells(self) -> list[str]:
        """For a table, four decimals each."""
        return [f"{score:.4f}" for score in asdict(self).values()]


AGREEMENT = tuple(Agreement.__dataclass_fields__)


def agreement(classes: NDArray[np.intp], labels: NDArray[np.intp]) -> Agreement | None:
    """Agreement on the rows whose class is known (not negative); None if there are none.

    Parameters
    ----------
    classes, labels : (n_rows,) 0, 1, ..., or negative: not known, and noise
    """
    known = classes >= 0
    if not known.any():
        return None
    truth, found = classes[known], labels[known]
    right, in_majority = _majority(truth[found >= 0], found[found >= 0])
    return Agreement(
        **agreement_scores(truth, found),
        accuracy=right / len(truth),
        in_majority_clusters=in_majority / len(truth),
    )


def _majority(classes: NDArray[np.intp], labels: NDArray[np.intp]) -> tuple[int, int]:
    """Rows of the largest class of their cluster, and rows in clusters where it is over half."""
    if not len(labels):
        return 0, 0
    pairs, shared = np.unique(labels * (int(classes.max()) + 1) + classes, return_counts=True)
    cluster = pairs // (int(classes.max()) + 1)
    most = np.zeros(int(labels.max()) + 1, np.int64)
    np.maximum.at(most, cluster, shared)
    size = np.bincount(labels)
    return int(most.sum()), int(size[2 * most > size].sum())
