from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from latentbin.catalogue.cli import main
from latentbin.contigs import read_fasta


def fasta(path: Path, *contigs: tuple[str, str]) -> str:
    path.write_text("".join(f">{name} a comment\n{sequence}\n" for name, sequence in contigs))
    return str(path)


@pytest.fixture
def assemblies(tmp_path: Path) -> list[str]:
    return [
        fasta(tmp_path / "a.fna", ("k1", "ACGTacgtNN"), ("k2", "A" * 200)),
        fasta(tmp_path / "b.fna", ("k1", "GGGG")),
    ]


def join(assemblies: list[str], samples: list[str], output: Path, *more: str) -> int:
    return main(["--assembly", *assemblies, "--sample", *samples, "--output", str(output), *more])


def names(path: Path) -> list[str]:
    return [record.name for record in read_fasta(path)]


def test_names_carry_the_sample_and_sequences_are_unchanged(
    assemblies: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "catalogue.fna.gz"
    assert join(assemblies, ["S1", "S2"], output) == 0
    records = list(read_fasta(output))
    assert [record.name for record in records] == ["S1~k1", "S1~k2", "S2~k1"]
    assert [record.sequence for record in records] == [b"ACGTacgtNN", b"A" * 200, b"GGGG"]


def test_same_bytes_at_another_time_and_plain_without_gz(
    assemblies: list[str], tmp_path: Path
) -> None:
    one, two, plain = tmp_path / "1.fna.gz", tmp_path / "2.fna.gz", tmp_path / "3.fna"
    for output in (one, two, plain):
        assert join(assemblies, ["S1", "S2"], output) == 0
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes()[4:8] == bytes(4)  # no time stamp
    assert gzip.decompress(one.read_bytes()) == plain.read_bytes()


def test_separator_and_length(assemblies: list[str], tmp_path: Path) -> None:
    output = tmp_path / "catalogue.fna"
    more = ["--separator", "_x_", "--min-length", "10"]
    assert join(assemblies[:1], ["S1"], output, *more) == 0
    assert names(output) == ["S1_x_k1", "S1_x_k2"]


def test_a_contig_named_after_its_sample_keeps_its_name(tmp_path: Path) -> None:
    first = fasta(tmp_path / "a.fna", ("S1~k1", "ACGT"), ("k~2", "ACGT"))
    assert join([first], ["S1"], tmp_path / "out.fna") == 0
    assert names(tmp_path / "out.fna") == ["S1~k1", "S1~k~2"]


@pytest.mark.parametrize("min_length", ["0", "11"])
def test_a_sample_without_contigs_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], min_length: str
) -> None:
    empty = tmp_path / "b.fna"
    empty.write_text(">short\nACGT\n" if min_length == "11" else "")
    full = fasta(tmp_path / "a.fna", ("k1", "ACGTACGTACGT"))
    more = ["--min-length", min_length]
    assert join([full, str(empty)], ["S1", "S2"], tmp_path / "out.fna", *more) == 0
    assert names(tmp_path / "out.fna") == ["S1~k1"]
    assert "sample 'S2' contributes no contig" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("samples", "more", "message"),
    [
        (["S1"], [], "2 files after --assembly but 1 names after --sample"),
        (["S1", "S1"], [], "sample 'S1' is given twice"),
        (["S1", "S~2"], [], "sample 'S~2' holds the separator '~'"),
        (["S1", "S2~"], ["--separator", "~~"], "sample 'S2~' holds the separator '~~'"),
        (["S1", "S 2"], [], "sample 'S 2' is empty or has white space"),
        (["S1", ""], [], "sample '' is empty or has white space"),
        (["S1", "S2"], ["--separator", ""], "--separator is '', expected text"),
        (["S1", "S2"], ["--separator", "a b"], "--separator is 'a b', expected text"),
        (["S1", "S2"], ["--min-length", "1000"], "no assembly has a contig of at least 1000 bp"),
    ],
)
def test_refusals(
    assemblies: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    samples: list[str],
    more: list[str],
    message: str,
) -> None:
    output = tmp_path / "out.fna.gz"
    assert join(assemblies, samples, output, *more) == 1
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.fna", "b.fna"]


def test_one_file_for_two_samples_is_refused(
    assemblies: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert join([assemblies[0]] * 2, ["S1", "S2"], tmp_path / "out.fna") == 1
    assert f"assembly '{assemblies[0]}' is given twice" in capsys.readouterr().err


def test_swapped_files_are_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = fasta(tmp_path / "1.fna", ("S2~k1", "ACGT"))
    two = fasta(tmp_path / "2.fna", ("S1~k1", "ACGT"))
    assert join([one, two], ["S1", "S2"], tmp_path / "out.fna") == 1
    assert "contig 'S2~k1' is named after sample 'S2'" in capsys.readouterr().err


def test_two_contigs_that_would_get_one_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = fasta(tmp_path / "1.fna", ("k1", "ACGT"), ("S1~k1", "ACGT"))
    assert join([one], ["S1"], tmp_path / "out.fna") == 1
    assert "two contigs would be named 'S1~k1'" in capsys.readouterr().err
