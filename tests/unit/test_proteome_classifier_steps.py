"""``latentbin-proteome train`` and ``classify`` as a user meets them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.classifier.model import Classifier
from latentbin.proteome.classifier.options import TrainOptions
from latentbin.proteome.classifier.targets import targets_of
from latentbin.proteome.classifier.task import make_task
from latentbin.proteome.cli import main

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

QUICK = ("--min-steps", 40, "--hidden-size", 16, "--epochs", 1, "--learning-rate", 0.01)
QUICK = (*QUICK, "--weight-decay", 1, "--folds", 4, "--threads", 1, "--device", "cpu")
FILES = {
    "classifier.npz",
    "scores.tsv",
    "classes.tsv",
    "confusion.tsv",
    "predictions.tsv",
    "summary.json",
    "confusion.svg",
    "confusion.png",
    "reliability.svg",
    "reliability.png",
}


def planted(n_samples=90, n_classes=3, signal=0.3, donor=0.0, per_donor=3, shuffle=False):
    """Classes that differ in 6 proteins each, of 40; donors of some samples, all of one class."""
    rng = np.random.default_rng(1)
    donors = np.arange(n_samples) // per_donor
    codes = donors % n_classes
    values = rng.normal(0.6, 0.05, (n_samples, 40)) + rng.normal(0, donor, (n_samples, 40))[donors]
    for code in range(n_classes):
        values[codes == code, 6 * code : 6 * code + 6] += signal
    values[rng.random(values.shape) < 0.1] = 0
    if shuffle:
        codes = rng.permutation(codes)
    annotation = Annotation(
        np.array([f"class {code}" for code in codes]),
        np.zeros(n_samples, bool),
        np.full(n_samples, "", dtype="U1"),
        donors.astype(str),
    )
    return NamedMatrix(
        "proteome",
        tuple(f"s{row}" for row in range(n_samples)),
        tuple(f"p{column}" for column in range(40)),
        np.clip(values, 0, 1).astype(np.float32),
        annotation.arrays(),
        {"quantities": "raw", "floor": 0.05},
    )


def run(*arguments):
    return main([str(argument) for argument in arguments])


def train(folder, *options, output="classifier"):
    files = ("--proteome", folder / "proteome.npz", "--output-dir", folder / output)
    return run("train", *files, *QUICK, *options)


def classify(folder, *options, proteome="proteome.npz", output="predictions.tsv"):
    files = ("--proteome", folder / proteome, "--classifier", folder / "made/classifier.npz")
    return run("classify", *files, "--output", folder / output, "--threads", 1, *options)


def table(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def scores(path):
    return {(row["model"], row["split"]): row for row in table(path / "scores.tsv")}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classifier")
    planted().save(folder / "proteome.npz")
    assert train(folder, output="made") == 0
    return folder


@pytest.mark.parametrize("step", ["train", "classify"])
def test_help_is_there_without_tensorflow(step):
    code = (
        "import sys\n"
        "from latentbin.proteome.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'scipy', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, step, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"usage: latentbin-proteome {step}" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["train", "--proteome", "p", "--output-dir", "d", "--folds", "1"],
        ["train", "--proteome", "p", "--output-dir", "d", "--group-by", "site"],
        ["classify", "--proteome", "p", "--classifier", "c", "--output", "o", "--unknown-below", 2],
    ],
)
def test_wrong_usage_ends_with_2(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as error:
        run(*arguments)
    assert error.value.code == 2


def test_a_planted_signal_is_learned(trained):
    folder = trained / "made"
    assert {path.name for path in folder.iterdir()} == FILES
    found = scores(folder)
    assert len(found) == 9
    for split in ("cross-validation", "out-of-fold", "held-out"):
        assert float(found["network", split]["accuracy"]) > 0.9
        assert float(found["network", split]["roc_auc"]) > 0.95
        assert float(found["largest class", split]["accuracy"]) < 0.5
    row = found["network", "out-of-fold"]
    assert float(row["log_loss"]) < float(found["largest class", "out-of-fold"]["log_loss"]) / 2
    assert found["network", "cross-validation"]["folds"] == "4"
    assert row["samples"] == "90"


def test_the_tables_agree_with_each_other(trained):
    folder = trained / "made"
    predictions = table(folder / "predictions.tsv")
    assert [row["sample"] for row in predictions] == [f"s{n}" for n in range(90)]
    folds = {}
    for row in predictions:
        assert folds.setdefault(row["group"], row["fold"]) == row["fold"]
    right = sum(row["target"] == row["predicted"] for row in predictions)
    assert float(scores(folder)["network", "out-of-fold"]["accuracy"]) == pytest.approx(
        right / 90, abs=1e-4
    )
    counts = table(folder / "confusion.tsv")
    for row in counts:
        for name in ("class 0", "class 1", "class 2"):
            pairs = [(p["target"], p["predicted"]) for p in predictions]
            assert int(row[name]) == pairs.count((row["target"], name))
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["split_by"] == "donor"
    assert summary["groups"] == 30
    assert summary["samples"] == {
        "used": 90,
        "left_out": {"without class": 0},
        "by_class": {"class 0": 30, "class 1": 30, "class 2": 30},
    }
    assert summary["trained_on"].startswith("all samples with a target")
    held_out = set(summary["held_out"]["groups"])
    assert summary["held_out"]["samples"] == 3 * len(held_out)
    assert summary["notes"] == []
    assert Classifier.load(folder / "classifier.npz").report == summary
    rows = table(folder / "classes.tsv")
    assert [row["groups"] for row in rows] == ["10"] * 6
    assert sum(int(row["samples"]) for row in rows if row["split"] == "out-of-fold") == 90


def judged(made, group_by):
    """Out-of-fold scores of each model."""
    from latentbin.learning.keras_runtime import load_tensorflow

    load_tensorflow(1, "cpu")
    from latentbin.proteome.classifier.study import judge_and_train

    options = TrainOptions(group_by=group_by, min_steps=60, epochs=1, hidden_size=16, folds=4)
    task = make_task(made, targets_of(made, None), options, 1)
    found, _, _ = judge_and_train(task, options, 1)
    return {model: splits["out-of-fold"].pooled() for model, splits in found.items()}


def test_classes_without_signal_score_as_chance():
    found = judged(planted(n_samples=120, n_classes=2, shuffle=True), "sample")
    for model in ("network", "logistic regression"):
        # three standard deviations of a coin that is tossed 120 times
        assert abs(found[model]["accuracy"] - 0.5) < 3 * np.sqrt(0.25 / 120)
        assert abs(found[model]["roc_auc"] - 0.5) < 0.17
        assert found[model]["log_loss"] < 0.75
        assert found[model]["log_loss"] < found[model]["uncalibrated_log_loss"]


def test_donors_that_are_recognised_do_not_count():
    """Donors differ, classes do not: a split that tears donors apart would reward recognition."""
    made = planted(n_samples=96, n_classes=2, signal=0, donor=0.15, per_donor=8)
    torn, whole = (judged(made, by)["network"]["accuracy"] for by in ("sample", "donor"))
    assert torn > 0.85
    assert whole < 0.75


def test_labels_carry_their_caution_and_noise_is_left_out(tmp_path):
    made = planted()
    made.save(tmp_path / "proteome.npz")
    labels = ["noise" if n < 4 else name[-1] for n, name in enumerate(made.arrays["class"])]
    rows = "".join(f"{name}\t{label}\n" for name, label in zip(made.names, labels, strict=True))
    (tmp_path / "labels.tsv").write_text("sample\tlabel\n" + rows)
    assert train(tmp_path, "--labels", tmp_path / "labels.tsv") == 0
    summary = json.loads((tmp_path / "classifier/summary.json").read_text())
    assert summary["samples"]["left_out"] == {"noise": 4, "without label": 0}
    assert summary["targets"] == "labels"
    assert summary["notes"][0].startswith("the labels come from a latent that saw all samples")
    assert set(summary["inputs"]) == {"proteome.npz", "labels.tsv"}


def test_a_class_of_one_donor_is_said_and_not_scored(tmp_path):
    made = planted(n_samples=63)
    classes = made.arrays["class"].copy()
    classes[-3:] = "rare"
    NamedMatrix(
        "proteome",
        made.names,
        made.columns,
        made.values,
        {**made.arrays, "class": classes},
        made.attributes,
    ).save(tmp_path / "proteome.npz")
    assert train(tmp_path, "--no-class-weights", "--hidden-layers", 0) == 0
    rows = table(tmp_path / "classifier/predictions.tsv")
    assert [row["sample"] for row in rows if not row["predicted"]] == ["s60", "s61", "s62"]
    summary = json.loads((tmp_path / "classifier/summary.json").read_text())
    assert any("class 'rare': of one donor only" in note for note in summary["notes"])
    assert summary["scores"]["network"]["out-of-fold"]["log_loss"] < 2
    assert "rare" in Classifier.load(tmp_path / "classifier/classifier.npz").classes


def test_the_same_seed_gives_the_same_bytes(trained):
    assert train(trained, output="again") == 0
    for name in sorted(FILES):
        one, two = (trained / folder / name for folder in ("made", "again"))
        assert one.read_bytes() == two.read_bytes(), name


def test_arrays_say_what_keras_says(trained):
    from latentbin.learning.keras_runtime import load_tensorflow

    load_tensorflow(1, "cpu")
    from latentbin.proteome.classifier.training import Trainer

    made = planted()
    codes = np.unique(made.arrays["class"], return_inverse=True)[1]
    trainer = Trainer(40, 4, TrainOptions(min_steps=5, epochs=1, hidden_layers=2, hidden_size=8))
    network, loss = trainer.fit(made.values, codes, (1,))
    assert loss < np.log(4) + 0.1
    expected = trainer.dense.net(network.scaling(made.values), training=False).numpy()
    found = network.logits(made.values)
    np.testing.assert_allclose(found[:, :3], expected[:, :3], atol=1e-4)
    assert (found[:, 3] < -1_000).all()  # no sample was of the fourth class
    again, _ = trainer.fit(made.values, codes, (1,))
    np.testing.assert_array_equal(again.logits(made.values), found)


def test_another_seed_draws_other_weights():
    from latentbin.learning.keras_runtime import load_tensorflow

    load_tensorflow(1, "cpu")
    from latentbin.proteome.classifier.training import Trainer

    made = planted(n_samples=12)
    trainer = Trainer(40, 3, TrainOptions(min_steps=2, epochs=1, hidden_size=4))
    codes = np.arange(12) % 3
    one, two = (trainer.fit(made.values, codes, (seed,))[0].layers[0][0] for seed in (1, 2))
    assert (one != two).any()


def test_training_that_fails_is_said(tmp_path, capsys):
    planted(n_samples=24).save(tmp_path / "proteome.npz")
    assert train(tmp_path, "--learning-rate", 1, "--weight-decay", 1e30) == 1
    error = capsys.readouterr().err
    assert "the loss is not finite" in error
    assert "Lower --learning-rate" in error
    assert not (tmp_path / "classifier").exists()


def test_a_folder_with_content_is_refused(trained, capsys):
    assert train(trained, output="made") == 1
    assert "exists and is not an empty folder" in capsys.readouterr().err


def test_the_file_gives_the_probabilities_of_the_classifier(trained, capsys):
    assert classify(trained) == 0
    said = capsys.readouterr().err
    rows = table(trained / "predictions.tsv")
    made = planted()
    expected = Classifier.load(trained / "made/classifier.npz").probabilities(made.values)
    names = ["class 0", "class 1", "class 2"]
    header = ["sample", "predicted", "probability", *(f"p_{name}" for name in names), "class"]
    assert list(rows[0]) == header
    found = np.array([[float(row[f"p_{name}"]) for name in names] for row in rows])
    np.testing.assert_allclose(found, expected, atol=1e-6)
    for row, values in zip(rows, expected, strict=True):
        assert row["predicted"] == names[values.argmax()]
        assert float(row["probability"]) == pytest.approx(values.max(), abs=1e-6)
    report = json.loads((trained / "predictions.json").read_text())
    right = sum(row["predicted"] == row["class"] for row in rows)
    assert right > 85
    assert (report["right"], report["with_known_class"]) == (right, 90)
    assert f"accuracy {right / 90:.4f}: {right} of the 90" in said
    assert sum(report["predicted"].values()) == 90


def test_unsure_predictions_are_unknown_if_asked_for(trained):
    assert classify(trained, output="all.tsv") == 0
    assert classify(trained, "--unknown-below", 0.9, output="some.tsv") == 0
    rows, all_rows = table(trained / "some.tsv"), table(trained / "all.tsv")
    unknown = [row["predicted"] == "unknown" for row in rows]
    assert unknown == [float(row["probability"]) < 0.9 for row in all_rows]
    assert 0 < sum(unknown) < 90
    report = json.loads((trained / "some.json").read_text())
    assert report["predicted"]["unknown"] == sum(unknown)


def changed(made, *, columns=None, classes=None):
    kept = [made.columns.index(name) for name in columns or made.columns]
    given = np.array(classes if classes else [""] * len(made.names))
    return NamedMatrix(
        "proteome",
        made.names,
        tuple(made.columns[column] for column in kept),
        made.values[:, kept],
        {**made.arrays, "class": given},
        made.attributes,
    )


def test_permuted_proteins_change_nothing_and_missing_ones_are_counted(trained):
    made = planted()
    changed(made, columns=made.columns[::-1]).save(trained / "permuted.npz")
    changed(made, columns=made.columns[:30]).save(trained / "fewer.npz")
    assert classify(trained, output="given.tsv") == 0
    assert classify(trained, proteome="permuted.npz", output="permuted.tsv") == 0
    assert classify(trained, proteome="fewer.npz", output="fewer.tsv") == 0
    given, permuted = table(trained / "given.tsv"), table(trained / "permuted.tsv")
    assert "class" not in permuted[0]
    assert [{**row, "class": ""} for row in permuted] == [{**row, "class": ""} for row in given]
    report = json.loads((trained / "fewer.json").read_text())
    assert report["proteins"] == {
        "of_classifier": 40,
        "missing_from_table": 10,
        "unknown_to_classifier": 0,
    }
    assert "accuracy" not in report


def test_past_the_limit_a_table_is_refused(trained, capsys):
    changed(planted(), columns=planted().columns[:15]).save(trained / "few.npz")
    assert classify(trained, proteome="few.npz", output="few.tsv") == 1
    error = capsys.readouterr().err
    assert "lacks 25 of the 40 proteins" in error
    assert "first 'p15'" in error
    assert "--like" in error
    assert not (trained / "few.tsv").exists()
    options = ("--missing-limit", 0.7)
    assert classify(trained, *options, proteome="few.npz", output="few.tsv") == 0


def test_classes_that_the_classifier_does_not_know_do_not_count(trained, capsys):
    classes = ["class 0" if n % 2 else "other" for n in range(90)]
    changed(planted(), classes=classes).save(trained / "other.npz")
    assert classify(trained, proteome="other.npz", output="other.tsv") == 0
    assert "45 samples have a class that the classifier does not know" in capsys.readouterr().err
    report = json.loads((trained / "other.json").read_text())
    assert (report["with_known_class"], report["with_other_class"]) == (45, 45)


def test_an_output_that_its_report_would_overwrite_is_refused(trained, capsys):
    assert classify(trained, output="predictions.json") == 1
    assert "its report would stand there. Let --output end in .tsv" in capsys.readouterr().err
