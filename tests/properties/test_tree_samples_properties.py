"""Rewards summed over samples, against the samples one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.properties.test_tree_properties import leaves_below, random_linkage, random_markers

from latentbin.scg import Markers
from latentbin.tree.samples import label_rewards, sample_rewards
from latentbin.tree.select import Reward, node_rewards

SEEDS = st.integers(0, 2**32 - 1)
REWARD = Reward(min_purity=0.4)


def of_sample(markers, sample, number):
    own = sample[markers.contig] == number
    hits = (part[own] for part in (markers.contig, markers.gene, markers.partial))
    contig, gene, partial = hits
    return Markers(markers.genes, contig, gene, markers.n_contigs, partial)


@given(SEEDS, st.integers(1, 30), st.integers(1, 6), st.floats(0, 0.5))
def test_nodes_are_worth_the_sum_over_their_samples(seed, n, n_samples, share):
    rng = np.random.default_rng(seed)
    linkage, markers = random_linkage(rng, n), random_markers(rng, 40, 7, share)
    sample, rows = rng.integers(0, n_samples, 40), rng.permutation(40)[:n]
    expected = sum(
        node_rewards(linkage, of_sample(markers, sample, number), REWARD, rows)
        for number in range(n_samples)
    )
    got = sample_rewards(linkage, markers, REWARD, sample, rows)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)
    # equal sums are equal bits, for the cut to see them as ties
    for node, leaves in enumerate(leaves_below(linkage)):
        labels = np.full(40, -1)
        labels[rows[list(leaves)]] = 0
        assert label_rewards(labels, 1, markers, REWARD, sample)[0] == got[node]


@given(SEEDS, st.integers(1, 6), st.integers(1, 5))
def test_clusters_are_worth_the_sum_over_their_samples(seed, n_labels, n_samples):
    rng = np.random.default_rng(seed)
    markers = random_markers(rng, 30, 7, 0.2)
    sample, labels = rng.integers(0, n_samples, 30), rng.integers(-1, n_labels, 30)
    expected = sum(
        label_rewards(labels, n_labels, of_sample(markers, sample, number), REWARD)
        for number in range(n_samples)
    )
    got = label_rewards(labels, n_labels, markers, REWARD, sample)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)
    seen = [(markers.copies(labels, n_labels) > 0).sum(axis=1)]
    copies = markers.copies(labels, n_labels).sum(axis=1)
    alone = label_rewards(labels, n_labels, markers, REWARD)
    np.testing.assert_array_equal(alone, REWARD(seen[0], copies, 7))


def test_other_numbers_of_samples_are_refused():
    markers = random_markers(np.random.default_rng(0), 5, 3)
    linkage = random_linkage(np.random.default_rng(0), 5)
    for call in (
        lambda: sample_rewards(linkage, markers, REWARD, np.zeros(4, int)),
        lambda: label_rewards(np.zeros(5, int), 1, markers, REWARD, np.zeros(4, int)),
    ):
        with pytest.raises(ValueError, match="4 samples for 5 contigs"):
            call()
