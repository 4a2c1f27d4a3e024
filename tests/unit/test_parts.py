"""Features of assemblies one by one, joined: the same as those of their catalogue."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from latentbin.catalogue.cli import main as catalogue
from latentbin.composition.cli import main as composition
from latentbin.markers.cli import main as markers
from latentbin.matrix import NamedMatrix
from latentbin.simulate.genomes import make_genome, to_text

SAMPLES = ("S1", "S2", "S3")


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three samples, each a genome in pieces; the second has none that is long enough."""
    folder = tmp_path_factory.mktemp("parts")
    for number, sample in enumerate(SAMPLES):
        rng = np.random.default_rng(number)
        genome = to_text(make_genome(rng, "g", 80_000, 0.5).sequences[0])
        cuts = [0, *np.sort(rng.integers(0, len(genome), 12)).tolist(), len(genome)]
        if sample == "S2":
            cuts = [0, 300, 999]
        # of the third the names are those of the catalogue already, but for one
        prefix = "S3~" if sample == "S3" else ""
        with open(folder / f"{sample}.fna", "wb") as handle:
            for row, (start, end) in enumerate(itertools.pairwise(cuts)):
                if end > start:
                    name = f"k{row}" if row == 1 else f"{prefix}k{row}"
                    handle.write(f">{name}\n".encode() + genome[start:end] + b"\n")
    inputs = [str(folder / f"{sample}.fna") for sample in SAMPLES]
    joined = str(folder / "catalogue.fna")
    assert catalogue(["--assembly", *inputs, "--sample", *SAMPLES, "--output", joined]) == 0
    return folder


@pytest.mark.parametrize("step", ["tnf", "kmers"])
def test_merged_compositions_are_that_of_the_catalogue(
    assemblies: Path, tmp_path: Path, step: str
) -> None:
    parts = []
    for sample in SAMPLES:
        parts.append(str(tmp_path / f"{sample}.npz"))
        fasta = str(assemblies / f"{sample}.fna")
        words = [step, "--fasta", fasta, "--prefix", f"{sample}~", "--output", parts[-1]]
        assert composition(words) == 0
    whole, merged = tmp_path / "whole.npz", tmp_path / "merged.npz"
    fasta = str(assemblies / "catalogue.fna")
    assert composition([step, "--fasta", fasta, "--output", str(whole)]) == 0
    assert composition(["merge", "--composition", *parts, "--output", str(merged)]) == 0
    one, other = (NamedMatrix.load(path, "composition") for path in (whole, merged))
    assert other.names == one.names
    assert {name.split("~")[0] for name in one.names} == {"S1", "S3"}
    assert other.columns == one.columns
    assert other.attributes == one.attributes
    assert other.report["counts"] == one.report["counts"]
    assert other.arrays.keys() == one.arrays.keys()
    for name in one.arrays:
        np.testing.assert_array_equal(other.arrays[name], one.arrays[name])
    np.testing.assert_allclose(other.values, one.values, rtol=0, atol=1e-7)


def test_merged_markers_are_those_of_the_catalogue(assemblies: Path, tmp_path: Path) -> None:
    parts = []
    for sample in SAMPLES:
        parts.append(str(tmp_path / f"{sample}.tsv"))
        fasta = str(assemblies / f"{sample}.fna")
        assert (
            markers(["find", "--fasta", fasta, "--prefix", f"{sample}~", "--output", parts[-1]])
            == 0
        )
    whole, merged = tmp_path / "whole.tsv", tmp_path / "merged.tsv"
    fasta = str(assemblies / "catalogue.fna")
    assert markers(["find", "--fasta", fasta, "--output", str(whole)]) == 0
    assert markers(["merge", "--markers", *parts, "--output", str(merged)]) == 0
    assert merged.read_bytes() == whole.read_bytes()
    assert len(whole.read_text().splitlines()) > 20


def test_an_assembly_without_contigs_is_a_part_of_none(tmp_path: Path) -> None:
    (tmp_path / "empty.fna").write_bytes(b"")
    given = ["--fasta", str(tmp_path / "empty.fna"), "--prefix", "S1~", "--output"]
    table, matrix = tmp_path / "m.tsv", tmp_path / "c.npz"
    assert markers(["find", *given, str(table)]) == 0
    assert len(table.read_text().splitlines()) == 2
    assert composition(["tnf", *given, str(matrix)]) == 0
    assert NamedMatrix.load(matrix, "composition").values.shape == (0, 103)


def test_without_a_prefix_an_empty_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.fna").write_bytes(b"")
    given = ["--fasta", str(tmp_path / "empty.fna"), "--output", str(tmp_path / "out")]
    assert markers(["find", *given]) == 1
    assert composition(["tnf", *given]) == 1
    assert capsys.readouterr().err.count("holds no sequence") == 2


def part(folder: Path, name: str, *contigs: str, **attributes: object) -> str:
    matrix = NamedMatrix(
        "composition",
        contigs,
        ("a", "b"),
        np.ones((len(contigs), 2), np.float32),
        {"lengths": np.full(len(contigs), 1000)},
        {"features": "tnf", "min_length": 1000, **attributes},
        {"options": {}, "counts": {"contigs": len(contigs)}},
    )
    matrix.save(folder / name)
    return str(folder / name)


def test_what_cannot_be_merged_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, output = part(tmp_path, "1.npz", "S1~a", "S1~b"), tmp_path / "out.npz"

    def refused(*others: str) -> str:
        words = ["merge", "--composition", *others, "--output", str(output)]
        assert composition(words) == 1
        assert not output.exists()
        return capsys.readouterr().err

    assert f"contig 'S1~a' is in {first} too" in refused(first, first)
    other = part(tmp_path, "2.npz", "S2~a", min_length=2000)
    assert f"{other}: min_length is 2000, but 1000 in {first}" in refused(first, other)
    one = part(tmp_path, "3.npz", "S3~a")
    assert "1 contigs in all; binning needs 2" in refused(one, part(tmp_path, "4.npz"))


def test_marker_tables_that_cannot_be_merged_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "S1~a\tG1\t50.0\t1\t9\t+\tno\nS1~a\tG2\t50.0\t1\t9\t+\tno\n"
    header = "contig\tgene\tscore\tstart\tend\tstrand\tpartial\n"
    tables = {
        "first": f"#genes\tG1\tG2\n{header}{row}",
        "genes": f"#genes\tG1\n{header}",
        "row": f"#genes\tG1\tG2\n{header}S2~a\tG1\n",
        "other": "contig\tgene\n",
    }
    paths = {name: tmp_path / f"{name}.tsv" for name in tables}
    for name, text in tables.items():
        paths[name].write_text(text)
    output = tmp_path / "out.tsv"
    for other, message in {
        "first": f"line 3: contig 'S1~a' is in {paths['first']} too",
        "genes": "1 genes were searched for, not the 2 of",
        "row": "line 3: 2 cells, expected 7",
        "other": "not a markers table",
    }.items():
        words = ["merge", "--markers", str(paths["first"]), str(paths[other])]
        assert markers([*words, "--output", str(output)]) == 1
        assert message in capsys.readouterr().err
        assert not output.exists()
