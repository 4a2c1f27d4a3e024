from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from latentbin.abundance.cli import main
from latentbin.abundance.layout import sample_name
from latentbin.matrix import NamedMatrix

JGI = """\
contigName\tcontigLen\ttotalAvgDepth\tx/A.sorted.bam\tx/A.sorted.bam-var\tB.bam\tB.bam-var
c1\t1000\t3.5\t1.5\t0.5\t2\t0.25
c2\t1.23457e+06\t0\t0\t0\t0\t0
c3\t300\t1e+06\t1e+06\t2e-3\t4.\t.5
"""
COVERM = """\
Contig\tref.fna/A.fq.gz Mean\tref.fna/A.fq.gz Variance\tref.fna/A.fq.gz RPKM\tB Mean\tB Variance\tB RPKM
c1\t1.5\t0.5\t7\t2\t0.25\t9
c2\t0\t0\t0\t0\t0\t0
c3\t1000000\t0.002\t3\t4\t0.5\t5
"""  # noqa: E501
VALUES = [[1.5, 2], [0, 0], [1e6, 4]]
VARIANCE = [[0.5, 0.25], [0, 0], [2e-3, 0.5]]


def put(path: Path, text: str) -> str:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


def composition(path: Path, contigs: dict[str, int], min_length: int) -> str:
    NamedMatrix(
        "composition",
        tuple(contigs),
        ("x",),
        np.zeros((len(contigs), 1), np.float32),
        {"lengths": np.array(list(contigs.values()))},
        {"min_length": min_length},
    ).save(path)
    return str(path)


def run(folder: Path, *arguments: str) -> NamedMatrix:
    output = folder / "a.npz"
    assert main(["table", *arguments, "--output", str(output)]) == 0
    return NamedMatrix.load(output, "abundance")


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    output = folder / "none.npz"
    assert main(["table", *arguments, "--output", str(output)]) == 1
    assert not output.exists()
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message.startswith("latentbin-abundance: error: ")
    return message


