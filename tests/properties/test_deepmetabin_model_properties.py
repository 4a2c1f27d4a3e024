"""The neighbours that batches fetch, against a loop over contigs."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from latentbin.deepmetabin.model import linked_neighbours
from latentbin.graph_file import Graph

WEIGHTS = st.floats(np.float32(1e-30), 1, width=32)
DISTANCES = st.sampled_from([0.0, 0.5, 1.0, 2.0])  # few, so that some are equal


@st.composite
def graphs(draw):
    n = draw(st.integers(1, 10))
    pairs = [(u, v) for u in range(n) for v in range(u + 1, n) if draw(st.booleans())]
    m = len(pairs)
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    distance = np.array(draw(st.lists(DISTANCES, min_size=m, max_size=m)), np.float32)
    weight = np.array(draw(st.lists(WEIGHTS, min_size=m, max_size=m)), np.float32)
    u, v = np.ascontiguousarray(ends.T)
    return Graph(n, u, v, distance, weight, np.ones(n, np.float32))


@given(graphs(), st.integers(0, 5))
def test_as_a_loop_over_contigs_has_it(graph, n_links):
    neighbours, share = linked_neighbours(graph, n_links)
    assert neighbours.shape == share.shape == (graph.n, n_links)
    assert neighbours.dtype == np.int64
    assert share.dtype == np.float32
    edges = list(zip(graph.u, graph.v, graph.distance, graph.weight, strict=True))
    for row in range(graph.n):
        links = [(d, v if u == row else u, w) for u, v, d, w in edges if row in (u, v)]
        links = sorted(links)[:n_links]
        total = sum(math.exp(weight) for *_, weight in links)
        missing = n_links - len(links)
        assert neighbours[row].tolist() == [other for _, other, _ in links] + [row] * missing
        expected = [math.exp(weight) / total for *_, weight in links] + [0] * missing
        np.testing.assert_allclose(share[row], expected, rtol=1e-5)
        assert math.isclose(share[row].sum(), 1 if links else 0, rel_tol=1e-5)


def test_by_hand():
    # 0 has four links, the nearest of them 4 and, of equals, 1; 5 has none
    u, v = np.array([0, 0, 0, 0]), np.array([1, 2, 3, 4])
    distance = np.array([2, 2, 3, 1], np.float32)
    weight = np.array([1.0, 0.5, 0.9, 0.5], np.float32)
    neighbours, share = linked_neighbours(
        Graph(6, u, v, distance, weight, np.ones(6, np.float32)), 3
    )
    assert neighbours.tolist() == [
        [4, 1, 2], [0, 1, 1], [0, 2, 2], [0, 3, 3], [0, 4, 4], [5, 5, 5],
    ]  # fmt: skip
    half, one = math.exp(0.5), math.exp(1)
    total = 2 * half + one
    np.testing.assert_allclose(share[0], [half / total, one / total, half / total], rtol=1e-6)
    assert share[1:].tolist() == [[1, 0, 0]] * 4 + [[0, 0, 0]]
