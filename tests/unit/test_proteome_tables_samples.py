"""The sample sheet, proteins of a reference, and what is written beside the matrix."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.cli import main
from latentbin.proteome.tables.diann import run_name
from latentbin.proteome.tables.sheet import draw_tune

TABLE = "sample,P1,P2,P3,P4\na,16,4,,2\nb,8,2,4,2\nc,4,16,4,2\n"


def prepare(tmp_path: Path, content: str, *more: str, output: str = "out") -> NamedMatrix:
    (tmp_path / "table.csv").write_text(content)
    path = tmp_path / f"{output}.npz"
    assert (
        main(["prepare", "--table", str(tmp_path / "table.csv"), "--output", str(path), *more]) == 0
    )
    return NamedMatrix.load(path, "proteome")


def with_sheet(tmp_path: Path, sheet: str) -> tuple[str, str]:
    (tmp_path / "sheet.tsv").write_text(sheet)
    return "--samples", str(tmp_path / "sheet.tsv")


def test_facts_of_the_sheet_follow_the_samples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = "sample,run,class,tune,batch,donor\nC,c,sick,yes,one,d1\nA,a,NA,,two,\n"
    found = prepare(tmp_path, TABLE, *with_sheet(tmp_path, sheet))
    assert found.names == ("A", "b", "C")
    facts = Annotation.of(found)
    assert facts.classes.tolist() == ["", "", "sick"]
    assert facts.tune.tolist() == [False, False, True]
    assert facts.batches.tolist() == ["two", "", "one"]
    assert facts.donors.tolist() == ["", "", "d1"]
    assert "1 samples of the table are not in the sample sheet" in capsys.readouterr().err
    account = json.loads((tmp_path / "out.json").read_text())["samples"]
    assert account["without_row_in_sheet"] == 1
    assert account["classes"] == {"sick": 1}
    assert account["with_class"] == account["tune"] == account["donors"] == 1


def test_other_columns_come_from_the_sheet_or_the_table(tmp_path: Path) -> None:
    table = "sample,site,P1,P2\na,north,16,4\nb,south,8,2\n"
    sheet = with_sheet(tmp_path, "sample\tgroup\na\tx\nb\ty\n")
    columns = ("--class-column", "group", "--batch-column", "site")
    facts = Annotation.of(prepare(tmp_path, table, *sheet, *columns))
    assert facts.classes.tolist() == ["x", "y"]
    assert facts.batches.tolist() == ["north", "south"]


def test_the_usual_names_are_found_behind_the_prefix(tmp_path: Path) -> None:
    found = prepare(tmp_path, "sample,_class,_tune,P1,P2\na,x,1,16,4\nb,,0,8,2\n")
    assert Annotation.of(found).classes.tolist() == ["x", ""]
    assert Annotation.of(found).tune.tolist() == [True, False]


def test_runs_of_diann_by_file_or_name(tmp_path: Path) -> None:
    table = "Protein.Group\tGenes\tR:\\x\\a_1.d\tR:\\x\\b_1.d\nP1\tG\t4\t8\nP2\tG\t8\t4\n"
    sheet = with_sheet(tmp_path, "sample\trun\nA\tR:\\x\\a_1.d\nB\tb_1\n")
    assert prepare(tmp_path, table, *sheet).names == ("A", "B")


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("R:\\K\\211221\\62_Slot1-54_1_2674.d", "62_Slot1-54_1_2674"),
        ("/data/run.7.raw.dia", "run.7"),
        ("a.mzML.gz", "a"),
        ("/data/x.d/", "x"),
        ("patient.3", "patient.3"),
    ],
)
def test_run_name(column: str, name: str) -> None:
    assert run_name(column) == name


def test_a_share_of_each_class_is_drawn() -> None:
    classes = np.array(["x"] * 20 + ["y"] * 10 + [""] * 30 + ["z"])
    facts = Annotation(classes, np.zeros(61, bool), classes, classes)
    drawn = draw_tune(facts, 0.2, seed=1)
    assert [int(drawn.tune[classes == name].sum()) for name in ("x", "y", "", "z")] == [4, 2, 0, 1]
    assert (draw_tune(facts, 0.2, seed=1).tune == drawn.tune).all()
    assert (draw_tune(facts, 0.2, seed=2).tune != drawn.tune).any()


def test_tune_share(tmp_path: Path) -> None:
    sheet = with_sheet(tmp_path, "sample,class\na,x\nb,x\nc,y\n")
    found = prepare(tmp_path, TABLE, *sheet, "--tune-share", "0.5")
    assert sorted(found.arrays["class"][found.arrays["tune"]].tolist()) == ["x", "y"]


def test_like_keeps_the_proteins_of_the_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = prepare(tmp_path, TABLE, "--proteins", "3", "--floor", "0.3", output="first")
    assert first.columns == ("P1", "P2", "P3")  # sums 28, 22, 8; P4 6
    # P1 is not there, NEW and P4 are not of the reference; the maximum is that of P2 and P3
    new = "sample,P3,NEW,P2,P4\nx,16,9999,4,2\ny,2,9999,16,2\n"
    like = ("--like", str(tmp_path / "first.npz"))
    found = prepare(tmp_path, new, *like)
    assert found.columns == first.columns
    assert found.values.tolist() == [[0, 0.5, 1], [0, 1, 0]]  # 1 / 4 is below the floor
    assert found.attributes == first.attributes == {"quantities": "raw", "floor": 0.3}
    proteins = found.report["proteins"]
    assert (proteins["kept"], proteins["absent_from_table"], proteins["left_out"]) == (2, 1, 2)
    assert "2 are in the table, 1 are not and are 0; 2 proteins of the" in capsys.readouterr().err
    # what the cells hold is up to the table
    logs = "sample,P3,NEW,P2,P4\nx,4,13,2,1\ny,1,13,4,1\n"
    assert (prepare(tmp_path, logs, *like, "--quantities", "log2").values == found.values).all()


def test_like_itself_is_the_same_matrix(tmp_path: Path) -> None:
    first = prepare(tmp_path, TABLE, output="first")
    again = prepare(tmp_path, TABLE, "--like", str(tmp_path / "first.npz"))
    assert again.columns == first.columns
    assert (again.values == first.values).all()


def test_proteins_that_no_sample_has_are_left_out_and_counted(tmp_path: Path) -> None:
    found = prepare(tmp_path, "sample,P1,P2,P3\na,16,,4\nb,8,0,2\n", "--missing-limit", "0")
    assert found.columns == ("P1", "P3")
    assert found.report["proteins"] == {
        "in_table": 3, "missing_in_all_samples": 1, "measured": 2,
        "kept": 2, "absent_from_table": 0, "left_out": 1,
    }  # fmt: skip
    assert found.report["quantities"]["missing_share"] == 0


def test_further_marks_of_missing(tmp_path: Path) -> None:
    found = prepare(
        tmp_path, "sample,P1,P2\na,16,below\nb,8,n.d.\nc,4,2\n", "--missing", "n.d., below"
    )
    assert found.values[:, 1].tolist() == [0, 0, 0.5]


def test_same_input_same_bytes(tmp_path: Path) -> None:
    made = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        prepare(tmp_path / folder, TABLE, *with_sheet(tmp_path, "sample,class\na,x\nb,y\n"))
        made.append([(tmp_path / folder / f"out.{end}").read_bytes() for end in ("npz", "json")])
    assert made[0] == made[1]


def test_the_account_says_what_was_read(tmp_path: Path) -> None:
    account = tmp_path / "said.json"
    found = prepare(tmp_path, TABLE, "--account", str(account), "--proteins", "2")
    told = json.loads(account.read_text())
    assert told == found.report
    assert told["inputs"] == {"table.csv": hashlib.sha256(TABLE.encode()).hexdigest()}
    assert told["format"] == "matrix"
    assert told["options"]["proteins"] == 2
    assert told["options"]["orientation"] == "auto"
    assert not (tmp_path / "out.json").exists()
