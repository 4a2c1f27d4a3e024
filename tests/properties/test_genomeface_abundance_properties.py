"""What holds for any depths, any number of samples, and any simulated community."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

from latentbin.genomeface import abundance_train
from latentbin.genomeface.abundance_net import AbundanceNet, embed_abundance
from latentbin.genomeface.abundance_options import AbundanceTrainOptions
from latentbin.genomeface.abundance_train import draw_community, train_abundance
from latentbin.genomeface.abundance_weights import load_abundance_net
from latentbin.genomeface.depths import LONGEST, SHORTEST, simulate_community

SEEDS = st.integers(0, 2**32 - 1)
NET = load_abundance_net()[0]


def random_depths(seed, n_contigs, n_samples):
    generator = np.random.default_rng(seed)
    depth = generator.lognormal(1, 2, (n_contigs, n_samples))
    depth[generator.random(depth.shape) < 0.3] = 0
    depth[0] = 0
    return depth, generator.integers(1_000, 100_000, n_contigs)


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([1, 2, 5, 17]))
def test_the_order_of_samples_does_not_matter(seed, n_samples):
    depth, lengths = random_depths(seed, 12, n_samples)
    order = np.random.default_rng(seed).permutation(n_samples)
    one = embed_abundance(depth, lengths, NET)
    two = embed_abundance(depth[:, order], lengths, NET)
    np.testing.assert_allclose(one @ one.T, two @ two.T, atol=1e-5)
    blocks = one.reshape(12, n_samples, 16)[:, order].reshape(12, -1)
    np.testing.assert_allclose(two, blocks, atol=1e-5)


@settings(max_examples=20)
@given(SEEDS, st.sampled_from([1, 2, 200]), st.floats(0, 1e5))
def test_rows_are_finite_and_of_length_one(seed, n_samples, factor):
    depth, lengths = random_depths(seed, 6, n_samples)
    made = embed_abundance(depth * factor, lengths, NET)
    assert made.shape == (6, 16 * n_samples)
    assert made.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("n_samples", [1, 200, 1_100])
def test_any_number_of_samples_tells_genomes_apart(n_samples):
    depth = np.tile([[2.0], [2.0], [20.0]], n_samples)
    made = embed_abundance(depth, np.array([20_000, 20_000, 20_000]), NET)
    assert made[0] @ made[1] == pytest.approx(1, abs=1e-5)
    assert made[0] @ made[2] < 0.8


def test_a_contig_does_not_depend_on_the_others():
    depth, lengths = random_depths(3, 30, 4)
    whole = embed_abundance(depth, lengths, NET)
    alone = embed_abundance(depth[7:8], lengths[7:8], NET)
    np.testing.assert_allclose(alone[0], whole[7], atol=1e-5)


@settings(max_examples=25)
@given(SEEDS, st.integers(1, 30), st.integers(1, 6), st.integers(1, 20))
def test_simulated_depths_are_sound(seed, n_genomes, contigs, n_samples):
    made = simulate_community(np.random.default_rng(seed), n_genomes, contigs, n_samples)
    again = simulate_community(np.random.default_rng(seed), n_genomes, contigs, n_samples)
    assert made.depth.shape == (n_genomes * contigs, n_samples)
    assert np.isfinite(made.depth).all()
    assert (made.depth >= 0).all()
    assert ((made.lengths >= SHORTEST) & (made.lengths <= LONGEST)).all()
    np.testing.assert_array_equal(made.genome, np.repeat(np.arange(n_genomes), contigs))
    np.testing.assert_array_equal(made.depth, again.depth)


def test_simulated_depths_vary_more_than_counts_and_less_on_long_contigs():
    lengths = np.tile([2_000, 50_000], 4_000)
    made = simulate_community(np.random.default_rng(4), 40, 200, 3, lengths)
    expected = made.true_depth[made.genome]
    relative = []
    for length in (2_000, 50_000):
        rows = (lengths == length)[:, None] & (expected > 5)
        departure = np.abs(made.depth[rows] / expected[rows] - 1)
        relative.append(1.48 * np.median(departure))
        counting = np.sqrt(120 / (length * np.median(expected[rows])))
        assert relative[-1] > 1.2 * counting
    assert 0.1 < relative[0] < 0.5
    assert 0.03 < relative[1] < 0.6 * relative[0]


def separation(embedding, genome):
    """The share of (same genome, other genome) pairs of pairs whose cosines are in order."""
    cosine = embedding @ embedding.T
    one, two = np.triu_indices(len(genome), 1)
    same = genome[one] == genome[two]
    near, far = cosine[one, two][same], np.sort(cosine[one, two][~same])
    below, up_to = (np.searchsorted(far, near, side) for side in ("left", "right"))
    return (below + up_to).mean() / 2 / len(far)


def test_a_little_training_lowers_the_loss_and_separates_better_than_raw_depths(monkeypatch):
    options = AbundanceTrainOptions(steps=60, tokens=256, max_samples=4)
    monkeypatch.setattr(
        abundance_train,
        "draw_community",
        lambda options, seed, step: draw_community(options, seed, step % 10),
    )
    made = train_abundance(options, 5)
    assert np.mean(made.history[-10:]) < np.mean(made.history[:10]) - 0.1
    net = AbundanceNet()
    net.set_named_weights(made.weights)
    for n_samples in (1, 2, 3):
        community = simulate_community(np.random.default_rng(n_samples), 40, 6, n_samples)
        raw = community.depth + 1e-6
        raw = raw / np.linalg.norm(raw, axis=1, keepdims=True)
        learned = embed_abundance(community.depth, community.lengths, net)
        assert separation(learned, community.genome) > separation(raw, community.genome) + 0.01


def test_the_seed_decides_what_is_drawn():
    options = AbundanceTrainOptions(tokens=256, max_samples=1)
    one, again, other = (draw_community(options, seed, 0).depth for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
