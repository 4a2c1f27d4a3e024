"""``latentbin-taxonomy train``, ``predict`` and ``tune`` as a user meets them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from tests.planted_taxonomy import COLUMNS, composition, plant

from latentbin.matrix import NamedMatrix
from latentbin.taxonomy.cli import main
from latentbin.taxonomy.models import tuning
from latentbin.taxonomy.models.model import TaxonModel
from latentbin.taxonomy.models.options import LightgbmOptions

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

QUICK = ("--lightgbm-rounds", 10, "--lightgbm-leaf-size", 5)
RUN = ("--threads", 1)


def run(*arguments):
    return main([str(argument) for argument in arguments])


def train(folder, *options, output="model", split="split.tsv", matrix="composition.npz"):
    files = ("--matrix", folder / matrix, "--labels", folder / "labels.tsv")
    files = (*files, "--split", folder / split, "--output-dir", folder / output)
    return run("train", *files, *RUN, *options)


def predict(folder, *options, model="made/model.npz", matrix="composition.npz", output="p.tsv"):
    files = ("--matrix", folder / matrix, "--model", folder / model, "--output", folder / output)
    return run("predict", *files, *RUN, *options)


def tune(folder, *options, output="best.json", study="study.log"):
    files = ("--matrix", folder / "composition.npz", "--labels", folder / "labels.tsv")
    files = (*files, "--split", folder / "split.tsv", "--study", folder / study)
    return run("tune", *files, "--output", folder / output, *RUN, *options)


def table(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def make(folder):
    plant(folder)
    options = ("--by", "species", "--test-share", 0.34, "--validation-share", 0.34)
    files = ("--labels", folder / "labels.tsv", "--output", folder / "split.tsv")
    assert run("split", *files, *options) == 0
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = make(tmp_path_factory.mktemp("trained"))
    assert train(folder, "--model", "linear", output="made") == 0
    return folder


@pytest.fixture
def folder(tmp_path):
    return make(tmp_path)


@pytest.mark.parametrize("step", ["split", "train", "tune", "predict"])
def test_help_is_there_without_heavy_libraries(step):
    code = (
        "import sys\n"
        "from latentbin.taxonomy.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'scipy', 'sklearn', 'lightgbm', 'optuna', 'matplotlib'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, step, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"usage: latentbin-taxonomy {step}" in done.stdout


def test_a_training_says_how_it_was_made(folder, capsys):
    assert train(folder, *QUICK) == 0
    assert "6 classes of rank genus: from 12 contigs" in capsys.readouterr().err
    said = json.loads((folder / "model/train.json").read_text())
    assert said["options"]["lightgbm_rounds"] == 10
    assert said["contigs"]["train"] == said["contigs"]["validation"] == 72
    assert said["contigs"]["test_not_used"] == 72
    assert set(said["inputs"]) == {"composition.npz", "labels.tsv", "split.tsv"}
    assert {"latentbin", "lightgbm", "numpy"} <= set(said["versions"])
    assert said["validation"]["accuracy"] > 0.9
    assert said["classes"]["g0"] == {"train": 12, "validation": 12}
    rows = table(folder / "model/training.tsv")
    assert [row["round"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])


def test_the_test_part_changes_nothing(folder):
    assert train(folder, *QUICK, output="a") == 0
    names, values, _ = plant(folder)
    part = {row["contig"]: row["part"] for row in table(folder / "split.tsv")}
    values[[part[name] == "test" for name in names]] = 0
    composition("composition", names, values).save(folder / "composition.npz")
    assert train(folder, *QUICK, output="b") == 0
    first, second = (TaxonModel.load(folder / name / "model.npz").scorer for name in "ab")
    assert first.text == second.text


def test_predictions_agree_with_the_model_and_across_ranks(trained):
    options = ("--probabilities", trained / "all.npz", "--unknown-below", 0)
    assert predict(trained, *options) == 0
    rows = table(trained / "p.tsv")
    assert list(rows[0]) == ["contig", "family", "family_probability", "genus", "genus_probability"]
    kept = NamedMatrix.load(trained / "all.npz", "taxonomy-probabilities")
    assert kept.names == tuple(row["contig"] for row in rows)
    assert kept.attributes["ranks"] == ["family", "genus"]
    model = TaxonModel.load(trained / "made/model.npz")
    matrix = NamedMatrix.load(trained / "composition.npz", "composition")
    assert (kept.values == model.probabilities(matrix.values)).all()
    family = {taxa[1]: taxa[0] for taxa in kept.attributes["lineages"]}
    assert all(family[row["genus"]] == row["family"] for row in rows)
    assert all(float(r["genus_probability"]) <= float(r["family_probability"]) for r in rows)
    truth = {row["contig"]: row["genus"] for row in table(trained / "labels.tsv")}
    assert np.mean([truth[row["contig"]] == row["genus"] for row in rows]) > 0.95
    said = json.loads((trained / "p.json").read_text())
    assert sum(said["predicted"]["genus"].values()) == len(rows)
    assert (trained / "p.tsv").read_bytes() == again(trained)


def again(folder):
    assert predict(folder, "--unknown-below", 0, output="again.tsv") == 0
    return (folder / "again.tsv").read_bytes()


def test_below_a_threshold_taxa_are_unknown(trained):
    assert predict(trained, "--unknown-below", 1, output="u.tsv") == 0
    unsure = [row for row in table(trained / "u.tsv") if float(row["genus_probability"]) < 0.999]
    assert unsure
    assert all(row["genus"] == "unknown" for row in unsure)


def test_matrices_that_do_not_fit_a_model_are_refused(trained, capsys):
    names, values, _ = plant(trained)
    columns = COLUMNS[:6]
    composition("composition", names, values[:, :6], columns).save(trained / "few.npz")
    assert predict(trained, matrix="few.npz", output="x.tsv") == 1
    assert "lacks 6 of the 12 columns of" in capsys.readouterr().err
    composition("composition", names, values, projection="canonical").save(trained / "other.npz")
    assert predict(trained, matrix="other.npz", output="x.tsv") == 1
    assert "Make the matrices as those of training were made" in capsys.readouterr().err
    assert predict(trained, model="composition.npz", output="x.tsv") == 1
    assert "expected 'latentbin/taxonomy-model/1'" in capsys.readouterr().err
    assert predict(trained, output="x.json") == 1
    assert "its report would stand there" in capsys.readouterr().err
    assert not (trained / "x.tsv").exists()


def test_matrices_that_are_none_are_refused(trained, capsys):
    assert predict(trained, matrix="labels.tsv", output="x.tsv") == 1
    assert "labels.tsv: damaged, or not a Latentbin file" in capsys.readouterr().err
    composition("composition", (), np.empty((0, 12))).save(trained / "none.npz")
    assert predict(trained, matrix="none.npz", output="x.tsv") == 1
    assert "the matrix is empty" in capsys.readouterr().err


def test_abundance_joins_with_a_note(folder, capsys):
    names, values, _ = plant(folder)
    depths = composition("abundance", names, np.abs(values), tuple("abcdefghijkl"))
    depths.save(folder / "abundance.npz")
    more = ("--matrix", folder / "abundance.npz", "--model", "centroid")
    assert train(folder, *more) == 0
    assert "can be used for contigs of the same samples only" in capsys.readouterr().err
    assert len(TaxonModel.load(folder / "model/model.npz").columns) == 24
    assert predict(folder, model="model/model.npz") == 1
    assert "lacks 12 of the 24 columns" in capsys.readouterr().err


def edit(path, change):
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(change(line) for line in lines[1:])]) + "\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda part: "test", "no contig of its training part has a taxon at rank genus"),
        (lambda part: "train" if part == "validation" else part, "has no validation part"),
    ],
)
def test_parts_that_are_missing_are_refused(folder, capsys, change, message):
    def moved(line):
        name, part = line.split("\t")
        return f"{name}\t{change(part)}"

    edit(folder / "split.tsv", moved)
    assert train(folder, *QUICK) == 1
    assert message in capsys.readouterr().err
    assert not (folder / "model").exists()


def test_contigs_and_classes_that_are_missing_are_refused(folder, capsys):
    names, values, _ = plant(folder)
    composition("composition", names[5:], values[5:]).save(folder / "part.npz")
    assert train(folder, matrix="part.npz") == 1
    assert "lacks 5 of the 216 contigs of" in capsys.readouterr().err
    assert train(folder, "--rank", "order") == 1
    assert "has no column 'order'" in capsys.readouterr().err
    edit(folder / "labels.tsv", lambda line: "\t".join([line.split("\t")[0], "f", "g", "s", "e"]))
    assert train(folder) == 1
    assert "contigs of its training part are of one genus, 'g'" in capsys.readouterr().err


def test_options_of_another_model_are_a_usage_error(folder, capsys):
    with pytest.raises(SystemExit) as end:
        train(folder, "--model", "linear", "--network-dropout", 0.1)
    assert end.value.code == 2
    assert "--network-dropout is not of --model linear" in capsys.readouterr().err


class Quick:
    """Draws options as ever, but trains two rounds; the first call asks for the defaults."""

    def __init__(self, monkeypatch, interrupt_at=None):
        self.suggest, self.calls, self.interrupt_at = tuning.suggest, 0, interrupt_at
        monkeypatch.setattr(tuning, "suggest", self)

    def __call__(self, kind, trial):
        found = self.suggest(kind, trial)
        self.calls += 1
        if self.calls == self.interrupt_at:
            raise KeyboardInterrupt
        given = {name: getattr(found, name) for name in LightgbmOptions.__slots__}
        return LightgbmOptions(**{**given, "lightgbm_rounds": 2})


def without(path, *names):
    content = json.loads(path.read_text())
    return {name: value for name, value in content.items() if name not in names}


def test_an_interrupted_study_goes_on_as_if_it_was_not(folder, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        Quick(patch)
        assert tune(folder, "--trials", 4, output="whole.json", study="whole.log") == 0
    with monkeypatch.context() as patch:
        Quick(patch, interrupt_at=4)
        assert tune(folder, "--trials", 4) == 0
    assert "interrupted; finished trials are kept" in capsys.readouterr().err
    assert without(folder / "best.json")["finished_trials"] == 2
    with monkeypatch.context() as patch:
        Quick(patch)
        assert tune(folder, "--trials", 4) == 0
    assert "2 trials of earlier calls; going on" in capsys.readouterr().err
    whole, resumed = (json.loads((folder / f"{n}.json").read_text()) for n in ("whole", "best"))
    assert [t["options"] for t in whole["trials"]] == [t["options"] for t in resumed["trials"]]
    assert whole["parameters"] == resumed["parameters"]
    assert whole["trials"][0]["options"]["lightgbm_leaves"] == LightgbmOptions().lightgbm_leaves
    assert train(folder, "--parameters", folder / "best.json", *QUICK) == 0
    said = json.loads((folder / "model/train.json").read_text())["options"]
    assert said["lightgbm_leaves"] == resumed["parameters"]["model"]["lightgbm_leaves"]
    assert said["lightgbm_rounds"] == 10
    # other options, and another split, are other studies
    assert tune(folder, "--objective", "macro-f1") == 1
    assert "other options (objective is log-loss, not macro-f1)" in capsys.readouterr().err
    edit(folder / "split.tsv", lambda line: line.replace("c0\ttrain", "c0\tvalidation"))
    edit(folder / "split.tsv", lambda line: line.replace("c12\ttrain", "c12\tvalidation"))
    edit(folder / "split.tsv", lambda line: line.replace("c24\ttrain", "c24\tvalidation"))
    assert tune(folder) == 1
    assert "other inputs ('split' differs)" in capsys.readouterr().err
    assert train(folder, "--parameters", folder / "split.json", output="x") == 1
    assert "not the best.json of latentbin-taxonomy tune" in capsys.readouterr().err


def test_time_ends_a_study_after_one_trial(folder, monkeypatch, capsys):
    Quick(monkeypatch)
    assert tune(folder, "--trials", 9, "--minutes", 0) == 0
    assert "time is over after 1 trials" in capsys.readouterr().err


def test_what_is_no_study_is_refused(folder, capsys):
    (folder / "notes.txt").write_text("not a study\n")
    assert tune(folder, study="notes.txt") == 1
    assert "not a study of latentbin-taxonomy tune" in capsys.readouterr().err
    assert tune(folder, study="best.json") == 1
    assert "--study and --output are one file" in capsys.readouterr().err


def test_nothing_finished_leaves_nothing(folder, monkeypatch, capsys):
    Quick(monkeypatch, interrupt_at=2)
    assert tune(folder) == 130
    assert "interrupted; no output was written" in capsys.readouterr().err
    assert not (folder / "best.json").exists()


def test_a_parameter_of_another_version_is_refused(folder, capsys):
    content = {"parameters": {"train": {}, "model": {"lightgbm_old": 1}}}
    (folder / "old.json").write_text(json.dumps(content))
    assert train(folder, "--parameters", folder / "old.json") == 1
    assert "'lightgbm_old' is no option of this version" in capsys.readouterr().err
