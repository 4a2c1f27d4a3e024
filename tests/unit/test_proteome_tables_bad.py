"""Every bad table: one message that says what to do, and no output."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from latentbin.matrix import NamedMatrix
from latentbin.proteome.cli import main

GOOD = "sample,P1,P2,P3\na,16,4,2\nb,8,2,4\n"
DIANN = "Protein.Group\tGenes\tx/a.d\tb.d\nP1\tG\t16\t4\nP2\tG\t4\t16\n"
SKYLINE = "ProteinName,PeptideSequence,FileName,Area\nP1,AK,a,16\nP2,CK,a,4\nP1,AK,b,4\n"


def refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str | bytes,
    *more: str,
    code: int = 1,
) -> str:
    (tmp_path / "table.csv").write_bytes(table.encode() if isinstance(table, str) else table)
    before = sorted(tmp_path.iterdir())
    arguments = ["--table", str(tmp_path / "table.csv"), "--output", str(tmp_path / "out.npz")]
    if code == 2:
        with pytest.raises(SystemExit) as stop:
            main(["prepare", *arguments, *more])
        assert stop.value.code == 2
    else:
        assert main(["prepare", *arguments, *more]) == code
    assert sorted(tmp_path.iterdir()) == before
    error = capsys.readouterr().err
    assert error.count("error:") == 1
    assert "Traceback" not in error
    return error.split("error:")[1]


@pytest.mark.parametrize(
    ("table", "more", "message"),
    [
        pytest.param("", [], "is empty", id="empty"),
        pytest.param("\n\n", [], "is empty", id="blank"),
        pytest.param("sample,P1\n", [], "holds one line only", id="header only"),
        pytest.param("sample\na\n", [], "neither tab nor semicolon nor comma", id="one column"),
        pytest.param(b"\x00\x01\x02" * 100, [], "is binary", id="binary"),
        pytest.param(b"PK\x03\x04\x14", [], "Excel workbook", id="excel"),
        pytest.param(b"a,\xff\xfe\n1,2\n", [], "byte 2 is not text", id="not utf-8"),
        pytest.param(gzip.compress(GOOD.encode())[:-9], [], "truncated", id="half a gzip"),
        pytest.param(
            GOOD.replace("P3", "P1"),
            [],
            "protein 'P1' stands twice, as number 1 and 3",
            id="protein twice",
        ),
        pytest.param(GOOD.replace("P3", ""), [], "protein number 3 has no name", id="no name"),
        pytest.param(GOOD.replace("b,", "a,"), [], "sample 'a' stands twice", id="sample twice"),
        pytest.param(
            GOOD + "c,,0,NA\n", [], "sample 'c' has no quantity at all", id="all-missing sample"
        ),
        pytest.param(
            GOOD + "c,1024,,\n",
            ["--missing-limit", "0.5"],
            "sample 'c' lacks 2 of 3 quantities, more than --missing-limit 0.5",
            id="too much missing",
        ),
        pytest.param(
            GOOD + "c,4,abc,4\n", [], "line 4, column 'P2': 'abc' is not a number", id="text"
        ),
        pytest.param(
            GOOD.replace(",", ";") + "c;4;3,5;4\n",
            [],
            "line 4, column 'P2': '3,5' is not a number. Write decimal points",
            id="decimal comma",
        ),
        pytest.param(
            "P1,P2\n4,2\nx,8\n2,4\n16,4\n",
            [],
            "line 3, column 'P1': 'x' is not a number",
            id="text in a first column of numbers",
        ),
        pytest.param(GOOD + "c,4,inf,4\n", [], "sample 'c', protein 'P2': the quantity is inf"),
        pytest.param(
            GOOD + "c,4,-3,4\n",
            [],
            "sample 'c', protein 'P2': -3 is negative. If the table holds logarithms give "
            "--quantities log2; if it was normalised, multiply",
            id="negative",
        ),
        pytest.param(
            GOOD + "c,4,0.5,4\n", [], "'P2': 0.5 is below 1, its logarithm negative", id="below 1"
        ),
        pytest.param(
            GOOD + "c,4,-0.5,4\n",
            ["--quantities", "log2"],
            "sample 'c', protein 'P2': -0.5 is a negative logarithm",
            id="negative after log",
        ),
        pytest.param(
            GOOD + "c,4,5000,4\n",
            ["--quantities", "log2"],
            "'P2': 5000 is no log2 of a quantity. Give --quantities raw",
            id="no logarithm",
        ),
        pytest.param(
            GOOD + "c,4,2\n", [], "line 4: has 3 cells, the header 4 (comma", id="short row"
        ),
        pytest.param(GOOD + "c,4,2,1,1\n", [], "line 4: has 5 cells, the header 4", id="long row"),
        pytest.param(
            GOOD.replace("\nb", "\n\nb"), [], "line 3: is empty, with rows after", id="blank line"
        ),
        pytest.param("sample,P1,P2\na,2,4\n", [], "holds 1 sample, expected", id="one sample"),
        pytest.param(
            "sample,_x,P1\na,2,4\nb,2,4\n", [], "holds 1 protein, expected", id="one protein"
        ),
        pytest.param(
            "sample,_x,_y\na,2,4\nb,2,4\n", ["--format", "matrix"], "has 1 columns that are not"
        ),
        pytest.param(
            "_a,P1,P2\n2,4,8\n4,4,8\n",
            ["--format", "matrix", "--orientation", "samples-in-columns"],
            "the first column holds numbers, not names of proteins",
            id="proteins without names",
        ),
        pytest.param(
            "sample,P1,P2,P3\n_a,2,4,8\nb,2,4,4\nc,2,4,8\n",
            ["--samples"],
            "samples are in rows, but row '_a' starts as metadata do",
            id="sample like metadata",
        ),
        pytest.param(
            "name,first,second\na,x,y\nb,z,z\n",
            [],
            "of no known format. Expected a Skyline report in long form, MaxQuant",
            id="no format",
        ),
        pytest.param(
            GOOD + "c,1024,,\n", ["--proteins", "2", "--floor", "0"], "", id="kept proteins"
        ),
    ],
)
def test_bad_tables(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str | bytes,
    more: list[str],
    message: str,
) -> None:
    if not message:
        table, message = (
            "sample,P1,P2,P3\na,512,256,2\nb,512,256,4\nc,,,8\n",
            "sample 'c' has none of the 2 proteins that are kept",
        )
    if more == ["--samples"]:
        (tmp_path / "sheet.csv").write_text("sample,class\nb,x\n")
        more = ["--samples", str(tmp_path / "sheet.csv")]
    assert message in refused(tmp_path, capsys, table, *more)


@pytest.mark.parametrize(
    ("table", "more", "message"),
    [
        (
            DIANN.replace("b.d", "y\\a.raw"),
            [],
            "the runs 'x/a.d' and 'y\\a.raw' are both called 'a'",
        ),
        (
            DIANN.replace("Genes", "Precursor.Id\tGenes").replace("\tG", "\tX\tG"),
            [],
            "is not DIA-NN's matrix of protein groups",
        ),
        (GOOD, ["--format", "diann"], "is not DIA-NN's matrix of protein groups"),
        (DIANN.replace("P2", "P1"), [], "protein 'P1' stands twice"),
        (GOOD, ["--format", "maxquant"], "has no column 'Majority protein IDs'"),
        (
            "Protein IDs\tIntensity a\tIntensity b\nP1\t4\t2\nP2\t4\t2\n",
            ["--intensity", "lfq"],
            "has no column 'LFQ intensity ...'",
        ),
        (GOOD, ["--format", "skyline"], "has no column of proteins. Expected a Skyline report"),
        (SKYLINE + "P2,CK,b,-4\n", [], "line 5: the area is -4, expected 0 or more"),
        (SKYLINE + "P2,CK,b,x\n", [], "line 5, column 'Area': 'x' is not a number"),
        (SKYLINE + ",CK,b,3\n", [], "protein number 3 has no name"),
        (
            SKYLINE.replace("Area", "Total Area").replace("FileName", "Replicate,FragmentIon")
            .replace(",a,", ",a,y3,").replace(",b,", ",b,y3,"),
            [],
            "has the total area of a precursor in the rows of each of its fragments",
        ),
        (SKYLINE.replace("P1", "Decoys").replace("P2", "DECOY_2"), [], "every row is decoy"),
        (GOOD, ["--format", "h5ad"], "is not HDF5, expected an h5ad file"),
        (b"\x89HDF\r\n\x1a\nand so on", [], "is damaged, or not an h5ad file of AnnData"),
    ],
)  # fmt: skip
def test_bad_tables_of_programs(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    table: str | bytes,
    more: list[str],
    message: str,
) -> None:
    assert message in refused(tmp_path, capsys, table, *more)


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")  # anndata asks pandas for it
@pytest.mark.parametrize(
    ("values", "more", "message"),
    [
        (None, [], "has no X. Choose a layer with --layer: 'more'"),
        (np.ones((2, 2)), ["--layer", "raw"], "has no layer 'raw'; it has 'more'"),
        (np.ones((2, 2), bool), [], "the quantities are of type bool, expected numbers"),
    ],
)
def test_bad_h5ad(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    values: np.ndarray | None,
    more: list[str],
    message: str,
) -> None:
    import anndata
    import pandas as pd

    axes = [pd.DataFrame(index=pd.Index(names, dtype=object)) for names in (["a", "b"], ["P", "Q"])]
    table = anndata.AnnData(values, *axes, layers={"more": np.ones((2, 2))})
    table.write_h5ad(tmp_path / "in.h5ad")
    assert message in refused(tmp_path, capsys, (tmp_path / "in.h5ad").read_bytes(), *more)


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("name,class\na,x\n", "has no column 'sample'; it has 'name', 'class'"),
        ("sample,class\na,x\nz,y\n", "sample 'z' (run 'z') is not in"),
        ("sample,class\na,x\na,y\n", "line 3: sample 'a' stands in line 2, too"),
        ("sample,run,class\na,a,x\nc,a,y\n", "line 3: run 'a' stands in line 2, too"),
        ("sample,class\n,x\n", "line 2: has no sample"),
        ("sample,run,class\nb,a,x\n", "gives a run the name 'b', which another sample"),
        ("sample,class,tune\na,x,perhaps\n", "sample 'a': tune is 'perhaps', expected 1 or 0"),
        ("sample,class,tune\na,x,1\nb,,1\n", "sample 'b' is a tune sample without a class"),
        ("", "is empty, or its first line is. Expected a sample sheet"),
    ],
)
def test_bad_sheets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sheet: str, message: str
) -> None:
    (tmp_path / "sheet.csv").write_text(sheet)
    error = refused(tmp_path, capsys, GOOD, "--samples", str(tmp_path / "sheet.csv"))
    assert "sheet.csv" in error
    assert message in error


def test_a_column_that_is_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(tmp_path, capsys, GOOD, "--class-column", "diagnosis")
    assert "no column 'diagnosis' for the class, neither in the sample sheet nor" in error


def test_tune_share_without_classes_and_beside_flags(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no sample has a class" in refused(tmp_path, capsys, GOOD, "--tune-share", "0.5")
    (tmp_path / "s.csv").write_text("sample,class,tune\na,x,yes\n")
    more = ("--samples", str(tmp_path / "s.csv"), "--tune-share", "0.5")
    assert "have tune flags already" in refused(tmp_path, capsys, GOOD, *more)


def reference(tmp_path: Path, *proteins: str) -> str:
    path = tmp_path / "reference.npz"
    facts = {"quantities": "raw", "floor": 0.05}
    values = np.ones((2, len(proteins)), np.float32)
    NamedMatrix("proteome", ("r", "s"), proteins, values, attributes=facts).save(path)
    return str(path)


def test_too_few_proteins_of_the_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    like = reference(tmp_path, "P2", "Q1", "Q2", "Q3")
    error = refused(tmp_path, capsys, GOOD, "--like", like)
    assert "lacks 3 of the 4 proteins of --like, the first 'Q1'; --absent-limit 0.5" in error
    nothing = reference(tmp_path, "Q1", "Q2")
    error = refused(tmp_path, capsys, GOOD, "--like", nothing, "--absent-limit", "1")
    assert "lacks 2 of the 2 proteins" in error


def test_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    like = reference(tmp_path, "P1", "P2")
    error = refused(tmp_path, capsys, GOOD, "--like", like, "--floor", "0.1", code=2)
    assert "--floor is that of --like; leave it out" in error
    same = str(tmp_path / "out.npz")
    assert "the same file" in refused(tmp_path, capsys, GOOD, "--account", same, code=2)
