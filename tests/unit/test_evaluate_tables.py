from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from latentbin.errors import UserError
from latentbin.evaluate.cli import main
from latentbin.evaluate.tables import bins_of, read_binning, read_truth

TRUTH = "a\tA\t10\nb\tB\t20\n"
GOLD = """#CAMI Format for Binning
@Version:0.9.1
@SampleID:one

@@SEQUENCEID\tBINID\tTAXID\t_LENGTH
a\tA\t7\t10
# a comment
b\tB\t9\t20
"""
TWO = GOLD + "@Version:0.9.1\n@SampleID:two\n@@SEQUENCEID\tBINID\tLENGTH\na\tC\t11\n"


def put(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [TRUTH, "contig\tgenome\tlength\n" + TRUTH, "# note\n\n" + TRUTH, GOLD, GOLD + "b\tB\t9\t20\n"],
)
def test_forms_of_truth(tmp_path: Path, text: str) -> None:
    truth = read_truth(put(tmp_path / "truth", text))
    assert truth.contigs.names == ("a", "b")
    assert truth.contigs.lengths.tolist() == [10, 20]
    assert [truth.genomes[code] for code in truth.codes] == ["A", "B"]


def test_truth_of_a_chosen_sample(tmp_path: Path) -> None:
    truth = read_truth(put(tmp_path / "truth", TWO), sample_id="two")
    assert (truth.contigs.names, truth.contigs.lengths.tolist()) == (("a",), [11])
    assert (truth.genomes, truth.sample_id) == (("C",), "two")


def test_lengths_from_fasta(tmp_path: Path) -> None:
    fasta = put(tmp_path / "c.fna", ">b\nACGT\n>x\nA\n>a\nAC\n")
    truth = read_truth(put(tmp_path / "truth", "a\tA\nb\tB\n"), fasta)
    assert truth.contigs.lengths.tolist() == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        "contig\tcluster\na\t1\nb\t2\n",
        "a\t1\nb\t2\n",
        "clustername\tcontigname\n1\ta\n2\tb\n",
        "@Version:0.9.1\n@SampleID:other\n@@SEQUENCEID\tBINID\na\t1\nb\t2\n",
        "# note\na\t1\nb\t2\nc\t-1\nd\tunbinned\n",
    ],
)
def test_forms_of_binnings(tmp_path: Path, text: str) -> None:
    assert read_binning(put(tmp_path / "bins", text), "one") == {"a": "1", "b": "2"}
    (tmp_path / "bins.gz").write_bytes(gzip.compress(text.encode()))
    assert read_binning(tmp_path / "bins.gz") == {"a": "1", "b": "2"}


def test_binning_of_several_samples_follows_the_truth(tmp_path: Path) -> None:
    path = put(tmp_path / "bins", TWO)
    assert read_binning(path, "two") == {"a": "C"}
    with pytest.raises(UserError, match=r"several samples \(one, two\). Choose one: --sample-id"):
        read_binning(path)


