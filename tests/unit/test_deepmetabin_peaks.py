"""Prominent peaks on examples that are worked out by hand, and of points drawn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from latentbin.deepmetabin.graph import nearest, neighbour_graph
from latentbin.deepmetabin.options import ClusterOptions
from latentbin.deepmetabin.peaks import prominent_peaks
from latentbin.graph_file import Graph


def path_of(*heights):
    """Contigs in a row, each joined to the next; density exp(height)."""
    n = len(heights)
    ones = np.ones(max(n - 1, 0), np.float32)
    row = np.arange(n - 1)
    return Graph(n, row, row + 1, ones, ones, np.exp(-np.array(heights)).astype(np.float32))


def graph_of(points, k=20):
    return neighbour_graph(*nearest(points.astype(np.float32), k, threads=1, seed=0))


@pytest.mark.parametrize(
    ("prominence", "at_least", "expected"),
    [
        (0, 1, [0, 0, 2, 2, 1]),
        (0.9, 1, [0, 0, 2, 2, 1]),
        (1.1, 1, [0, 0, 1, 1, 1]),
        (2.9, 1, [0, 0, 1, 1, 1]),
        (3.1, 1, [0, 0, 0, 0, 0]),
        (3.1, 2, [0, 0, 1, 1, 1]),
        (3.1, 3, [0, 0, 2, 2, 1]),
        (3.1, 9, [0, 0, 2, 2, 1]),
    ],
)
def test_a_peak_is_joined_where_it_stands_little_above_the_saddle(prominence, at_least, expected):
    graph = path_of(5, 1.01, 3, 2.01, 4)
    assert prominent_peaks(graph, prominence, at_least).tolist() == expected


def test_a_lump_joins_the_peak_that_it_touches():
    # 9 and 7 part at 3; the lump at 4 touches 7 only, at 2, where 9 and 7 are long one part
    graph = path_of(9, 3, 7, 2, 4)
    assert prominent_peaks(graph, 0).tolist() == [0, 0, 1, 1, 2]
    assert prominent_peaks(graph, 3).tolist() == [0, 0, 1, 1, 1]
    assert prominent_peaks(graph, 5).tolist() == [0, 0, 0, 0, 0]


def test_parts_of_the_graph_are_never_joined():
    apart = Graph(
        4,
        np.array([0, 2]),
        np.array([1, 3]),
        np.ones(2, np.float32),
        np.ones(2, np.float32),
        np.array([3, 4, 1, 2], np.float32),
    )
    assert prominent_peaks(apart, 100).tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_contig(n):
    assert prominent_peaks(path_of(*[1.0] * n), 0.2, 5).tolist() == [0] * n


def test_equal_points_are_one_peak():
    assert prominent_peaks(graph_of(np.ones((30, 3)), 5), 0.2).tolist() == [0] * 30


def test_thin_and_thick_genomes_are_one_peak_each():
    rng = np.random.default_rng(1)
    truth = np.repeat([0, 1, 2], [400, 100, 40])
    spread = np.array([0.3, 1.0, 2.0])[truth, None]
    points = 8 * np.eye(3)[truth] + rng.normal(0, 1, (len(truth), 3)) * spread
    labels = prominent_peaks(graph_of(points), 0.5)
    assert labels.max() + 1 == 3
    assert adjusted_rand_score(truth, labels) > 0.97


def test_the_lumps_of_a_large_genome_are_no_genomes():
    points = np.random.default_rng(2).uniform(0, 10, (2000, 2))
    graph = graph_of(points)
    assert prominent_peaks(graph, 0).max() + 1 > 20
    assert prominent_peaks(graph, 0.5).max() + 1 == 1
    default = ClusterOptions().prominence
    assert prominent_peaks(graph_of(points, 40), default).max() + 1 <= 3
