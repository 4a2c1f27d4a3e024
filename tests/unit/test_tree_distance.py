"""Composite distance, neighbours and trees: edges of the domain, and what is refused."""

import numpy as np
import pytest

from latentbin.tree.connect import connected_tree
from latentbin.tree.dendrogram import linkage_of_tree
from latentbin.tree.distance import composite
from latentbin.tree.mst import exact_tree
from latentbin.tree.neighbours import graph_edges, neighbours


def circle(*degrees):
    angle = np.radians(degrees)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def test_squares_of_the_angles_are_added():
    points = composite([circle(0, 30), circle(0, 180)], [0.5, 1.5])
    expected = np.sqrt(0.5 * np.radians(30) ** 2 + 1.5 * np.pi**2)
    assert exact_tree(points)[2] == pytest.approx([expected])
    assert neighbours(points, 1, threads=1, seed=0)[1] == pytest.approx(expected)


def test_the_tree_goes_round_the_circle():
    u, v, distance = exact_tree(composite([circle(0, 100, 40, 60, 190)], [1.0]))
    edges = sorted(sorted(edge) for edge in zip(u.tolist(), v.tolist(), strict=True))
    assert edges == [[0, 2], [1, 3], [1, 4], [2, 3]]
    np.testing.assert_allclose(np.sort(np.degrees(distance)), [20, 40, 40, 90], rtol=1e-5)


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_points(n):
    points = composite([circle(0, 90)[:n]], [1.0])
    assert len(exact_tree(points)[0]) == n - 1
    indices, distances = neighbours(points, 5, threads=1, seed=0)
    assert indices.tolist() == ([[]] if n == 1 else [[1], [0]])
    u, v, length = connected_tree(points, *graph_edges(indices, distances))
    assert linkage_of_tree(n, u, v, length).shape == (n - 1, 4)


def test_groups_without_an_edge_are_joined_by_their_nearest_points():
    groups = [0, 1, 2, 30, 31, 32, 90, 91, 92]
    points = composite([circle(*groups)], [1.0])
    edges = graph_edges(*neighbours(points, 2, threads=1, seed=0))
    _, _, distance = connected_tree(points, *edges)
    np.testing.assert_allclose(np.sort(np.degrees(distance)), [1, 1, 1, 1, 1, 1, 28, 58], rtol=1e-4)


def test_neighbours_do_not_depend_on_threads_where_all_pairs_are_compared():
    rng = np.random.default_rng(0)
    block = rng.normal(size=(3000, 16))
    block = (block / np.linalg.norm(block, axis=1, keepdims=True)).astype(np.float32)
    points = composite([block], [1.0])
    one, two = (neighbours(points, 10, threads=threads, seed=0) for threads in (1, 2))
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="a weight each and the same number of rows"):
        composite([circle(0, 1)], [1.0, 1.0])
    with pytest.raises(ValueError, match="a weight each and the same number of rows"):
        composite([circle(0, 1), circle(0)], [1.0, 1.0])
    with pytest.raises(ValueError, match="not of length 1"):
        composite([2 * circle(0, 1)], [1.0])
    with pytest.raises(ValueError, match="not of length 1"):
        composite([np.nan * circle(0, 1)], [1.0])
    for weights in ([0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0]):
        with pytest.raises(ValueError, match="expected >= 0 and one above"):
            composite([circle(0), circle(0)], weights)
