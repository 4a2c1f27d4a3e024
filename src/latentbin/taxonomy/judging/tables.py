"""The tables of an evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latentbin.files import write_table
from latentbin.taxonomy.judging.gather import SplitNote
from latentbin.taxonomy.judging.ranks import JudgedRank
from latentbin.taxonomy.predictions import UNKNOWN

_COUNTS = ("contigs", "classes", "never_predicted", "new_contigs")


def number(value: float) -> str:
    """Four decimals; empty where there is no value."""
    return "" if math.isnan(value) else f"{value:.4f}"


def write_scores(
    path: Path, scores: Mapping[str, Mapping[str, float]], part: str, note: SplitNote
) -> None:
    """One row per rank, each with the split that its numbers are of.

    Parameters
    ----------
    scores : by rank, from `latentbin.taxonomy.judging.ranks.score`
    """
    columns = tuple(next(iter(scores.values())))
    rows = (
        (
            rank,
            part,
            note.by,
            note.text,
            *(found[name] if name in _COUNTS else number(found[name]) for name in columns),
        )
        for rank, found in scores.items()
    )
    write_table(path, ("rank", "part", "split_by", "leaks", *columns), rows)


def write_classes(path: Path, ranks: Sequence[JudgedRank]) -> None:
    """One row per rank and class, the largest first."""
    header = ("rank", "class", "seen", "support", "predicted", "precision", "recall", "f1", "auc")
    more = ("predicted_of_new", "never_predicted")

    def rows() -> Iterator[tuple[Any, ...]]:
        for judged in ranks:
            counts = judged.counts
            support = class_sizes(judged)
            precision, recall, f1 = counts.precision, counts.recall, counts.f1
            for code in np.argsort(-support, kind="stable").tolist():
                name = judged.classes[code]
                seen = "" if judged.seen is None else _yes(judged.seen[code])
                scored = counts.support[code] > 0
                yield (
                    judged.rank,
                    name,
                    seen,
                    support[code],
                    counts.predicted[code],
                    number(precision[code] if counts.predicted[code] else math.nan),
                    number(recall[code] if scored else math.nan),
                    number(f1[code] if scored else math.nan),
                    number(judged.areas[code]),
                    counts.predicted_of_new[code],
                    _yes(counts.given[code] == 0),
                )

    write_table(path, (*header, *more), rows())


def write_confusion(path: Path, ranks: Sequence[JudgedRank]) -> None:
    """Contigs by rank, class and predicted class, where there are any: most first."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for judged in ranks:
            width = len(judged.classes) + 1  # the last is unknown, as code -1 reads it
            names = (*judged.classes, UNKNOWN)
            predicted = judged.predicted % width
            pairs, counts = np.unique(judged.truth * width + predicted, return_counts=True)
            for place in np.argsort(-counts, kind="stable").tolist():
                truth, found = divmod(int(pairs[place]), width)
                seen = "" if judged.seen is None else _yes(judged.seen[truth])
                yield judged.rank, names[truth], seen, names[found], counts[place]

    write_table(path, ("rank", "class", "seen", "predicted", "contigs"), rows())


def class_sizes(judged: JudgedRank) -> np.ndarray[Any, np.dtype[np.int64]]:
    """(n_classes,) contigs of each, those of new classes as well."""
    return np.bincount(judged.truth, minlength=len(judged.classes))


def _yes(value: bool | np.bool_) -> str:
    return "yes" if value else "no"
