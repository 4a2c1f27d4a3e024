"""What holds for the features of any contigs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from tests.planted import planted_matrices

from latentbin.deepmetabin.features import make_features

SEEDS = st.integers(0, 2**32 - 1)
quick = settings(max_examples=25)


def random_contigs(seed, n=24, samples=2):
    """Frequencies, numbers of k-mers, depths and lengths, as `make_features` takes them."""
    composition, abundance, _ = planted_matrices(
        genomes=3, contigs=n // 3, samples=samples, seed=seed
    )
    return [
        composition.values,
        composition.arrays["n_kmers"],
        abundance.values,
        composition.arrays["lengths"],
    ]


@quick
@given(SEEDS, st.integers(1, 103))
def test_permuted_contigs_give_permuted_features(seed, directions):
    contigs = random_contigs(seed)
    order = np.random.default_rng(seed).permutation(len(contigs[0]))
    one = make_features(*contigs, directions)
    other = make_features(*(part[order] for part in contigs), directions)
    # distances, for the sign of a direction is nobody's
    distance = squareform(pdist(one.scaled()))[np.ix_(order, order)]
    np.testing.assert_allclose(squareform(pdist(other.scaled())), distance, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(other.precision, one.precision[order], rtol=1e-4)
    assert np.array_equal(other.weight, one.weight)


@quick
@given(SEEDS, st.integers(1, 103), st.integers(1, 4))
def test_points_have_mean_0_and_the_width_that_was_asked_for(seed, directions, samples):
    features = make_features(*random_contigs(seed, samples=samples), directions)
    assert features.points.shape == features.precision.shape == (24, directions + samples)
    assert features.weight.shape == (directions + samples,)
    assert features.points.dtype == features.precision.dtype == np.float32
    largest = np.abs(features.points).max(axis=0)
    assert (np.abs(features.points.mean(axis=0, dtype=np.float64)) <= 1e-6 * largest + 1e-9).all()


@quick
@given(SEEDS, st.lists(st.integers(100, 1_000_000), min_size=24, max_size=24), st.floats(0, 1e4))
def test_precision_grows_with_length(seed, lengths, depth):
    contigs = random_contigs(seed)
    lengths = np.sort(np.array(lengths))
    contigs[1], contigs[3] = lengths - 3, lengths
    contigs[2] = np.full_like(contigs[2], depth)
    precision = make_features(*contigs, 10).precision
    assert (precision > 0).all()
    assert (precision <= 4).all()
    assert (np.diff(precision, axis=0) >= 0).all()
    if lengths[-1] > 1.01 * lengths[0]:
        assert (precision[0] < precision[-1]).all()


@quick
@given(SEEDS, st.integers(200, 1_000_000))
def test_length_does_not_move_a_point(seed, length):
    contigs = random_contigs(seed)
    for part in contigs[0], contigs[2]:
        part[1] = part[0]
    contigs[3][1], contigs[1][1] = length, length - 3
    points = make_features(*contigs, 20).points
    np.testing.assert_allclose(points[1], points[0], rtol=1e-4, atol=1e-4)


@quick
@given(SEEDS, st.floats(1, 1000), st.integers(0, 1))
def test_unit_of_a_samples_depth_hardly_matters(seed, factor, sample):
    contigs = random_contigs(seed)
    contigs[2] = contigs[2] * 100  # far above the 0.1 that is added
    before = make_features(*contigs, 10)
    contigs[2][:, sample] *= np.float32(factor)
    after = make_features(*contigs, 10)
    np.testing.assert_allclose(pdist(after.scaled()), pdist(before.scaled()), rtol=0.03)
    np.testing.assert_allclose(
        after.points[:, 10 + sample], before.points[:, 10 + sample], rtol=0.03, atol=0.05
    )


@quick
@given(SEEDS, st.floats(0, 1), st.floats(0, 1e5, width=32))
def test_a_sample_without_reads_on_many_contigs_does_no_harm(seed, share, deep):
    contigs = random_contigs(seed)
    empty = np.random.default_rng(seed).random(24) < share
    contigs[2][:, 0] = np.where(empty, 0, deep)
    features = make_features(*contigs, 20)
    assert np.isfinite(features.points).all()
    assert (np.isfinite(features.precision) & (features.precision > 0)).all()


@quick
@given(SEEDS, st.integers(2, 6), st.integers(1, 103))
def test_few_contigs_are_enough(seed, n, directions):
    contigs = [part[:n] for part in random_contigs(seed)]
    features = make_features(*contigs, directions)
    assert np.isfinite(features.points).all()
    assert (np.isfinite(features.precision) & (features.precision > 0)).all()
