"""What prominent peaks must be on any graph; ToMATo as in its paper, contig by contig, agrees."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from latentbin.deepmetabin.graph import nearest, neighbour_graph
from latentbin.deepmetabin.peaks import prominent_peaks
from latentbin.graph_file import Graph

SEEDS = st.integers(0, 2**32 - 1)
PROMINENCE = st.sampled_from([0.0, 0.05, 0.2, 0.5, 1.0, 2.0, 50.0])
searching = settings(max_examples=60)


def random_graph(seed, ties=False):
    """Of few edges to many; densities of its own, or of few different values."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    one, other = rng.integers(0, n, (2, int(rng.integers(0, 4 * n))))
    pair = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    u, v = pair // n, pair % n
    u, v = u[u < v], v[u < v]
    distance = rng.integers(1, 4, len(u)) if ties else rng.random(len(u))
    scale = rng.integers(0, 4, n) if ties else np.exp(rng.normal(0, 1, n))
    return Graph(
        n,
        u,
        v,
        distance.astype(np.float32),
        np.ones(len(u), np.float32),
        scale.astype(np.float32),
    )


def tomato(graph, prominence):
    """Chazal et al., algorithm 1; a contig climbs to the nearest denser neighbour."""
    height = -np.log(np.maximum(graph.scale.astype(float), np.finfo(np.float32).tiny))
    rank = np.argsort(np.argsort(graph.scale, kind="stable"))
    around = [{} for _ in range(graph.n)]
    for u, v, distance in zip(graph.u, graph.v, graph.distance, strict=True):
        around[u][v] = around[v][u] = distance
    root = list(range(graph.n))

    def find(contig):
        return contig if root[contig] == contig else find(root[contig])

    for contig in np.argsort(rank):
        denser = sorted((other for other in around[contig] if rank[other] < rank[contig]),
                        key=lambda other: rank[other])  # fmt: skip
        if denser:
            root[contig] = min(denser, key=lambda other: (around[contig][other], other))
        for other in denser:
            high, low = sorted((find(contig), find(other)), key=lambda top: rank[top])
            if high != low and height[low] - height[contig] < prominence:
                root[low] = high
    tops = sorted({find(contig) for contig in range(graph.n)}, key=lambda top: rank[top])
    return np.array([tops.index(find(contig)) for contig in range(graph.n)])


def parts_of(graph, edges=slice(None)):
    ends = (graph.u[edges], graph.v[edges])
    matrix = coo_array((np.ones(len(ends[0])), ends), (graph.n, graph.n))
    return connected_components(matrix, directed=False)


def within(fine, coarse):
    """Each label of ``fine`` is in one of ``coarse``."""
    return len(set(zip(fine, coarse, strict=True))) == len(set(fine))


@searching
@given(SEEDS, PROMINENCE, st.booleans())
def test_labels_are_those_of_tomato(seed, prominence, ties):
    graph = random_graph(seed, ties)
    expected = tomato(graph, prominence)
    assert prominent_peaks(graph, prominence).tolist() == expected.tolist()


@searching
@given(st.integers(0, 2**32 - 1), st.integers(2, 80), st.integers(1, 8), PROMINENCE)
def test_and_on_the_neighbours_of_points(seed, n, k, prominence):
    points = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
    graph = neighbour_graph(*nearest(points, k, threads=1, seed=0))
    expected = tomato(graph, prominence)
    assert prominent_peaks(graph, prominence).tolist() == expected.tolist()


@searching
@given(SEEDS, PROMINENCE, st.integers(1, 12), st.booleans())
def test_labels_are_numbered_peaks_and_in_one_piece(seed, prominence, at_least, ties):
    graph = random_graph(seed, ties)
    labels = prominent_peaks(graph, prominence, at_least)
    rank = np.argsort(np.argsort(graph.scale, kind="stable"))
    k = labels.max() + 1
    assert np.array_equal(np.unique(labels), np.arange(k))
    tops = [min(np.flatnonzero(labels == label), key=rank.__getitem__) for label in range(k)]
    assert (np.diff(rank[tops]) > 0).all()
    for top in tops:
        around = np.append(graph.v[graph.u == top], graph.u[graph.v == top])
        assert (rank[around] > rank[top]).all()
    # as many pieces as labels: none has contigs of two parts of the graph, or none between
    assert parts_of(graph, labels[graph.u] == labels[graph.v])[0] == k


@searching
@given(SEEDS, PROMINENCE, PROMINENCE, st.integers(1, 12), st.booleans())
def test_a_higher_demand_joins_labels(seed, one, other, at_least, ties):
    graph = random_graph(seed, ties)
    low, high = min(one, other), max(one, other)
    fine, coarse = (prominent_peaks(graph, level, at_least) for level in (low, high))
    assert within(fine, coarse)
    assert within(prominent_peaks(graph, high, at_least + 1), coarse)
    assert within(coarse, parts_of(graph)[1])


@searching
@given(SEEDS, PROMINENCE, st.integers(1, 60), st.booleans())
def test_at_least_so_many_if_there_are_as_many_peaks(seed, prominence, at_least, ties):
    graph = random_graph(seed, ties)
    n_peaks, freely = (prominent_peaks(graph, level).max() + 1 for level in (0, prominence))
    found = prominent_peaks(graph, prominence, at_least).max() + 1
    assert found == max(freely, min(at_least, n_peaks))


@searching
@given(SEEDS, PROMINENCE, st.integers(1, 12))
def test_the_order_of_the_contigs_does_not_matter(seed, prominence, at_least):
    graph = random_graph(seed)
    order = np.random.default_rng(seed).permutation(graph.n)
    expected = prominent_peaks(graph, prominence, at_least)[order]
    got = prominent_peaks(graph.renumbered(order), prominence, at_least)
    assert got.tolist() == expected.tolist()
