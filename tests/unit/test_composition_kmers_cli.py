from __future__ import annotations

import numpy as np
import pytest

from latentbin.composition import model
from latentbin.composition.cli import main
from latentbin.composition.kmers import COLUMNS
from latentbin.composition.model import count_kmers
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix
from latentbin.vamb import cli as vamb

BASES = np.frombuffer(b"ACGT", np.uint8)


def write(path, *records):
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in records))
    return path


def run(tmp_path, fasta, *options, output="kmers.npz"):
    output = tmp_path / output
    code = main(["kmers", "--fasta", str(fasta), "--output", str(output), *options])
    return code, output


def test_file_holds_rows_in_order_of_the_fasta(tmp_path):
    long = ("b", "ACGTN" * 300), ("a", "GATTACA" * 200)
    fasta = write(tmp_path / "c.fna", long[0], ("short", "ACGT"), long[1])
    code, output = run(tmp_path, fasta, "--threads", "1")
    assert code == 0
    matrix = NamedMatrix.load(output, "composition")
    assert matrix.names == ("b", "a")
    assert matrix.columns == COLUMNS
    expected = count_kmers([sequence.encode() for _, sequence in long])[1]
    np.testing.assert_array_equal(matrix.values, expected)
    assert matrix.arrays["lengths"].tolist() == [1500, 1400]
    assert matrix.arrays["n_kmers"].tolist() == [1200, 1400]
    assert matrix.attributes == {"features": "kmers", "min_length": 1000}
    assert matrix.report["command"] == "latentbin-composition kmers"
    assert matrix.report["options"] == {"min_length": 1000}
    assert matrix.report["inputs"] == {"c.fna": file_digest(fasta)}
    assert matrix.report["counts"] == {"contigs": 2, "bp": 2900, "short": 1, "without_kmers": 0}


def test_threads_and_batches_make_no_difference(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    records = [(f"k{n}", rng.choice(BASES, 50 + n).tobytes().decode()) for n in range(40)]
    fasta = write(tmp_path / "c.fna", *records)
    options = ("--min-length", "50", "--threads")
    _, whole = run(tmp_path, fasta, *options, "1", output="one.npz")
    monkeypatch.setattr(model, "_BATCH_CONTIGS", 3)
    _, parts = run(tmp_path, fasta, *options, "4", output="four.npz")
    assert whole.read_bytes() == parts.read_bytes()


def test_contig_of_nothing_but_n_keeps_a_row_of_zeros_and_is_named(tmp_path, capsys):
    fasta = write(tmp_path / "c.fna", ("gap", "N" * 1000), ("a", "ACGTT" * 200))
    code, output = run(tmp_path, fasta)
    assert code == 0
    matrix = NamedMatrix.load(output, "composition")
    assert matrix.arrays["n_kmers"].tolist() == [0, 1000]
    assert not matrix.values[0].any()
    assert "1 contigs hold no word without ambiguous bases" in (err := capsys.readouterr().err)
    assert "gap" in err


def test_fewer_than_two_contigs_is_refused(tmp_path, capsys):
    fasta = write(tmp_path / "c.fna", ("a", "A" * 999), ("b", "A" * 1000))
    code, output = run(tmp_path, fasta)
    assert code == 1
    assert "1 of 2 contigs are at least 1000 bp long" in capsys.readouterr().err
    assert not output.exists()


def test_output_folder_is_checked_before_the_input_is_read(tmp_path, capsys):
    assert main(["kmers", "--fasta", "absent.fna", "--output", str(tmp_path / "no" / "k.npz")]) == 1
    assert "its folder does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--min-length", "--threads"])
def test_nought_is_a_usage_error(tmp_path, option):
    with pytest.raises(SystemExit) as error:
        run(tmp_path, tmp_path / "c.fna", option, "0")
    assert error.value.code == 2


def test_vamb_refuses_such_a_file(tmp_path, capsys):
    fasta = write(tmp_path / "c.fna", ("a", "ACGTT" * 300), ("b", "GATTACA" * 200))
    _, output = run(tmp_path, fasta)
    matrix = NamedMatrix.load(output, "composition")
    depth = np.ones((2, 1), np.float32)
    lengths = {"lengths": matrix.arrays["lengths"]}
    NamedMatrix("abundance", matrix.names, ("S1",), depth, lengths, {"unit": "depth"}).save(
        tmp_path / "abundance.npz"
    )
    arguments = ["embed", "--composition", output, "--abundance", tmp_path / "abundance.npz"]
    arguments += ["--output", tmp_path / "latent.npz", "--device", "cpu"]
    assert vamb.main([str(argument) for argument in arguments]) == 1
    message = capsys.readouterr().err
    assert f"{output}: holds features 'kmers', expected 'tnf'" in message
    assert "latentbin-composition tnf" in message
