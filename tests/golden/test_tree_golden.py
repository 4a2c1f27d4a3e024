"""Linkages equal scipy's."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

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
