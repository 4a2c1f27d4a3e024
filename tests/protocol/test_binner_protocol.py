"""What every binner promises, run over all of them by their command lines.

A binner enters with one function from its input files and its output to the arguments of its
commands, the last of which writes clusters.tsv. It reads what it needs of: composition,
abundance, the contigs' sequences, their single-copy genes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.planted import planted_matrices, save_sequences

from latentbin.clusters import read_clusters
from latentbin.deepmetabin import cli as deepmetabin
from latentbin.genomeface import cli as genomeface
from latentbin.vamb import cli as vamb

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded


@dataclass(frozen=True)
class Inputs:
    composition: Path
    abundance: Path
    fasta: Path
    markers: Path


def _vamb(inputs: Inputs, output: Path, *cluster_options):
    latent = output.with_suffix(".latent.npz")
    embed = ["embed", "--composition", inputs.composition, "--abundance", inputs.abundance]
    embed += ["--output", latent, "--epochs", 40, "--hidden-size", 64, "--latent-size", 8]
    embed += ["--batch-size", 64, "--threads", 1, "--device", "cpu"]
    cluster = ["cluster", "--latent", latent, "--output", output, "--threads", 1]
    return [(vamb.main, embed), (vamb.main, [*cluster, *cluster_options])]


def _vamb_with_markers(inputs: Inputs, output: Path):
    return _vamb(inputs, output, "--markers", inputs.markers)


def _genomeface(inputs: Inputs, output: Path):
    embedding = output.with_suffix(".embedding.npz")
    embed = ["embed", "--fasta", inputs.fasta, "--abundance", inputs.abundance]
    embed += ["--output", embedding, "--threads", 1, "--device", "cpu"]
    cluster = ["cluster", "--embedding", embedding, "--markers", inputs.markers]
    cluster += ["--output", output, "--threads", 1]
    return [(genomeface.main, embed), (genomeface.main, cluster)]


def _deepmetabin(inputs: Inputs, output: Path):
    graph, latent = output.with_suffix(".graph.npz"), output.with_suffix(".latent.npz")
    features = ["--composition", inputs.composition, "--abundance", inputs.abundance]
    links = ["--graph", graph, "--markers", inputs.markers]
    embed = ["embed", *features, *links, "--output", latent, "--epochs", 30]
    embed += ["--hidden-size", 64, "--latent-size", 8, "--batch-size", 64]
    embed += ["--threads", 1, "--device", "cpu"]
    cluster = ["cluster", "--latent", latent, *links, "--output", output, "--threads", 1]
    return [
        (deepmetabin.main, ["graph", *features, "--output", graph, "--threads", 1]),
        (deepmetabin.main, embed),
        (deepmetabin.main, cluster),
    ]


BINNERS = {
    "vamb": _vamb,
    "vamb with markers": _vamb_with_markers,
    "genomeface": _genomeface,
    "deepmetabin": _deepmetabin,
}
READ_COMPOSITION = ("vamb", "vamb with markers", "deepmetabin")


@pytest.fixture(params=BINNERS)
def name(request):
    return request.param


@pytest.fixture
def binner(name):
    """Run the binner's commands until one fails; returns the last exit code."""

    def call(inputs, output):
        for main, arguments in BINNERS[name](inputs, output):
            code = main([str(argument) for argument in arguments])
            if code:
                break
        return code

    return call


def save_matrices(inputs, composition, abundance):
    composition.save(inputs.composition)
    abundance.save(inputs.abundance)


def save_inputs(folder, **kwargs):
    """The input files of planted genomes, their matrices, and the genome of each contig."""
    composition, abundance, truth = planted_matrices(**kwargs)
    files = [folder / "composition.npz", folder / "abundance.npz"]
    inputs = Inputs(*files, *save_sequences(folder, composition, truth))
    save_matrices(inputs, composition, abundance)
    return inputs, composition, abundance, truth


def rewrite_contig(path, name, sequence):
    """Replace a contig's sequence in a FASTA file, or leave the contig out."""
    text = path.read_text()
    new = "" if sequence is None else f">{name}\n{sequence}\n"
    changed, count = re.subn(rf">{name}\n\w+\n", new, text)
    assert count == 1
    path.write_text(changed)


def test_planted_genomes_are_binned(binner, tmp_path):
    inputs, composition, _, truth = save_inputs(tmp_path)
    assert binner(inputs, tmp_path / "clusters.tsv") == 0
    clusters = read_clusters(tmp_path / "clusters.tsv")
    names = composition.names
    assert set(clusters) <= set(names)
    labels = [clusters.get(name, f"unbinned {name}") for name in names]
    assert adjusted_rand_score(truth, labels) > 0.9


def test_same_input_same_bytes(binner, tmp_path):
    inputs, *_ = save_inputs(tmp_path)
    for name in ("first.tsv", "second.tsv"):
        assert binner(inputs, tmp_path / name) == 0
    assert (tmp_path / "first.tsv").read_bytes() == (tmp_path / "second.tsv").read_bytes()


