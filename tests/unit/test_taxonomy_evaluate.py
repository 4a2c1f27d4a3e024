"""latentbin-taxonomy evaluate, by hand-made files."""

from __future__ import annotations

import argparse
import csv
import json

import numpy as np
import pytest

from latentbin.command import new_parser, run
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix
from latentbin.taxonomy.judging import cli, evaluate_step
from latentbin.taxonomy.judging.figures import MOST_CLASSES, confusion_figure, f1_figure
from latentbin.taxonomy.judging.options import PARTS
from latentbin.taxonomy.judging.ranks import JudgedRank
from latentbin.taxonomy.predictions import RANKS
from latentbin.taxonomy.splitting import parts

# contig, part, genus, species, predicted genus, its probability, predicted species
ROWS = [
    ("r1", "train", "A", "A1", "A", 0.9, "A1"),
    ("r2", "train", "B", "B1", "B", 0.9, "B1"),
    ("r3", "train", "C", "C1", "A", 0.9, "A1"),
    ("t1", "test", "A", "A1", "A", 0.95, "A1"),
    ("t2", "test", "A", "A1", "A", 0.75, "unknown"),
    ("t3", "test", "B", "B1", "A", 0.65, "B1"),  # the species is not of that genus
    ("t4", "test", "B", "B2", "B", 0.85, "unknown"),  # a species that is not in training
    ("t5", "test", "C", "", "unknown", 0.2, "unknown"),
    ("t6", "test", "D", "D1", "A", 0.55, "A1"),  # a genus that is not in training
]
DRAWN = (
    "test_leaks_stand_beside_every_score_and_in_the_figures",
    "test_files_of_the_folder_and_the_same_bytes_again",
)
LENGTHS = [1000, 1000, 1000, 1000, 2000, 3000, 4000, 5000, 6000]
REPORT = {
    "options": {"by": "random"},
    "leaks": {
        "strain": {"names_in_test": 6, "shared_with_training": 4},
        "sample": {"names_in_test": 2, "shared_with_training": 0},
    },
    "warnings": ["WARNING split by random: 4 of the 6 strains"],
}


def command(*arguments):
    parser = new_parser("latentbin-taxonomy", "")
    cli.add_parsers(parser.add_subparsers(dest="step", required=True))
    return run(parser, [str(argument) for argument in arguments], lambda args: args.work(args))


def table(path, header, rows):
    path.write_text("\n".join("\t".join(map(str, row)) for row in (header, *rows)) + "\n")


@pytest.fixture(autouse=True)
def figures(request, monkeypatch):
    """Figures take seconds: drawn where a test is about them."""
    if request.node.name not in DRAWN:
        monkeypatch.setattr(evaluate_step, "_draw", lambda *arguments: None)


@pytest.fixture
def files(tmp_path):
    names = tuple(row[0] for row in ROWS)
    table(
        tmp_path / "labels.tsv", ("contig", "species", "genus"), [(r[0], r[3], r[2]) for r in ROWS]
    )
    table(tmp_path / "split.tsv", ("contig", "part"), [row[:2] for row in ROWS])
    table(
        tmp_path / "predictions.tsv",
        ("contig", "genus", "genus_probability", "species"),
        [(r[0], *r[4:]) for r in ROWS],
    )
    values = np.array([[0.7, 0.2, 0.1]] * len(ROWS), np.float32)
    values[names.index("t4")] = 0.1, 0.8, 0.1
    facts = {"rank": "species", "ranks": ["genus", "species"]}
    lineages = [["A", "A1"], ["B", "B1"], ["B", "B3"]]
    classes = ("A1", "B1", "B3")
    NamedMatrix(
        "taxonomy-probabilities", names, classes, values, {}, {**facts, "lineages": lineages}
    ).save(tmp_path / "probabilities.npz")
    NamedMatrix(
        "composition",
        names,
        ("x",),
        np.zeros((len(names), 1), np.float32),
        {"lengths": np.array(LENGTHS)},
    ).save(tmp_path / "composition.npz")
    return tmp_path


def evaluate(files, *more, output="out"):
    return command(
        *("evaluate", "--predictions", files / "predictions.tsv", "--labels", files / "labels.tsv"),
        *("--output-dir", files / output, *more),
    )


def by_rank(folder):
    with open(folder / "scores.tsv", newline="") as handle:
        return {row["rank"]: row for row in csv.DictReader(handle, delimiter="\t")}


def classes(folder, rank):
    with open(folder / "classes.tsv", newline="") as handle:
        rows = csv.DictReader(handle, delimiter="\t")
        return {row["class"]: row for row in rows if row["rank"] == rank}


