"""The files of a training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.files import write_table
from latentbin.learning.scores import MEASURES, class_scores, confusion
from latentbin.proteome.classifier.judge import Judged

CROSS_VALIDATION, OUT_OF_FOLD, HELD_OUT = "cross-validation", "out-of-fold", "held-out"
_AFTER = ("calibration_error", "uncalibrated_log_loss", "uncalibrated_calibration_error")
_COLUMNS = (*(name for m in MEASURES for name in (m, f"{m}_sd")), *_AFTER)


def number(value: float | None) -> str:
    """Four decimals; empty where there is no value."""
    return "" if value is None or math.isnan(value) else f"{value:.4f}"


def write_scores(
    path: Path, judged: Mapping[str, Mapping[str, Judged]]
) -> dict[str, dict[str, dict[str, float]]]:
    """One row per model and split; returns what was written, for the summary.

    Parameters
    ----------
    judged : by model, then by split (`OUT_OF_FOLD`, `HELD_OUT`)
    """
    rows: list[list[Any]] = []
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for model, splits in judged.items():
        found = {CROSS_VALIDATION: splits[OUT_OF_FOLD].by_fold()}
        found |= {name: split.pooled() for name, split in splits.items()}
        figures[model] = {}
        for name, values in found.items():
            n_samples = len(splits[OUT_OF_FOLD if name == CROSS_VALIDATION else name].rows)
            cells = [number(values.get(column)) for column in _COLUMNS]
            rows.append([model, name, n_samples, values.get("folds", ""), *cells])
            figures[model][name] = {
                key: round(value, 6) for key, value in values.items() if not math.isnan(value)
            }
    write_table(path, ("model", "split", "samples", "folds", *_COLUMNS), rows)
    return figures


def write_classes(
    path: Path, classes: Sequence[str], groups: NDArray[np.intp], splits: Mapping[str, Judged]
) -> None:
    """Precision, recall and F1 of each class in each split.

    Parameters
    ----------
    groups : (n_classes,) how many groups (donors, batches, samples) each class lives in
    """

    def rows() -> Iterator[tuple[Any, ...]]:
        for split, judged in splits.items():
            table = confusion(judged.logits.argmax(axis=1), judged.codes, len(classes))
            precision, recall, f1 = class_scores(table)
            for code, name in enumerate(classes):
                support, predicted = table[code].sum(), table[:, code].sum()
                yield (
                    name,
                    split,
                    groups[code],
                    support,
                    number(precision[code] if predicted else None),
                    number(recall[code] if support else None),
                    number(f1[code] if support else None),
                )

    write_table(path, ("class", "split", "groups", "samples", "precision", "recall", "f1"), rows())


def write_confusion(path: Path, classes: Sequence[str], table: NDArray[np.intp]) -> None:
    """Samples by target (rows) and predicted class (columns)."""
    rows = ([name, *counts] for name, counts in zip(classes, table.tolist(), strict=True))
    write_table(path, ("target", *classes), rows)


def write_predictions(
    path: Path,
    names: Sequence[str],
    targets: Sequence[str],
    groups: Sequence[str],
    classes: Sequence[str],
    judged: Judged,
) -> None:
    """Out-of-fold predictions; empty for samples that no fold could test.

    Parameters
    ----------
    names, targets, groups : of all samples with a target
    """
    log_probabilities = judged.calibrated
    predicted = log_probabilities.argmax(axis=1)
    found = {
        row: (classes[predicted[n]], number(math.exp(log_probabilities[n].max())), fold + 1)
        for n, (row, fold) in enumerate(
            zip(judged.rows.tolist(), judged.folds.tolist(), strict=True)
        )
    }
    write_table(
        path,
        ("sample", "target", "predicted", "probability", "fold", "group"),
        (
            (names[row], targets[row], *found.get(row, ("", "", "")), groups[row])
            for row in range(len(names))
        ),
    )
