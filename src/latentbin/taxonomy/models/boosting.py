"""LightGBM: boosted trees (Ke et al. 2017, NeurIPS), on top of a linear discriminant.

Trees split at thresholds of single columns; genera differ in sums of many. Trees alone learn such
sums step by step and need far more contigs for it than the discriminant, on top of whose logits
they learn what is not linear.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.calibration import log_probabilities
from latentbin.learning.dense import class_weights
from latentbin.taxonomy.models.linear import Linear, fit_linear
from latentbin.taxonomy.models.options import LightgbmOptions
from latentbin.taxonomy.models.scaling import blocks
from latentbin.taxonomy.models.task import Part, Task

logger = logging.getLogger(__name__)

_LINES = 10  # of the log
_GAIN = 1e-4  # in nats: what counts as a lower loss of the validation part


@dataclass(frozen=True, eq=False)
class Boosted:
    """Trees, and the logits that they improve on.

    Attributes
    ----------
    text : the trees in LightGBM's own format
    start : what the trees are added to, if anything
    threads : processors to predict with
    """

    text: str
    start: Linear | None
    threads: int = 1

    @cached_property
    def _booster(self) -> Any:
        return _load().Booster(model_str=self.text)

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n_contigs, n_classes)."""
        trees: NDArray[np.float64] = self._booster.predict(
            values, raw_score=True, num_threads=self.threads
        )
        return trees if self.start is None else trees + start_logits(self.start, values)

    def members(self) -> dict[str, NDArray[Any]]:
        """Arrays for the file."""
        text = {"trees": np.frombuffer(self.text.encode(), np.uint8)}
        return text if self.start is None else {**text, **self.start.members()}

    def facts(self) -> dict[str, Any]:
        """Facts for the file."""
        return {"start": "none" if self.start is None else "linear", "sha256": _digest(self.text)}

    @classmethod
    def of(
        cls,
        members: Mapping[str, NDArray[Any]],
        facts: Mapping[str, Any],
        n_columns: int,
        n_classes: int,
        threads: int,
    ) -> Boosted:
        """From a file; a ValueError if it is damaged."""
        start = Linear.of(members, n_columns, n_classes) if facts["start"] == "linear" else None
        model = cls(members["trees"].tobytes().decode(), start, threads)
        if _digest(model.text) != facts["sha256"]:  # LightGBM ends the process on a damaged text
            raise ValueError("trees")
        booster = model._booster
        if booster.num_feature() != n_columns or booster.num_model_per_iteration() != n_classes:
            raise ValueError("trees")
        return model


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _load() -> Any:
    # Threads that spin while they wait for each other starve whatever else runs on the node, and
    # each other when processors are short; must be said before LightGBM is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import lightgbm

    return lightgbm


def start_logits(start: Linear, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Logits as logarithms of probabilities, which trees are added to."""
    return log_probabilities(start.logits(values))


def fit_boosted(
    task: Task, options: LightgbmOptions, power: float, seed: int, threads: int
) -> tuple[Boosted, list[tuple[int, float, float]]]:
    """Add trees until the loss of the validation part falls no more.

    Parameters
    ----------
    power : a contig of a class of n contigs weighs n to minus this

    Returns
    -------
    boosted : with the trees up to the best round
    losses : of each round its number, the loss of the training and of the validation part
    """
    lightgbm = _load()
    start = None
    if options.lightgbm_start == "linear":
        start, tried = fit_linear(task, power)
        scores = min((score for _, score in tried), key=lambda score: score.log_loss)
        # where it is too sure of itself, nothing would be left for trees to learn
        start = start.colder(scores.temperature)
        logger.info(
            "linear start: loss %.4f, accuracy %.4f of the validation part",
            scores.log_loss,
            scores.accuracy,
        )
    parameters = _parameters(task, options, seed, threads)
    weights = class_weights(task.train.codes, power)
    train = _dataset(lightgbm, task.train, start, weights, parameters, None)
    validation = _dataset(lightgbm, task.validation, start, None, parameters, train)
    losses: list[tuple[int, float, float]] = []

    def note(state: Any) -> None:
        values = {name: value for name, _, value, _ in state.evaluation_result_list}
        losses.append((state.iteration + 1, values["train"], values["validation"]))
        if (state.iteration + 1) % max(1, options.lightgbm_rounds // _LINES) == 0:
            logger.info("round %d: loss %.4f, of the validation part %.4f", *losses[-1])

    booster = lightgbm.train(
        parameters,
        train,
        options.lightgbm_rounds,
        valid_sets=[train, validation],
        valid_names=["train", "validation"],
        callbacks=[
            note,
            lightgbm.early_stopping(options.lightgbm_patience, verbose=False, min_delta=_GAIN),
        ],
    )
    best = booster.best_iteration
    logger.info(
        "%d rounds, the best is round %d: loss %.4f of the validation part",
        len(losses),
        best,
        losses[best - 1][2],
    )
    # what follows the trees are parameters, among them the number of threads
    text = booster.model_to_string(num_iteration=best).split("\nparameters:")[0] + "\n"
    return Boosted(text, start, threads), losses


def _parameters(task: Task, options: LightgbmOptions, seed: int, threads: int) -> dict[str, Any]:
    rows = min(options.lightgbm_row_share, options.lightgbm_rows / len(task.train.codes))
    return {
        "objective": "multiclass",
        "num_class": task.n_classes,
        "metric": "multi_logloss",
        "learning_rate": options.lightgbm_learning_rate,
        "num_leaves": options.lightgbm_leaves,
        "min_data_in_leaf": options.lightgbm_leaf_size,
        "lambda_l2": options.lightgbm_l2,
        "feature_fraction": options.lightgbm_column_share,
        "bagging_fraction": rows,
        "bagging_freq": 1 if rows < 1 else 0,
        "extra_trees": options.lightgbm_extra_trees,
        "max_bin": options.lightgbm_bins,
        "seed": seed,
        "num_threads": threads,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }


def _dataset(
    lightgbm: Any,
    part: Part,
    start: Linear | None,
    weights: NDArray[np.float32] | None,
    parameters: dict[str, Any],
    reference: Any,
) -> Any:
    scores = None
    if start is not None:
        scores = np.empty((len(part.codes), parameters["num_class"]), order="F")
        for block in blocks(len(part.codes)):
            scores[block] = start_logits(start, part.values[block])
    return lightgbm.Dataset(
        part.values,
        part.codes,
        weight=weights,
        init_score=scores,
        reference=reference,
        params=parameters,
    ).construct()