def test_scores_of_the_test_part_by_hand(files, capsys):
    assert evaluate(files, "--split", files / "split.tsv") == 0
    genus = by_rank(files / "out")["genus"]
    # t1 to t5 are of genera in training; t1, t2 and t4 are right
    assert (genus["contigs"], genus["classes"], genus["part"]) == ("5", "3", "test")
    assert genus["accuracy"] == "0.6000"
    assert genus["accuracy_of_answered"] == "0.7500"
    assert genus["unknown"] == "0.2000"
    assert genus["balanced_accuracy"] == "0.5000"  # of A all, of B half, of C none
    assert genus["macro_f1"] == f"{(0.8 + 2 / 3 + 0) / 3:.4f}"
    assert genus["weighted_f1"] == f"{(2 * 0.8 + 2 * 2 / 3) / 5:.4f}"
    assert (genus["new_contigs"], genus["new_unknown"]) == ("1", "0.0000")
    assert genus["accuracy_with_new"] == "0.5000"
    assert (genus["top_3"], genus["log_loss"], genus["bp_accuracy"]) == ("", "", "")
    # answers 0.95, 0.75, 0.65 and 0.85: right, right, wrong, right
    assert genus["calibration_error"] == f"{(0.05 + 0.25 + 0.65 + 0.15) / 4:.4f}"
    assert (genus["split_by"], genus["leaks"]) == ("", "not checked")
    species = by_rank(files / "out")["species"]
    assert (species["contigs"], species["new_contigs"]) == ("3", "2")  # t4 and t6 are new
    assert species["new_unknown"] == "0.5000"
    assert species["calibration_error"] == ""
    said = capsys.readouterr().err
    assert "genus: 1 further contigs are of classes that the model has not" in said
    assert "without the report of the split (--split-report) nobody knows what" in said


def test_tables_of_classes_and_confusion(files):
    assert evaluate(files, "--split", files / "split.tsv") == 0
    found = classes(files / "out", "genus")
    assert list(found) == ["A", "B", "C", "D"]  # the largest first
    assert found["A"]["precision"] == f"{2 / 3:.4f}"
    assert (found["A"]["recall"], found["A"]["predicted_of_new"]) == ("1.0000", "1")
    assert (found["C"]["precision"], found["C"]["recall"]) == ("", "0.0000")
    assert [row["never_predicted"] for row in found.values()] == ["no", "no", "yes", "yes"]
    assert [row["seen"] for row in found.values()] == ["yes", "yes", "yes", "no"]
    lines = (files / "out" / "confusion.tsv").read_text().splitlines()
    assert lines[0] == "rank\tclass\tseen\tpredicted\tcontigs"
    assert "genus\tA\tyes\tA\t2" in lines
    assert "genus\tB\tyes\tA\t1" in lines
    assert "genus\tC\tyes\tunknown\t1" in lines
    assert "genus\tD\tno\tA\t1" in lines
    assert sum(int(line.split("\t")[-1]) for line in lines[1:] if line[:5] == "genus") == 6


def test_never_predicted_and_contradictions_are_named(files, capsys):
    assert evaluate(files, "--split", files / "split.tsv") == 0
    report = json.loads((files / "out" / "evaluation.json").read_text())
    assert report["never_predicted"]["genus"] == ["C"]
    assert report["new_classes"] == {"genus": ["D"], "species": ["B2", "D1"]}
    said = capsys.readouterr().err
    assert "genus: 1 classes are never predicted: C\n" in said
    (pair,) = report["contradictions"]
    assert pair["ranks"] == ["genus", "species"]
    assert (pair["checked"], pair["contradictions"]) == (6, 1)
    assert pair["first"] == [{"contig": "t3", "genus": "A", "species": "B1", "expected": "B"}]
    assert (
        "1 contigs have a species that is not of their genus (first: t3, species 'B1' is of genus "
        "'B', predicted 'A')" in said
    )


