"""What holds for every table: groups stay whole, temperatures keep the order of classes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.learning.calibration import fit_temperature, log_probabilities
from latentbin.proteome.classifier.splits import hold_out, make_folds, splits_of


@st.composite
def grouped(draw):
    n_samples = draw(st.integers(4, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    codes = rng.integers(0, draw(st.integers(2, 4)), n_samples)
    groups = rng.integers(0, draw(st.integers(2, n_samples)), n_samples).astype(str)
    return codes, groups, draw(st.integers(2, 8)), draw(st.integers(0, 100))


@settings(max_examples=60)
@given(grouped())
def test_no_group_is_torn_apart_and_no_sample_is_tested_twice(given_groups):
    codes, groups, n_folds, seed = given_groups
    folds = make_folds(codes, groups, n_folds, seed)
    assert folds.max() < n_folds
    assert set(folds) == set(range(folds.max() + 1))
    splits = list(splits_of(codes, folds))
    held_out = hold_out(codes, groups, 1 / n_folds, seed)
    for split in [*splits, *([held_out] if held_out else [])]:
        assert not set(groups[split.train]) & set(groups[split.test])
        assert not set(split.train) & set(split.test)
        assert set(codes[split.test]) <= set(codes[split.train])
        assert len(split.test) == 0 or len(set(codes[split.train])) >= 2
    tested = np.concatenate([split.test for split in splits]) if splits else np.zeros(0, int)
    assert len(set(tested)) == len(tested)
    # a sample is left out only if its class is nowhere else
    for row in np.setdiff1d(np.arange(len(codes)), tested):
        others = folds != folds[row]
        assert codes[row] not in codes[others] or len(set(codes[others])) < 2


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(2, 5), st.floats(0.01, 100))
def test_a_temperature_keeps_the_prediction(seed, n_samples, n_classes, factor):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_classes, n_samples)
    logits = factor * rng.normal(0, 1, (n_samples, n_classes))
    temperature = fit_temperature(logits, codes)
    assert 0.0099 < temperature < 100.01
    found = log_probabilities(logits, temperature)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1)
    best = found[np.arange(n_samples), logits.argmax(axis=1)]
    np.testing.assert_allclose(best, found.max(axis=1))
