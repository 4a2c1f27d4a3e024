"""A mixture of normal distributions of one shape."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import adjusted_rand_score

from latentbin.mixture import fit_mixture


def test_the_mixture_finds_the_direction_that_k_means_would_not():
    rng = np.random.default_rng(7)
    truth = np.repeat([0, 1], 300)
    # two parts apart along the direction in which they scatter least
    points = rng.normal(0, 1, (600, 6)) * [1, 1, 1, 1, 1, 0.2]
    points[:, 5] += 1.5 * truth
    start = np.array([points[rows : rows + 5].mean(axis=0) for rows in (0, 300)])
    mixture = fit_mixture(points, np.ones(600), start)
    assert adjusted_rand_score(truth, mixture.most_likely(points)) > 0.9
    np.testing.assert_allclose(mixture.shares, 0.5, atol=0.05)
    means = np.array([points[truth == genome].mean(axis=0) for genome in (0, 1)])
    np.testing.assert_allclose(mixture.means, means, atol=0.15)
    assert mixture.covariance[5, 5] < 0.1 < 0.8 < mixture.covariance[0, 0]


def test_a_mixture_counts_weights_as_copies():
    rng = np.random.default_rng(8)
    points = rng.normal(size=(60, 3)) + 2 * np.repeat([0, 1], 30)[:, None]
    weights = rng.integers(1, 4, 60)
    one = fit_mixture(points, weights.astype(float), points[[0, 30]])
    repeated = np.repeat(points, weights, axis=0)
    other = fit_mixture(repeated, np.ones(len(repeated)), points[[0, 30]])
    np.testing.assert_allclose(one.means, other.means, atol=1e-6)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-6)
