"""Linkages equal scipy's."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from latentbin.tree.average import average_linkage
from latentbin.tree.dendrogram import linkage_of_tree


@pytest.mark.parametrize("seed", range(5))
def test_single_linkage_of_the_spanning_tree(seed):
    points = np.random.default_rng(seed).normal(size=(150, 3))
    distances = pdist(points)
    tree = minimum_spanning_tree(squareform(distances)).tocoo()
    ours = linkage_of_tree(150, tree.row, tree.col, tree.data)
    expected = linkage(distances, "single")
    np.testing.assert_array_equal(ours[:, 2:], expected[:, 2:])
    np.testing.assert_array_equal(cophenet(ours), cophenet(expected))


@pytest.mark.parametrize("missing", [None, 100.0])
@pytest.mark.parametrize("seed", range(5))
def test_average_linkage_of_a_complete_graph(seed, missing):
    points = np.random.default_rng(seed).normal(size=(120, 3))
    rows, cols = np.triu_indices(120, 1)
    ours = average_linkage(120, rows, cols, pdist(points), missing=missing)
    expected = linkage(pdist(points), "average")
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_average_linkage_with_pairs_at_the_missing_distance():
    rng = np.random.default_rng(1)
    matrix = np.triu(rng.random((90, 90)), 1)
    rows, cols = np.nonzero((matrix > 0) & (matrix < 0.02))
    ours = average_linkage(90, rows, cols, matrix[rows, cols], missing=0.5)
    full = np.where((matrix > 0) & (matrix < 0.02), matrix, 0.5)
    expected = linkage(full[np.triu_indices(90, 1)], "average")
    below = expected[:, 2] < 0.5 - 1e-9  # where the edges end, ours goes on at infinity
    assert 60 < below.sum() < 89
    np.testing.assert_allclose(ours[below], expected[below], rtol=1e-9)