@pytest.mark.parametrize("name", ["d.tsv", "d.tsv.gz"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_jgi(tmp_path: Path, name: str, ending: str) -> None:
    found = run(tmp_path, "--table", put(tmp_path / name, JGI.replace("\n", ending)))
    assert found.names == ("c1", "c2", "c3")
    assert found.columns == ("A", "B")
    assert found.attributes == {"unit": "depth"}
    np.testing.assert_allclose(found.values, VALUES, rtol=1e-7)
    np.testing.assert_allclose(found.arrays["variance"], VARIANCE, rtol=1e-7)
    assert list(found.arrays["lengths"]) == [1000, 1234570, 300]


def test_jgi_without_variance(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in JGI.splitlines()]
    text = "\n".join("\t".join(row[i] for i in (0, 1, 2, 3, 5)) for row in rows)  # no last newline
    found = run(tmp_path, "--table", put(tmp_path / "d.tsv", text))
    np.testing.assert_allclose(found.values, VALUES, rtol=1e-7)
    assert "variance" not in found.arrays


def test_coverm(tmp_path: Path) -> None:
    table = put(tmp_path / "d.tsv", COVERM)
    found = run(tmp_path, "--table", table)
    assert found.columns == ("A", "B")
    np.testing.assert_allclose(found.values, VALUES, rtol=1e-7)
    np.testing.assert_allclose(found.arrays["variance"], VARIANCE, rtol=1e-7)
    assert "lengths" not in found.arrays
    found = run(tmp_path, "--table", table, "--unit", "rpkm")
    assert found.attributes == {"unit": "rpkm"}
    np.testing.assert_allclose(found.values, [[7, 9], [0, 0], [3, 5]])
    assert "variance" not in found.arrays
    found = run(tmp_path, "--table", put(tmp_path / "e.tsv", "Contig\tX RPKM\nc1\t2\n"))
    assert found.attributes == {"unit": "rpkm"}


def test_aemb_one_file_per_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = [
        put(tmp_path / "A.tsv", "c1\t1.5\nc2\t0\nc3\t1e6\nmini\t3\n"),
        put(tmp_path / "B.aemb.tsv.gz", "c3\t4\nc1\t2\nmini\t8\nc2\t0.000\n"),
    ]
    catalogue = composition(tmp_path / "c.npz", {"c1": 1000, "c2": 9000, "c3": 300}, 250)
    found = run(tmp_path, "--table", *tables, "--catalogue", catalogue)
    assert found.columns == ("A", "B")
    np.testing.assert_allclose(found.values, VALUES)
    assert list(found.arrays["lengths"]) == [1000, 9000, 300]
    log = capsys.readouterr().err
    assert "B.aemb.tsv.gz: contigs re-ordered" in log
    assert "A.tsv: 1 contigs shorter than 250 bp are not in the catalogue" in log


def test_rows_are_those_of_the_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = put(tmp_path / "d.tsv", JGI)
    catalogue = composition(tmp_path / "c.npz", {"c2": 1234567, "c1": 1000}, 500)
    found = run(tmp_path, "--table", table, "--catalogue", catalogue)
    assert found.names == ("c2", "c1")
    assert list(found.arrays["lengths"]) == [1234567, 1000]
    np.testing.assert_allclose(found.values, VALUES[1::-1])
    log = capsys.readouterr().err
    assert "contigs re-ordered" in log
    assert "1 contigs shorter than 500 bp" in log


def test_a_thousand_samples_over_many_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latentbin.abundance.tables._CHUNK_BYTES", 5000)
    values = np.random.default_rng(1).random((50, 1000)).astype(np.float32)
    head = "\t".join(["contigName", "contigLen", "totalAvgDepth", *(f"S{i}" for i in range(1000))])
    rows = (
        "\t".join([f"c{number}", "9", "0", *map(str, row)]) for number, row in enumerate(values)
    )
    found = run(tmp_path, "--table", put(tmp_path / "d.tsv", "\n".join([head, *rows]) + "\n"))
    np.testing.assert_array_equal(found.values, values)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("c2\t1.23457e+06\t0\t0", "c2\t1.23457e+06\t0\tlow", "line 3, column 4 (x/A.sorted.bam): 'low' is not a number"),  # noqa: E501
        ("c1\t1000\t3.5\t1.5", "c1\t1000\t3.5\tnan", "line 2, column 4 (x/A.sorted.bam): 'nan' is not a number"),  # noqa: E501
        ("\t4.\t.5", "\t\t.5", "line 4, column 6 (B.bam): '' is not a number"),
        ("\t4.\t.5", "\t4.\t1e99", "line 4, column 7 (B.bam-var): '1e99' is not a number"),
        ("\t4.\t.5", "\t4.\t-0.5", "line 4, column 7 (B.bam-var): '-0.5' is negative"),
        ("c1\t1000\t3.5", "c1\tlong\t3.5", "line 2, column 2 (contigLen): 'long' is not a number"),
        ("\t2\t0.25", "\t2", "line 2: has 6 cells, expected 7"),
        ("\t2\t0.25", "\t2\t0.25\t9", "line 2: has more than 7 cells"),
        ("c2\t", "c1\t", "line 3: contig 'c1' stands twice"),
        ("c2\t", "\t", "line 3: the first cell is empty"),
        ("c2\t", "cX\t", "lacks contig 'c2'"),
        ("c1\t1000", "c1\t1001", "contig 'c1' has 1001 bp, but 1000 in"),
        ("c3\t300", "new\t800\t0\t0\t0\t0\t0\nc3\t300", "contig 'new' is not in"),
    ],
)  # fmt: skip
def test_wrong_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, expected: str
) -> None:
    assert JGI.count(old) == 1
    table = put(tmp_path / "d.tsv", JGI.replace(old, new))
    contigs = {"c1": 1000, "c2": 1234567, "c3": 300}
    catalogue = composition(tmp_path / "c.npz", contigs, 250)
    message = refused(capsys, tmp_path, "--table", table, "--catalogue", catalogue)
    assert message.split(": error: ")[1].startswith(table)
    assert expected in message


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("", [], "is empty"),
        ("name\tS1\tS2\nc1\t1\t2\n", [], "not a depth table of a known kind: 'name S1 S2'"),
        ("name\tabundance\nc1\t1\n", [], "not a depth table of a known kind"),
        ("Sample\tContig\tMean\nA\tc1\t2\n", [], "CoverM's sparse output"),
        ("Contig\tA TPM\nc1\t2\n", [], "has no column of depth or RPKM; its columns are TPM"),
        ("Contig\tA Mean\nc1\t2\n", ["--unit", "rpkm"], "has no column of rpkm"),
        ("Contig\tA Love\nc1\t2\n", [], "column 2 ('A Love') is not of CoverM's form"),
        ("Contig\tA Mean\tA Mean\nc1\t2\t2\n", [], "sample 'A' has two columns"),
        ("Contig\tx/A Mean\ty/A Mean\nc1\t2\t2\n", [], "sample 'A' has two columns"),
        ("contigName\tA\nc1\t2\n", [], "expected contigName, contigLen, totalAvgDepth"),
        ("contigName\tcontigLen\ttotalAvgDepth\tA\tB-var\n", [], "('B-var') is the variance of no"),
        ("contigName\tcontigLen\ttotalAvgDepth\tA\n", [], "has a header but no contigs"),
        ("contigName\tcontigLen\ttotalAvgDepth\tA\nc1\tx\t1\t1\n", [], "line 2, column 2: expected"),  # noqa: E501
        ("c1\t1\nc1\t1\n", [], "contig 'c1' stands twice"),
        ("c1\t1\n", ["--unit", "rpkm"], "holds depth, not the rpkm asked for"),
        (JGI, ["--format", "aemb"], "expected contig, tab, abundance"),
        ("c1\t1\n", ["--sample", "a", "b"], "--sample gives 2 names, but there are 1 samples"),
    ],
)  # fmt: skip
def test_wrong_tables(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str,
    options: list[str],
    expected: str,
) -> None:
    table = put(tmp_path / "d.tsv", text)
    assert expected in refused(capsys, tmp_path, "--table", table, *options)