def test_binned_contigs_without_truth_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path / "truth", TRUTH)
    names, codes = bins_of(read_truth(path), {"b": "x", "c": "x", "d": "y"}, "bins")
    assert (names, codes.tolist()) == (("x", "y"), [-1, 0])
    bins = put(tmp_path / "bins", "b\tx\nc\tx\nd\ty\n")
    arguments = ["--truth", str(path), "--clusters", str(bins), "--output-dir"]
    assert main([*arguments, str(tmp_path / "out")]) == 0
    assert "2 binned contigs are not in the truth: ignored" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no contig"),
        ("a\tA\n", "has no lengths. Add a column"),
        ("a\n", "line 1: expected 2 or more cells separated by tabs, got 'a'"),
        ("a\tA\t10\nb\tB\n", "line 2: expected contig, genome and length, as in other lines"),
        ("a\tA\tten\n", "line 1: length is 'ten', expected a positive integer"),
        ("a\tA\t0\n", "line 1: length is '0', expected a positive integer"),
        (TRUTH + "a\tB\t10\n", "line 3: contig 'a' is of genome 'B', but of 'A' in line 1"),
        ("@SampleID:one\n", "has no line of column names"),
        ("@SampleID:one\na\tA\t10\n", "line 2: a row before the line of column names"),
        ("@SampleID\n", "line 1: expected '@Key:value', got '@SampleID'"),
        ("@@SEQUENCEID\tTAXID\na\t1\n", "line 1: no column BINID among SEQUENCEID, TAXID"),
        ("@@SEQUENCEID BINID\na\t1\n", "line 1: no column SEQUENCEID among SEQUENCEID BINID"),
        (GOLD + "c\tC\n", "line 9: 2 cells, expected 4 separated by tabs"),
        (GOLD + "c\t\t1\t5\n", "line 9: SEQUENCEID or BINID is empty"),
        (GOLD + "c\tC\t1\t-5\n", "line 9: length is '-5', expected a positive integer"),
        ("@@SEQUENCEID\tBINID\na\tA\n", "has no lengths. Add a column"),
        (TWO, r"several samples (one, two). Choose one: --sample-id"),
        (GOLD + GOLD, "two sections have the same @SampleID"),
    ],
)
def test_bad_truth(tmp_path: Path, text: str, message: str) -> None:
    path = put(tmp_path / "truth", text)
    with pytest.raises(UserError) as caught:
        read_truth(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_no_such_sample(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no sample 'three'\. It has: one, two"):
        read_truth(put(tmp_path / "truth", TWO), sample_id="three")


def test_truth_of_contigs_that_are_not_in_the_fasta_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when one truth is about several groups: the other groups' contigs are not missed."""
    fasta = put(tmp_path / "c.fna", ">b\nACGT\n")
    for text, length in ((TRUTH, 20), ("a\tA\nb\tB\n", 4)):
        truth = read_truth(put(tmp_path / "truth", text), fasta)
        assert (truth.contigs.names, truth.contigs.lengths.tolist()) == (("b",), [length])
        assert (truth.genomes, truth.codes.tolist()) == (("B",), [0])
    bins = put(tmp_path / "bins", "b\tx\n")
    arguments = ["--truth", str(tmp_path / "truth"), "--fasta", str(fasta), "--clusters", str(bins)]
    assert main([*arguments, "--output-dir", str(tmp_path / "out")]) == 0
    streams = capsys.readouterr()
    assert f"1 of the truth's 2 contigs are not in {fasta}: left out" in streams.err
    assert "genomes\t1\n" in streams.out
    assert "recall_bp\t1.000000\n" in streams.out


def test_fasta_without_any_contig_of_the_truth(tmp_path: Path) -> None:
    fasta = put(tmp_path / "c.fna", ">x\nACGT\n")
    with pytest.raises(
        UserError, match=r"has none of the 2 contigs of .*: it has 'x', the truth 'a"
    ):
        read_truth(put(tmp_path / "truth", TRUTH), fasta)


@pytest.mark.parametrize(
    ("clusters", "more", "message"),
    [
        ("x\t1\ny\t2\n", [], "none of its 2 contigs is in the truth: it has 'x', the truth 'a'"),
        ("1\ta\n2\tb\n", [], "The two columns seem to be swapped"),
        ("a\t1\na\t2\n", [], "line 2: contig 'a' stands twice"),
        ("contig\tcluster\na\t1\na\t2\n", [], "line 3: contig 'a' stands twice"),
        ("a 1\n", [], "line 1: expected 2 or more cells separated by tabs"),
        ("@Version:0.9.1\na\t1\n", [], "line 2: a row before the line of column names"),
        ("a\t1\n", ["--separator", "~"], "contig 'a' does not have the separator '~'"),
    ],
)
def test_the_command_refuses_with_one_message_and_no_output(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    clusters: str,
    more: list[str],
    message: str,
) -> None:
    truth, bins = put(tmp_path / "truth", TRUTH), put(tmp_path / "bins", clusters)
    arguments = ["--truth", str(truth), "--clusters", str(bins), "--output-dir"]
    assert main([*arguments, str(tmp_path / "out"), *more]) == 1
    streams = capsys.readouterr()
    assert message in streams.err
    assert streams.out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bins", "truth"]


def test_an_output_that_is_not_empty_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, bins = put(tmp_path / "truth", TRUTH), put(tmp_path / "bins", "a\t1\n")
    arguments = ["--truth", str(truth), "--clusters", str(bins), "--output-dir", str(tmp_path)]
    assert main(arguments) == 1
    assert "exists and is not an empty folder" in capsys.readouterr().err
