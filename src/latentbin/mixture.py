"""A mixture of normal distributions of one shape, fitted to weighted points (EM).

Genomes that lie side by side in a latent scatter alike, and much more along some directions than
along others. One covariance for all parts finds these directions, to which k-means and trees are
blind: between two genomes of one cluster it comes close to the border that knowing the genomes
would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BLOCK = 8192  # points scored at a time
_ROUNDS = 100
_MOVED = 1e-3  # share of the weight that a round must move for another one to follow
# Share of a round covariance in that of the parts: few contigs do not tell every direction.
# Anything from 0.003 to 0.04 gives about as many genomes
_ROUND_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class Mixture:
    """Parts of one covariance, for which the borders between parts are planes.

    Attributes
    ----------
    means : (n_parts, n_dim)
    covariance : (n_dim, n_dim) of every part
    shares : (n_parts,) of the weight, summing to 1
    """

    means: Floats
    covariance: Floats
    shares: Floats

    def scores(self, points: Floats) -> Floats:
        """Log of share times density, up to what is the same for all parts: (n, n_parts)."""
        slope = np.linalg.solve(self.covariance, self.means.T)
        offset = np.log(np.maximum(self.shares, 1e-300)) - 0.5 * (self.means.T * slope).sum(axis=0)
        scores: Floats = points @ slope + offset
        return scores

    def most_likely(self, points: Floats) -> NDArray[np.int64]:
        """(n,) the part that each point most likely belongs to."""
        blocks = range(0, len(points), _BLOCK)
        return np.concatenate(
            [self.scores(points[row : row + _BLOCK]).argmax(axis=1) for row in blocks]
        )


def fit_mixture(points: Floats, weights: Floats, means: Floats) -> Mixture:
    """Expectation-maximisation from the given means and the covariance of all points.

    Parameters
    ----------
    points : (n, n_dim)
    weights : (n,) > 0
    means : (n_parts, n_dim) to start from
    """
    weights = weights / weights.sum()
    square = (points * weights[:, None]).T @ points
    middle = weights @ points
    covariance = _rounded(square - np.outer(middle, middle))
    mixture = Mixture(means, covariance, np.full(len(means), 1 / len(means)))
    before = np.zeros((len(points), len(means)))
    for _ in range(_ROUNDS):
        part = mixture.scores(points)
        part -= part.max(axis=1, keepdims=True)
        np.exp(part, out=part)
        part *= (weights / part.sum(axis=1))[:, None]
        if np.abs(part - before).sum() < 2 * _MOVED:
            break
        before = part
        shares = part.sum(axis=0)
        means = (part.T @ points) / np.maximum(shares, 1e-12)[:, None]
        mixture = Mixture(means, _rounded(square - (means * shares[:, None]).T @ means), shares)
    return mixture


def _rounded(covariance: Floats) -> Floats:
    # points that are all alike have a covariance too, if a tiny one
    added = _ROUND_SHARE * np.trace(covariance).clip(0) / len(covariance) + 1e-9
    return covariance + added * np.eye(len(covariance))
