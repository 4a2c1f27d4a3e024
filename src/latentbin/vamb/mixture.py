"""A mixture of normal distributions of one shape, fitted to weighted points (EM).

Genomes that lie side by side in a latent scatter alike, and much more along some directions than
along others. One covariance for all parts finds these directions, in which k-means and trees are
blind: between two genomes of one cluster it comes close to the border that knowing the genomes
would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

Floats = NDArray[np.float64]

_BLOCK = 8192  # points scored at a time
_ROUNDS = 100
_LITTLE = 1e-4  # mean log-likelihood that a round must add for another one to follow
# Share of a round covariance in that of the parts: few contigs do not tell every direction.
# Anything from 0.003 to 0.04 gives about as many genomes (benchmarks/vamb)
_ROUND_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class Mixture:
    """Parts of one covariance.

    Attributes
    ----------
    means : (n_parts, n_dim)
    root : (n_dim, n_dim) lower Cholesky factor of the covariance
    shares : (n_parts,) of the weight, summing to 1
    """

    means: Floats
    root: Floats
    shares: Floats

    def scores(self, points: Floats) -> Floats:
        """Log of share times density, up to what is the same for all parts: (n, n_parts)."""
        whitened = solve_triangular(self.root, points.T, lower=True).T
        means = solve_triangular(self.root, self.means.T, lower=True).T
        share = np.log(np.maximum(self.shares, 1e-300))
        return whitened @ means.T - 0.5 * (means**2).sum(axis=1) + share

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
    mixture = Mixture(
        means,
        _root(square - np.outer(middle, middle)),
        np.full(len(means), 1 / len(means)),
    )
    before = -np.inf
    for _ in range(_ROUNDS):
        scores = mixture.scores(points)
        highest = scores.max(axis=1, keepdims=True)
        part = np.exp(scores - highest)
        total = part.sum(axis=1, keepdims=True)
        likelihood = _likelihood(mixture.root, square, weights @ (highest + np.log(total))[:, 0])
        if likelihood - before < _LITTLE:
            break
        before = likelihood
        part *= weights[:, None] / total
        shares = part.sum(axis=0)
        means = part.T @ points / np.maximum(shares, 1e-12)[:, None]
        within = square - (means * shares[:, None]).T @ means
        mixture = Mixture(means, _root(within), shares)
    return mixture


def _root(covariance: Floats) -> Floats:
    width = len(covariance)
    # points that are all alike have a covariance too, if a tiny one
    added = _ROUND_SHARE * np.trace(covariance).clip(0) / width + 1e-9
    root: Floats = np.linalg.cholesky(covariance + added * np.eye(width))
    return root


def _likelihood(root: Floats, square: Floats, mean_score: float) -> float:
    """Mean log-likelihood, up to a constant: scores lack each point's own square."""
    own = np.trace(solve_triangular(root, solve_triangular(root, square, lower=True).T, lower=True))
    return float(mean_score - 0.5 * own - np.log(np.diag(root)).sum())
