"""Directions in which genomes differ more than windows of one genome do.

Linear discriminant analysis: the generalised eigenvectors of the covariance between genomes and
that within them. Each is scaled by ``sqrt(w / (1 + w))``, w the ratio of the two variances, so
that directions of little signal count little (the square root of a Wiener filter's gain).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from latentbin.genomeface.windows import Batch

_SHRINKAGE = 0.05  # share of the mean variance within genomes that is added to each direction


@dataclass(frozen=True, eq=False)
class Discriminant:
    """What the analysis gives.

    Attributes
    ----------
    mean, deviation : (n_features,) of the square roots of the frequencies
    directions : (n_features, width) for features that are standardised by these
    """

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    directions: NDArray[np.float32]


def discriminant(batches: Iterable[Batch], n_genomes: int, width: int) -> Discriminant:
    """Analyse windows of known genomes, in one pass and bounded memory.

    Parameters
    ----------
    batches : frequencies (n, n_features) and genome (n,) of windows
    width : directions wanted
    """
    total = squares = sums = None
    counts = np.zeros(n_genomes)
    for frequencies, genome in batches:
        roots = np.sqrt(frequencies)
        if sums is None or squares is None:
            sums = np.zeros((n_genomes, roots.shape[1]))
            squares = np.zeros((roots.shape[1],) * 2)
        np.add.at(sums, genome, roots)
        counts += np.bincount(genome, minlength=n_genomes)
        squares += roots.T @ roots
    if sums is None or squares is None or (counts < 2).any():
        raise ValueError("every genome needs two windows")
    n = counts.sum()
    mean = sums.sum(axis=0) / n
    total = squares / n - np.outer(mean, mean)
    deviation = np.sqrt(np.maximum(np.diag(total), 1e-10))
    centres = (sums / counts[:, None] - mean) / deviation
    total /= np.outer(deviation, deviation)
    within = total - (centres.T * counts) @ centres / n
    # the spread of the centres holds what is left of the spread within a genome
    between = centres.T @ centres / n_genomes - within * (n_genomes / n)
    within += np.eye(len(within)) * (_SHRINKAGE * np.trace(within) / len(within))
    size = len(within)
    ratio, vectors = eigh(between, within, subset_by_index=[size - min(width, size), size - 1])
    ratio = np.maximum(ratio[::-1], 1e-6)
    directions = vectors[:, ::-1] * np.sqrt(ratio / (1 + ratio))
    return Discriminant(
        mean.astype(np.float32), deviation.astype(np.float32), directions.astype(np.float32)
    )
