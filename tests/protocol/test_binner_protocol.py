"""What every binner promises, run over all of them by their command lines.

A binner enters with one function from (composition, abundance, folder) to the arguments of
its commands, the last of which writes clusters.tsv.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.planted import planted_matrices, save_planted

from latentbin.clusters import read_clusters
from latentbin.matrix import NamedMatrix
from latentbin.vamb import cli as vamb


@dataclass
class Inputs:
    composition: object
    abundance: object
    output: object


def _vamb(inputs: Inputs):
    latent = inputs.output.with_suffix(".latent.npz")
    embed = ["embed", "--composition", inputs.composition, "--abundance", inputs.abundance]
    embed += ["--output", latent, "--epochs", 40, "--hidden-size", 64, "--latent-size", 8]
    embed += ["--batch-size", 64, "--threads", 1, "--device", "cpu"]
    cluster = ["cluster", "--latent", latent, "--output", inputs.output, "--threads", 1]
    return [(vamb.main, embed), (vamb.main, cluster)]


BINNERS = {"vamb": _vamb}


@pytest.fixture(params=BINNERS)
def binner(request):
    """Run the binner's commands until one fails; returns the last exit code."""

    def call(composition, abundance, output):
        for main, arguments in BINNERS[request.param](Inputs(composition, abundance, output)):
            code = main([str(argument) for argument in arguments])
            if code:
                break
        return code

    return call


def test_planted_genomes_are_binned(binner, tmp_path):
    composition, abundance, truth = save_planted(tmp_path)
    assert binner(composition, abundance, tmp_path / "clusters.tsv") == 0
    clusters = read_clusters(tmp_path / "clusters.tsv")
    names = NamedMatrix.load(composition, "composition").names
    assert set(clusters) <= set(names)
    labels = [clusters.get(name, f"unbinned {name}") for name in names]
    assert adjusted_rand_score(truth, labels) > 0.9


def test_same_input_same_bytes(binner, tmp_path):
    composition, abundance, _ = save_planted(tmp_path)
    for name in ("first.tsv", "second.tsv"):
        assert binner(composition, abundance, tmp_path / name) == 0
    assert (tmp_path / "first.tsv").read_bytes() == (tmp_path / "second.tsv").read_bytes()


def test_rows_of_the_abundance_may_come_in_any_order(binner, tmp_path):
    composition, abundance, _ = save_planted(tmp_path)
    matrix = NamedMatrix.load(abundance, "abundance")
    matrix.take(np.random.default_rng(0).permutation(len(matrix.names))).save(
        tmp_path / "shuffled.npz"
    )
    assert binner(composition, abundance, tmp_path / "first.tsv") == 0
    assert binner(composition, tmp_path / "shuffled.npz", tmp_path / "second.tsv") == 0
    assert (tmp_path / "first.tsv").read_bytes() == (tmp_path / "second.tsv").read_bytes()


def test_one_sample_works(binner, tmp_path):
    composition, abundance, _ = save_planted(tmp_path, samples=1)
    assert binner(composition, abundance, tmp_path / "clusters.tsv") == 0
    assert read_clusters(tmp_path / "clusters.tsv")


def test_another_set_of_contigs_is_refused(binner, tmp_path, capsys):
    composition, abundance, _ = save_planted(tmp_path)
    matrix = NamedMatrix.load(abundance, "abundance")
    matrix.take(np.arange(1, len(matrix.names))).save(tmp_path / "fewer.npz")
    assert binner(composition, tmp_path / "fewer.npz", tmp_path / "clusters.tsv") == 1
    error = capsys.readouterr().err
    assert "fewer.npz lacks contig 'k0', which is number 1 of" in error
    assert "composition.npz" in error
    assert not (tmp_path / "clusters.tsv").exists()


def test_swapped_files_are_refused(binner, tmp_path, capsys):
    composition, abundance, _ = save_planted(tmp_path)
    assert binner(abundance, composition, tmp_path / "clusters.tsv") == 1
    assert "is 'latentbin/abundance/1', expected 'latentbin/composition/1'" in (
        capsys.readouterr().err
    )


def test_truncated_file_is_refused(binner, tmp_path, capsys):
    composition, abundance, _ = save_planted(tmp_path)
    abundance.write_bytes(abundance.read_bytes()[:-2000])
    assert binner(composition, abundance, tmp_path / "clusters.tsv") == 1
    assert "abundance.npz: damaged, or not a Latentbin file of abundance" in capsys.readouterr().err


def test_contigs_of_nothing_but_n_are_left_unbinned(binner, tmp_path, capsys):
    composition, abundance, _ = planted_matrices()
    composition.values[7] = 0
    composition.arrays["n_kmers"][7] = 0
    composition.save(tmp_path / "composition.npz")
    abundance.save(tmp_path / "abundance.npz")
    output = tmp_path / "clusters.tsv"
    assert binner(tmp_path / "composition.npz", tmp_path / "abundance.npz", output) == 0
    assert "k7" not in read_clusters(output)
    assert "1 contigs without a countable k-mer" in capsys.readouterr().err


def test_a_sample_without_reads_is_named_and_left_out(binner, tmp_path, capsys):
    composition, abundance, _ = planted_matrices()
    abundance.values[:, 2] = 0
    composition.save(tmp_path / "composition.npz")
    abundance.save(tmp_path / "abundance.npz")
    output = tmp_path / "clusters.tsv"
    assert binner(tmp_path / "composition.npz", tmp_path / "abundance.npz", output) == 0
    assert "sample 'S3' has no reads on any contig" in capsys.readouterr().err


def test_no_sample_with_reads_is_refused(binner, tmp_path, capsys):
    composition, abundance, _ = planted_matrices()
    abundance.values[:] = 0
    composition.save(tmp_path / "composition.npz")
    abundance.save(tmp_path / "abundance.npz")
    output = tmp_path / "clusters.tsv"
    assert binner(tmp_path / "composition.npz", tmp_path / "abundance.npz", output) == 1
    assert "no sample has reads on any contig" in capsys.readouterr().err
    assert not output.exists()


def test_output_in_a_missing_folder_is_refused_before_any_work(binner, tmp_path, capsys):
    composition, abundance, _ = save_planted(tmp_path)
    assert binner(composition, abundance, tmp_path / "none" / "clusters.tsv") == 1
    assert "its folder does not exist" in capsys.readouterr().err
