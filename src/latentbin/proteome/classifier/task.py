"""What is learned, from which samples, and how they are split."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.classifier.options import TrainOptions
from latentbin.proteome.classifier.splits import (
    Grouping,
    Split,
    by_plural,
    choose_grouping,
    groups_per_class,
    hold_out,
    make_folds,
    splits_of,
)
from latentbin.proteome.classifier.targets import Targets

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Task:
    """The samples with a target, and their splits.

    Attributes
    ----------
    names : (n_targets,)
    values : (n_targets, n_proteins)
    targets, grouping : see there
    folds : (n_targets,) of the cross-validation
    held_out : the part that is held out once
    inner_folds : of the samples in ``held_out.train``
    notes : what a reader of the scores must know
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]
    targets: Targets
    grouping: Grouping
    folds: NDArray[np.intp]
    held_out: Split
    inner_folds: NDArray[np.intp]
    notes: tuple[str, ...]


def make_task(proteome: NamedMatrix, targets: Targets, options: TrainOptions, seed: int) -> Task:
    """Choose the groups and draw the splits.

    Raises
    ------
    UserError : no split can test two classes
    """
    names = tuple(proteome.names[row] for row in targets.rows)
    annotation = Annotation.of(proteome).take(targets.rows)
    codes = targets.codes
    grouping = choose_grouping(options.group_by, names, annotation, codes, proteome.source)
    folds = make_folds(codes, grouping.groups, options.folds, seed)
    held_out = hold_out(codes, grouping.groups, options.held_out, seed)
    if held_out is None or not any(len(split.test) for split in splits_of(codes, folds)):
        raise UserError(
            f"{proteome.source}: the {grouping.n_groups} {by_plural(grouping.by)} cannot be split "
            "such that two classes are left to train on and one to test. Use --group-by sample, "
            "or another --seed or --folds."
        )
    kept = held_out.train
    inner = make_folds(codes[kept], grouping.groups[kept], options.folds, seed)
    return Task(
        names,
        proteome.values[targets.rows],
        targets,
        grouping,
        folds,
        held_out,
        inner,
        _notes(targets, grouping, folds, held_out, options),
    )


def _notes(
    targets: Targets,
    grouping: Grouping,
    folds: NDArray[np.intp],
    held_out: Split,
    options: TrainOptions,
) -> tuple[str, ...]:
    notes = list(grouping.notes)
    if targets.source == "labels":
        notes.append(
            "the labels come from a latent that saw all samples: the scores say how well the "
            "labels can be told from proteins, not whether they are true"
        )
    if grouping.by == "sample":
        notes.append(
            "split by sample: if samples share donors or batches, the scores are too good for "
            "samples of new ones"
        )
    alone = np.flatnonzero(groups_per_class(grouping.groups, targets.codes) < 2)
    if len(alone):
        which = ", ".join(f"'{targets.classes[code]}'" for code in alone)
        notes.append(
            f"class {which}: of one {grouping.by} only, so no split can test it; its samples are "
            "trained on but not scored"
        )
    n_folds = int(folds.max()) + 1
    if n_folds < options.folds:
        notes.append(f"{n_folds} folds: more cannot be made of {grouping.n_groups} groups")
    tested = np.unique(targets.codes[held_out.test])
    untested = np.setdiff1d(np.arange(len(targets.classes)), [*tested, *alone])
    if len(untested):
        which = ", ".join(f"'{targets.classes[code]}'" for code in untested)
        notes.append(f"the held-out part tests no samples of class {which}")
    return tuple(notes)
