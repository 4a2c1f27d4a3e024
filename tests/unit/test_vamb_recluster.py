"""Two genomes in one cluster are split by their genes, one is not; the command's --markers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from latentbin.clusters import read_clusters
from latentbin.gene_splits import choose_by_genes, mixture_splits, split_by_genes
from latentbin.matrix import NamedMatrix
from latentbin.scg import Hit, Markers, write_markers
from latentbin.tree.select import Reward
from latentbin.vamb.cli import main
from latentbin.vamb.options import ClusterOptions

N_GENES = 40
GENES = tuple(f"COG{number:04}" for number in range(N_GENES))
ONE_SAMPLE = np.zeros(200, int)


def flat_pair(rng, n=100):
    """Two genomes apart along a direction in which they scatter least, and lengths."""
    truth = np.repeat([0, 1], n)
    latent = rng.normal(0, 1, (2 * n, 6)) * [1, 1, 1, 1, 1, 0.2]
    latent[:, 0] += 10  # one direction from the origin: one cluster to VAMB
    latent[:, 5] += 1.5 * truth
    return latent.astype(np.float32), rng.integers(2000, 50_000, 2 * n), truth


def genes_of(rng, truth, n_genes=N_GENES):
    """Each genome has each gene once, complete, on one of its contigs."""
    hits = {
        (int(rng.choice(np.flatnonzero(truth == genome))), gene)
        for genome in np.unique(truth)
        for gene in range(n_genes)
    }
    contig, gene = np.array(sorted(hits)).T
    return Markers(GENES, contig, gene, len(truth))


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


@pytest.fixture
def pair(tmp_path):
    """latent.npz of two genomes that VAMB takes for one, markers.tsv, and the genome of each."""
    rng = np.random.default_rng(10)
    latent, lengths, truth = flat_pair(rng)
    names = tuple(f"S{1 + row % 2}C{row}" for row in range(200))
    columns = tuple(f"latent_{number}" for number in range(1, 7))
    NamedMatrix(
        "latent", names, columns, latent, {"lengths": lengths}, {"method": "vamb"}, {}
    ).save(tmp_path / "latent.npz")
    markers = genes_of(rng, truth)
    hits = (
        Hit(names[contig], GENES[gene], 300.0, 1, 900, "+", False)
        for contig, gene in zip(markers.contig, markers.gene, strict=True)
    )
    short = Hit("tooshort", GENES[0], 300.0, 1, 900, "+", False)
    write_markers(tmp_path / "markers.tsv", GENES, (*hits, short))
    return tmp_path, names, truth


def cluster(folder, output, *more):
    arguments = ["cluster", "--latent", folder / "latent.npz", "--output", output, "--threads", "1"]
    # one radius for all that holds both genomes
    arguments += ["--method", "threshold", "--threshold", "0.5", *more]
    return main([str(argument) for argument in arguments])


def test_markers_split_what_the_latent_alone_does_not(pair):
    folder, names, truth = pair
    assert cluster(folder, folder / "plain.tsv") == 0
    assert len(set(read_clusters(folder / "plain.tsv").values())) == 1
    assert cluster(folder, folder / "split.tsv", "--markers", folder / "markers.tsv") == 0
    split = read_clusters(folder / "split.tsv")
    assert set(split) == set(names)
    assert adjusted_rand_score(truth, [split[name] for name in names]) > 0.9
    assert cluster(folder, folder / "again.tsv", "--markers", folder / "markers.tsv") == 0
    assert (folder / "again.tsv").read_bytes() == (folder / "split.tsv").read_bytes()


def test_markers_of_other_contigs_are_refused(pair, capsys):
    folder, _, _ = pair
    write_markers(folder / "markers.tsv", GENES, [Hit("k1", GENES[0], 9, 1, 9, "+", False)])
    assert cluster(folder, folder / "split.tsv", "--markers", folder / "markers.tsv") == 1
    assert "none of its contigs, such as 'k1', is in the catalogue" in capsys.readouterr().err
    (folder / "markers.tsv").write_text("contig\tgene\n")
    assert cluster(folder, folder / "split.tsv", "--markers", folder / "markers.tsv") == 1
    assert "not a markers table" in capsys.readouterr().err
    assert not (folder / "split.tsv").exists()


def test_a_table_without_any_gene_changes_nothing(pair):
    folder, _, _ = pair
    write_markers(folder / "none.tsv", GENES, ())
    assert cluster(folder, folder / "plain.tsv") == 0
    assert cluster(folder, folder / "split.tsv", "--markers", folder / "none.tsv") == 0
    assert (folder / "plain.tsv").read_bytes() == (folder / "split.tsv").read_bytes()


def test_defaults_split_in_the_density_method_too():
    # the option dataclass has no say in it: the step comes after any method
    from latentbin.vamb.cluster import cluster_latent

    rng = np.random.default_rng(11)
    latent, lengths, truth = flat_pair(rng)
    latent[:, 1:5] *= 0.2
    plain = cluster_latent(latent, lengths, ClusterOptions(), 1)
    split = cluster_latent(latent, lengths, ClusterOptions(), 1, genes_of(rng, truth))
    assert len(plain) < len(split)
    assert sorted(np.concatenate(split).tolist()) == list(range(200))


def test_radii_that_cut_genomes_in_two_are_not_chosen():
    rng = np.random.default_rng(5)
    truth = np.repeat([0, 1], 100)
    latent = (rng.normal(0, 0.2, (200, 5)) + 3 * np.eye(5)[truth]).astype(np.float32)
    whole = [np.flatnonzero(truth == genome) for genome in (0, 1)]
    halves = [rows[start::2] for rows in whole for start in (0, 1)]
    arguments = (mixture_splits(latent, np.full(200, 5000)), genes_of(rng, truth), ONE_SAMPLE)
    for choices in ([halves, whole], [whole, halves]):
        chosen = choose_by_genes(choices, *arguments)
        assert sorted(rows.tolist() for rows in chosen) == [rows.tolist() for rows in whole]


def test_of_equal_radii_the_first_stays():
    rng = np.random.default_rng(6)
    latent = rng.normal(0, 1, (200, 5)).astype(np.float32)
    markers = Markers(GENES, np.zeros(0, np.int64), np.zeros(0, np.int64), 200)
    first, second = [np.arange(200)], [np.arange(100), np.arange(100, 200)]
    chosen = choose_by_genes(
        [first, second], mixture_splits(latent, np.full(200, 5000)), markers, ONE_SAMPLE
    )
    assert len(chosen) == 1
