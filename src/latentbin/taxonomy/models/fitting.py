"""Training a model of any kind on a task, and calibrating it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.options import Options
from latentbin.taxonomy.models.boosting import fit_boosted
from latentbin.taxonomy.models.calibrate import Calibrated, calibrate
from latentbin.taxonomy.models.distances import Centroid, Neighbours
from latentbin.taxonomy.models.linear import fit_linear
from latentbin.taxonomy.models.model import Scorer, TaxonModel
from latentbin.taxonomy.models.options import (
    LightgbmOptions,
    NeighboursOptions,
    NetworkOptions,
    TrainOptions,
)
from latentbin.taxonomy.models.task import Task, class_power

_LIBRARIES = {
    "lightgbm": ("lightgbm",),
    "network": ("tensorflow", "keras"),
    "neighbours": ("sklearn",),
}


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model, and how it came about.

    Attributes
    ----------
    scorer : see `model`
    scores : of the validation part, with the temperature
    header, losses : the table of the training; each row is a round, an epoch, or a value tried
    """

    scorer: Scorer
    scores: Calibrated
    header: tuple[str, ...]
    losses: list[Sequence[float | None]]

    def model(self, kind: str, task: Task, report: dict[str, Any]) -> TaxonModel:
        """The model with what it must know of the task."""
        return TaxonModel(
            kind,
            task.columns,
            task.facts,
            task.lineages,
            self.scorer,
            self.scores.temperature,
            {**report, "versions": versions(kind), "validation": self.scores.as_dict()},
        )


def fit(task: Task, options: TrainOptions, own: Options | None, seed: int, threads: int) -> Fitted:
    """Train, and calibrate on the validation part.

    Parameters
    ----------
    own : the options of the kind of model (see `BY_MODEL`)
    seed : of what is random in it
    threads : processors; the trees of LightGBM do not depend on it
    """
    power = class_power(options.class_weights)
    losses: list[Sequence[float | None]] = []
    scorer: Scorer
    header: tuple[str, ...]
    if isinstance(own, LightgbmOptions):
        scorer, rounds = fit_boosted(task, own, power, seed, threads)
        header, losses = ("round", "train_loss", "validation_loss"), list(rounds)
    elif isinstance(own, NetworkOptions):
        from latentbin.taxonomy.models.network_training import fit_network

        scorer, epochs = fit_network(task, own, power, seed)
        header, losses = ("epoch", "train_loss", "validation_loss"), list(epochs)
    elif isinstance(own, NeighboursOptions):
        scorer, tried = Neighbours.fit(task, own)
        header = ("k", "train_loss", "validation_loss", "validation_accuracy")
        losses = [(k, None, scores.log_loss, scores.accuracy) for k, scores in tried]
    elif options.model == "linear":
        scorer, shrunk = fit_linear(task, power)
        header = ("shrinkage", "train_loss", "validation_loss", "validation_accuracy")
        losses = [(share, None, scores.log_loss, scores.accuracy) for share, scores in shrunk]
    else:
        scorer, header = Centroid.fit(task), ("round", "train_loss", "validation_loss")
    scores = calibrate(scorer.logits, task.validation)
    if not losses:
        losses = [(1, None, scores.log_loss)]
    return Fitted(scorer, scores, header, losses)


def versions(kind: str) -> dict[str, str]:
    """Of what the model was made with."""
    found = {"latentbin": __version__, "python": platform.python_version()}
    found["numpy"] = np.__version__
    for name in _LIBRARIES.get(kind, ()):
        found[name] = __import__(name).__version__
    return found
