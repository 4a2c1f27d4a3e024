"""Predictions and labels of one rank, side by side, and the scores that compare them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.calibration import binned, expected_error

UNANSWERED = -1
_TOP = (3, 5)
# below this a probability is taken for this: one contig must not make the log loss infinite
_LEAST = float(np.finfo(np.float32).eps)
NAN = float("nan")


@dataclass(frozen=True, eq=False)
class RankProbabilities:
    """Probabilities of the classes that a model knows.

    Attributes
    ----------
    classes : (n_known,) their places among the classes of the `JudgedRank`
    values : (n_contigs, n_known) float32
    """

    classes: NDArray[np.intp]
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class JudgedRank:
    """What contigs are and what they were predicted to be, at one rank.

    Attributes
    ----------
    rank : its name
    classes : names of all classes that are true, predicted, or known to the model; sorted
    truth : (n_contigs,) places in ``classes``
    predicted : (n_contigs,) places in ``classes``, or -1 for unknown
    seen : (n_classes,) whether the model has seen the class in training; None if that is not known
    confidence : (n_contigs,) probability of the prediction, NaN where not given; or None
    probabilities : of all classes of the model; or None
    lengths : (n_contigs,) base pairs; or None
    """

    rank: str
    classes: tuple[str, ...]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    seen: NDArray[np.bool_] | None = None
    confidence: NDArray[np.float32] | None = None
    probabilities: RankProbabilities | None = None
    lengths: NDArray[np.int64] | None = None

    @cached_property
    def old(self) -> NDArray[np.bool_]:
        """(n_contigs,) contigs of a class that the model may know: those that are scored."""
        if self.seen is None:
            return np.ones(len(self.truth), bool)
        return self.seen[self.truth]

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(n_contigs,) whether the prediction is the true class."""
        return self.predicted == self.truth

    @cached_property
    def counts(self) -> ClassCounts:
        """Of the contigs that are scored."""
        return ClassCounts(
            self._count(self.truth[self.old]),
            self._count(self.predicted[self.old]),
            self._count(self.truth[self.old & self.right]),
            self._count(self.predicted[~self.old]),
        )

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """(n_classes,) area under the curve of each class against the rest, NaN if not defined."""
        areas = np.full(len(self.classes), NAN)
        if self.probabilities is not None:
            truth = self.truth[self.old]
            for column, code in enumerate(self.probabilities.classes.tolist()):
                values = self.probabilities.values[self.old, column]
                areas[code] = area_under_curve(values, truth == code)
        return areas

    @cached_property
    def reliability(
        self,
    ) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]] | None:
        """Contigs, confidence and accuracy in ten bins, of contigs with an answer; None without."""
        if self.confidence is None:
            return None
        rows = self.old & (self.predicted >= 0) & ~np.isnan(self.confidence)
        return binned(self.confidence[rows], self.right[rows]) if rows.any() else None

    def _count(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(codes[codes >= 0], minlength=len(self.classes))

    def never_predicted(self) -> list[str]:
        """Classes that occur, that the model may know, and that it gives to no contig."""
        never = (self.counts.support > 0) & (self.counts.given == 0)
        return [self.classes[code] for code in np.flatnonzero(never)]


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """Contigs of each class, (n_classes,) each.

    Attributes
    ----------
    support : of the class
    predicted : predicted to be of it
    right : both
    predicted_of_new : contigs of classes that the model has not seen, predicted to be of it
    """

    support: NDArray[np.int64]
    predicted: NDArray[np.int64]
    right: NDArray[np.int64]
    predicted_of_new: NDArray[np.int64]

    @property
    def given(self) -> NDArray[np.int64]:
        """All contigs predicted to be of each class."""
        return self.predicted + self.predicted_of_new

    @property
    def precision(self) -> NDArray[np.float64]:
        """Share of the contigs predicted that are right; 0 where there are none."""
        return self.right / np.maximum(self.predicted, 1)

    @property
    def recall(self) -> NDArray[np.float64]:
        """Share of the class that is found; 0 where it does not occur."""
        return self.right / np.maximum(self.support, 1)

    @property
    def f1(self) -> NDArray[np.float64]:
        """Harmonic mean of the two."""
        return 2 * self.right / np.maximum(self.support + self.predicted, 1)


def score(judged: JudgedRank) -> dict[str, float]:
    """The scores of a rank; NaN where one is not defined or its input was not given.

    Means over classes are over those that occur. Log loss is in nats; a class of which the model
    knows nothing has no place in it, as contigs of new classes are scored apart.
    """
    old, right = judged.old, judged.right
    answered = judged.predicted >= 0
    counts = judged.counts
    present = counts.support > 0
    new, new_unknown = int((~old).sum()), int((~old & ~answered).sum())
    found: dict[str, float] = {
        "contigs": int(old.sum()),
        "classes": int(present.sum()),
        "accuracy": _share(right, old),
        "accuracy_of_answered": _share(right, old & answered),
        "unknown": _share(~answered, old),
        "balanced_accuracy": _mean(counts.recall[present]),
        "macro_f1": _mean(counts.f1[present]),
        "weighted_f1": _mean(counts.f1[present], counts.support[present]),
        **_probability_scores(judged),
        "calibration_error": NAN
        if judged.reliability is None
        else expected_error(*judged.reliability),
        "bp_accuracy": NAN if judged.lengths is None else _share(right, old, judged.lengths),
        "never_predicted": len(judged.never_predicted()),
        "new_contigs": new,
        "new_unknown": new_unknown / new if new else NAN,
        "accuracy_with_new": _share(np.where(old, right, ~answered), np.ones(len(old), bool)),
    }
    return found


def _probability_scores(judged: JudgedRank) -> dict[str, float]:
    names = [f"top_{k}" for k in _TOP]
    if judged.probabilities is None or not judged.old.any():
        return dict.fromkeys((*names, "log_loss", "macro_auc"), NAN)
    values = judged.probabilities.values[judged.old]
    column_of = np.full(len(judged.classes), -1)
    column_of[judged.probabilities.classes] = np.arange(values.shape[1])
    columns = column_of[judged.truth[judged.old]]
    own = values[np.arange(len(values)), columns]
    place = places_of(values, columns)
    found = {
        # with so few classes the true one is always among the first
        name: float((place < k).mean()) if values.shape[1] > k else NAN
        for name, k in zip(names, _TOP, strict=True)
    }
    found["log_loss"] = float(-np.log(np.clip(own.astype(np.float64), _LEAST, 1)).mean())
    found["macro_auc"] = _mean(judged.areas[~np.isnan(judged.areas)])
    return found


def places_of(values: NDArray[np.float32], columns: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many classes come before the given one of each row; of equals the first column does.

    Parameters
    ----------
    values : (n, n_classes)
    columns : (n,)
    """
    own = values[np.arange(len(values)), columns][:, None]
    before = (values == own) & (np.arange(values.shape[1]) < columns[:, None])
    return ((values > own) | before).sum(axis=1)


def area_under_curve(values: NDArray[np.float32], positive: NDArray[np.bool_]) -> float:
    """Area under the receiver's curve, as the U statistic of Mann and Whitney; equals count half.

    NaN unless there are contigs of both kinds.
    """
    from scipy.stats import rankdata

    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return NAN
    ranks = float(rankdata(values)[positive].sum())
    return (ranks - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)


def _share(
    what: NDArray[np.bool_], among: NDArray[np.bool_], weights: NDArray[np.int64] | None = None
) -> float:
    if weights is None:
        return float(what[among].mean()) if among.any() else NAN
    total = int(weights[among].sum())
    return int(weights[among & what].sum()) / total if total else NAN


def _mean(values: NDArray[np.float64], weights: NDArray[np.int64] | None = None) -> float:
    return float(np.average(values, weights=weights)) if len(values) else NAN
