"""Looking for options of a model with Optuna's tree-structured Parzen estimator.

Akiba et al. (2019), KDD. Trials are kept in a file as they finish, so that an interrupted study
goes on where it was.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latentbin.errors import ContractError, UserError
from latentbin.files import writable
from latentbin.options import Options, as_dict
from latentbin.taxonomy.models.calibrate import Calibrated
from latentbin.taxonomy.models.options import LightgbmOptions, NetworkOptions

logger = logging.getLogger(__name__)

_IDENTITY = "latentbin_identity"
_STUDY = "latentbin-taxonomy"
_AT_RANDOM = 8  # trials before the estimator has enough to go by
LAYERS = ("64", "128-64", "288-64-32", "512-128")


@dataclass(frozen=True)
class Best:
    """The best trial.

    Attributes
    ----------
    options : of the kind of model
    value : of the objective
    scores : of the validation part
    trial : its number, from 0
    finished : trials that were finished in all
    """

    options: Options
    value: float
    scores: dict[str, Any]
    trial: int
    finished: int


def suggest(kind: str, trial: Any) -> Options:
    """Draw options; what is not listed keeps its default."""
    if kind == "lightgbm":
        return LightgbmOptions(
            lightgbm_start=trial.suggest_categorical("lightgbm_start", ["linear", "none"]),
            lightgbm_learning_rate=trial.suggest_float(
                "lightgbm_learning_rate", 0.01, 0.2, log=True
            ),
            lightgbm_leaves=trial.suggest_int("lightgbm_leaves", 4, 64, log=True),
            lightgbm_leaf_size=trial.suggest_int("lightgbm_leaf_size", 5, 200, log=True),
            lightgbm_l2=trial.suggest_float("lightgbm_l2", 0.01, 100, log=True),
            lightgbm_column_share=trial.suggest_float("lightgbm_column_share", 0.05, 1, log=True),
            lightgbm_row_share=trial.suggest_float("lightgbm_row_share", 0.3, 1),
            lightgbm_extra_trees=trial.suggest_categorical("lightgbm_extra_trees", [True, False]),
        )
    return NetworkOptions(
        network_layers=trial.suggest_categorical("network_layers", list(LAYERS)),
        network_dropout=trial.suggest_float("network_dropout", 0, 0.7),
        network_learning_rate=trial.suggest_float("network_learning_rate", 1e-4, 1e-2, log=True),
        network_weight_decay=trial.suggest_float("network_weight_decay", 1e-3, 10, log=True),
        network_batch_size=trial.suggest_categorical("network_batch_size", [128, 512, 2048]),
    )


def default_parameters(kind: str) -> dict[str, Any]:
    """The defaults of what is tuned: the first trial, so that the best is never worse."""
    drawn: dict[str, Any] = {}

    class Recorder:
        def __getattr__(self, _: str) -> Callable[..., Any]:
            def record(name: str, *args: Any, **kwargs: Any) -> Any:
                own = LightgbmOptions() if kind == "lightgbm" else NetworkOptions()
                drawn[name] = getattr(own, name)
                return drawn[name]

            return record

    suggest(kind, Recorder())
    return drawn


class Study:
    """A study in a file.

    Parameters
    ----------
    path : journal of the study; made if it does not exist
    kind : model
    objective : ``log-loss`` or ``macro-f1``
    identity : inputs and options; a study of others is refused
    seed : of what is drawn
    """

    def __init__(
        self, path: Path, kind: str, objective: str, identity: Mapping[str, Any], seed: int
    ) -> None:
        import optuna
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._kind, self._objective = kind, objective
        self._upwards = objective == "macro-f1"
        fingerprint = json.dumps(identity, sort_keys=True)
        existed = path.exists() and path.stat().st_size > 0
        try:
            with writable(path):
                storage = optuna.storages.JournalStorage(JournalFileBackend(str(path)))
                self._study = optuna.create_study(
                    storage=storage,
                    study_name=_STUDY,
                    load_if_exists=True,
                    direction="maximize" if self._upwards else "minimize",
                )
        except (ValueError, KeyError, TypeError, AssertionError) as error:
            raise UserError(
                f"{path}: not a study of latentbin-taxonomy tune. Give another --study."
            ) from error
        if not existed:
            self._study.set_user_attr(_IDENTITY, fingerprint)
        have = self._study.user_attrs.get(_IDENTITY)
        if have != fingerprint:
            raise ContractError(
                f"{path}: is a study of {_difference(have, identity)}. Give these inputs and "
                "options, or another --study.",
                expected=fingerprint,
                actual=have,
            )
        self._seed = seed

    def finished(self) -> list[Any]:
        """Trials that came to an end."""
        return [trial for trial in self._study.trials if trial.state.name == "COMPLETE"]

    def run(
        self,
        score: Callable[[Options], Calibrated],
        trials: int,
        minutes: float | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Try until there are so many finished trials, or the time is over."""
        from optuna.samplers import TPESampler
        from optuna.trial import TrialState

        if earlier := self.finished():
            logger.info("%d trials of earlier calls; going on", len(earlier))
        end = None if minutes is None else clock() + 60 * minutes
        while (done := len(self.finished())) < trials:
            if end is not None and clock() >= end and done:
                logger.info("time is over after %d trials", done)
                break
            if not done:
                self._study.enqueue_trial(default_parameters(self._kind))
            # drawn by how many are finished: an interrupted study goes on as if it was not
            self._study.sampler = TPESampler(seed=self._seed + done, n_startup_trials=_AT_RANDOM)
            trial = self._study.ask()
            try:
                scores = score(suggest(self._kind, trial))
            except BaseException:
                self._study.tell(trial, state=TrialState.FAIL)
                raise
            value = scores.macro_f1 if self._upwards else scores.log_loss
            trial.set_user_attr("scores", scores.as_dict())
            self._study.tell(trial, value)
            logger.info(
                "trial %d of %d: log loss %.4f, macro F1 %.4f; best %s so far %.4f",
                done + 1,
                trials,
                scores.log_loss,
                scores.macro_f1,
                self._objective,
                self._study.best_value,
            )

    def best(self) -> Best:
        """The best of the finished trials, of which there must be one."""
        trial = self._study.best_trial

        class Replay:
            def __getattr__(self, _: str) -> Callable[..., Any]:
                return lambda name, *args, **kwargs: trial.params[name]

        return Best(
            suggest(self._kind, Replay()),
            float(self._study.best_value),
            trial.user_attrs["scores"],
            trial.number,
            len(self.finished()),
        )

    def trials(self) -> list[dict[str, Any]]:
        """Number, scores and options of each finished trial."""
        return [
            {"trial": trial.number, **trial.user_attrs["scores"], "options": trial.params}
            for trial in self.finished()
        ]


def identity_of(inputs: Mapping[str, str], options: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """What two calls must have in common to be of one study."""
    return {"inputs": dict(inputs), "options": dict(options), "seed": seed}


def best_parameters(train: Options, best: Best) -> dict[str, Any]:
    """What ``train --parameters`` reads."""
    return {"train": as_dict(train), "model": as_dict(best.options)}


def _difference(have: str | None, want: Mapping[str, Any]) -> str:
    found = json.loads(have) if have else {}
    for section in ("inputs", "options"):
        old, new = found.get(section, {}), want[section]
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                if section == "inputs":
                    return f"other inputs ('{name}' differs)"
                return f"other options ({name} is {old.get(name)}, not {new.get(name)})"
    return f"another seed ({found.get('seed')}, not {want['seed']})"
