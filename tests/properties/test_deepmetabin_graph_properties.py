"""What holds for the must-link graph of any points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.deepmetabin.graph import nearest, neighbour_graph, refine

SEEDS = st.integers(0, 2**32 - 1)
searching = settings(max_examples=40)


def random_points(seed, n):
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 4, (rng.integers(1, 5), 5))
    return (centres[rng.integers(0, len(centres), n)] + rng.normal(size=(n, 5))).astype(np.float32)


def graphs(points, k, wide):
    indices, distances = nearest(points, wide, threads=1, seed=0)
    return (
        neighbour_graph(indices[:, :k], distances[:, :k]),
        neighbour_graph(indices, distances),
        indices,
    )


def pairs(graph):
    return set(zip(graph.u.tolist(), graph.v.tolist(), strict=True))


def partition(labels):
    """Which contigs are together, whatever their label is called."""
    return {tuple(np.flatnonzero(labels == label)) for label in set(labels.tolist()) - {-1}}


@searching
@given(SEEDS, st.integers(1, 60), st.integers(1, 5))
def test_edges_are_those_of_the_nearest(seed, n, k):
    graph, _, indices = graphs(random_points(seed, n), k, k)
    expected = {
        (min(row, other), max(row, other)) for row in range(n) for other in indices[row].tolist()
    }
    assert pairs(graph) == expected
    assert (graph.degree() >= min(k, n - 1)).all()
    begin, other, edge = graph.adjacency()
    row = np.repeat(np.arange(n), np.diff(begin))
    assert {(min(a, b), max(a, b)) for a, b in zip(row, other, strict=True)} == expected
    assert np.array_equal(np.sort(graph.u[edge] + graph.v[edge] - row), np.sort(other))


@searching
@given(SEEDS, st.integers(2, 80), st.sampled_from(["peaks", "dbscan"]))
def test_permuted_contigs_give_the_permuted_graph(seed, n, seeds):
    points = random_points(seed, n)
    order = np.random.default_rng(seed).permutation(n)
    one, other = graphs(points, 3, 8), graphs(points[order], 3, 8)
    assert pairs(one[0].renumbered(order)) == pairs(other[0])
    first = refine(*one[:2], seeds=seeds)
    second = refine(*other[:2], seeds=seeds)
    moved = first.graph.renumbered(order)
    assert pairs(moved) == pairs(second.graph)
    assert np.array_equal(moved.weight, second.graph.weight)
    assert partition(first.labels[order]) == partition(second.labels)
    assert first.counts == second.counts


@searching
@given(
    SEEDS,
    st.integers(1, 80),
    st.sampled_from(["peaks", "dbscan"]),
    st.integers(1, 6),
    st.floats(0, 1),
)
def test_refinement_only_removes(seed, n, seeds, min_samples, disagreement):
    graph, wide, _ = graphs(random_points(seed, n), 3, 8)
    refined = refine(graph, wide, seeds=seeds, min_samples=min_samples, disagreement=disagreement)
    kept = refined.graph
    assert pairs(kept) <= pairs(graph)
    assert (refined.labels[kept.u] == refined.labels[kept.v]).all()
    assert (refined.labels[kept.u] >= 0).all()
    assert (kept.distance <= refined.eps).all()
    labels = refined.labels[refined.labels >= 0]
    assert sorted(set(labels)) == list(range(refined.counts["labels"]))
    counts = refined.counts
    assert counts["edges"] == sum(
        counts[f"edges_{why}"]
        for why in ("too_long", "between_labels", "of_disagreeing_contigs", "kept")
    )
    again = refine(graph, wide, seeds=seeds, min_samples=min_samples, disagreement=disagreement)
    assert pairs(again.graph) == pairs(kept)


@searching
@given(SEEDS, st.integers(6, 40), st.integers(6, 40), st.sampled_from(["peaks", "dbscan"]))
def test_blobs_far_apart_never_share_an_edge(seed, n_left, n_right, seeds):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n_left + n_right, 4)).astype(np.float32)
    points[n_left:] += 100
    blob = np.arange(len(points)) >= n_left
    graph, wide, _ = graphs(points, 3, 5)
    refined = refine(graph, wide, seeds=seeds)
    for each in (graph, wide, refined.graph):
        assert (blob[each.u] == blob[each.v]).all()
    left, right = refined.labels[~blob], refined.labels[blob]
    assert not set(left[left >= 0]) & set(right[right >= 0])
