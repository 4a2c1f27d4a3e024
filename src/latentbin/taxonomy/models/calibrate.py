"""Scores of the validation part, and the temperature by which probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.calibration import fit_temperature, log_probabilities
from latentbin.learning.scores import class_scores, confusion
from latentbin.taxonomy.models.scaling import blocks
from latentbin.taxonomy.models.task import Part

# a temperature is one number: more contigs than this do not make it better
_MOST = 20_000


@dataclass(frozen=True)
class Calibrated:
    """How good logits are for contigs that they were not trained on.

    Attributes
    ----------
    temperature : divides the logits
    log_loss : after that, in nats
    uncalibrated_log_loss : before
    accuracy, macro_f1 : of the most probable class; F1 is the mean over classes that occur
    contigs : that were looked at
    """

    temperature: float
    log_loss: float
    uncalibrated_log_loss: float
    accuracy: float
    macro_f1: float
    contigs: int

    def as_dict(self) -> dict[str, float]:
        """Rounded values, for reports."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def calibrate(
    logits_of: Callable[[NDArray[np.float32]], NDArray[np.float64]], part: Part
) -> Calibrated:
    """Fit the temperature and score.

    Parameters
    ----------
    logits_of : from values (n_contigs, n_columns) to logits (n_contigs, n_classes)
    part : contigs that the logits were not trained on; of many, every nth
    """
    rows = np.arange(0, len(part.codes), -(-len(part.codes) // _MOST))
    logits = np.concatenate([logits_of(part.values[rows[block]]) for block in blocks(len(rows))])
    return judge(logits, part.codes[rows])


def judge(logits: NDArray[np.float64], codes: NDArray[np.intp]) -> Calibrated:
    """The same of logits (n_contigs, n_classes) at hand."""
    temperature = fit_temperature(logits, codes)
    n_classes = logits.shape[1]
    table = confusion(logits.argmax(axis=1), codes, n_classes)
    present = table.sum(axis=1) > 0
    each = np.arange(len(codes))
    return Calibrated(
        temperature,
        float(-log_probabilities(logits, temperature)[each, codes].mean()),
        float(-log_probabilities(logits)[each, codes].mean()),
        float(np.diag(table).sum() / len(codes)),
        float(class_scores(table)[2][present].mean()),
        len(codes),
    )
