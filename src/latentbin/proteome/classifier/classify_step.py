"""The step ``classify``: a table and a classifier in, predictions out."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.files import file_digest, report_beside, write_json, write_table
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.proteome.annotation import PROTEOME, Annotation
from latentbin.proteome.classifier.model import Classifier
from latentbin.proteome.classifier.options import ClassifyOptions

logger = logging.getLogger(__name__)

UNKNOWN = "unknown"


def classify(args: argparse.Namespace) -> None:
    """Predict the classes of a table's samples."""
    options = from_args(ClassifyOptions, args)
    report_path = report_beside(args.output)
    from threadpoolctl import threadpool_limits

    classifier = Classifier.load(args.classifier)
    table = NamedMatrix.load(args.proteome, PROTEOME)
    aligned = classifier.align(table, options.missing_limit)
    with threadpool_limits(args.threads):
        probabilities = classifier.probabilities(aligned.values)
    predicted = predictions(probabilities, classifier.classes, options.unknown_below)
    given = Annotation.of(table).classes.tolist()
    logger.info(
        "%d samples; of the classifier's %d proteins the table lacks %d, which count as 0; %d "
        "others are not used",
        len(table.names),
        len(classifier.proteins),
        aligned.missing,
        aligned.unknown,
    )
    report: dict[str, Any] = {
        "version": __version__,
        "options": as_dict(options),
        "inputs": {path.name: file_digest(path) for path in (args.proteome, args.classifier)},
        "samples": len(table.names),
        "proteins": {
            "of_classifier": len(classifier.proteins),
            "missing_from_table": aligned.missing,
            "unknown_to_classifier": aligned.unknown,
        },
        "predicted": {name: predicted.count(name) for name in (*classifier.classes, UNKNOWN)},
        **_agreement(predicted, given, classifier.classes),
    }
    _write(args, table.names, predicted, probabilities, classifier.classes, given)
    write_json(report_path, report)


def predictions(
    probabilities: NDArray[np.float64], classes: tuple[str, ...], unknown_below: float | None
) -> list[str]:
    """The most likely class of each sample, or ``unknown`` below the threshold."""
    best = probabilities.max(axis=1)
    return [
        UNKNOWN if unknown_below is not None and best[row] < unknown_below else classes[code]
        for row, code in enumerate(probabilities.argmax(axis=1))
    ]


def _agreement(predicted: list[str], given: list[str], classes: tuple[str, ...]) -> dict[str, Any]:
    """Accuracy where the table gives a class that the classifier knows; nothing without any."""
    pairs = [
        (found, true) for found, true in zip(predicted, given, strict=True) if true in set(classes)
    ]
    if not pairs:
        return {}
    others = sum(bool(true) and true not in set(classes) for true in given)
    if others:
        logger.info("%d samples have a class that the classifier does not know", others)
    right = sum(found == true for found, true in pairs)
    unknown = sum(found == UNKNOWN for found, _ in pairs)
    logger.info(
        "accuracy %.4f: %d of the %d samples whose class is known (%d were left unknown)",
        right / len(pairs),
        right,
        len(pairs),
        unknown,
    )
    return {
        "with_known_class": len(pairs),
        "with_other_class": others,
        "right": right,
        "accuracy": round(right / len(pairs), 6),
    }


def _write(
    args: argparse.Namespace,
    names: tuple[str, ...],
    predicted: list[str],
    probabilities: NDArray[np.float64],
    classes: tuple[str, ...],
    given: list[str],
) -> None:
    with_class = any(given)
    header = ["sample", "predicted", "probability", *(f"p_{name}" for name in classes)]

    def rows() -> Iterator[list[str]]:
        for row, name in enumerate(names):
            each = [f"{p:.6f}" for p in probabilities[row]]
            cells = [name, predicted[row], f"{probabilities[row].max():.6f}", *each]
            yield [*cells, given[row]] if with_class else cells

    write_table(args.output, [*header, "class"] if with_class else header, rows())
