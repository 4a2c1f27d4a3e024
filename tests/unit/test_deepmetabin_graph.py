"""The must-link graph on examples that are worked out by hand."""

import json

import numpy as np
import pytest

from latentbin.deepmetabin.graph import (
    core_contigs,
    dbscan_labels,
    edge_report,
    nearest,
    neighbour_graph,
    peak_labels,
    propagate,
    refine,
)
from latentbin.graph_file import Graph


def line(*places):
    return np.array(places, np.float32)[:, None]


def graph_of(points, k):
    return neighbour_graph(*nearest(points, k, threads=1, seed=0))


def weighted(n, edges):
    """A graph from (u, v, weight), all of distance 1."""
    u, v, weight = (np.array(part) for part in zip(*sorted(edges), strict=True))
    ones = np.ones(len(u), np.float32)
    return Graph(n, u, v, ones, weight.astype(np.float32), np.ones(n, np.float32))


def test_an_edge_needs_one_of_two():
    # 0 - 1 and 1 - 2 are nearest; 3 looks to 2, which does not look back
    graph = graph_of(line(0, 1, 2.5, 6), 1)
    assert list(zip(graph.u, graph.v, strict=True)) == [(0, 1), (1, 2), (2, 3)]
    assert graph.distance.tolist() == [1, 1.5, 3.5]
    assert graph.scale.tolist() == [1, 1, 1.5, 3.5]
    expected = np.exp([-1 / 2, -1.5 * 1.5 / (2 * 1.5), -3.5 * 3.5 / (2 * 1.5 * 3.5)])
    assert graph.weight == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_points(n):
    points = np.arange(2 * n, dtype=np.float32).reshape(n, 2)
    graph = graph_of(points, 3)
    assert (graph.n, len(graph)) == (n, n // 2)
    refined = refine(graph, min_samples=1)
    assert refined.labels.tolist() == [0] * n
    assert len(refined.graph) == n // 2
    # a contig alone is not core
    assert refine(graph).labels.tolist() == [-1] * n
    report = edge_report(graph, np.zeros(n, np.int64))
    assert report["same_genome"] == (1 if n == 2 else None)
    json.dumps(report)


def test_equal_points_are_at_distance_0():
    points = np.repeat(np.random.default_rng(0).normal(100, 1, (2, 30)), 6, axis=0)
    indices, distances = nearest(points.astype(np.float32), 3, threads=1, seed=0)
    assert (distances == 0).all()
    assert (indices // 6 == np.arange(12)[:, None] // 6).all()
    assert (indices != np.arange(12)[:, None]).all()
    graph = neighbour_graph(indices, distances)
    assert (graph.weight == 1).all()
    assert np.array_equal(refine(graph).labels, np.repeat([0, 1], 6))


def test_a_contig_far_from_equal_ones_hardly_weighs():
    graph = graph_of(line(0, 0, 0, 5), 2)
    assert graph.weight[graph.v == 3].max() == np.finfo(np.float32).tiny
    assert graph.weight[graph.v < 3].tolist() == [1, 1, 1]


def test_neighbours_that_were_not_found():
    indices = np.array([[1, -1], [0, -1], [-1, -1]], np.int32)
    distances = np.array([[2, np.inf], [2, np.inf], [np.inf, np.inf]], np.float32)
    graph = neighbour_graph(indices, distances)
    assert (graph.u.tolist(), graph.v.tolist()) == ([0], [1])
    assert graph.scale.tolist() == [2, 2, 0]


def test_labels_reach_the_rest():
    #  0 - 1 - 2 - 3 - 4, labels at the ends; 2 hears both sides, 3 louder
    graph = weighted(6, [(0, 1, 0.9), (1, 2, 0.4), (2, 3, 0.5), (3, 4, 0.9)])
    start = np.array([0, -1, -1, -1, 4, -1])
    labels, rounds = propagate(graph, start)
    assert labels.tolist() == [0, 0, 4, 4, 4, -1]
    assert rounds == 2
    assert start.tolist() == [0, -1, -1, -1, 4, -1]


def test_a_contig_gives_in_to_its_neighbours():
    graph = weighted(4, [(0, 1, 0.6), (0, 2, 0.6), (1, 2, 1), (2, 3, 1)])
    start = np.array([0, 1, 1, 1])
    assert propagate(graph, start)[0].tolist() == [1, 1, 1, 1]
    fixed = np.array([True, False, False, False])
    assert propagate(graph, start, fixed=fixed)[0].tolist() == [0, 1, 1, 1]


def test_two_contigs_do_not_swap_labels_for_ever():
    labels, rounds = propagate(weighted(2, [(0, 1, 0.5)]), np.array([0, 1]))
    assert (labels.tolist(), rounds) == ([0, 1], 0)


def test_rounds_are_bounded():
    path = weighted(10, [(i, i + 1, 1) for i in range(9)])
    start = np.array([0] + [-1] * 9)
    labels, rounds = propagate(path, start, rounds=4)
    assert rounds == 4
    assert labels.tolist() == [0] * 5 + [-1] * 5


def bridged():
    """Two blobs of 200, and a thin bridge of contigs between them."""
    rng = np.random.default_rng(1)
    blobs = [rng.normal((x, 0), 1, (200, 2)) for x in (0, 12)]
    bridge = np.column_stack((np.linspace(2, 10, 25), rng.normal(0, 0.05, 25)))
    return np.vstack((*blobs, bridge)).astype(np.float32)


def test_dbscan_runs_over_a_bridge_and_peaks_do_not():
    found = nearest(bridged(), 12, threads=1, seed=0)
    graph = neighbour_graph(found[0][:, :3], found[1][:, :3])
    wide = neighbour_graph(*found)
    chained = refine(graph, wide, eps=1.0, seeds="dbscan")
    assert chained.labels[0] == chained.labels[200]
    split = refine(graph, wide, eps=1.0)
    left, right = split.labels[:200], split.labels[200:400]
    assert not np.intersect1d(left[left >= 0], right[right >= 0]).size


def test_seeds_of_two_groups():
    graph = graph_of(line(0, 1, 2, 3, 10, 11, 12, 13, 30), 2)
    core = core_contigs(graph, 1.5, 3)
    assert np.flatnonzero(core).tolist() == [1, 2, 5, 6]
    labels = dbscan_labels(graph, core, 1.5)
    assert (labels >= 0).tolist() == core.tolist()
    assert labels[1] == labels[2] != labels[5] == labels[6]
    # scales 1: of equals, the first is the denser
    assert peak_labels(graph, core).tolist() == [-1, 1, 1, -1, -1, 5, 5, -1, -1]


def test_what_goes_at_which_step():
    # two triangles with their peaks in 0 and 3, joined by 2 - 3; 6 starts with the label of 2, and
    # takes the other's, of weight 1.3, over its own and 2's, of 1.2
    edges = [(0, 1, 1), (0, 2, 1), (1, 2, 1), (3, 4, 1), (3, 5, 1), (4, 5, 1), (2, 3, 0.1)]
    edges += [(2, 6, 0.2), (3, 6, 0.5), (4, 6, 0.5), (5, 6, 0.3)]
    graph = weighted(7, edges)
    graph.distance[0] = 2  # 0 - 1
    graph.scale[[2, 3, 6]] = [1.5, 0.5, 9]
    refined = refine(graph, eps=1.0, min_samples=2, disagreement=0.2)
    counts = refined.counts
    assert counts["edges"] == 11
    assert counts["edges_too_long"] == 1
    assert counts["edges_between_labels"] == 2  # 2 - 3 and 2 - 6
    assert counts["disagreeing_contigs"] == 3  # 2 (2 of 4), 3 (1 of 4), 6 (1 of 4)
    assert counts["edges_of_disagreeing_contigs"] == 7
    assert list(zip(refined.graph.u, refined.graph.v, strict=True)) == [(4, 5)]
    assert counts["contigs_with_edges"] == 2
    assert refined.labels.tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_graphs_are_of_the_same_contigs():
    with pytest.raises(ValueError, match="the wide graph has 3 contigs, expected 2"):
        refine(graph_of(line(0, 1), 1), graph_of(line(0, 1, 2), 1))


def test_report_of_edges():
    graph = weighted(6, [(0, 1, 1), (1, 2, 1), (2, 3, 1), (3, 4, 1)])
    report = edge_report(graph, np.array([7, 7, 7, 8, -1, 8]))
    assert report == {
        "edges": 4,
        "judged_edges": 3,
        "same_genome": pytest.approx(2 / 3),
        "with_edges": pytest.approx(5 / 6),
    }
