"""Train, judge and write: what the step ``train`` does once TensorFlow is loaded."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import sklearn
import tensorflow as tf

from latentbin import __version__
from latentbin.command import stage
from latentbin.learning.progress import Progress
from latentbin.learning.scores import confusion
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict
from latentbin.plots import save_figure
from latentbin.proteome.classifier import models, outputs
from latentbin.proteome.classifier.figures import confusion_figure, reliability_figure
from latentbin.proteome.classifier.judge import Judged, judge_folds, judge_held_out
from latentbin.proteome.classifier.model import SCALED_BY, Classifier
from latentbin.proteome.classifier.network import Network
from latentbin.proteome.classifier.options import TrainOptions
from latentbin.proteome.classifier.outputs import CROSS_VALIDATION, HELD_OUT, OUT_OF_FOLD
from latentbin.proteome.classifier.splits import by_plural, groups_per_class, splits_of
from latentbin.proteome.classifier.task import Task
from latentbin.proteome.classifier.training import Trainer

logger = logging.getLogger(__name__)

_FINAL = 4  # part of the seed
_TRAINED_ON = (
    "all samples with a target; the scores are of networks that were trained without the samples "
    "they are scored by"
)


def study(
    proteome: NamedMatrix,
    task: Task,
    options: TrainOptions,
    seed: int,
    facts: Mapping[str, Any],
    folder: Path,
) -> None:
    """Write the classifier, its scores and plots into a folder.

    Parameters
    ----------
    facts : further entries of the summary
    """
    judged, network, temperature = judge_and_train(task, options, seed)
    figures = outputs.write_scores(folder / "scores.tsv", judged)
    summary = {
        "versions": {
            "latentbin": __version__,
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
        "options": as_dict(options),
        "seed": seed,
        **facts,
        **_describe(task),
        "trained_on": _TRAINED_ON,
        "temperature": round(temperature, 6),
        "scores": figures,
        "notes": list(task.notes),
    }
    Classifier(
        proteome.columns,
        task.targets.classes,
        network,
        temperature,
        {name: proteome.attributes.get(name) for name in SCALED_BY},
        float(np.median((task.values > 0).sum(axis=1))),
        summary,
    ).save(folder / "classifier.npz")
    with stage("wrote tables and plots"):
        _write(folder, task, judged[models.NETWORK])
    text = json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
    (folder / "summary.json").write_text(text, encoding="utf-8")
    _tell(task, figures)


def judge_and_train(
    task: Task, options: TrainOptions, seed: int
) -> tuple[dict[str, dict[str, Judged]], Network, float]:
    """All models judged in the same splits, and the network trained on all samples.

    Returns
    -------
    judged : by model and split
    network, temperature : of all samples; the temperature by their out-of-fold logits
    """
    values, codes = task.values, task.targets.codes
    n_classes = len(task.targets.classes)
    trainer = Trainer(values.shape[1], n_classes, options)
    inner_codes = codes[task.held_out.train]
    parts = [(codes, task.folds), (inner_codes, task.inner_folds)]
    total = 2 + sum(len(split.test) > 0 for part in parts for split in splits_of(*part))
    judged: dict[str, dict[str, Judged]] = {}
    temperatures: dict[str, float] = {}
    with Progress("network", total) as progress:
        fits = {
            models.NETWORK: models.network(trainer, progress),
            models.LOGISTIC: models.logistic_regression(n_classes, options),
            models.LARGEST: models.largest_class(n_classes),
        }
        for name, fit in fits.items():
            with stage(f"judged {name}"):
                out_of_fold, temperatures[name] = judge_folds(fit, values, codes, task.folds, seed)
                held_out = judge_held_out(fit, values, codes, task.held_out, task.inner_folds, seed)
            judged[name] = {OUT_OF_FOLD: out_of_fold, HELD_OUT: held_out}
        network, loss = trainer.fit(values, codes, (seed, _FINAL))
        progress.add(loss)
    return judged, network, temperatures[models.NETWORK]


def _describe(task: Task) -> dict[str, Any]:
    targets, grouping, held_out = task.targets, task.grouping, task.held_out
    return {
        "targets": targets.source,
        "samples": {
            "used": len(task.names),
            "left_out": targets.left_out,
            "by_class": dict(zip(targets.classes, targets.counts.tolist(), strict=True)),
        },
        "proteins": task.values.shape[1],
        "split_by": grouping.by,
        "groups": grouping.n_groups,
        "folds": int(task.folds.max()) + 1,
        "held_out": {
            "samples": len(held_out.test),
            "groups": sorted(set(grouping.groups[held_out.test].tolist())),
            "trained_on": len(held_out.train),
        },
    }


def _write(folder: Path, task: Task, judged: Mapping[str, Judged]) -> None:
    targets, groups = task.targets, task.grouping.groups
    classes = targets.classes
    out_of_fold = judged[OUT_OF_FOLD]
    outputs.write_classes(
        folder / "classes.tsv", classes, groups_per_class(groups, targets.codes), judged
    )
    predicted = out_of_fold.logits.argmax(axis=1)
    table = confusion(predicted, out_of_fold.codes, len(classes))
    outputs.write_confusion(folder / "confusion.tsv", classes, table)
    named = [classes[code] for code in targets.codes]
    outputs.write_predictions(
        folder / "predictions.tsv", task.names, named, groups.tolist(), classes, out_of_fold
    )
    how = f"{len(out_of_fold.rows)} samples, cross-validated by {task.grouping.by}"
    save_figure(confusion_figure(table, classes, how), folder / "confusion")
    save_figure(reliability_figure(out_of_fold, how), folder / "reliability")


def _tell(task: Task, figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    by = task.grouping.by
    of = "" if by == "sample" else f" of {by_plural(by)}"
    logger.info("scores of samples%s not seen in training:", of)
    for name, splits in figures.items():
        folds, pooled, held_out = (splits[s] for s in (CROSS_VALIDATION, OUT_OF_FOLD, HELD_OUT))
        logger.info(
            "%s: accuracy %.3f (SD of folds %.3f), area under the curve %.3f, log loss %.3f; "
            "held-out accuracy %.3f",
            name,
            pooled["accuracy"],
            folds.get("accuracy_sd", float("nan")),
            folds.get("roc_auc", float("nan")),  # pooled, it would compare different networks
            pooled["log_loss"],
            held_out["accuracy"],
        )