def test_rows_of_the_abundance_may_come_in_any_order(name, binner, tmp_path):
    inputs, _, abundance, _ = save_inputs(tmp_path)
    shuffled = replace(inputs, abundance=tmp_path / "shuffled.npz")
    order = np.random.default_rng(0).permutation(len(abundance.names))
    abundance.take(order).save(shuffled.abundance)
    assert binner(inputs, tmp_path / "first.tsv") == 0
    assert binner(shuffled, tmp_path / "second.tsv") == 0
    if name in READ_COMPOSITION:
        assert (tmp_path / "first.tsv").read_bytes() == (tmp_path / "second.tsv").read_bytes()
    else:  # the abundance's order is the catalogue's
        one, two = (read_clusters(tmp_path / f"{part}.tsv") for part in ("first", "second"))
        assert set(one) == set(two)
        assert adjusted_rand_score([one[k] for k in one], [two[k] for k in one]) == 1


def test_one_sample_works(binner, tmp_path):
    inputs, *_ = save_inputs(tmp_path, samples=1)
    assert binner(inputs, tmp_path / "clusters.tsv") == 0
    assert read_clusters(tmp_path / "clusters.tsv")


@pytest.mark.parametrize("name", READ_COMPOSITION)
def test_another_set_of_contigs_is_refused(name, binner, tmp_path, capsys):
    inputs, _, abundance, _ = save_inputs(tmp_path)
    fewer = replace(inputs, abundance=tmp_path / "fewer.npz")
    abundance.take(np.arange(1, len(abundance.names))).save(fewer.abundance)
    assert binner(fewer, tmp_path / "clusters.tsv") == 1
    error = capsys.readouterr().err
    assert "fewer.npz lacks contig 'k0', which is number 1 of" in error
    assert "composition.npz" in error
    assert not (tmp_path / "clusters.tsv").exists()


def test_a_contig_with_depths_and_nothing_else_is_refused(binner, tmp_path, capsys):
    inputs, composition, _, _ = save_inputs(tmp_path)
    composition.take(np.arange(len(composition.names)) != 7).save(inputs.composition)
    rewrite_contig(inputs.fasta, "k7", None)
    assert binner(inputs, tmp_path / "clusters.tsv") == 1
    assert "contig 'k7'" in capsys.readouterr().err
    assert not (tmp_path / "clusters.tsv").exists()


def test_swapped_files_are_refused(name, binner, tmp_path, capsys):
    inputs, *_ = save_inputs(tmp_path)
    swapped = replace(inputs, composition=inputs.abundance, abundance=inputs.composition)
    assert binner(swapped, tmp_path / "clusters.tsv") == 1
    kinds = "abundance", "composition"
    found, expected = kinds if name in READ_COMPOSITION else kinds[::-1]
    assert f"is 'latentbin/{found}/1', expected 'latentbin/{expected}/1'" in capsys.readouterr().err


def test_truncated_file_is_refused(binner, tmp_path, capsys):
    inputs, *_ = save_inputs(tmp_path)
    inputs.abundance.write_bytes(inputs.abundance.read_bytes()[:-2000])
    assert binner(inputs, tmp_path / "clusters.tsv") == 1
    assert "abundance.npz: damaged, or not a Latentbin file of abundance" in capsys.readouterr().err


def test_contigs_of_nothing_but_n_are_left_unbinned(name, binner, tmp_path, capsys):
    inputs, composition, abundance, _ = save_inputs(tmp_path)
    composition.values[7] = 0
    composition.arrays["n_kmers"][7] = 0
    save_matrices(inputs, composition, abundance)
    rewrite_contig(inputs.fasta, "k7", "N" * composition.arrays["lengths"][7])
    assert binner(inputs, tmp_path / "clusters.tsv") == 0
    assert "k7" not in read_clusters(tmp_path / "clusters.tsv")
    words = "without a countable k-mer" if name in READ_COMPOSITION else "hold no word without"
    assert f"1 contigs {words}" in capsys.readouterr().err


def test_a_sample_without_reads_is_named_and_left_out(binner, tmp_path, capsys):
    inputs, composition, abundance, _ = save_inputs(tmp_path)
    abundance.values[:, 2] = 0
    save_matrices(inputs, composition, abundance)
    assert binner(inputs, tmp_path / "clusters.tsv") == 0
    assert "sample 'S3' has no reads on any contig" in capsys.readouterr().err


def test_no_sample_with_reads_is_refused(binner, tmp_path, capsys):
    inputs, composition, abundance, _ = save_inputs(tmp_path)
    abundance.values[:] = 0
    save_matrices(inputs, composition, abundance)
    assert binner(inputs, tmp_path / "clusters.tsv") == 1
    assert "no sample has reads on any contig" in capsys.readouterr().err
    assert not (tmp_path / "clusters.tsv").exists()


@pytest.mark.parametrize("name", ["vamb with markers", "genomeface", "deepmetabin"])
def test_markers_of_other_contigs_are_refused(name, binner, tmp_path, capsys):
    inputs, *_ = save_inputs(tmp_path)
    inputs.markers.write_text(inputs.markers.read_text().replace("\nk", "\nother"))
    assert binner(inputs, tmp_path / "clusters.tsv") == 1
    assert "markers.tsv" in (error := capsys.readouterr().err)
    assert "in the catalogue" in error
    assert not (tmp_path / "clusters.tsv").exists()


def test_output_in_a_missing_folder_is_refused_before_any_work(binner, tmp_path, capsys):
    inputs, *_ = save_inputs(tmp_path)
    assert binner(inputs, tmp_path / "none" / "clusters.tsv") == 1
    assert "its folder does not exist" in capsys.readouterr().err
