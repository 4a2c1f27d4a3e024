"""Each format, with values worked out by hand: log2 of the quantity over that of the maximum."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from latentbin.matrix import NamedMatrix
from latentbin.proteome.cli import main

# quantities are powers of two: their logarithms are whole
MATRIX = "sample,_site,P1,P2;x,P3\na,north,1024,32,\nb,south,256,0,16\nc,,64,Filtered,8\n"


def prepare(
    tmp_path: Path, content: str | bytes, *more: str, name: str = "table.txt"
) -> NamedMatrix:
    table = tmp_path / name
    table.write_bytes(content.encode() if isinstance(content, str) else content)
    output = tmp_path / "out.npz"
    assert main(["prepare", "--table", str(table), "--output", str(output), *more]) == 0
    return NamedMatrix.load(output, "proteome")


def account(tmp_path: Path) -> dict:
    return json.loads((tmp_path / "out.json").read_text())


def test_plain_matrix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = prepare(tmp_path, MATRIX, "--batch-column", "_site")
    assert found.names == ("a", "b", "c")
    assert found.columns == ("P1", "P2;x", "P3")  # sums 1344, 32, 24
    # sample a: log2 of 1024 is 10, of 32 is 5; sample b: 8 and 4; sample c: 6 and 3
    assert found.values.tolist() == [[1, 0.5, 0], [1, 0, 0.5], [1, 0, 0.5]]
    assert found.values.dtype == np.float32
    assert found.attributes == {"quantities": "raw", "floor": 0.05}
    assert found.arrays["batch"].tolist() == ["north", "south", ""]
    assert found.arrays["class"].tolist() == ["", "", ""]
    assert found.arrays["tune"].tolist() == [False] * 3
    assert "taken for a plain matrix" in capsys.readouterr().err
    assert found.report == account(tmp_path)
    assert account(tmp_path)["quantities"]["missing_share"] == round(3 / 9, 6)
    assert account(tmp_path)["samples"]["missing"] == {"a": 1, "b": 1, "c": 1}
    assert account(tmp_path)["samples"]["batches"] == {"north": 1, "south": 1}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("zipped", [False, True])
def test_separators_quotes_and_gzip(tmp_path: Path, separator: str, zipped: bool) -> None:
    rows = [["", "P1;Q", "P2,R"], ["a b", "16", "4"], ["c", "8", '"NA"']]
    text = "\r\n".join(
        separator.join(f'"{cell}"' if {";", ","} & set(cell) else cell for cell in row)
        for row in rows
    )
    content = ("\ufeff" + text).encode()
    found = prepare(tmp_path, gzip.compress(content) if zipped else content)
    assert found.names == ("a b", "c")
    assert found.columns == ("P1;Q", "P2,R")
    assert found.values.tolist() == [[1, 0.5], [1, 0]]


def test_unquoted_names_with_semicolons_do_not_mislead(tmp_path: Path) -> None:
    for separator in (",", "\t"):
        rows = [["sample", "A;B;C;D;E", "F;G"], ["a", "16", "4"], ["b", "8", "2"]]
        text = "\n".join(map(separator.join, rows))
        assert prepare(tmp_path, text).columns == ("A;B;C;D;E", "F;G")


def test_table_as_r_writes_it(tmp_path: Path) -> None:
    found = prepare(tmp_path, "P1 P2 P3\na 16 4 2\nb 8 2 2\n".replace(" ", "\t"))
    assert found.names == ("a", "b")
    assert found.columns == ("P1", "P2", "P3")


def test_without_names_the_samples_are_numbered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = prepare(tmp_path, "P1;P2;_d\n16;4;ill\n;8;well\n", "--class-column", "_d")
    assert found.names == ("sample1", "sample2")
    assert found.columns == ("P1", "P2")
    assert found.values.tolist() == [[1, 0.5], [0, 1]]
    assert found.arrays["class"].tolist() == ["ill", "well"]
    assert "samples are called sample1 to sample2" in capsys.readouterr().err


def test_the_longer_axis_is_taken_for_proteins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "name\ts1\ts2\nP1\t16\t32\nP2\t4\t2\nP3\t2\t4\n"
    assert prepare(tmp_path, text).names == ("s1", "s2")
    assert "the longer axis" in capsys.readouterr().err
    found = prepare(tmp_path, text, "--orientation", "samples-in-rows")
    assert found.names == ("P1", "P2", "P3")


@pytest.mark.parametrize(
    ("title", "samples"),
    [("Sample name", ("1", "2", "3")), ("Protein.IDs", ("10", "11")), ("gene", ("10", "11"))],
)
def test_the_first_column_says_which_way_round(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], title: str, samples: tuple[str, ...]
) -> None:
    # names that are numbers are names where the header says so
    found = prepare(tmp_path, f"{title},10,11\n1,16,8\n2,4,2\n3,4,2\n")
    assert found.names == samples
    assert f"as the first column is called '{title}'" in capsys.readouterr().err


def test_the_sheet_says_which_way_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sheet.csv").write_text("sample,class\ns1,x\ns2,y\n")
    text = "name,A,B,C\ns1,16,4,2\ns2,8,2,4\n"
    turned = "name,s1,s2\nA,16,8\nB,4,2\nC,2,4\n"
    sheet = ("--samples", str(tmp_path / "sheet.csv"))
    one, other = (prepare(tmp_path, content, *sheet) for content in (text, turned))
    assert one.names == other.names == ("s1", "s2")
    assert (one.values == other.values).all()
    assert one.columns == other.columns
    assert capsys.readouterr().err.count("as the sample sheet names them") == 2


def test_metadata_in_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "name,s1,s2,s3\n_group,x,y,\nP1,16,8,2\nP2,4,2,4\n"
    found = prepare(tmp_path, text, "--class-column", "_group")
    assert found.names == ("s1", "s2", "s3")
    assert found.arrays["class"].tolist() == ["x", "y", ""]
    assert "samples in columns, by the metadata" in capsys.readouterr().err


def test_log2_quantities(tmp_path: Path) -> None:
    # of P2 and P3 the sums of the logarithms are equal, those of the quantities are not
    text = "sample,P1,P2,P3\na,10,5,9.5\nb,8,NaN,2\nc,8,6.5,0\n"
    found = prepare(tmp_path, text, "--quantities", "log2")
    assert found.columns == ("P1", "P3", "P2")
    assert found.values.tolist() == [[1, np.float32(0.95), 0.5], [1, 0.25, 0], [1, 0, 0.8125]]
    assert found.attributes["quantities"] == "log2"


def test_quantities_that_look_like_logarithms_are_remarked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(tmp_path, "sample,P1,P2\na,20,10\nb,21,11\n")
    assert "If they are logarithms already" in capsys.readouterr().err


# P1 is named by the majority; REV is marked twice and counted once
MAXQUANT = """\
Protein IDs|Majority protein IDs|Peptides H2|Peptides H3|Intensity|Intensity H2|Intensity H3\
|Intensity L H2|LFQ intensity H2|LFQ intensity H3\
|Only identified by site|Reverse|Potential contaminant
P1;P9|P1|1|1|99|4|16|3|256|1024|||
P2|P2|1|1|99|16|4|3|16|32|||
REV|REV|1|1|99|16|4|3|16|32|+|+|
CON|CON|1|1|99|16|4|3|16|32|||+
S|S|1|1|99|16|4|3|16|32|+||
P3|P3|1|1|99|0|4|3|0|0|||
""".replace("|", "\t")


def test_maxquant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = prepare(tmp_path, MAXQUANT)
    assert found.names == ("H2", "H3")
    assert found.columns == ("P1", "P2")
    # H2: log2 of 256 is 8, of 16 is 4; H3: 10 and 5
    assert found.values.tolist() == [[1, 0.5], [1, 0.5]]
    assert account(tmp_path)["dropped_by_format"] == {
        "proteins read": 6,
        "proteins: reverse": 1,
        "proteins: contaminant": 1,
        "proteins: site only": 1,
    }
    assert account(tmp_path)["proteins"]["missing_in_all_samples"] == 1
    assert "taken for MaxQuant" in capsys.readouterr().err


def test_maxquant_intensity(tmp_path: Path) -> None:
    found = prepare(tmp_path, MAXQUANT, "--intensity", "intensity")
    assert found.names == ("H2", "H3")
    assert found.columns == ("P1", "P2", "P3")  # sums 20, 20, 4: ties by name
    assert found.values.tolist() == [[0.5, 1, 0], [1, 0.5, 0.5]]


DIANN = """\
Protein.Group|Protein.Ids|Protein.Names|Genes|First.Protein.Description|R:\\x\\62_S1.d|/data/y/63.raw.dia|64.mzML
P2;P3|P2|N|G|a "quoted" thing|16||64
P1|P1|N|G||256|1024|8
""".replace("|", "\t")


def test_diann(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = prepare(tmp_path, DIANN)
    assert found.names == ("62_S1", "63", "64")
    assert found.columns == ("P1", "P2;P3")
    assert found.values.tolist() == [[1, 0.5], [1, 0], [0.5, 1]]
    assert "taken for DIA-NN" in capsys.readouterr().err


def test_diann_of_newer_versions(tmp_path: Path) -> None:
    columns = "Protein.Group Protein.Names Genes First.Protein.Description N.Sequences"
    columns += " N.Proteotypic.Sequences a.wiff b.wiff"
    text = f"{columns}\nP1 N G D 3 2 16 4\nP2 N G D 3 2 4 16\n".replace(" ", "\t")
    assert prepare(tmp_path, text).names == ("a", "b")


SKYLINE = """\
Protein Name,Peptide Sequence,Replicate Name,Isotope Label Type,Fragment Ion,Area,Standard Type,\
Truncated
P1,AAK,one,light,y3,100,,False
P1,AAK,one,light,y4,56,,False
P1,CCK,one,light,y3,100,,False
P1,AAK,two,light,y3,#N/A,,#N/A
P2,DDK,one,light,y3,16,,False
P2,DDK,two,light,y3,1024,,False
P2,DDK,two,heavy,y3,4096,,False
P2,EEK,two,light,y3,77,,True
iRT,FFK,two,light,y3,77,iRT,False
Decoys,GGK,two,light,y3,77,,False
"""


def test_skyline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = prepare(tmp_path, SKYLINE)
    assert found.names == ("one", "two")
    assert found.columns == ("P2", "P1")
    # one: P1 is 100 + 56 + 100 = 256 (8), P2 is 16 (4); two: P1 is missing
    assert found.values.tolist() == [[0.5, 1], [1, 0]]
    assert account(tmp_path)["dropped_by_format"] == {
        "rows read": 10,
        "rows: decoy": 1,
        "rows: standard": 1,
        "rows: truncated": 1,
        "rows: heavy": 1,
        "rows: area missing": 1,
    }
    assert "taken for a Skyline report" in capsys.readouterr().err


def test_skyline_as_msstats_wants_it(tmp_path: Path) -> None:
    text = "ProteinName;PeptideSequence;FileName;IsotopeLabelType;Area\n"
    text += (
        "P1;AAK;x.raw;heavy;16\nP2;CCK;x.raw;heavy;4\nP1;AAK;y.raw;heavy;2\nP2;CCK;y.raw;heavy;4\n"
    )
    found = prepare(tmp_path, text)  # only heavy peptides: they are the sample
    assert found.names == ("x.raw", "y.raw")
    assert found.values.tolist() == [[1, 0.5], [0.5, 1]]


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")  # anndata asks pandas for it
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("layer", [False, True])
def test_h5ad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sparse: bool, layer: bool
) -> None:
    import anndata
    import pandas as pd
    from scipy.sparse import csr_matrix

    cells = np.array([[1024, 32, 0], [256, 0, 16]], np.float32)
    values = csr_matrix(cells) if sparse else cells
    # anndata writes text only of the type that pandas had before version 3
    names = [pd.Index(axis, dtype=object) for axis in (["a", "b"], ["P1", "P2", "P3"])]
    group = pd.Categorical.from_codes([0, -1], categories=pd.Index(["x"], dtype=object))
    table = anndata.AnnData(
        np.ones((2, 3), np.float32) if layer else values,
        pd.DataFrame({"group": group, "tune": [True, False]}, index=names[0]),
        pd.DataFrame(index=names[1]),
    )
    if layer:
        table.layers["counts"] = values
    table.write_h5ad(tmp_path / "in.h5ad")
    content = (tmp_path / "in.h5ad").read_bytes()
    more = ("--layer", "counts") if layer else ()
    found = prepare(tmp_path, content, "--class-column", "group", *more)
    assert found.names == ("a", "b")
    assert found.values.tolist() == [[1, 0.5, 0], [1, 0, 0.5]]
    assert found.arrays["class"].tolist() == ["x", ""]
    assert found.arrays["tune"].tolist() == [True, False]
    assert "taken for AnnData" in capsys.readouterr().err
