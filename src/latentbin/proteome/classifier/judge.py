"""Scores of samples that a model has not seen: cross-validation, and a part held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.calibration import (
    calibration_error,
    fit_temperature,
    log_probabilities,
)
from latentbin.learning.scores import MEASURES, score
from latentbin.proteome.classifier.splits import Split, splits_of

# quantities (n, n_proteins) -> logits (n, n_classes)
Predict = Callable[[NDArray[np.float32]], NDArray[np.float64]]
# quantities and classes of training samples, seed
Fit = Callable[[NDArray[np.float32], NDArray[np.intp], tuple[int, ...]], Predict]

_FOLD, _INNER, _HELD_OUT = 1, 2, 3  # parts of the seeds


@dataclass(frozen=True, eq=False)
class Judged:
    """What models said of samples that they had not seen.

    Attributes
    ----------
    rows : (n,) places among the samples with a target
    codes : (n,) their true classes
    folds : (n,) the fold that each was tested in; 0 for the held-out part
    logits : (n, n_classes)
    temperatures : (n,) each fitted on samples other than the one it is applied to
    """

    rows: NDArray[np.intp]
    codes: NDArray[np.intp]
    folds: NDArray[np.intp]
    logits: NDArray[np.float64]
    temperatures: NDArray[np.float64]

    @property
    def calibrated(self) -> NDArray[np.float64]:
        """Logarithms of the calibrated probabilities, (n, n_classes)."""
        return log_probabilities(self.logits, self.temperatures[:, None])

    @property
    def uncalibrated(self) -> NDArray[np.float64]:
        """The same before temperature scaling."""
        return log_probabilities(self.logits)

    def pooled(self) -> dict[str, float]:
        """Scores of all samples together, and how far probabilities are off."""
        before, after = self.uncalibrated, self.calibrated
        return {
            **score(after, self.codes),
            "calibration_error": calibration_error(np.exp(after), self.codes),
            "uncalibrated_log_loss": score(before, self.codes)["log_loss"],
            "uncalibrated_calibration_error": calibration_error(np.exp(before), self.codes),
        }

    def by_fold(self) -> dict[str, Any]:
        """Mean and standard deviation of each measure over the folds."""
        numbers = np.unique(self.folds)
        each = [
            score(self.calibrated[self.folds == fold], self.codes[self.folds == fold])
            for fold in numbers
        ]
        found: dict[str, Any] = {"folds": len(numbers)}
        for name in MEASURES:
            values = np.array([scores[name] for scores in each])
            values = values[~np.isnan(values)]
            found[name] = float(values.mean()) if len(values) else float("nan")
            found[f"{name}_sd"] = float(values.std(ddof=1)) if len(values) > 1 else float("nan")
        return found


def cross_validate(
    fit: Fit,
    values: NDArray[np.float32],
    codes: NDArray[np.intp],
    folds: NDArray[np.intp],
    seed: tuple[int, ...],
) -> Judged:
    """Test each fold by a model of the others, its temperature by the samples of the others.

    Parameters
    ----------
    values : (n_samples, n_proteins)
    codes, folds : (n_samples,)

    Returns
    -------
    judged : without the samples that no fold can test
    """
    splits = [split for split in splits_of(codes, folds) if len(split.test)]
    rows = np.concatenate([split.test for split in splits]) if splits else np.zeros(0, np.intp)
    parts = []
    for number, (train, test) in enumerate((s.train, s.test) for s in splits):
        parts.append(fit(values[train], codes[train], (*seed, number))(values[test]))
    logits = np.concatenate(parts) if parts else np.zeros((0, 0))
    order = np.argsort(rows)
    rows, logits = rows[order], logits[order]
    judged_codes, judged_folds = codes[rows], folds[rows]
    temperatures = np.ones(len(rows))
    for fold in np.unique(judged_folds):
        inside = judged_folds == fold
        temperatures[inside] = fit_temperature(logits[~inside], judged_codes[~inside])
    return Judged(rows, judged_codes, judged_folds, logits, temperatures)


def judge_folds(
    fit: Fit,
    values: NDArray[np.float32],
    codes: NDArray[np.intp],
    folds: NDArray[np.intp],
    seed: int,
) -> tuple[Judged, float]:
    """Cross-validation over all samples, and the temperature for a model that is trained on all."""
    judged = cross_validate(fit, values, codes, folds, (seed, _FOLD))
    return judged, fit_temperature(judged.logits, judged.codes)


def judge_held_out(
    fit: Fit,
    values: NDArray[np.float32],
    codes: NDArray[np.intp],
    split: Split,
    inner_folds: NDArray[np.intp],
    seed: int,
) -> Judged:
    """Test the held-out part by a model of the rest, with a temperature found inside the rest.

    Parameters
    ----------
    inner_folds : (n_train,) folds of the samples in ``split.train``
    """
    train, test = split.train, split.test
    inner = cross_validate(fit, values[train], codes[train], inner_folds, (seed, _INNER))
    temperature = fit_temperature(inner.logits, inner.codes)
    logits = fit(values[train], codes[train], (seed, _HELD_OUT))(values[test])
    return Judged(
        test,
        codes[test],
        np.zeros(len(test), np.intp),
        logits,
        np.full(len(test), temperature),
    )
