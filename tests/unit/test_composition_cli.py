from __future__ import annotations

import numpy as np
import pytest

from latentbin.composition.cli import main
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix


def write(path, *records):
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in records))
    return path


def run(tmp_path, fasta, *options):
    output = tmp_path / "composition.npz"
    code = main(["tnf", "--fasta", str(fasta), "--output", str(output), *options])
    return code, output


def test_file_holds_rows_in_order_of_the_fasta(tmp_path):
    fasta = write(
        tmp_path / "c.fna", ("b", "ACGT" * 300), ("short", "ACGT"), ("a", "GATTACA" * 200)
    )
    code, output = run(tmp_path, fasta)
    assert code == 0
    matrix = NamedMatrix.load(output, "composition")
    assert matrix.names == ("b", "a")
    assert matrix.values.shape == (2, 103)
    assert matrix.arrays["lengths"].tolist() == [1200, 1400]
    assert matrix.arrays["n_kmers"].tolist() == [1197, 1397]
    assert matrix.arrays["lengths"].dtype == matrix.arrays["n_kmers"].dtype == np.int64
    assert matrix.attributes == {"features": "tnf", "projection": "reduced", "min_length": 1000}
    assert matrix.report["inputs"] == {"c.fna": file_digest(fasta)}
    assert matrix.report["options"] == {"projection": "reduced", "min_length": 1000}
    assert matrix.report["counts"] == {"contigs": 2, "bp": 2600, "short": 1, "without_kmers": 0}
    assert matrix.report["version"]


def test_canonical_columns_are_named_by_their_words(tmp_path):
    fasta = write(tmp_path / "c.fna", ("a", "A" * 10), ("b", "ACGTT"))
    code, output = run(tmp_path, fasta, "--projection", "canonical", "--min-length", "4")
    assert code == 0
    matrix = NamedMatrix.load(output, "composition")
    assert len(matrix.columns) == 136
    rows = [{c: v for c, v in zip(matrix.columns, row, strict=True) if v} for row in matrix.values]
    assert rows == [{"AAAA": 1.0}, {"ACGT": 0.5, "AACG": 0.5}]


def test_contig_of_nothing_but_n_keeps_a_row_of_zeros_and_is_named(tmp_path, capsys):
    fasta = write(tmp_path / "c.fna", ("gap", "N" * 1000), ("a", "ACGTT" * 200))
    code, output = run(tmp_path, fasta)
    assert code == 0
    matrix = NamedMatrix.load(output, "composition")
    assert matrix.arrays["n_kmers"].tolist() == [0, 997]
    assert not matrix.values[0].any()
    assert "1 contigs hold no 4-mer without ambiguous bases" in (err := capsys.readouterr().err)
    assert "gap" in err


def test_contigs_left_out_are_counted_in_the_log(tmp_path, capsys):
    fasta = write(tmp_path / "c.fna", ("a", "ACGTT" * 200), ("b", "ACGTT" * 200), ("c", "ACGT"))
    assert run(tmp_path, fasta)[0] == 0
    assert "2 contigs, 2000 bp; 1 shorter than 1000 bp left out" in capsys.readouterr().err


@pytest.mark.parametrize(("lengths", "said"), [([999, 1000], "1 of 2"), ([5, 999], "0 of 2")])
def test_fewer_than_two_contigs_is_refused(tmp_path, capsys, lengths, said):
    fasta = write(tmp_path / "c.fna", *[(f"c{n}", "A" * n) for n in lengths])
    code, output = run(tmp_path, fasta)
    assert code == 1
    message = capsys.readouterr().err
    assert f"{said} contigs are at least 1000 bp long (the longest has {max(lengths)})" in message
    assert "Lower --min-length" in message
    assert not output.exists()


def test_output_folder_is_checked_before_the_input_is_read(tmp_path, capsys):
    code = main(["tnf", "--fasta", "absent.fna", "--output", str(tmp_path / "no" / "c.npz")])
    assert code == 1
    assert "its folder does not exist" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["3", "0", "-1"])
def test_min_length_below_a_word_is_a_usage_error(tmp_path, value):
    with pytest.raises(SystemExit) as error:
        run(tmp_path, tmp_path / "c.fna", "--min-length", value)
    assert error.value.code == 2


def test_same_input_same_bytes_wherever_it_lies(tmp_path):
    digests = set()
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        fasta = write(tmp_path / folder / "c.fna", ("a", "GATTACA" * 500), ("b", "ACGTT" * 300))
        _, output = run(tmp_path / folder, fasta)
        digests.add(file_digest(output))
    assert len(digests) == 1
