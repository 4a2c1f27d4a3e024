"""From a latent, genes and links to clusters: planted genomes, and counts worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from latentbin.deepmetabin import cluster
from latentbin.deepmetabin.cluster import (
    cluster_latent,
    constrained_splits,
    count_genomes,
    mixture_labels,
)
from latentbin.deepmetabin.options import ClusterOptions
from latentbin.gene_splits import labels_of
from latentbin.graph_file import Graph
from latentbin.scg import Markers
from latentbin.tree.samples import label_rewards
from latentbin.tree.select import Reward

N_GENES = 40
GENES = tuple(f"COG{number:04}" for number in range(N_GENES))


def markers_of(n_contigs, hits, genes="abcde"):
    """From (contig, gene) or (contig, gene, partial)."""
    hits = sorted((*hit, False)[:3] for hit in hits)
    contig, gene, partial = (np.array(part) for part in zip(*hits, strict=True))
    return Markers(tuple(genes), contig, gene, n_contigs, partial.astype(bool))


def no_links(n):
    nothing = np.zeros(0, np.int64)
    weight = np.zeros(0, np.float32)
    return Graph(n, nothing, nothing, weight, weight, np.ones(n, np.float32))


def linked(n, pairs, weight=1.0):
    u, v = np.array(sorted(pairs)).T
    ones = np.ones(len(u), np.float32)
    return Graph(n, u, v, ones, weight * ones, np.ones(n, np.float32))


def genes_of(rng, truth, n_genes=N_GENES):
    """Each genome has each gene once, complete, on one of its contigs."""
    hits = {
        (int(rng.choice(np.flatnonzero(truth == genome))), gene)
        for genome in np.unique(truth)
        for gene in range(n_genes)
    }
    return markers_of(len(truth), hits, GENES[:n_genes])


def blobs(rng, genomes, contigs, spread=0.5, apart=6.0):
    truth = rng.permutation(np.repeat(np.arange(genomes), contigs))
    points = apart * np.eye(max(genomes, 6))[truth]
    latent = (points + rng.normal(0, spread, points.shape)).astype(np.float32)
    return latent, rng.integers(1000, 50_000, len(truth)), truth


def close_pair(rng, n=100):
    """Two genomes in one peak of density."""
    truth = rng.permutation(np.repeat([0, 1], n))
    latent = rng.normal(0, 1, (2 * n, 4)) * [1, 1, 1, 0.4]
    latent[:, 3] += 1.1 * truth
    return latent.astype(np.float32), rng.integers(2000, 50_000, 2 * n), truth


def clustered(latent, lengths, markers, *, graph=None, sample=None, seed=1, **options):
    n = len(latent)
    graph = no_links(n) if graph is None else graph
    sample = np.zeros(n, np.intp) if sample is None else sample
    chosen = ClusterOptions(**options)
    found = cluster_latent(latent, lengths, markers, graph, sample, chosen, seed, 1)
    assert sorted(np.concatenate(found).tolist()) == list(range(n))
    size = [int(lengths[rows].sum()) for rows in found]
    assert size == sorted(size, reverse=True)
    return found


def same(one, other):
    return [rows.tolist() for rows in one] == [rows.tolist() for rows in other]


def test_the_genes_count_the_genomes():
    # copies 3, 1, 2; genes d and e stand nowhere and do not count
    hits = [(0, 0), (1, 0), (2, 0), (3, 1), (0, 2), (4, 2)]
    assert count_genomes(markers_of(6, hits)) == 2
    assert count_genomes(markers_of(6, hits[:4])) == 2  # of 3 and 1
    assert count_genomes(markers_of(6, hits[3:4])) == 1


def test_halves_of_genes_count_as_halves():
    halves = [(contig, 0, True) for contig in range(4)]
    assert count_genomes(markers_of(6, halves)) == 2
    assert count_genomes(markers_of(6, halves[:3])) == 2
    assert count_genomes(markers_of(6, [*halves[:2], (2, 0)])) == 2
    assert count_genomes(markers_of(6, halves[:1])) == 1


def test_of_several_samples_the_one_with_most_counts():
    hits = [(contig, gene) for contig in range(5) for gene in range(3)]
    markers = markers_of(7, hits)
    assert count_genomes(markers) == 5
    assert count_genomes(markers, np.array([0, 0, 1, 1, 1, 2, 3])) == 3
    assert count_genomes(markers, np.arange(7)) == 1


@pytest.mark.parametrize("sample", [None, np.array([0, 4, 1])])
def test_without_genes_there_is_one_genome(sample):
    nothing = np.zeros(0, np.int64)
    assert count_genomes(Markers(GENES, nothing, nothing, 3), sample) == 1


@pytest.mark.parametrize("method", ["peaks", "mixture"])
def test_planted_genomes_are_found(method):
    rng = np.random.default_rng(1)
    latent, lengths, truth = blobs(rng, 5, 60)
    markers = genes_of(rng, truth)
    found = clustered(latent, lengths, markers, method=method)
    # 7/8 of 5 genomes are 4 components: the fifth is split off by its genes
    assert adjusted_rand_score(truth, labels_of(found, len(truth))) > 0.99
    assert same(found, clustered(latent, lengths, markers, method=method))
    whole = clustered(latent, lengths, markers, method="mixture", split="none")
    assert len(whole) == 4


@pytest.mark.parametrize("method", ["peaks", "mixture"])
def test_contigs_that_are_all_alike_are_one_cluster(method):
    markers = genes_of(np.random.default_rng(0), np.zeros(30, int))
    found = clustered(np.ones((30, 3), np.float32), np.full(30, 2000), markers, method=method)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("method", "n"), [("peaks", 1), ("peaks", 2), ("peaks", 3), ("mixture", 2), ("mixture", 3)]
)
def test_hardly_any_contig(method, n):
    rng = np.random.default_rng(n)
    latent = rng.normal(size=(n, 4)).astype(np.float32)
    markers = markers_of(n, [(contig, 0) for contig in range(n)])
    clustered(latent, np.full(n, 2000), markers, method=method, components=9)


def test_as_many_components_as_are_asked_for():
    rng = np.random.default_rng(2)
    latent, lengths, truth = blobs(rng, 3, 50)
    markers = genes_of(rng, truth)
    found = clustered(latent, lengths, markers, method="mixture", components=5, split="none")
    assert len(found) == 5
    found = clustered(latent, lengths, markers, components=5, neighbours=8, split="none")
    assert 3 < len(found) <= 5  # labels of small peaks may not outlast the propagation
    assert len(clustered(latent, lengths, markers, neighbours=8, split="none")) == 3
    share = clustered(latent, lengths, markers, method="mixture", component_share=2.0, split="none")
    assert len(share) == 6


def test_two_genomes_in_one_peak_are_split_by_their_genes():
    rng = np.random.default_rng(3)
    latent, lengths, truth = close_pair(rng, 60)
    markers = genes_of(rng, truth, 10)
    one = {"components": 1, "prominence": 3.0}
    assert len(clustered(latent, lengths, markers, split="none", **one)) == 1
    found = clustered(latent, lengths, markers, **one)
    assert len(found) == 2
    assert adjusted_rand_score(truth, labels_of(found, len(truth))) > 0.6
    assert same(found, clustered(latent, lengths, markers, **one))


def test_links_keep_contigs_with_their_mates():
    rng = np.random.default_rng(4)
    latent, lengths, truth = close_pair(rng, 50)
    markers = genes_of(rng, truth, 8)
    # each contig is linked to three of its genome
    pairs = set()
    for contig, genome in enumerate(truth):
        mates = np.setdiff1d(np.flatnonzero(truth == genome), contig)
        pairs |= {tuple(sorted((contig, int(mate)))) for mate in rng.choice(mates, 3, False)}
    one = {"components": 1, "prominence": 3.0}
    wrong = []
    for graph in (no_links(len(truth)), linked(len(truth), pairs)):
        labels = labels_of(clustered(latent, lengths, markers, graph=graph, **one), len(truth))
        same_as_truth = np.count_nonzero(labels == truth)
        wrong.append(min(same_as_truth, len(truth) - same_as_truth))
    assert wrong[0] > 15
    assert wrong[1] <= 2


def test_a_contig_at_the_border_follows_its_links():
    rng = np.random.default_rng(5)
    truth = np.repeat([0, 1], 30)
    points = rng.normal(0, 0.3, (61, 2))
    points[:60, 0] += 6 * truth
    points[60] = [3.2, 0]  # nearer to the second genome
    hits = [(contig, gene) for gene, contig in enumerate((0, 1, 2))]
    markers = markers_of(61, hits + [(contig + 30, gene) for contig, gene in hits])

    def parts(graph):
        split = constrained_splits(points, np.full(61, 5000), graph, 10)
        proposals = list(split(np.arange(61), markers, np.zeros(61, int)))
        assert len(proposals) == 3  # one for each gene that stands twice
        for labels in proposals:
            assert adjusted_rand_score(truth, labels[:60]) == 1
        return proposals

    for labels in parts(no_links(61)):
        assert labels[60] == labels[30]
    for labels in parts(linked(61, [(mate, 60) for mate in range(5)])):
        assert labels[60] == labels[0]
    for labels in parts(linked(61, [(mate, 60) for mate in range(5)], weight=1e-6)):
        assert labels[60] == labels[30]


def test_contigs_with_one_gene_are_kept_apart():
    # contig 20 looks like the first genome, but has a gene that this has on contig 0
    points = np.concatenate([np.zeros(10), np.full(10, 6.0), [2.9]])[:, None]
    points += np.random.default_rng(6).normal(0, 0.1, points.shape)
    hits = [(0, 0), (10, 0), (1, 1), (11, 1)]
    split = constrained_splits(points, np.full(21, 5000), no_links(21), 10)
    rows, sample = np.arange(21), np.zeros(21, int)
    for labels in split(rows, markers_of(21, hits), sample):
        assert labels[20] == labels[0] != labels[10]
    # copies of c: on the contig between, and on one of the first genome
    (*_, labels) = split(rows, markers_of(21, [*hits, (2, 2), (20, 2)]), sample)
    assert labels[20] != labels[2]


def test_genes_of_different_samples_are_no_repeats():
    rng = np.random.default_rng(7)
    latent, lengths, sample = close_pair(rng, 60)
    markers = genes_of(rng, sample, 10)
    one = {"components": 1, "prominence": 3.0}
    assert len(clustered(latent, lengths, markers, sample=sample, **one)) == 1
    assert len(clustered(latent, lengths, markers, **one)) == 2


@pytest.mark.parametrize(("method", "seed"), [("peaks", 0), ("peaks", 1), ("mixture", 2)])
def test_splitting_never_lowers_the_reward(method, seed):
    rng = np.random.default_rng(seed)
    latent, lengths, truth = blobs(rng, 4, 15, spread=1.5, apart=3)
    markers = genes_of(rng, rng.permutation(truth), 10)  # the genes do not know of the latent
    sample = rng.integers(0, 2, len(truth))
    worth = {}
    for split in ("none", "constrained"):
        found = clustered(
            latent, lengths, markers, sample=sample, method=method, split=split, components=3
        )
        labels = labels_of(found, len(truth))
        worth[split] = label_rewards(labels, len(found), markers, Reward(), sample).sum()
    assert worth["constrained"] >= worth["none"]


def test_the_mixture_of_many_contigs_is_fitted_to_a_sample(monkeypatch):
    rng = np.random.default_rng(8)
    latent, _, truth = blobs(rng, 4, 500)
    monkeypatch.setattr(cluster, "_MIXTURE_FITTED", 300)
    monkeypatch.setattr(cluster, "_BLOCK", 700)
    from sklearn.mixture import GaussianMixture

    fitted, fit = [], GaussianMixture.fit
    monkeypatch.setattr(
        GaussianMixture, "fit", lambda self, x: (fitted.append(len(x)), fit(self, x))[1]
    )
    labels = mixture_labels(latent, 4, 3, 1)
    assert adjusted_rand_score(truth, labels) == 1
    np.testing.assert_array_equal(labels, mixture_labels(latent, 4, 3, 1))
    mixture_labels(latent, 10, 1, 1)
    assert fitted == [300, 300, 500]  # 50 for each component
