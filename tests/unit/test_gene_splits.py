"""Two genomes in one cluster are split by their genes, one is not."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import adjusted_rand_score
from tests.planted_pair import GENES, N_GENES, flat_pair, genes_of

from latentbin.gene_splits import choose_by_genes, mixture_splits, split_by_genes
from latentbin.scg import Markers
from latentbin.tree.select import Reward

ONE_SAMPLE = np.zeros(200, int)


def test_two_genomes_in_one_cluster_are_split():
    rng = np.random.default_rng(1)
    latent, lengths, truth = flat_pair(rng)
    clusters = split_by_genes(
        [np.arange(200)], mixture_splits(latent, lengths), genes_of(rng, truth), ONE_SAMPLE
    )
    assert len(clusters) == 2
    assert sorted(np.concatenate(clusters).tolist()) == list(range(200))
    for rows in clusters:
        assert np.bincount(truth[rows], minlength=2).max() >= 0.97 * len(rows)


def test_four_genomes_are_split_by_the_number_of_copies():
    rng = np.random.default_rng(2)
    truth = np.repeat(np.arange(4), 60)
    latent = (rng.normal(0, 0.2, (240, 5)) + 3 * np.eye(5)[truth]).astype(np.float32)
    markers, sample = genes_of(rng, truth), np.zeros(240, int)
    clusters = split_by_genes(
        [np.arange(240)], mixture_splits(latent, np.full(240, 5000)), markers, sample
    )
    labels = np.empty(240, int)
    for number, rows in enumerate(clusters):
        labels[rows] = number
    assert adjusted_rand_score(truth, labels) == 1


def test_one_genome_in_two_samples_stays_whole():
    rng = np.random.default_rng(3)
    latent, lengths, sample = flat_pair(rng)
    markers = genes_of(rng, sample)
    whole = split_by_genes([np.arange(200)], mixture_splits(latent, lengths), markers, sample)
    assert [len(rows) for rows in whole] == [200]
    # the same genes of the same sample are of two genomes
    assert (
        len(split_by_genes([np.arange(200)], mixture_splits(latent, lengths), markers, ONE_SAMPLE))
        == 2
    )


def test_a_gene_that_a_genome_has_twice_does_not_split_it():
    rng = np.random.default_rng(4)
    latent, lengths, _ = flat_pair(rng)
    once = genes_of(rng, np.zeros(200, int), N_GENES - 1)
    second = np.array([0, 199])
    contig = np.append(once.contig, second)
    gene = np.append(once.gene, [N_GENES - 1] * 2)
    order = np.lexsort((gene, contig))
    markers = Markers(GENES, contig[order], gene[order], 200)
    assert (
        len(split_by_genes([np.arange(200)], mixture_splits(latent, lengths), markers, ONE_SAMPLE))
        == 1
    )


def test_clusters_without_repeats_are_left_as_they_are():
    rng = np.random.default_rng(5)
    latent, lengths, truth = flat_pair(rng)
    given = [rng.permutation(np.flatnonzero(truth == genome)) for genome in (1, 0)]
    kept = split_by_genes(given, mixture_splits(latent, lengths), genes_of(rng, truth), ONE_SAMPLE)
    for before, after in zip(given, kept, strict=True):
        np.testing.assert_array_equal(before, after)


def test_no_gene_at_all_and_no_contig_at_all():
    nothing = Markers(GENES, np.empty(0, int), np.empty(0, int), 3)
    latent, lengths = np.ones((3, 2), np.float32), np.full(3, 1000)
    clusters = split_by_genes(
        [np.array([2, 0, 1])], mixture_splits(latent, lengths), nothing, np.zeros(3, int)
    )
    assert [rows.tolist() for rows in clusters] == [[2, 0, 1]]
    assert (
        split_by_genes(
            [], mixture_splits(latent[:0], lengths[:0]), nothing.take(np.arange(0)), ONE_SAMPLE[:0]
        )
        == []
    )


def test_contigs_that_are_all_alike_are_not_split():
    truth = np.repeat([0, 1], 20)
    markers = genes_of(np.random.default_rng(6), truth)
    latent, lengths = np.ones((40, 4), np.float32), np.full(40, 5000)
    clusters = split_by_genes(
        [np.arange(40)], mixture_splits(latent, lengths), markers, np.zeros(40, int)
    )
    assert [len(rows) for rows in clusters] == [40]


def test_a_higher_demand_on_purity_is_heard():
    rng = np.random.default_rng(9)
    latent, lengths, truth = flat_pair(rng)
    markers = genes_of(rng, truth)
    # both halves and the whole are worth nothing if no bin may be worth anything
    clusters = split_by_genes(
        [np.arange(200)],
        mixture_splits(latent, lengths),
        markers,
        ONE_SAMPLE,
        Reward(min_purity=1.1),
    )
    assert len(clusters) == 1


def test_clusterings_that_cut_genomes_in_two_are_not_chosen():
    rng = np.random.default_rng(5)
    truth = np.repeat([0, 1], 100)
    latent = (rng.normal(0, 0.2, (200, 5)) + 3 * np.eye(5)[truth]).astype(np.float32)
    whole = [np.flatnonzero(truth == genome) for genome in (0, 1)]
    halves = [rows[start::2] for rows in whole for start in (0, 1)]
    arguments = (mixture_splits(latent, np.full(200, 5000)), genes_of(rng, truth), ONE_SAMPLE)
    for choices in ([halves, whole], [whole, halves]):
        chosen = choose_by_genes(choices, *arguments)
        assert sorted(rows.tolist() for rows in chosen) == [rows.tolist() for rows in whole]


def test_of_equal_clusterings_the_first_stays():
    rng = np.random.default_rng(6)
    latent = rng.normal(0, 1, (200, 5)).astype(np.float32)
    markers = Markers(GENES, np.zeros(0, np.int64), np.zeros(0, np.int64), 200)
    first, second = [np.arange(200)], [np.arange(100), np.arange(100, 200)]
    chosen = choose_by_genes(
        [first, second], mixture_splits(latent, np.full(200, 5000)), markers, ONE_SAMPLE
    )
    assert len(chosen) == 1
