"""Neighbours equal scipy's, DBSCAN equals scikit-learn's on the matrix of all pairs."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from sklearn.cluster import DBSCAN
from sklearn.neighbors import sort_graph_by_row_values

from latentbin.deepmetabin.graph import core_contigs, dbscan_labels, nearest, neighbour_graph


def blobs(seed, n=150):
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 3, (5, 3))
    return (centres[rng.integers(0, 5, n)] + rng.normal(size=(n, 3))).astype(np.float32)


def test_nearest_equal_those_of_a_tree():
    points = np.random.default_rng(1).normal(3, 1, (3000, 10)).astype(np.float32)
    indices, distances = nearest(points, 7, threads=1, seed=0)
    expected, rows = cKDTree(points).query(points, 8)
    np.testing.assert_allclose(distances, expected[:, 1:], rtol=1e-5)
    assert np.array_equal(indices, rows[:, 1:])


def test_approximate_search_finds_nearly_all():
    points = np.random.default_rng(2).normal(size=(4000, 10)).astype(np.float32)
    exact, _ = nearest(points, 5, threads=1, seed=0)
    found, distances = nearest(points, 5, threads=1, seed=0, exact_up_to=100)
    shared = [len(np.intersect1d(a, b)) for a, b in zip(found, exact, strict=True)]
    assert np.mean(shared) / 5 > 0.97
    row = np.arange(4000)[:, None]
    np.testing.assert_allclose(
        distances, np.linalg.norm(points[found] - points[row], axis=2), rtol=1e-5
    )


def same_cores(graph, eps, min_samples, oracle):
    core = core_contigs(graph, eps, min_samples)
    assert np.array_equal(np.flatnonzero(core), oracle.core_sample_indices_)
    labels = dbscan_labels(graph, core, eps)
    assert (labels[~core] == -1).all()
    together = labels[core][:, None] == labels[core]
    assert np.array_equal(together, oracle.labels_[core][:, None] == oracle.labels_[core])
    return len(set(oracle.labels_[core])), np.count_nonzero(core)


@pytest.mark.parametrize("min_samples", [2, 4, 8])
@pytest.mark.parametrize("eps", [0.5, 0.8, 1.2])
def test_dbscan_of_all_pairs(eps, min_samples):
    points = blobs(3)
    graph = neighbour_graph(*nearest(points, len(points) - 1, threads=1, seed=0))
    oracle = DBSCAN(eps=eps, min_samples=min_samples, metric="precomputed")
    same_cores(graph, eps, min_samples, oracle.fit(cdist(points, points)))


def test_dbscan_of_a_sparse_graph():
    points = blobs(4, 400)
    graph = neighbour_graph(*nearest(points, 6, threads=1, seed=0))
    both = (np.concatenate((graph.u, graph.v)), np.concatenate((graph.v, graph.u)))
    matrix = csr_array((np.tile(graph.distance, 2).astype(float), both), shape=(400, 400))
    matrix = sort_graph_by_row_values(matrix, warn_when_not_sorted=False)
    oracle = DBSCAN(eps=0.6, min_samples=4, metric="precomputed").fit(matrix)
    n_labels, n_core = same_cores(graph, 0.6, 4, oracle)
    assert n_labels > 5
    assert 50 < n_core < 390
