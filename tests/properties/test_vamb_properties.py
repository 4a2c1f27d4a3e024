"""What holds for any input of the autoencoder and of the clustering."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.vamb.cluster import cluster_latent
from latentbin.vamb.features import make_features
from latentbin.vamb.medoid import Pool, unit_rows
from latentbin.vamb.options import ClusterOptions

SEEDS = st.integers(0, 2**32 - 1)


def random_input(seed, n_contigs=30, n_samples=3):
    rng = np.random.default_rng(seed)
    abundance = rng.lognormal(1, 2, (n_contigs, n_samples)).astype(np.float32)
    abundance[rng.random(abundance.shape) < 0.3] = 0
    abundance[0] = 1  # no sample without reads
    tnf = rng.normal(size=(n_contigs, 5)).astype(np.float32)
    return tnf, abundance, rng.integers(1000, 100_000, n_contigs)


def features(tnf, abundance, lengths):
    return make_features(tnf, abundance, lengths, total_abundance=True, contig_weights=True)


@given(SEEDS)
def test_features_are_finite_and_scaled(seed):
    made = features(*random_input(seed))
    np.testing.assert_allclose(made.profile.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(made.weight.mean(), 1, rtol=1e-5)
    for part in (made.profile, made.total, made.tnf, made.weight):
        assert np.isfinite(part).all()


@given(SEEDS, st.floats(0.01, 100))
def test_the_depth_of_a_sample_does_not_matter(seed, factor):
    tnf, abundance, lengths = random_input(seed)
    deeper = abundance.copy()
    deeper[:, 1] *= np.float32(factor)
    plain, scaled = features(tnf, abundance, lengths), features(tnf, deeper, lengths)
    np.testing.assert_allclose(plain.profile, scaled.profile, atol=1e-5)
    np.testing.assert_allclose(plain.total, scaled.total, atol=1e-4)


@given(SEEDS)
def test_shuffled_contigs_give_shuffled_features(seed):
    tnf, abundance, lengths = random_input(seed)
    order = np.random.default_rng(seed).permutation(len(lengths))
    made = features(tnf, abundance, lengths)
    shuffled = features(tnf[order], abundance[order], lengths[order])
    np.testing.assert_allclose(made.profile[order], shuffled.profile, atol=1e-6)
    np.testing.assert_allclose(made.tnf[order], shuffled.tnf, atol=1e-5)


@given(SEEDS, st.integers(1, 60))
@settings(max_examples=40)
def test_every_contig_is_in_exactly_one_cluster(seed, n_contigs):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n_contigs, 3)).astype(np.float32)
    lengths = rng.integers(1000, 10_000, n_contigs)
    clusters = cluster_latent(latent, lengths, ClusterOptions(), seed=1)
    assert sorted(np.concatenate(clusters).tolist()) == list(range(n_contigs))


@given(SEEDS)
@settings(max_examples=30)
def test_neighbours_of_neighbours_lie_within_reach(seed):
    # the bound by which medoid candidates are scored without all other contigs
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(40, 3)).astype(np.float32)
    pool = Pool(vectors, np.ones(40), np.arange(40))
    d = pool.block(np.arange(40), np.arange(40))
    radius = float(rng.uniform(0.01, 0.49))
    reach = 4 * radius * (1 - radius)
    chained = (d[:, :, None] <= radius) & (d[None, :, :] <= radius)
    assert (np.where(chained, d[:, None, :], 0) <= reach + 1e-5).all()


@given(SEEDS)
def test_scaling_a_row_does_not_change_its_direction(seed):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(5, 4)).astype(np.float32)
    scaled = rows * rng.uniform(0.1, 100, (5, 1)).astype(np.float32)
    np.testing.assert_allclose(unit_rows(rows), unit_rows(scaled), atol=1e-5)
