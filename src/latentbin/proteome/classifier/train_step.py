"""The step ``train``: a proteome and targets in; a classifier, its scores and plots out."""

from __future__ import annotations

import argparse
import logging

from latentbin.files import atomic_directory, file_digest
from latentbin.matrix import NamedMatrix
from latentbin.options import from_args
from latentbin.proteome.annotation import PROTEOME
from latentbin.proteome.classifier.options import TrainOptions
from latentbin.proteome.classifier.splits import by_plural
from latentbin.proteome.classifier.targets import targets_of
from latentbin.proteome.classifier.task import Task, make_task

logger = logging.getLogger(__name__)


def train(args: argparse.Namespace) -> None:
    """Judge classifiers by samples that they have not seen, and train one on all samples."""
    options = from_args(TrainOptions, args)
    with atomic_directory(args.output_dir) as folder:
        proteome = NamedMatrix.load(args.proteome, PROTEOME)
        task = make_task(proteome, targets_of(proteome, args.labels), options, args.seed)
        _tell(task)
        from threadpoolctl import threadpool_limits

        from latentbin.learning.keras_runtime import load_tensorflow

        device = load_tensorflow(args.threads, args.device)
        import tensorflow as tf

        from latentbin.proteome.classifier.study import study

        paths = [args.proteome, *([args.labels] if args.labels else [])]
        inputs = {path.name: file_digest(path) for path in paths}
        with tf.device(device), threadpool_limits(args.threads):
            study(proteome, task, options, args.seed, {"inputs": inputs, "device": device}, folder)


def _tell(task: Task) -> None:
    targets, grouping = task.targets, task.grouping
    for reason, count in targets.left_out.items():
        if count:
            logger.info("%d samples left out: %s", count, reason)
    logger.info(
        "%d samples: %s",
        len(task.names),
        ", ".join(f"{n} {c}" for n, c in zip(targets.counts, targets.classes, strict=True)),
    )
    logger.info(
        "split by %s: %d %s in %d folds; %d samples held out",
        grouping.by,
        grouping.n_groups,
        by_plural(grouping.by),
        task.folds.max() + 1,
        len(task.held_out.test),
    )
    for note in task.notes:
        logger.warning("note: %s", note)
