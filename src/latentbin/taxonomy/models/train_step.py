"""The step ``train``: matrices, labels and a split in; a model and how it was trained out."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import ContractError, UserError
from latentbin.files import atomic_directory, file_digest, open_text_reader, write_table
from latentbin.options import OptionError, Options, as_dict, flag, from_args
from latentbin.taxonomy.models.fitting import Fitted, fit
from latentbin.taxonomy.models.options import BY_MODEL, TrainOptions
from latentbin.taxonomy.models.task import Task, read_task
from latentbin.taxonomy.splitting.parts import PARTS

logger = logging.getLogger(__name__)


def train(args: argparse.Namespace) -> None:
    """Train a model on the training part of a split, calibrated by the validation part."""
    options, own = train_options(args)
    with atomic_directory(args.output_dir) as folder:
        with stage("read the training and validation part"):
            task = read_task(args.matrix, args.labels, args.split, options.rank)
        with running(options.model, args.threads, args.device), stage(f"trained {options.model}"):
            fitted = fit(task, options, own, args.seed, args.threads)
        tell(fitted)
        report = report_of(args, task, options, own)
        model = fitted.model(options.model, task, report)
        model.save(folder / "model.npz")
        write_table(
            folder / "training.tsv",
            fitted.header,
            ([_cell(value) for value in row] for row in fitted.losses),
        )
        (folder / "train.json").write_text(
            json.dumps({**model.report, "classes": _classes(task)}, indent=1) + "\n",
            encoding="utf-8",
        )


def train_options(args: argparse.Namespace) -> tuple[TrainOptions, Options | None]:
    """The options of the training and of the kind of model; ``--parameters`` below the flags.

    Raises
    ------
    OptionError : an option of another kind of model was given
    """
    parameters = _read_parameters(args.parameters) if args.parameters else {}
    base = _from_dict(TrainOptions, parameters.get("train", {}), args.parameters)
    options = from_args(TrainOptions, args, base)
    kind = BY_MODEL[options.model]
    for other in BY_MODEL.values():
        if other is not None and other is not kind:
            for field in dataclasses.fields(other):  # type: ignore[arg-type]
                if hasattr(args, field.name):
                    raise OptionError(f"{flag(field.name)} is not of --model {options.model}")
    if kind is None:
        return options, None
    if parameters and options.model != base.model:
        raise OptionError(
            f"--parameters {args.parameters} is of --model {base.model}, not {options.model}"
        )
    return options, from_args(
        kind, args, _from_dict(kind, parameters.get("model", {}), args.parameters)
    )


def _read_parameters(path: Path) -> dict[str, Any]:
    try:
        with open_text_reader(path, "parameters file") as handle:
            content = json.load(handle)
        found: dict[str, Any] = content["parameters"]
        if not isinstance(found["train"], dict) or not isinstance(found["model"], dict):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: not the best.json of latentbin-taxonomy tune. Give that file."
        ) from error
    return found


def _from_dict(cls: Any, given: dict[str, Any], path: Path | None) -> Any:
    names = [field.name for field in dataclasses.fields(cls)]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ContractError(
            f"{path}: '{unknown[0]}' is no option of this version. Tune again.",
            expected=names,
            actual=unknown[0],
        )
    return cls(**given)


@contextlib.contextmanager
def running(model: str, threads: int, device: str) -> Iterator[None]:
    """Load what the kind of model needs, and keep it to the processors that were asked for."""
    from threadpoolctl import threadpool_limits

    with contextlib.ExitStack() as stack:
        if model == "network":
            from latentbin.learning.keras_runtime import load_tensorflow

            place = load_tensorflow(threads, device)
            import tensorflow as tf

            stack.enter_context(tf.device(place))
        stack.enter_context(threadpool_limits(threads))
        yield


def tell(fitted: Fitted) -> None:
    """One line on the validation part."""
    scores = fitted.scores
    logger.info(
        "validation part: accuracy %.4f, macro F1 %.4f, log loss %.4f (%.4f before the "
        "temperature of %.3g)",
        scores.accuracy,
        scores.macro_f1,
        scores.log_loss,
        scores.uncalibrated_log_loss,
        scores.temperature,
    )


def report_of(
    args: argparse.Namespace, task: Task, options: TrainOptions, own: Options | None
) -> dict[str, Any]:
    """How a model was made."""
    paths = [*args.matrix, args.labels, args.split]
    return {
        "command": "latentbin-taxonomy train",
        "version": __version__,
        "options": {**as_dict(options), **(as_dict(own) if own else {}), "seed": args.seed},
        "inputs": {path.name: file_digest(path) for path in paths},
        "contigs": task.counts,
        "columns": len(task.columns),
    }


def _classes(task: Task) -> dict[str, dict[str, int]]:
    from numpy import bincount

    validation = bincount(task.validation.codes, minlength=task.n_classes).tolist()
    pairs = zip(task.class_counts().tolist(), validation, strict=True)
    return {
        name: dict(zip(PARTS[:2], pair, strict=True))
        for name, pair in zip(task.lineages.classes, pairs, strict=True)
    }


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6g}"
