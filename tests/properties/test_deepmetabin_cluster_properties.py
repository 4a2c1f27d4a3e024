"""The links among some contigs equal those that a plain loop finds."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.deepmetabin.cluster import must_links
from latentbin.graph_file import Graph


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
@settings(max_examples=80)
def test_links_among_some_contigs(seed, n):
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, n, (2, int(rng.integers(0, 3 * n))))
    pair = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    u, v = pair // n, pair % n
    u, v = u[u < v], v[u < v]
    weight = (1 - rng.random(len(u))).astype(np.float32)
    graph = Graph(n, u, v, weight, weight, np.ones(n, np.float32))
    rows = np.flatnonzero(rng.random(n) < rng.random())
    links, weights = must_links(graph, graph.adjacency(), rows)
    place = {int(row): number for number, row in enumerate(rows)}
    expected = [
        (place[a], place[b], worth)
        for a, b, worth in zip(u.tolist(), v.tolist(), weight.tolist(), strict=True)
        if a in place and b in place
    ]
    assert [(*link, worth) for link, worth in zip(links.tolist(), weights, strict=True)] == expected
