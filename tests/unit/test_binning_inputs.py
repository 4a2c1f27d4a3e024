"""Composition and abundance are brought to the same rows, or refused."""

from __future__ import annotations

import numpy as np
import pytest
from tests.planted import planted_matrices

from latentbin.binning_inputs import read_binning_inputs
from latentbin.errors import UserError
from latentbin.files import file_digest


@pytest.fixture
def matrices():
    composition, abundance, _ = planted_matrices(contigs=10)
    return composition, abundance


@pytest.fixture
def read(tmp_path):
    def call(composition, abundance, min_length=1000):
        paths = tmp_path / "composition.npz", tmp_path / "abundance.npz"
        composition.save(paths[0])
        abundance.save(paths[1])
        return read_binning_inputs(*paths, min_length)

    return call


def test_what_is_read_is_what_the_files_hold(read, matrices, tmp_path):
    composition, abundance = matrices
    made = read(composition, abundance.take(np.arange(30)[::-1]))
    assert made.names == composition.names
    assert np.array_equal(made.tnf, composition.values)
    assert np.array_equal(made.abundance, abundance.values)
    assert np.array_equal(made.lengths, composition.arrays["lengths"])
    assert np.array_equal(made.n_kmers, composition.arrays["n_kmers"])
    assert made.report() == {
        "inputs": {
            kind: file_digest(tmp_path / f"{kind}.npz") for kind in ("composition", "abundance")
        },
        "contigs": 30,
        "contigs_left_out": 0,
        "samples": ["S1", "S2", "S3", "S4"],
    }


def test_what_cannot_be_embedded_is_left_out_and_counted(read, matrices, lines):
    composition, abundance = matrices
    lengths = composition.arrays["lengths"]
    limit = int(np.sort(lengths)[3])
    long = np.flatnonzero(lengths >= limit)
    composition.arrays["n_kmers"][long[0]] = 0
    abundance.values[long[1:], 2] = 0
    made = read(composition, abundance, limit)
    assert made.names == tuple(composition.names[row] for row in long[1:])
    assert np.array_equal(made.abundance, abundance.values[long[1:]][:, [0, 1, 3]])
    assert made.samples == ("S1", "S2", "S4")
    assert made.n_left_out == 4
    assert lines == [
        f"3 contigs shorter than {limit} bp are left unbinned",
        "1 contigs without a countable k-mer (nothing but N?) are left unbinned",
        "sample 'S3' has no reads on any contig: left out",
        f"26 contigs ({lengths[long[1:]].sum()} bp), 103 composition features, 3 samples",
    ]


def test_an_abundance_below_0_is_refused(read, matrices):
    matrices[1].values[7, 1] = -1e-3
    with pytest.raises(UserError, match=r"abundance\.npz: contig 'k7' has a value below 0"):
        read(*matrices)


def test_other_features_are_refused(read, matrices):
    matrices[0].attributes["features"] = "kmers"
    with pytest.raises(UserError, match="holds features 'kmers', expected 'tnf'"):
        read(*matrices)


def test_too_few_contigs_are_refused(read, matrices):
    longest = int(matrices[0].arrays["lengths"].max())
    said = rf"1 of 30 contigs can be embedded, at least 2 are needed \(the longest has {longest} bp"
    with pytest.raises(UserError, match=said):
        read(*matrices, longest)
