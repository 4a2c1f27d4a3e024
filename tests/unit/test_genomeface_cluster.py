"""Clusters of planted embeddings: vectors around the genomes' centres, and their genes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from latentbin.genomeface.cluster import Embedding, cluster_contigs
from latentbin.genomeface.options import ClusterOptions
from latentbin.scg import Markers

GENES = tuple(f"gene{n}" for n in range(20))
DEFAULT = ClusterOptions()


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def planted(n_genomes=6, n_contigs=25, spread=0.35, seed=1):
    """Embedding, genome of each contig; the catalogue has an extra contig after every tenth."""
    rng = np.random.default_rng(seed)
    genome = rng.permutation(np.repeat(np.arange(n_genomes), n_contigs))
    blocks = tuple(
        unit(
            unit(rng.normal(size=(n_genomes, width)))[genome]
            + spread * unit(rng.normal(size=(len(genome), width)))
        )
        for width in (24, 12)
    )
    rows = np.arange(len(genome)) * 11 // 10
    return Embedding(blocks, (6.0, 4.0), rows), genome


def planted_markers(embedding, genome, n_catalogue, seed=2):
    rng = np.random.default_rng(seed)
    pairs = [
        (int(embedding.rows[place]), number)
        for g in np.unique(genome)
        for number, place in enumerate(rng.permutation(np.flatnonzero(genome == g))[: len(GENES)])
    ]
    contig, gene = np.array(sorted(pairs)).T
    return Markers(GENES, contig, gene, n_catalogue)


def none(n_catalogue):
    empty = np.zeros(0, np.int64)
    return Markers(GENES, empty, empty, n_catalogue)


def partition(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@pytest.fixture(scope="module")
def community():
    embedding, genome = planted()
    n_catalogue = int(embedding.rows[-1]) + 1
    markers = planted_markers(embedding, genome, n_catalogue)
    return embedding, genome, markers, np.zeros(n_catalogue, np.int64)


@pytest.mark.parametrize(
    "options",
    [
        DEFAULT,
        ClusterOptions(tune=True),
        ClusterOptions(linkage="single"),
        ClusterOptions(linkage="single", exact_tree=0),
        ClusterOptions(linkage="single", exact_tree=0, neighbours=3),
        ClusterOptions(neighbours=10),
    ],
    ids=str,
)
def test_planted_genomes_are_found_and_every_contig_is_in_one_cluster(community, options):
    embedding, genome, markers, sample = community
    labels = cluster_contigs(embedding, markers, sample, options, 1, 1)
    assert labels.shape == sample.shape
    inside = np.zeros(len(sample), bool)
    inside[embedding.rows] = True
    assert (labels[~inside] == -1).all()
    assert set(labels[inside]) == set(range(labels.max() + 1))
    assert adjusted_rand_score(genome, labels[embedding.rows]) > 0.95


@pytest.mark.parametrize("linkage", ["average", "single"])
def test_the_order_of_contigs_makes_no_difference(community, linkage):
    embedding, _, markers, sample = community
    options = ClusterOptions(linkage=linkage)
    straight = cluster_contigs(embedding, markers, sample, options, 1, 1)
    order = np.random.default_rng(3).permutation(len(sample))  # new row -> old row
    new = np.argsort(order)
    chosen = np.argsort(new[embedding.rows])
    moved = Embedding(
        tuple(block[chosen] for block in embedding.blocks),
        embedding.weights,
        new[embedding.rows][chosen],
    )
    labels = cluster_contigs(moved, markers.take(order), sample, options, 1, 2)
    assert partition(labels[new]) == partition(straight)


def test_without_genes_every_contig_still_has_a_cluster(community):
    embedding, _, _, sample = community
    labels = cluster_contigs(embedding, none(len(sample)), sample, DEFAULT, 1, 1)
    assert (labels[embedding.rows] >= 0).all()


def test_clusters_of_each_sample_on_its_own(community):
    embedding, genome, _, _ = community
    rng = np.random.default_rng(4)
    sample = rng.integers(0, 2, int(embedding.rows[-1]) + 1)
    own = sample[embedding.rows]
    markers = planted_markers(embedding, 2 * genome + own, len(sample))
    labels = cluster_contigs(embedding, markers, sample, ClusterOptions(per_sample=True), 1, 1)
    for members in partition(labels[embedding.rows]):
        assert len(set(own[list(members)])) == 1
    assert adjusted_rand_score(2 * genome + own, labels[embedding.rows]) > 0.95
    # together, a genome of both samples is one cluster: its genes are no repeats
    across = cluster_contigs(embedding, markers, sample, DEFAULT, 1, 1)
    assert adjusted_rand_score(genome, across[embedding.rows]) > 0.95


@pytest.mark.parametrize("n", [0, 1, 2, 3])
@pytest.mark.parametrize("linkage", ["average", "single"])
def test_few_contigs(community, n, linkage):
    embedding, _, _, sample = community
    few = embedding.take(np.arange(len(embedding.rows)) < n)
    labels = cluster_contigs(few, none(len(sample)), sample, ClusterOptions(linkage=linkage), 1, 1)
    assert (labels >= 0).sum() == n


def test_equal_contigs_are_one_cluster(community):
    embedding, _, _, sample = community
    same = replace(embedding, blocks=tuple(block[[0] * 150] for block in embedding.blocks))
    labels = cluster_contigs(same, none(len(sample)), sample, DEFAULT, 1, 1)
    assert set(labels[embedding.rows]) == {0}


def test_abundance_alone_tells_strains_of_one_composition_apart(community):
    embedding, genome, markers, sample = community
    blurred = replace(embedding, blocks=(embedding.blocks[0][[0] * 150], embedding.blocks[1]))
    labels = cluster_contigs(blurred, markers, sample, DEFAULT, 1, 1)
    assert adjusted_rand_score(genome, labels[embedding.rows]) > 0.9
    mixed = cluster_contigs(blurred, markers, sample, ClusterOptions(abundance_factor=0), 1, 1)
    assert adjusted_rand_score(genome, mixed[embedding.rows]) < 0.2