def test_probabilities_say_what_the_model_knows_and_sum_to_coarser_ranks(files):
    split = ("--split", files / "split.tsv")
    assert evaluate(files, *split, "--probabilities", files / "probabilities.npz") == 0
    genus, species = (by_rank(files / "out")[rank] for rank in ("genus", "species"))
    # the model knows A and B only: C and D are new, though C is in training
    assert (genus["contigs"], genus["new_contigs"]) == ("4", "2")
    # A: .7 .7; B: .3 (t3) and .9 (t4)
    expected = -(2 * np.log(0.7) + np.log(0.3) + np.log(0.9)) / 4
    assert genus["log_loss"] == f"{expected:.4f}"
    assert genus["top_3"] == ""  # of two classes
    assert (species["contigs"], species["top_3"]) == ("3", "")
    assert species["log_loss"] == f"{-(2 * np.log(0.7) + np.log(0.2)) / 3:.4f}"
    # A 0.7 0.7 against B's own 0.7 and 0.1
    assert classes(files / "out", "genus")["A"]["auc"] == "0.7500"
    assert classes(files / "out", "genus")["D"]["auc"] == ""
    assert classes(files / "out", "species")["B3"]["never_predicted"] == "yes"
    assert species["never_predicted"] == "0"  # of those that occur


def test_lengths_weigh(files):
    split = ("--split", files / "split.tsv")
    assert evaluate(files, *split, "--composition", files / "composition.npz") == 0
    assert by_rank(files / "out")["genus"]["bp_accuracy"] == f"{7 / 15:.4f}"


def test_leaks_stand_beside_every_score_and_in_the_figures(files, capsys):
    (files / "split.json").write_text(json.dumps(REPORT))
    assert evaluate(files, "--split", files / "split.tsv") == 0
    for row in by_rank(files / "out").values():
        assert (row["split_by"], row["leaks"]) == ("random", "strain 4 of 6")
    assert "WARNING split by random: 4 of the 6 strains" in capsys.readouterr().err
    svg = (files / "out" / "reliability.svg").read_text()
    assert "random split" in svg
    assert "also in training: strain 4 of 6" in svg


def test_a_split_without_leaks_says_so(files):
    clean = {**REPORT, "leaks": {"sample": REPORT["leaks"]["sample"]}, "warnings": []}
    (files / "other.json").write_text(json.dumps(clean))
    more = ("--split", files / "split.tsv", "--split-report", files / "other.json")
    assert evaluate(files, *more, output="clean") == 0
    assert by_rank(files / "clean")["genus"]["leaks"] == "none"


def test_all_contigs_without_a_split_and_other_parts_with_a_warning(files, capsys):
    assert evaluate(files) == 0
    genus = by_rank(files / "out")["genus"]
    assert (genus["part"], genus["contigs"], genus["new_contigs"]) == ("all", "9", "0")
    assert evaluate(files, "--split", files / "split.tsv", "--part", "train", output="t") == 0
    assert by_rank(files / "t")["genus"]["accuracy"] == "0.6667"
    assert "WARNING these are scores of the part 'train'" in capsys.readouterr().err


def test_contigs_of_the_part_without_a_prediction_count_as_unknown(files, capsys):
    text = (files / "predictions.tsv").read_text().splitlines(keepends=True)
    (files / "predictions.tsv").write_text("".join(x for x in text if not x.startswith("t1\t")))
    more = ("--split", files / "split.tsv", "--probabilities", files / "probabilities.npz")
    assert evaluate(files, *more) == 0
    assert by_rank(files / "out")["genus"]["unknown"] == "0.2500"
    said = capsys.readouterr().err
    assert "1 of the 6 contigs of part 'test' have no prediction" in said
    report = json.loads((files / "out" / "evaluation.json").read_text())
    assert report["without_prediction"] == 1


def test_files_of_the_folder_and_the_same_bytes_again(files):
    split = ("--split", files / "split.tsv")
    assert evaluate(files, *split) == 0
    assert evaluate(files, *split, output="again") == 0
    names = sorted(path.name for path in (files / "out").iterdir())
    figures = ["confusion_genus", "confusion_species", "f1_genus", "f1_species", "reliability"]
    drawn = {f"{name}.{end}" for name in figures for end in ("svg", "png")}
    assert set(names) == drawn | {"scores.tsv", "classes.tsv", "confusion.tsv", "evaluation.json"}
    for name in names:
        assert file_digest(files / "out" / name) == file_digest(files / "again" / name)


def test_figures_show_the_largest_classes_and_lump_the_others():
    n = MOST_CLASSES + 5
    truth = np.repeat(np.arange(n), np.arange(n, 0, -1))
    predicted = np.where(truth == 0, -1, truth)
    judged = JudgedRank(
        "genus", tuple(f"g{i}" for i in range(n)), truth, predicted, np.arange(n) != 1
    )
    axis = confusion_figure(judged, "title").axes[0]
    rows = [label.get_text() for label in axis.get_yticklabels()]
    columns = [label.get_text() for label in axis.get_xticklabels()]
    assert rows[:2] == ["g0", "g2"]
    assert rows[-2:] == ["(others)", "(new classes)"]
    assert columns[-2:] == ["(others)", "unknown"]
    assert len(rows) == MOST_CLASSES + 2
    figure = f1_figure(judged, "title")
    assert "4 smaller ones are not shown" in figure.get_suptitle()
    assert f"{n}, never predicted" in [text.get_text() for text in figure.axes[0].texts]


