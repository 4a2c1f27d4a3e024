"""Trees and cuts against brute force and against what must hold for any of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet, fcluster, is_valid_linkage
from scipy.spatial.distance import squareform

from latentbin.scg import Markers
from latentbin.tree.average import average_linkage
from latentbin.tree.dendrogram import linkage_of_tree
from latentbin.tree.select import Reward, best_cut, labels_of_cut, node_genes, node_rewards

SEEDS = st.integers(0, 2**32 - 1)


def random_linkage(rng, n):
    parents = np.array([rng.integers(0, child) for child in range(1, n)], np.int64)
    lengths = rng.integers(0, 5, n - 1) / 4  # few values: ties
    return linkage_of_tree(n, parents, np.arange(1, n), lengths)


def random_markers(rng, n, n_genes, share=0.3):
    contig, gene = np.nonzero(rng.random((n, n_genes)) < share)
    partial = rng.random(len(gene)) < 0.4
    return Markers(tuple(f"g{i}" for i in range(n_genes)), contig, gene, n, partial)


def leaves_below(linkage):
    n = len(linkage) + 1
    below = [{leaf} for leaf in range(n)]
    for left, right in linkage[:, :2].astype(int):
        below.append(below[left] | below[right])
    return below


def all_cuts(linkage, node):
    n = len(linkage) + 1
    yield (node,)
    if node >= n:
        left, right = linkage[node - n, :2].astype(int)
        for a in all_cuts(linkage, left):
            for b in all_cuts(linkage, right):
                yield a + b


@given(SEEDS, st.integers(1, 30), st.integers(0, 40))
def test_any_forest_gives_one_tree(seed, n, n_edges):
    rng = np.random.default_rng(seed)
    u, v = rng.integers(0, n, n_edges), rng.integers(0, n, n_edges)
    length = rng.integers(0, 5, n_edges) / 4
    linkage = linkage_of_tree(n, u, v, length)
    assert linkage.shape == (n - 1, 4)
    if n > 1:
        assert is_valid_linkage(linkage)
        assert (np.sort(linkage[:, 2]) == linkage[:, 2]).all()
    # two leaves are joined below infinity where a path of edges connects them, and only there
    near = leaves_below(linkage)
    component = np.arange(n)
    for _ in range(n):
        low = np.minimum(component[u], component[v])
        np.minimum.at(component, u, low)
        np.minimum.at(component, v, low)
    for row, (left, right) in enumerate(linkage[:, :2].astype(int)):
        members = component[list(near[left] | near[right])]
        assert (len(set(members.tolist())) == 1) == (linkage[row, 2] < np.inf)


@given(SEEDS, st.integers(2, 30))
def test_the_order_of_the_edges_does_not_matter(seed, n):
    rng = np.random.default_rng(seed)
    u, v = rng.integers(0, n, 60), rng.integers(0, n, 60)
    length = rng.integers(0, 5, 60) / 4
    order = rng.permutation(60)
    turned = rng.random(60) < 0.5
    a, b = np.where(turned, v, u)[order], np.where(turned, u, v)[order]
    expected = linkage_of_tree(n, u, v, length)
    np.testing.assert_array_equal(linkage_of_tree(n, a, b, length[order]), expected)


@given(SEEDS, st.integers(1, 20), st.integers(1, 130))
def test_genes_of_a_node_are_those_of_its_leaves(seed, n, n_genes):
    rng = np.random.default_rng(seed)
    linkage, markers = random_linkage(rng, n), random_markers(rng, n, n_genes)
    seen, copies = node_genes(linkage, markers)
    for node, leaves in enumerate(leaves_below(linkage)):
        label = np.full(n, -1)
        label[list(leaves)] = 0
        by_gene = markers.copies(label, 1)[0]
        assert seen[node] == (by_gene > 0).sum()
        assert copies[node] == by_gene.sum()
    assert len(seen) == len(copies) == 2 * n - 1


@given(SEEDS, st.integers(1, 12))
def test_a_tree_over_some_contigs_of_the_catalogue(seed, n):
    rng = np.random.default_rng(seed)
    linkage, markers = random_linkage(rng, n), random_markers(rng, 30, 40)
    rows = rng.permutation(30)[:n]
    table = np.zeros((30, 40), bool)
    table[markers.contig, markers.gene] = True
    contig, gene = np.nonzero(table[rows])
    at_end = np.zeros((30, 40), bool)
    at_end[markers.contig, markers.gene] = markers.partial
    own = Markers(markers.genes, contig, gene, n, at_end[rows[contig], gene])
    for got, expected in zip(
        node_genes(linkage, markers, rows), node_genes(linkage, own), strict=True
    ):
        np.testing.assert_array_equal(got, expected)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.floats(0.1, 4), st.floats(0.5, 8))
def test_reward_is_the_formula(copies, beta, power):
    tp = sum(count > 0 for count in copies)
    fp = sum(count - 1 for count in copies if count)
    fn = sum(count == 0 for count in copies)
    expected = 0.0
    if tp and tp / (tp + fp) >= 0.85:
        expected = ((1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)) ** power
    reward = Reward(beta=beta, power=power)
    got = reward(np.array([tp]), np.array([sum(copies)]), len(copies))
    assert got[0] == pytest.approx(expected)


@given(SEEDS, st.integers(1, 8), st.booleans())
def test_the_cut_is_worth_as_much_as_brute_force_finds(seed, n, by_genes):
    rng = np.random.default_rng(seed)
    linkage = random_linkage(rng, n)
    rewards = rng.random(2 * n - 1)
    if by_genes:
        rewards = node_rewards(linkage, random_markers(rng, n, 5), Reward(min_purity=0.6))
    cut = best_cut(linkage, rewards)
    best = max(rewards[list(nodes)].sum() for nodes in all_cuts(linkage, 2 * n - 2))
    assert rewards[cut].sum() == pytest.approx(best)


@given(SEEDS, st.integers(1, 60), st.floats(0, 1), st.floats(0, 1))
def test_each_leaf_is_below_one_node_of_the_cut(seed, n, max_height, max_tie_height):
    rng = np.random.default_rng(seed)
    linkage, markers = random_linkage(rng, n), random_markers(rng, n, 40, 0.05)
    rewards = node_rewards(linkage, markers, Reward())
    plain = best_cut(linkage, rewards)
    limited = best_cut(linkage, rewards, max_height, max_tie_height)
    below = leaves_below(linkage)
    for cut in (plain, limited):
        assert sorted(leaf for node in cut for leaf in below[node]) == list(range(n))
        labels = labels_of_cut(linkage, cut)
        for place, node in enumerate(cut):
            assert set(np.flatnonzero(labels == place)) == below[node]
    # the limits decide on ties alone
    assert rewards[limited].sum() == pytest.approx(rewards[plain].sum())
    joins = limited[limited >= n]
    assert (linkage[joins[rewards[joins] == 0] - n, 2] <= max_height).all()


@given(SEEDS, st.integers(2, 60))
def test_no_flat_cut_is_worth_more(seed, n):
    rng = np.random.default_rng(seed)
    linkage, markers = random_linkage(rng, n), random_markers(rng, n, 40, 0.05)
    reward = Reward()
    rewards = node_rewards(linkage, markers, reward)
    best = rewards[best_cut(linkage, rewards)].sum()
    for height in np.unique(linkage[:, 2]):
        labels = fcluster(linkage, height, "distance").astype(np.int64) - 1
        copies = markers.copies(labels, labels.max() + 1)
        flat = reward((copies > 0).sum(axis=1), copies.sum(axis=1), 40).sum()
        assert flat <= best + 1e-9


def join_levels(n, edges, weights, missing):
    """Join the two closest clusters over and over, by the definition."""
    clusters = [frozenset([leaf]) for leaf in range(n)]
    level = np.full((n, n), np.inf)

    def mean(a, b):
        pairs = [(weights[i] * weights[j], edges.get((min(i, j), max(i, j)))) for i in a for j in b]
        here = [(w, d) for w, d in pairs if d is not None]
        if not here:
            return np.inf
        if missing is not None:
            here = [(w, missing if d is None else d) for w, d in pairs]
        return sum(w * d for w, d in here) / sum(w for w, _ in here)

    while True:
        height, a, b = min(
            ((mean(a, b), a, b) for i, a in enumerate(clusters) for b in clusters[:i]),
            key=lambda found: found[0],
            default=(np.inf, None, None),
        )
        if height == np.inf:
            np.fill_diagonal(level, 0)
            return level
        for i in a:
            for j in b:
                level[i, j] = level[j, i] = height
        clusters = [c for c in clusters if c not in (a, b)] + [a | b]


@given(SEEDS, st.integers(2, 14), st.floats(0.05, 0.8), st.booleans(), st.booleans())
def test_average_linkage_is_its_definition(seed, n, share, weighted, with_missing):
    rng = np.random.default_rng(seed)
    rows, cols = np.nonzero(np.triu(rng.random((n, n)) < share, 1))
    length = rng.random(len(rows))
    weights = rng.uniform(0.5, 20, n) if weighted else np.ones(n)
    missing = 1.05 if with_missing else None
    linkage = average_linkage(n, rows, cols, length, weights, missing)
    edges = dict(zip(zip(rows.tolist(), cols.tolist(), strict=True), length, strict=True))
    np.testing.assert_allclose(
        squareform(cophenet(linkage)), join_levels(n, edges, weights, missing), rtol=1e-8
    )


@given(SEEDS, st.integers(2, 40))
def test_average_linkage_with_ties_doubles_and_loops(seed, n):
    rng = np.random.default_rng(seed)
    rows, cols = rng.integers(0, n, 80), rng.integers(0, n, 80)
    low, high = np.minimum(rows, cols), np.maximum(rows, cols)
    length = (low * 7 + high * 3) % 4 / 4
    expected = average_linkage(n, low, high, length, missing=1)
    assert is_valid_linkage(expected)
    again = rng.permutation(np.append(np.arange(80), np.arange(40)))
    got = average_linkage(n, cols[again], rows[again], length[again], missing=1)
    np.testing.assert_array_equal(got, expected)
