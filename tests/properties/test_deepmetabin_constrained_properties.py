"""The step of assignment against all labelings there are, and rounds that never raise the cost."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.deepmetabin import assignment, programme
from latentbin.deepmetabin.assignment import assign
from latentbin.deepmetabin.constrained import constrained_kmeans, first_centres
from latentbin.deepmetabin.links import lowest_set, make_links

SEEDS = st.integers(0, 2**32 - 1)


def by_definition(cost, pairs, shares, groups, penalty, labels):
    """Cost of labels, link by link."""
    total = sum(cost[i, label] for i, label in enumerate(labels))
    for (i, j), share in zip(pairs, shares, strict=True):
        total += penalty * share * (labels[i] != labels[j])
    for group in groups:
        for cluster in set(labels):
            total += penalty * max(0, sum(labels[i] == cluster for i in set(group)) - 1)
    return total


def drawn(seed, n, k):
    rng = np.random.default_rng(seed)
    cost = rng.random((n, k)) * rng.choice([0.3, 1, 5])
    if rng.random() < 0.3:
        cost = np.round(cost)  # many ties
    pairs = rng.integers(0, n, (rng.integers(0, 2 * n), 2))
    shares = rng.random(len(pairs))
    groups = [
        rng.choice(n, rng.integers(2, n + 1), replace=False) for _ in range(rng.integers(0, 4))
    ]
    return cost, pairs, shares, groups, float(rng.choice([0.2, 1, 3]))


@pytest.mark.parametrize("large", [True, False])
@given(SEEDS, st.integers(2, 8), st.integers(1, 3))
@settings(max_examples=120)
def test_assignment_is_the_best_of_all_labelings(large, seed, n, k):
    k = min(n, k)
    if k**n > 2500:
        n = 7
    cost, pairs, shares, groups, penalty = drawn(seed, n, k)
    expected = min(
        by_definition(cost, pairs, shares, groups, penalty, labels)
        for labels in itertools.product(range(k), repeat=n)
        if len(set(labels)) == k
    )
    links = make_links(n, pairs, shares, groups, penalty)
    with pytest.MonkeyPatch.context() as patch:
        if large:  # the way of large problems: one cluster of each contig first
            patch.setattr(programme, "_LARGE", 0)
            patch.setattr(programme, "_NEAREST", 1)
            patch.setattr(programme, "_ALL", 0)
            patch.setattr(assignment, "_PASSES", 0)
        labels, optimal = assign(cost, links)
    assert optimal
    assert len(set(labels.tolist())) == k
    total = by_definition(cost, pairs, shares, groups, penalty, labels)
    assert total == pytest.approx(expected, abs=1e-6)
    assert links.total(cost, labels) == pytest.approx(total)


@given(SEEDS, st.integers(4, 30), st.integers(2, 4))
@settings(max_examples=30)
def test_no_step_costs_more_than_its_start(seed, n, k):
    cost, pairs, shares, groups, penalty = drawn(seed, n, k)
    links = make_links(n, pairs, shares, groups, penalty)
    rng = np.random.default_rng(seed)
    start = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    before = links.total(cost, start)
    for options in ({"quick": True}, {"deadline": 0.0}, {}):
        labels, _ = assign(cost, links, start, **options)
        assert len(np.unique(labels)) == k
        assert links.total(cost, labels) <= before + 1e-9
    for label in range(k):  # a step of last resort
        moved = assignment._improve(cost, links, np.where(start == label, label, start), np.inf)
        assert links.total(cost, moved) <= before + 1e-9


@given(SEEDS, st.integers(6, 40), st.integers(1, 4))
@settings(max_examples=12)
def test_the_objective_falls_from_round_to_round(seed, n, k):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, 3)) + 1000
    weights = rng.lognormal(size=n)
    pairs, groups = rng.integers(0, n, (n, 2)), [rng.choice(n, 4, replace=False) for _ in range(3)]
    centres = first_centres(points, k, weights=weights, cannot=groups, seed=seed)
    options = {"weights": weights, "must": pairs, "cannot": groups}
    objectives = []
    for rounds in range(1, 6):
        found = constrained_kmeans(points, centres, rounds=rounds, **options)
        objectives.append(found.objective)
        assert found.rounds <= rounds
        assert len(np.unique(found.labels)) == k
    assert np.all(np.diff(objectives) <= 1e-9)
    # of these labels and centres, link by link
    share = weights / weights.mean()
    squared = ((points[:, None] - found.centres) ** 2).sum(2) * share[:, None]
    total = by_definition(squared, pairs, np.ones(n), groups, found.penalty, found.labels)
    assert found.objective == pytest.approx(total, rel=1e-6)
    for label in range(k):
        mine = found.labels == label
        np.testing.assert_allclose(
            found.centres[label], np.average(points[mine], axis=0, weights=weights[mine])
        )


@given(SEEDS, st.integers(1, 9))
@settings(max_examples=80)
def test_lowest_set_is_the_lowest_of_all_sets(seed, n):
    rng = np.random.default_rng(seed)
    unary = rng.normal(size=n) * rng.choice([0.5, 5], n)  # also far beyond its links
    source, target = rng.integers(0, n, (2, 2 * n))
    weight = rng.random(2 * n) * rng.integers(0, 2, 2 * n)

    def value(inside):
        return unary[inside].sum() + weight[inside[source] & ~inside[target]].sum()

    sets = [np.array(bits, bool) for bits in itertools.product([0, 1], repeat=n)]
    found = lowest_set(unary, source, target, weight)
    assert value(found) == pytest.approx(min(map(value, sets)), abs=1e-6)