def test_tables_that_do_not_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jgi = put(tmp_path / "d.tsv", JGI)
    rpkm = put(tmp_path / "r.tsv", "Contig\tX RPKM\nc1\t2\n")
    assert "holds rpkm, but" in refused(capsys, tmp_path, "--table", jgi, rpkm)
    assert "two samples are named 'A'" in refused(capsys, tmp_path, "--table", jgi, jgi)
    other = put(tmp_path / "o.tsv", "c1\t1\nc2\t1\nc3\t1\nc4\t1\n")
    assert "contig 'c4' is not in" in refused(capsys, tmp_path, "--table", jgi, other)
    fasta = put(tmp_path / "c.fna", ">c1\nACGT\n")
    two = put(tmp_path / "two.tsv", "c1\t1\nc2\t1\n")
    message = refused(capsys, tmp_path, "--table", two, "--catalogue", fasta)
    assert "contig 'c2' is not in" in message
    assert "no such depth table" in refused(capsys, tmp_path, "--table", str(tmp_path / "no"))


def test_all_zero_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, "--table", put(tmp_path / "Z.tsv", "c1\t0\nc2\t0.0\n"))
    assert "sample 'Z' has abundance 0 in every contig" in capsys.readouterr().err


def test_sample_names() -> None:
    names = ["/d/S1.sorted.bam", "S1.bam", "S1.tsv.gz", "S1.aemb.txt", "S1", "S1.cram", "S1.BAM"]
    assert {sample_name(name) for name in names} == {"S1"}
    assert sample_name("day.1.bam") == "day.1"
    assert sample_name(".bam") == ".bam"