def test_parts_are_those_of_split():
    assert PARTS == parts.PARTS
    assert RANKS[-2:] == ("species", "strain")


@pytest.mark.parametrize("step", ["evaluate", "vote"])
def test_help_names_every_file(step, capsys):
    with pytest.raises(SystemExit):
        command(step, "--help")
    assert "examples:" in capsys.readouterr().out


def refused(files, capsys, *more):
    code = evaluate(files, *more)
    assert not (files / "out").exists()
    return code, capsys.readouterr().err


def test_ranks_without_any_in_common(files, capsys):
    table(files / "labels.tsv", ("contig", "family"), [("t1", "F")])
    code, text = refused(files, capsys)
    assert code == 1
    assert "has the ranks genus, species, " in text
    assert "has family: none in common, nothing to judge" in text


def test_labels_that_are_all_empty(files, capsys):
    table(files / "labels.tsv", ("contig", "genus"), [("t1", ""), ("t2", "unknown")])
    code, text = refused(files, capsys)
    assert code == 1
    assert "no contig that is judged has a label at any of the ranks genus" in text


def test_a_part_without_contigs_or_without_predictions(files, capsys):
    code, text = refused(files, capsys, "--split", files / "split.tsv", "--part", "validation")
    assert code == 1
    assert "split.tsv: no contig is in the part 'validation'" in text
    table(files / "split.tsv", ("contig", "part"), [("x", "test"), ("r1", "train")])
    code, text = refused(files, capsys, "--split", files / "split.tsv")
    assert code == 1
    assert "none of the 1 contigs of part 'test'" in text
    assert "has a prediction (first 'x')" in text


def test_options_that_need_a_split(files, capsys):
    for more in (("--part", "test"), ("--split-report", files / "split.json")):
        with pytest.raises(SystemExit) as error:
            evaluate(files, *more)
        assert error.value.code == 2
        assert "are about a split: give --split, too" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["no json", "[]", '{"options": {}}', '{"options": {"by": 1}}'])
def test_split_reports_that_are_none(files, capsys, text):
    (files / "split.json").write_text(text)
    code, said = refused(files, capsys, "--split", files / "split.tsv")
    assert code == 1
    assert "split.json: not a report of latentbin-taxonomy split" in said
    code, said = refused(
        files, capsys, "--split", files / "split.tsv", "--split-report", files / "none.json"
    )
    assert code == 1
    assert "no such split report" in said


@pytest.mark.parametrize(
    ("name", "kind", "hint"),
    [
        ("probabilities", "taxonomy-probabilities", "written with the predictions"),
        ("composition", "composition", "composition of all contigs"),
    ],
)
def test_matrices_that_lack_contigs(files, capsys, name, kind, hint):
    matrix = NamedMatrix.load(files / f"{name}.npz", kind)
    matrix.take(np.arange(4)).save(files / f"{name}.npz")
    more = ("--split", files / "split.tsv", f"--{name}", files / f"{name}.npz")
    code, text = refused(files, capsys, *more)
    assert code == 1
    assert f"{name}.npz: lacks 5 of the 6 contigs of " in text
    assert "first 't2'" in text
    assert hint in text


def test_probabilities_with_lineages_of_something_else(files, capsys):
    matrix = NamedMatrix.load(files / "probabilities.npz", "taxonomy-probabilities")
    facts = {**matrix.attributes, "lineages": [["A", "A1"]]}
    NamedMatrix(matrix.kind, matrix.names, matrix.columns, matrix.values, {}, facts).save(
        files / "probabilities.npz"
    )
    code, text = refused(files, capsys, "--probabilities", files / "probabilities.npz")
    assert code == 1
    assert "its lineages do not fit its classes" in text


def test_folder_that_is_not_empty(files, capsys):
    (files / "out").mkdir()
    (files / "out" / "x").touch()
    assert evaluate(files) == 1
    assert "exists and is not an empty folder" in capsys.readouterr().err


def test_commands_are_added_to_any_parser():
    steps = argparse.ArgumentParser().add_subparsers()
    cli.add_parsers(steps)
    assert set(steps.choices) == {"evaluate", "vote"}
