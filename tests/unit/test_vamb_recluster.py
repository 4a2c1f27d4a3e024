"""VAMB's --markers: clusters of the command are split by single-copy genes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.planted_pair import GENES, flat_pair, genes_of

from latentbin.clusters import read_clusters
from latentbin.matrix import NamedMatrix
from latentbin.scg import Hit, write_markers
from latentbin.vamb.cli import main
from latentbin.vamb.cluster import cluster_latent
from latentbin.vamb.options import ClusterOptions


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
    rng = np.random.default_rng(11)
    latent, lengths, truth = flat_pair(rng)
    latent[:, 1:5] *= 0.2
    plain = cluster_latent(latent, lengths, ClusterOptions(), 1)
    split = cluster_latent(latent, lengths, ClusterOptions(), 1, genes_of(rng, truth))
    assert len(plain) < len(split)
    assert sorted(np.concatenate(split).tolist()) == list(range(200))
