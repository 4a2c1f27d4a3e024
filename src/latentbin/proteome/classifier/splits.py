"""Which samples are judged by a model that has not seen them, nor others of their group."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.annotation import Annotation


@dataclass(frozen=True, eq=False)
class Grouping:
    """What stays together in every split.

    Attributes
    ----------
    by : ``donor``, ``batch`` or ``sample``
    groups : (n_samples,) the group of each sample; its name if every sample is its own
    notes : what a reader must know of it
    """

    by: str
    groups: NDArray[np.str_]
    notes: tuple[str, ...] = ()

    @property
    def n_groups(self) -> int:
        """Groups in all."""
        return len(np.unique(self.groups))


@dataclass(frozen=True, eq=False)
class Split:
    """Samples to train on, samples to judge by.

    Attributes
    ----------
    train, test : rows; ``test`` holds only samples whose class is among those of ``train``, and
        none if that is a single one: the others cannot be judged
    """

    train: NDArray[np.intp]
    test: NDArray[np.intp]


def choose_grouping(
    wanted: str, names: Sequence[str], annotation: Annotation, codes: NDArray[np.intp], source: str
) -> Grouping:
    """The grouping that was asked for; ``auto`` is the first of donor, batch, sample that can test.

    Parameters
    ----------
    names, annotation, codes : of the samples with a target
    source : the proteome, for messages

    Raises
    ------
    UserError : it is not given, or cannot test two classes
    """
    known = {"donor": annotation.donors, "batch": annotation.batches, "sample": np.array(names)}
    notes: list[str] = []
    for by in ("donor", "batch", "sample") if wanted == "auto" else (wanted,):
        groups = known[by]
        without = int((groups == "").sum())
        if without == len(groups):
            if wanted != "auto":
                raise UserError(
                    f"{source}: says nothing of {by} for the samples with a target. Give the "
                    f"column {by} in the sample sheet of latentbin-proteome prepare, or use "
                    "--group-by sample."
                )
            continue
        testable = int((groups_per_class(groups, codes) >= 2).sum())
        if testable >= 2:
            if without:
                notes.append(f"{without} samples without {by} are kept together as one group")
            return Grouping(by, groups, tuple(notes))
        n_classes = len(np.unique(codes))
        why = f"only {testable} of {n_classes} classes live in two {by_plural(by)} or more"
        if by == "sample":
            raise UserError(
                f"{source}: {why}; a classifier cannot be judged. Give at least two samples each "
                "of two classes."
            )
        if wanted != "auto":
            raise UserError(
                f"{source}: a split by {by} cannot test: {why}. Use --group-by sample, and read "
                f"the scores as those of new samples of the same {by_plural(by)}."
            )
        notes.append(f"not split by {by}: {why}")
    raise AssertionError("samples always have names")


def by_plural(by: str) -> str:
    """``donors``, ``batches`` or ``samples``."""
    return {"donor": "donors", "batch": "batches", "sample": "samples"}[by]


def groups_per_class(groups: NDArray[np.str_], codes: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many groups each class lives in; a split can test those of at least two."""
    _, group_codes = np.unique(groups, return_inverse=True)
    pairs = np.unique(np.column_stack([codes, group_codes]), axis=0)
    return np.bincount(pairs[:, 0])


def make_folds(
    codes: NDArray[np.intp], groups: NDArray[np.str_], n_folds: int, seed: int
) -> NDArray[np.intp]:
    """The fold of each sample; groups stay whole, classes are spread as evenly as that allows.

    Returns
    -------
    folds : (n_samples,) from 0; fewer than ``n_folds`` where groups, or samples of the largest
        class, are fewer; a single one if nothing can be split
    """
    names, place = np.unique(groups, return_inverse=True)
    n_folds = min(n_folds, len(names), int(np.bincount(codes).max()))
    if n_folds < 2:
        return np.zeros(len(codes), np.intp)
    if n_folds == len(names):
        return place
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    alone = len(names) == len(codes)
    kind = StratifiedKFold if alone else StratifiedGroupKFold
    together = None if alone else groups
    folds = np.zeros(len(codes), np.intp)
    with warnings.catch_warnings():
        # a class with fewer samples than folds is not an error: see Split
        warnings.filterwarnings("ignore", "The least populated class")
        splitter = kind(n_folds, shuffle=True, random_state=seed)
        for number, (_, test) in enumerate(splitter.split(codes, codes, together)):
            folds[test] = number
    return np.unique(folds, return_inverse=True)[1]  # a fold may stay empty


def splits_of(codes: NDArray[np.intp], folds: NDArray[np.intp]) -> Iterator[Split]:
    """Each fold tested by the others; none if there is one fold only."""
    if not folds.any():
        return
    for fold in range(int(folds.max()) + 1):
        inside = folds == fold
        seen = np.unique(codes[~inside])
        judged = inside & np.isin(codes, seen) & (len(seen) >= 2)
        yield Split(np.flatnonzero(~inside), np.flatnonzero(judged))


def hold_out(
    codes: NDArray[np.intp], groups: NDArray[np.str_], share: float, seed: int
) -> Split | None:
    """One split of about so large a share: of all folds the one that tests the most classes."""
    splits = splits_of(codes, make_folds(codes, groups, round(1 / share), seed))
    able = [split for split in splits if len(split.test)]
    if not able:
        return None
    wanted = share * len(codes)
    return max(able, key=lambda s: (len(np.unique(codes[s.test])), -abs(len(s.test) - wanted)))
