"""Trees equal scipy's, neighbours those of the matrix of all pairs."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet
from scipy.cluster.hierarchy import linkage as linkage_by_scipy
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from latentbin.tree.average import average_linkage
from latentbin.tree.connect import connected_tree
from latentbin.tree.dendrogram import linkage_of_tree
from latentbin.tree.distance import composite
from latentbin.tree.mst import exact_tree
from latentbin.tree.neighbours import graph_edges, neighbours


@pytest.mark.parametrize("seed", range(5))
def test_single_linkage_of_the_spanning_tree(seed):
    points = np.random.default_rng(seed).normal(size=(150, 3))
    distances = pdist(points)
    tree = minimum_spanning_tree(squareform(distances)).tocoo()
    ours = linkage_of_tree(150, tree.row, tree.col, tree.data)
    expected = linkage_by_scipy(distances, "single")
    np.testing.assert_array_equal(ours[:, 2:], expected[:, 2:])
    np.testing.assert_array_equal(cophenet(ours), cophenet(expected))


@pytest.mark.parametrize("missing", [None, 100.0])
@pytest.mark.parametrize("seed", range(5))
def test_average_linkage_of_a_complete_graph(seed, missing):
    points = np.random.default_rng(seed).normal(size=(120, 3))
    rows, cols = np.triu_indices(120, 1)
    ours = average_linkage(120, rows, cols, pdist(points), missing=missing)
    expected = linkage_by_scipy(pdist(points), "average")
    np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_average_linkage_with_pairs_at_the_missing_distance():
    rng = np.random.default_rng(1)
    matrix = np.triu(rng.random((90, 90)), 1)
    rows, cols = np.nonzero((matrix > 0) & (matrix < 0.02))
    ours = average_linkage(90, rows, cols, matrix[rows, cols], missing=0.5)
    full = np.where((matrix > 0) & (matrix < 0.02), matrix, 0.5)
    expected = linkage_by_scipy(full[np.triu_indices(90, 1)], "average")
    below = expected[:, 2] < 0.5 - 1e-9  # where the edges end, ours goes on at infinity
    assert 60 < below.sum() < 89
    np.testing.assert_allclose(ours[below], expected[below], rtol=1e-9)


def random_points(n, seed):
    """A few clusters in two blocks; the last point is there twice."""
    rng = np.random.default_rng(seed)
    blocks = []
    for width in (24, 7):
        centres = rng.normal(size=(12, width))
        block = centres[np.arange(n) % 12] + 0.4 * rng.normal(size=(n, width))
        block[-1] = block[-2]
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        blocks.append(block.astype(np.float32))
    return blocks


def dense(blocks, weights):
    """The definition, in double precision."""
    squared = np.zeros((len(blocks[0]),) * 2)
    for block, weight in zip(blocks, weights, strict=True):
        block = block.astype(np.float64)
        chord = np.linalg.norm(block[:, None] - block, axis=2)
        squared += weight * (2 * np.arcsin(chord / 2)) ** 2
    cosine = blocks[0].astype(np.float64) @ blocks[0].T
    if len(blocks) == 1:  # the chord is but another way to the same angle
        np.testing.assert_allclose(squared, weights[0] * np.arccos(cosine) ** 2, atol=1e-3)
    return np.sqrt(squared)


@pytest.mark.parametrize("weights", [(0.8, 1.2), (2.0, 0.0)])
def test_the_exact_spanning_tree(weights):
    blocks = random_points(400, 3)
    u, v, distance = exact_tree(composite(blocks, weights))
    matrix = dense(blocks, weights)
    # scipy takes a distance of 0 for a missing edge
    expected = minimum_spanning_tree(matrix + 1).data - 1
    np.testing.assert_allclose(np.sort(distance), np.sort(expected), atol=1e-5)
    np.testing.assert_allclose(distance, matrix[u, v], atol=1e-5)
    linkage = linkage_of_tree(400, u, v, distance)
    single = squareform(cophenet(linkage_by_scipy(squareform(matrix, checks=False), "single")))
    np.testing.assert_allclose(squareform(cophenet(linkage)), single, atol=1e-5)


@pytest.mark.parametrize("exact_up_to", [10_000, 100])
def test_nearest_neighbours(exact_up_to):
    blocks = random_points(700, 4)
    weights = (0.8, 1.2)
    indices, distances = neighbours(
        composite(blocks, weights), 20, threads=1, seed=0, exact_up_to=exact_up_to
    )
    matrix = dense(blocks, weights)
    np.testing.assert_allclose(
        distances, np.take_along_axis(matrix, indices.astype(int), 1), atol=1e-5
    )
    np.fill_diagonal(matrix, np.inf)
    expected = np.argsort(matrix, axis=1)[:, :20]
    shared = [len(np.intersect1d(a, b)) for a, b in zip(indices, expected, strict=True)]
    assert np.mean(shared) / 20 > (0.999 if exact_up_to > 700 else 0.98)
    assert indices[-1, 0] == 698
    assert distances[-1, 0] == 0


def test_the_tree_of_a_neighbour_graph_in_parts():
    blocks = random_points(600, 5)
    points = composite(blocks, (0.8, 1.2))
    edges = graph_edges(*neighbours(points, 8, threads=1, seed=0))
    part = connected_components(coo_array((edges[2] + 1, edges[:2]), shape=(600, 600)))[0]
    assert part > 5
    u, v, distance = connected_tree(points, *edges)
    assert len(u) == 599
    assert np.isfinite(linkage_of_tree(600, u, v, distance)).all()
    np.testing.assert_allclose(distance, dense(blocks, (0.8, 1.2))[u, v], atol=1e-5)
    shortest = exact_tree(points)[2].sum()
    assert shortest - 1e-4 <= distance.sum() <= 1.001 * shortest
