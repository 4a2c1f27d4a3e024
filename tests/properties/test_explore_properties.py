"""What must hold for scores, sub-samples and numberings, whatever the input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.density import by_size
from latentbin.errors import UserError
from latentbin.explore.clustering import Clusterer
from latentbin.explore.options import ClusterOptions, InputOptions
from latentbin.explore.sampling import sub_sample
from latentbin.explore.scores import agreement
from latentbin.explore.truth import Known
from latentbin.principal import pca

quick = settings(max_examples=30, deadline=None)
labels = st.lists(st.integers(-1, 5), min_size=2, max_size=60).map(np.array)
seeds = st.integers(0, 2**32 - 1)


def known_of(codes):
    return Known("class", codes, tuple(f"c{n}" for n in range(6)))


@quick
@given(labels)
def test_clusters_that_are_the_classes_are_perfect(classes):
    score = agreement(classes, np.where(classes >= 0, (classes * 7 + 3) % 6, 0))
    if not (classes >= 0).any():
        assert score is None
        return
    assert (score.homogeneity, score.completeness, score.v_measure) == pytest.approx((1, 1, 1))
    assert score.adjusted_rand == score.accuracy == score.in_majority_clusters == 1


@quick
@given(labels)
def test_one_cluster_is_right_for_its_largest_class(classes):
    score = agreement(classes, np.zeros(len(classes), int))
    if score is None:
        return
    sizes = np.bincount(classes[classes >= 0])
    assert score.accuracy == pytest.approx(sizes.max() / sizes.sum())
    assert score.completeness == pytest.approx(1)
    assert score.in_majority_clusters == (1 if 2 * sizes.max() > sizes.sum() else 0)
    if (sizes > 0).sum() > 1:
        assert score.homogeneity == pytest.approx(0, abs=1e-9)


@quick
@given(labels, seeds)
def test_scores_do_not_depend_on_the_order_of_rows_or_names(classes, seed):
    rng = np.random.default_rng(seed)
    found = rng.integers(-1, 4, len(classes))
    score = agreement(classes, found)
    if score is None:
        return
    order = rng.permutation(len(classes))
    other = agreement(classes[order], by_size(found)[order])
    assert score.cells() == other.cells()
    assert score.accuracy <= 1 - ((found < 0) & (classes >= 0)).sum() / (classes >= 0).sum()
    assert score.accuracy <= score.in_majority_clusters + 0.5


@quick
@given(labels)
def test_noise_alone_is_never_right(classes):
    score = agreement(classes, np.full(len(classes), -1))
    assert score is None or score.accuracy == score.in_majority_clusters == 0


@quick
@given(labels)
def test_clusters_are_numbered_by_size(found):
    ours = by_size(found)
    assert ((ours < 0) == (found < 0)).all()
    sizes = np.bincount(ours[ours >= 0])
    assert (np.diff(sizes) <= 0).all()
    assert (sizes > 0).all()
    assert len(set(zip(ours.tolist(), found.tolist(), strict=True))) == len(set(found.tolist()))
    assert (by_size(ours) == ours).all()


@quick
@given(labels, st.integers(1, 12), st.sampled_from(["balanced", "unbalanced"]), seeds)
def test_sub_samples_hold_their_counts(codes, fewest, how, seed):
    options = InputOptions(sub_sample=how, per_class=fewest, min_per_class=fewest)
    sizes = np.bincount(codes[codes >= 0], minlength=6)
    if sizes.max() < fewest:
        with pytest.raises(UserError, match=f"largest has {sizes.max()}"):
            sub_sample(known_of(codes), len(codes), options, seed)
        return
    rows, counts = sub_sample(known_of(codes), len(codes), options, seed)
    again, _ = sub_sample(known_of(codes), len(codes), options, seed)
    assert rows.tolist() == again.tolist() == sorted(set(rows.tolist()))
    kept = np.bincount(codes[rows], minlength=6)
    expected = np.where(sizes >= fewest, fewest if how == "balanced" else sizes, 0)
    assert (kept == expected).all()
    left_out = sum(n for what, n in counts.items() if what.startswith("rows"))
    assert len(rows) + left_out == len(codes)


@quick
@given(st.integers(20, 80), st.integers(20, 80), seeds)
def test_random_rows_are_as_many_as_asked_for(n_rows, most, seed):
    rows, counts = sub_sample(None, n_rows, InputOptions(max_rows=most), seed)
    assert len(rows) == min(n_rows, most) == len(set(rows.tolist()))
    assert counts.get("rows_beyond_max_rows", 0) == n_rows - len(rows)


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_clusters_do_not_depend_on_the_order_of_well_parted_rows(seed):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(3), 20)
    points = np.eye(3)[group] * 20 + rng.normal(size=(60, 3))
    order = rng.permutation(60)
    clusterer = Clusterer(ClusterOptions(max_clusters=5, eps=6.0), seed=1, threads=1)
    for one, other in zip(clusterer.all(points), clusterer.all(points[order]), strict=True):
        assert agreement(one.labels[order], other.labels).adjusted_rand == 1, one.method


@quick
@given(st.integers(2, 30), st.integers(1, 6), seeds)
def test_principal_components_keep_distances(n_rows, n_columns, seed):
    points = np.random.default_rng(seed).normal(size=(n_rows, n_columns)).astype(np.float32)
    size = min(n_rows, n_columns)
    found = pca(points, 10)
    assert found.coordinates.shape == (n_rows, size)
    if size == n_columns:
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        ours = np.linalg.norm(found.coordinates[:, None] - found.coordinates[None], axis=2)
        assert np.allclose(apart, ours, atol=1e-4)
    assert found.explained.sum() <= 1 + 1e-9
    assert (np.diff(found.explained) <= 1e-9).all()
