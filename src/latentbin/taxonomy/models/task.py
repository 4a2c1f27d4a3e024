"""What a model learns: values and classes of the training and validation part."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.taxonomy.labels import Labels, Lineages
from latentbin.taxonomy.matrices import load_matrix
from latentbin.taxonomy.models.features import Joined, join, warn_of_samples
from latentbin.taxonomy.splitting.parts import TEST, TRAIN, VALIDATION, Split

logger = logging.getLogger(__name__)

_WEIGHT_POWER = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}


@dataclass(frozen=True, eq=False)
class Part:
    """Contigs with their classes.

    Attributes
    ----------
    values : (n_contigs, n_columns)
    codes : (n_contigs,) classes
    """

    values: NDArray[np.float32]
    codes: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Task:
    """What a model is trained on, and by what it is stopped and calibrated.

    Attributes
    ----------
    columns, facts : see `Joined`
    lineages : the classes, sorted, each with a contig in the training part, and their lineages
    train, validation : see `Part`; the validation part may lack classes
    counts : contigs that were used or left out, by reason
    """

    columns: tuple[str, ...]
    facts: tuple[dict[str, Any], ...]
    lineages: Lineages
    train: Part
    validation: Part
    counts: dict[str, int]

    @property
    def n_classes(self) -> int:
        """Classes that can be predicted."""
        return len(self.lineages.classes)

    def class_counts(self) -> NDArray[np.intp]:
        """(n_classes,) contigs of the training part."""
        return np.bincount(self.train.codes, minlength=self.n_classes)


def class_power(class_weights: str) -> float:
    """The weight of a class of n contigs is n to minus this."""
    return _WEIGHT_POWER[class_weights]


def read_task(matrices: Sequence[Path], labels_path: Path, split_path: Path, rank: str) -> Task:
    """Read what a model learns from. The test part is not looked at."""
    split = Split.read(split_path)
    labels = Labels.read(labels_path).in_order_of(split.contigs, split.source)
    return make_task(join([load_matrix(path) for path in matrices]), labels, split, rank)


def make_task(joined: Joined, labels: Labels, split: Split, rank: str) -> Task:
    """Put values and classes together.

    Parameters
    ----------
    labels : of the contigs of ``split``, in their order

    Raises
    ------
    UserError : contigs of the split are not in the matrix; no training or validation part; one
        class only; the labels lack the rank
    """
    codes, taxa = labels.codes(rank, f"--rank {rank}")
    rows = split.rows_in(joined.names, joined.source)
    known = codes >= 0
    training = known & (split.parts == TRAIN)
    if not training.any():
        raise UserError(
            f"{split.source}: no contig of its training part has a taxon at rank {rank} in "
            f"{labels.source}. Split these labels at this rank."
        )
    present, train_codes = np.unique(codes[training], return_inverse=True)
    if len(present) < 2:
        raise UserError(
            f"{split.source}: all {training.sum()} contigs of its training part are of one "
            f"{rank}, '{taxa[present[0]]}'; two can be told apart. Split labels with several."
        )
    number = np.full(len(taxa) + 1, -1, np.intp)  # the last for -1
    number[present] = np.arange(len(present))
    validation = (split.parts == VALIDATION) & (number[codes] >= 0)
    if not validation.any():
        raise UserError(
            f"{split.source}: has no validation part with classes of the training part; training "
            "stops and probabilities are calibrated by it. Split with --validation-share above 0, "
            "and with --validation-by another column if groups are few."
        )
    _only_in_test(number[codes[known & (split.parts == TEST)]], rank)
    warn_of_samples(joined.facts)
    counts = {
        "train": int(training.sum()),
        "validation": int(validation.sum()),
        "test_not_used": int((split.parts == TEST).sum()),
        "without_taxon": int((~known).sum()),
        "validation_of_classes_not_in_training": int(
            (known & (split.parts == VALIDATION) & ~validation).sum()
        ),
        "in_matrix_without_part": len(joined.names) - len(rows),
    }
    task = Task(
        joined.columns,
        joined.facts,
        labels.lineages(rank, [taxa[code] for code in present]),
        Part(joined.values[rows[training]], train_codes.astype(np.intp)),
        Part(joined.values[rows[validation]], number[codes[validation]]),
        counts,
    )
    _tell(task, rank)
    return task


def _only_in_test(codes: NDArray[np.intp], rank: str) -> None:
    lost = int((codes < 0).sum())
    if lost:
        logger.warning(
            "note: %d contigs of the test part have a %s that training lacks; none of them can be "
            "predicted right",
            lost,
            rank,
        )


def _tell(task: Task, rank: str) -> None:
    counts = task.class_counts()
    order = np.argsort(-counts, kind="stable")
    largest, smallest = int(order[0]), int(order[-1])
    logger.info(
        "training: %d contigs, validation: %d, columns: %d",
        len(task.train.codes),
        len(task.validation.codes),
        len(task.columns),
    )
    logger.info(
        "%d classes of rank %s: from %d contigs (%s) to %d (%s); half of the contigs are of %d",
        task.n_classes,
        rank,
        counts[largest],
        task.lineages.classes[largest],
        counts[smallest],
        task.lineages.classes[smallest],
        int(np.searchsorted(np.cumsum(counts[order]), counts.sum() / 2)) + 1,
    )
