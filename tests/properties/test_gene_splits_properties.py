"""What splitting by genes must do for any clusters and genes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.gene_splits import mixture_splits, split_by_genes
from latentbin.scg import Markers
from latentbin.tree.samples import label_rewards
from latentbin.tree.select import Reward

SEEDS = st.integers(0, 2**32 - 1)
REWARD = Reward(min_purity=0.6)
N = 40


def random_input(seed, n_clusters, n_samples):
    rng = np.random.default_rng(seed)
    genome = rng.integers(0, 6, N)
    latent = (rng.normal(size=(6, 4))[genome] + rng.normal(0, 0.3, (N, 4))).astype(np.float32)
    contig, gene = np.nonzero(rng.random((N, 5)) < 0.15)
    partial = rng.random(len(gene)) < 0.3
    markers = Markers(tuple("abcde"), contig, gene, N, partial)
    label = rng.integers(0, n_clusters, N)
    label = np.unique(label, return_inverse=True)[1]
    return latent, rng.integers(1000, 9000, N), markers, label, rng.integers(0, n_samples, N)


def split(latent, lengths, markers, label, sample):
    clusters = [np.flatnonzero(label == number) for number in range(label.max() + 1)]
    parts = split_by_genes(clusters, mixture_splits(latent, lengths), markers, sample, REWARD)
    assert sorted(np.concatenate(parts).tolist()) == list(range(N))
    labels = np.empty(N, np.int64)
    for number, rows in enumerate(parts):
        labels[rows] = number
    return labels


@given(SEEDS, st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=40)
def test_the_reward_never_falls_and_no_cluster_is_joined(seed, n_clusters, n_samples):
    latent, lengths, markers, label, sample = random_input(seed, n_clusters, n_samples)
    labels = split(latent, lengths, markers, label, sample)
    before = label_rewards(label, label.max() + 1, markers, REWARD, sample).sum()
    after = label_rewards(labels, labels.max() + 1, markers, REWARD, sample).sum()
    assert after >= before
    pairs = np.unique(np.column_stack([labels, label]), axis=0)
    assert len(pairs) == labels.max() + 1
    if len(pairs) > label.max() + 1:
        assert after > before


@given(SEEDS, st.integers(1, 3))
@settings(max_examples=25)
def test_the_order_of_the_contigs_does_not_matter(seed, n_clusters):
    latent, lengths, markers, label, sample = random_input(seed, n_clusters, 2)
    order = np.random.default_rng(seed).permutation(N)
    expected = split(latent, lengths, markers, label, sample)
    got = split(latent[order], lengths[order], markers.take(order), label[order], sample[order])
    together = expected[order][:, None] == expected[order]
    np.testing.assert_array_equal(got[:, None] == got, together)
