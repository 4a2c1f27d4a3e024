"""The parts of the classifier: targets, splits, scores, calibration, the file."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn import metrics

from latentbin.errors import ContractError, UserError
from latentbin.learning.calibration import (
    UNSEEN,
    calibration_error,
    fit_temperature,
    log_probabilities,
    reliability,
    smooth_targets,
)
from latentbin.learning.scores import class_scores, confusion, score
from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.classifier.model import Classifier
from latentbin.proteome.classifier.network import Network, Scaling
from latentbin.proteome.classifier.options import TrainOptions
from latentbin.proteome.classifier.outputs import number
from latentbin.proteome.classifier.splits import (
    choose_grouping,
    groups_per_class,
    hold_out,
    make_folds,
    splits_of,
)
from latentbin.proteome.classifier.targets import in_order, targets_of
from latentbin.proteome.classifier.task import make_task

SCALED = {"quantities": "raw", "floor": 0.05}


def proteome(classes=("a", "b") * 4, batches=None, donors=None, columns=tuple("pqrst"), seed=1):
    n = len(classes)
    rng = np.random.default_rng(seed)
    annotation = Annotation(
        np.array(classes, dtype=str),
        np.zeros(n, bool),
        np.array(batches if batches is not None else [""] * n, dtype=str),
        np.array(donors if donors is not None else [""] * n, dtype=str),
    )
    return NamedMatrix(
        "proteome",
        tuple(f"s{row}" for row in range(n)),
        columns,
        rng.uniform(0.1, 1, (n, len(columns))).astype(np.float32),
        annotation.arrays(),
        SCALED,
        source="proteome.npz",
    )


def write_labels(path, rows, header="sample\tlabel\tclass"):
    path.write_text(header + "\n" + "".join("\t".join(row) + "\n" for row in rows))
    return path


# targets


def test_targets_are_labels_without_noise(tmp_path):
    table = proteome()
    rows = [("s1", "2", "a"), ("s0", "10", ""), ("s2", "noise", ""), ("s3", "10", ""), ("s4", "2")]
    found = targets_of(table, write_labels(tmp_path / "labels.tsv", rows))
    assert found.source == "labels"
    assert found.classes == ("2", "10")
    assert found.rows.tolist() == [0, 1, 3, 4]
    assert found.codes.tolist() == [1, 0, 1, 0]
    assert found.left_out == {"noise": 1, "without label": 3}
    assert found.counts.tolist() == [2, 2]


def test_targets_are_classes_where_no_labels_are_given():
    found = targets_of(proteome(("b", "", "a", "b")), None)
    assert (found.source, found.classes) == ("classes", ("a", "b"))
    assert found.rows.tolist() == [0, 2, 3]
    assert found.left_out == {"without class": 1}


def test_numbers_come_before_words_and_by_size():
    assert in_order(["b", "10", "9", "a", "10"]) == ("9", "10", "a", "b")


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([("s0", "1")], "name\tlabel", r"line 1: the header begins with \['name', 'label'\]"),
        ([("s0", "1"), ("s1",)], "sample\tlabel", "line 3: expected sample, tab, label"),
        ([("s0", "1"), ("s0", "2")], "sample\tlabel", "line 3: sample 's0' stands twice"),
        (
            [("s0", "1"), ("x", "2")],
            "sample\tlabel",
            r"line 3: sample 'x' is not in proteome\.npz\. Give the proteome that",
        ),
        (
            [("s0", "1"), ("s1", "noise")],
            "sample\tlabel",
            "only label '1' for the 8 samples; a classifier needs two. Label again",
        ),
    ],
)
def test_wrong_labels_are_named(tmp_path, rows, header, message):
    path = write_labels(tmp_path / "labels.tsv", rows, header)
    with pytest.raises(UserError, match=message):
        targets_of(proteome(), path)


def test_no_class_at_all_is_said():
    with pytest.raises(UserError, match=r"proteome\.npz: no class at all for the 3 samples"):
        targets_of(proteome(("",) * 3), None)


# splits


def grouping_of(wanted, table):
    targets = targets_of(table, None)
    annotation = Annotation.of(table).take(targets.rows)
    names = [table.names[row] for row in targets.rows]
    return choose_grouping(wanted, names, annotation, targets.codes, table.source)


def test_auto_is_donor_then_batch_then_sample():
    pairs = [str(n // 2) for n in range(8)]
    assert grouping_of("auto", proteome(donors=pairs, batches=pairs)).by == "donor"
    assert grouping_of("auto", proteome(batches=pairs)).by == "batch"
    assert grouping_of("auto", proteome()).by == "sample"
    assert grouping_of("sample", proteome(donors=pairs)).n_groups == 8


def test_auto_passes_over_what_cannot_test_and_says_so():
    found = grouping_of("auto", proteome(batches=["x", "y"] * 4))
    assert found.by == "sample"
    assert found.notes == ("not split by batch: only 0 of 2 classes live in two batches or more",)


def test_samples_without_donor_stay_together():
    found = grouping_of("donor", proteome(donors=["1", "1", "2", "2", "3", "3", "", ""]))
    assert found.n_groups == 4
    assert found.notes == ("2 samples without donor are kept together as one group",)


@pytest.mark.parametrize(
    ("wanted", "table", "message"),
    [
        ("donor", proteome(), "says nothing of donor for the samples with a target"),
        (
            "batch",
            proteome(batches=["x", "y"] * 4),
            "a split by batch cannot test: only 0 of 2 classes live in two batches or more. Use",
        ),
        (
            "auto",
            proteome(("a", "b", "b")),
            "only 1 of 2 classes live in two samples or more; a classifier cannot be judged",
        ),
    ],
)
def test_a_grouping_that_cannot_test_is_refused(wanted, table, message):
    with pytest.raises(UserError, match=message):
        grouping_of(wanted, table)


def test_a_class_of_one_group_is_trained_on_and_never_tested():
    classes = ("a", "b") * 6 + ("c",) * 4
    batches = ["1", "1", "2", "2", "3", "3"] * 2 + ["3"] * 4
    table = proteome(classes, batches=batches)
    task = make_task(table, targets_of(table, None), TrainOptions(), 1)
    tested = np.concatenate([split.test for split in splits_of(task.targets.codes, task.folds)])
    assert sorted(tested.tolist()) == list(range(12))
    assert 2 not in task.targets.codes[task.held_out.test]
    assert any("class 'c': of one batch only" in note for note in task.notes)
    assert any("3 folds: more cannot be made of 3 groups" in note for note in task.notes)


def test_what_the_held_out_part_does_not_test_is_said():
    table = proteome(("a", "b") * 10 + ("c",) * 2)
    task = make_task(table, targets_of(table, None), TrainOptions(), 1)
    missing = 2 not in task.targets.codes[task.held_out.test]
    assert missing == any("tests no samples of class 'c'" in note for note in task.notes)


def test_splits_that_leave_one_class_to_train_on_are_refused():
    # two folds that are the two classes
    codes = np.array([0, 0, 1, 1])
    assert [len(split.test) for split in splits_of(codes, codes)] == [0, 0]
    assert list(splits_of(codes, np.zeros(4, int))) == []


def test_a_task_without_a_split_is_refused(monkeypatch):
    table = proteome()
    monkeypatch.setattr(
        "latentbin.proteome.classifier.task.make_folds",
        lambda codes, groups, n_folds, seed: np.array(codes),
    )
    with pytest.raises(UserError, match="the 8 samples cannot be split such that two classes"):
        make_task(table, targets_of(table, None), TrainOptions(), 1)


def test_groups_are_counted_once():
    groups = np.array(["x", "x", "y", "y", "z"])
    assert groups_per_class(groups, np.array([0, 0, 0, 1, 1])).tolist() == [2, 2]


def test_the_held_out_part_has_about_the_share_that_was_asked_for():
    codes = np.arange(200) % 2
    split = hold_out(codes, np.arange(200).astype(str), 0.25, 3)
    assert split is not None
    assert len(split.test) == 50
    assert abs(codes[split.test].mean() - 0.5) < 0.05


def test_a_seed_draws_the_same_folds_again():
    codes, groups = np.arange(100) % 3, np.repeat(np.arange(25), 4).astype(str)
    one, two, other = (make_folds(codes, groups, 5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


# scores


def random_predictions(n_samples=300, n_classes=4, seed=2):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, n_classes, n_samples)
    logits = rng.normal(0, 2, (n_samples, n_classes))
    logits[np.arange(n_samples), codes] += 1.5
    return log_probabilities(logits), codes


@pytest.mark.parametrize("n_classes", [2, 4])
def test_scores_are_those_of_scikit_learn(n_classes):
    logs, codes = random_predictions(n_classes=n_classes)
    predicted, probabilities = logs.argmax(axis=1), np.exp(logs)
    area = (
        metrics.roc_auc_score(codes, probabilities[:, 1])
        if n_classes == 2
        else metrics.roc_auc_score(codes, probabilities, multi_class="ovr", average="macro")
    )
    expected = {
        "accuracy": metrics.accuracy_score(codes, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(codes, predicted),
        "macro_f1": metrics.f1_score(codes, predicted, average="macro"),
        "log_loss": metrics.log_loss(codes, probabilities),
    }
    found = score(logs, codes)
    # odds rank samples alike up to how probabilities round
    assert found.pop("roc_auc") == pytest.approx(area, abs=1e-3)
    assert found == pytest.approx(expected)
    table = confusion(predicted, codes, n_classes)
    np.testing.assert_array_equal(table, metrics.confusion_matrix(codes, predicted))
    for mine, theirs in zip(
        class_scores(table), metrics.precision_recall_fscore_support(codes, predicted), strict=False
    ):
        np.testing.assert_allclose(mine, theirs)


def test_of_one_class_only_some_scores_mean_nothing():
    logs, codes = random_predictions()
    found = score(logs[codes == 1], codes[codes == 1])
    empty = ("balanced_accuracy", "macro_f1", "roc_auc")
    assert [number(found[name]) for name in empty] == [""] * 3
    assert 0 < found["accuracy"] < 1


# calibration


def test_the_temperature_minimises_the_likelihood():
    logs, codes = random_predictions()
    logits = 7 * logs

    def loss(log_temperature):
        found = log_probabilities(logits, np.exp(log_temperature))
        return -(smooth_targets(logits, codes) * found).sum(axis=1).mean()

    best = minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-8})
    assert np.log(fit_temperature(logits, codes)) == pytest.approx(best.x, abs=1e-4)


def test_the_temperature_undoes_a_factor():
    logs, codes = random_predictions(5_000)
    assert fit_temperature(3 * logs, codes) / fit_temperature(logs, codes) == pytest.approx(3)


def test_scores_without_meaning_become_even_probabilities():
    rng = np.random.default_rng(1)
    logits, codes = rng.normal(0, 5, (2_000, 2)), rng.integers(0, 2, 2_000)
    found = np.exp(log_probabilities(logits, fit_temperature(logits, codes)))
    assert found.max() < 0.65


def test_few_samples_that_are_all_right_give_no_certainty():
    codes = np.arange(10) % 2
    logits = 50.0 * np.eye(2)[codes]
    found = np.exp(log_probabilities(logits, fit_temperature(logits, codes)))
    np.testing.assert_allclose(
        found.max(axis=1), 10.5 / 11
    )  # one more sample, half of it of each class


def test_a_class_that_was_never_seen_changes_no_temperature():
    logs, codes = random_predictions(n_classes=3)
    unseen = np.column_stack([logs, np.full(len(logs), UNSEEN)])
    assert fit_temperature(unseen, codes) == pytest.approx(fit_temperature(logs, codes))


def test_no_samples_no_temperature():
    assert fit_temperature(np.zeros((0, 0)), np.zeros(0, int)) == 1


def test_the_calibration_error_of_a_table_done_by_hand():
    # three samples at 0.85, two of them right; one at 0.6, wrong
    probabilities = np.array([[0.85, 0.15], [0.15, 0.85], [0.85, 0.15], [0.4, 0.6]])
    codes = np.array([0, 1, 1, 0])
    counts, _, accuracy = reliability(probabilities, codes)
    assert (counts[8], counts[6], counts.sum()) == (3, 1, 4)
    assert accuracy[8] == pytest.approx(2 / 3)
    expected = (3 * abs(0.85 - 2 / 3) + 0.6) / 4
    assert calibration_error(probabilities, codes) == pytest.approx(expected)


# network and file


def classifier(n_proteins=5, **changes):
    rng = np.random.default_rng(4)
    layers = [
        (rng.normal(0, 1, shape).astype(np.float32), rng.normal(0, 1, shape[1]).astype(np.float32))
        for shape in ((n_proteins, 8), (8, 2))
    ]
    values = rng.uniform(0.1, 1, (20, n_proteins)).astype(np.float32)
    facts = {
        "proteins": tuple("pqrstuvwxyz"[:n_proteins]),
        "classes": ("a", "b"),
        "network": Network(Scaling.of(values), layers),
        "temperature": 2.0,
        "scaled_by": SCALED,
        "quantified": float(n_proteins),
        "source": "classifier.npz",
    }
    return Classifier(**{**facts, **changes})


def test_scaling_is_that_of_the_quantities_that_are_there():
    values = np.array([[0.2, 0.5], [0.4, 0.0], [0.0, 0.9], [0.6, 0.4]], np.float32)
    scaling = Scaling.of(values)
    np.testing.assert_allclose(scaling.mean, [0.4, 0.6], rtol=1e-6)
    np.testing.assert_allclose(
        scaling.deviation, [np.std([0.2, 0.4, 0.6]), np.std([0.5, 0.9, 0.4])], rtol=1e-5
    )
    scores = scaling(values)
    np.testing.assert_allclose(scores.mean(axis=1), 0, atol=1e-6)
    assert scores[1, 0] > scores[1, 1]  # what is missing is low


def test_scaling_stays_finite_where_nothing_varies():
    for values in (np.zeros((3, 4), np.float32), np.full((3, 4), 0.3, np.float32)):
        assert np.isfinite(Scaling.of(values)(np.eye(3, 4, dtype=np.float32))).all()


def test_a_saved_classifier_says_the_same(tmp_path):
    made = classifier()
    made.save(tmp_path / "classifier.npz")
    loaded = Classifier.load(tmp_path / "classifier.npz")
    values = proteome().values
    np.testing.assert_array_equal(loaded.probabilities(values), made.probabilities(values))
    assert (loaded.proteins, loaded.classes) == (made.proteins, made.classes)
    assert (loaded.scaled_by, loaded.quantified) == (SCALED, 5)
    made.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "classifier.npz").read_bytes()


@pytest.mark.parametrize(
    "changes",
    [
        {"proteins": tuple("pqrs")},
        {"classes": ("a", "b", "c")},
        {"network": Network(classifier(3).network.scaling, classifier().network.layers)},
        {"network": Network(classifier().network.scaling, [])},
    ],
)
def test_a_file_whose_parts_do_not_fit_is_damaged(tmp_path, changes):
    classifier(**changes).save(tmp_path / "classifier.npz")
    with pytest.raises(UserError, match="damaged, or not a Latentbin file of classifier"):
        Classifier.load(tmp_path / "classifier.npz")


def test_another_file_is_refused(tmp_path):
    proteome().save(tmp_path / "proteome.npz")
    with pytest.raises(ContractError, match="is 'latentbin/proteome/1', expected 'latentbin/class"):
        Classifier.load(tmp_path / "proteome.npz")


# alignment


def test_permuted_proteins_give_the_same_probabilities():
    table, made = proteome(), classifier()
    order = [3, 0, 4, 2, 1]
    permuted = NamedMatrix(
        "proteome",
        table.names,
        tuple(table.columns[column] for column in order),
        table.values[:, order],
        attributes=SCALED,
    )
    aligned = made.align(permuted, 0.5)
    np.testing.assert_array_equal(aligned.values, table.values)
    assert (aligned.missing, aligned.unknown) == (0, 0)


def test_missing_and_unknown_proteins_are_counted():
    table = proteome(columns=("x", "r", "q", "y", "p", "z", "o"))
    aligned = classifier().align(table, 0.5)
    assert (aligned.missing, aligned.unknown) == (2, 4)
    np.testing.assert_array_equal(aligned.values[:, :3], table.values[:, [4, 2, 1]])
    assert not aligned.values[:, 3:].any()
    assert table.values.all()  # the table itself is left as it is


def test_too_many_missing_proteins_are_refused():
    table = proteome(columns=("r", "p", "x"))
    classifier().align(table, 0.6)
    with pytest.raises(
        UserError, match=r"lacks 3 of the 5 proteins of classifier.npz, first 'q', .*50%.*--like"
    ):
        classifier().align(table, 0.5)


def test_a_sample_with_hardly_any_protein_is_refused():
    table = proteome()
    table.values[2] = 0
    with pytest.raises(UserError, match="sample 's2' has 0 of the classifier's proteins, the med"):
        classifier().align(table, 0.5)


@pytest.mark.parametrize(("name", "value"), [("quantities", "log2"), ("floor", 0.1)])
def test_a_table_that_was_scaled_otherwise_is_refused(name, value):
    table = proteome()
    other = NamedMatrix(
        "proteome",
        table.names,
        table.columns,
        table.values,
        attributes={**SCALED, name: value},
        source="new.npz",
    )
    with pytest.raises(ContractError, match=f"new.npz: its {name} is {value!r}, that of the class"):
        classifier().align(other, 0.5)


def test_the_report_travels_with_the_file(tmp_path):
    classifier(report={"seed": 3, "notes": ["µ"]}).save(tmp_path / "classifier.npz")
    report = Classifier.load(tmp_path / "classifier.npz").report
    assert json.loads(json.dumps(report)) == {"seed": 3, "notes": ["µ"]}
