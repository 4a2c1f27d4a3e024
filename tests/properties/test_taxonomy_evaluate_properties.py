"""Scores are those of scikit-learn; contradictions those that a loop over contigs finds."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.taxonomy.judging.consistency import contradictions
from latentbin.taxonomy.judging.ranks import (
    JudgedRank,
    RankProbabilities,
    area_under_curve,
    places_of,
    score,
)
from latentbin.taxonomy.labels import Labels
from latentbin.taxonomy.predictions import Predictions


@st.composite
def judged(draw, new=False):
    n, k = draw(st.integers(2, 40)), draw(st.integers(4, 8))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    known = k - 2 if new else k
    values = rng.dirichlet(np.full(known, 0.3), n).astype(np.float32)
    predicted = values.argmax(axis=1)
    predicted[values.max(axis=1) < draw(st.sampled_from([0, 0.6]))] = -1
    return JudgedRank(
        "genus",
        tuple(f"g{code}" for code in range(k)),
        rng.integers(k, size=n),
        predicted,
        np.arange(k) < known,
        values.max(axis=1),
        RankProbabilities(np.arange(known), values),
        rng.integers(1000, 50_000, n),
    )


@settings(max_examples=25, deadline=None)
@given(case=judged())
def test_scores_are_those_of_scikit_learn(case):
    found, truth, predicted = score(case), case.truth, case.predicted
    present = np.unique(truth)
    assert found["contigs"] == len(truth)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(truth, predicted))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that 'unknown' is predicted and never true
        balanced = sk.balanced_accuracy_score(truth, predicted)
        auc = {
            code: sk.roc_auc_score(truth == code, case.probabilities.values[:, code])
            for code in present
            if 0 < (truth == code).sum() < len(truth)
        }
    assert found["balanced_accuracy"] == pytest.approx(balanced)
    for average in ("macro", "weighted"):
        expected = sk.f1_score(truth, predicted, labels=present, average=average, zero_division=0)
        assert found[f"{average}_f1"] == pytest.approx(expected)
    assert found["bp_accuracy"] == pytest.approx(
        sk.accuracy_score(truth, predicted, sample_weight=case.lengths)
    )
    labels = np.arange(len(case.classes))
    precise = np.clip(case.probabilities.values.astype(float), np.finfo("f4").eps, 1)
    own = precise[np.arange(len(truth)), truth]
    assert found["log_loss"] == pytest.approx(-np.log(own).mean())
    if (case.probabilities.values > 1e-6).all():
        values = case.probabilities.values.astype(float)
        values /= values.sum(axis=1, keepdims=True)
        expected = sk.log_loss(truth, values, labels=labels)
        assert found["log_loss"] == pytest.approx(expected, rel=1e-4)
    if all(len(np.unique(row)) == len(row) for row in case.probabilities.values):
        for k in (3, 5):
            if k < len(labels):
                expected = sk.top_k_accuracy_score(
                    truth, case.probabilities.values, k=k, labels=labels
                )
                assert found[f"top_{k}"] == pytest.approx(expected)
            else:
                assert np.isnan(found[f"top_{k}"])
    if auc:
        assert found["macro_auc"] == pytest.approx(np.mean(list(auc.values())))
        for code, area in auc.items():
            assert case.areas[code] == pytest.approx(area)
    else:
        assert np.isnan(found["macro_auc"])


@settings(max_examples=60, deadline=None)
@given(case=judged(new=True))
def test_classes_never_seen_are_scored_apart(case):
    found = score(case)
    old = case.truth < len(case.classes) - 2
    unknown = case.predicted < 0
    assert found["contigs"] == old.sum()
    assert found["new_contigs"] == (~old).sum()
    if not old.all():
        assert found["new_unknown"] == pytest.approx(unknown[~old].mean())
    right = np.where(old, case.predicted == case.truth, unknown)
    assert found["accuracy_with_new"] == pytest.approx(right.mean())
    alone = JudgedRank(
        "genus",
        case.classes,
        case.truth[old],
        case.predicted[old],
        case.seen,
        case.confidence[old],
        RankProbabilities(case.probabilities.classes, case.probabilities.values[old]),
        case.lengths[old],
    )
    if old.any():
        without = score(alone)
        for name in set(found) - {"new_contigs", "new_unknown", "accuracy_with_new"}:
            if name != "never_predicted":  # a class that only new contigs are taken for is given
                np.testing.assert_equal(found[name], without[name])


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=20),
    seed=st.integers(0, 999),
)
def test_area_is_the_share_of_pairs_in_order(values, seed):
    values = np.array(values, np.float32)
    positive = np.random.default_rng(seed).random(len(values)) < 0.5
    pairs = [(a > b) + 0.5 * (a == b) for a in values[positive] for b in values[~positive]]
    found = area_under_curve(values, positive)
    assert found == pytest.approx(np.mean(pairs)) if pairs else np.isnan(found)


@settings(max_examples=60)
@given(seed=st.integers(0, 999))
def test_places_are_those_of_a_stable_sort(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, (8, 6)).astype(np.float32)
    columns = rng.integers(0, 6, 8)
    order = np.argsort(-values, axis=1, kind="stable")
    expected = [row.tolist().index(column) for row, column in zip(order, columns, strict=True)]
    assert places_of(values, columns).tolist() == expected


NAMES = ["A", "B", "unknown", "not in labels"]


@settings(max_examples=100)
@given(
    lineages=st.lists(
        st.tuples(st.sampled_from(["A", "B", ""]), st.sampled_from(["a", "b", "c", ""])),
        min_size=1,
        max_size=6,
    ),
    found=st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(["a", "b", "c", "unknown", "x"])),
        max_size=12,
    ),
)
def test_contradictions_are_those_that_a_loop_finds(lineages, found):
    def columns(pairs):
        return {
            rank: np.array([pair[place] for pair in pairs], object)
            for place, rank in enumerate(("genus", "species"))
        }

    ranks = ("genus", "species")
    labels = Labels(tuple(map(str, range(len(lineages)))), ranks, columns(lineages))
    predictions = Predictions(tuple(f"c{n}" for n in range(len(found))), ranks, columns(found), {})
    parents = {}
    for genus, species in lineages:
        if genus and species:
            parents.setdefault(species, set()).add(genus)
    expected = [
        row
        for row, (genus, species) in enumerate(found)
        if genus not in parents.get(species, NAMES)
    ]
    (made,) = contradictions(predictions, labels)
    assert made.rows.tolist() == expected
    assert made.checked == sum(species in parents for _, species in found)
    for row, first in zip(expected, made.first, strict=False):
        assert first["contig"] == f"c{row}"
        assert (first["genus"], first["species"]) == found[row]
        assert first["expected"] in parents[found[row][1]]
