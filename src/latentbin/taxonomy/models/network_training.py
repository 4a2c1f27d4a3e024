"""Training the dense layers; needs keras."""

from __future__ import annotations

import logging
import math

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.learning.dense import class_weights
from latentbin.learning.keras_dense import DenseTrainer, DenseTraining
from latentbin.learning.progress import Progress
from latentbin.taxonomy.models.calibrate import judge
from latentbin.taxonomy.models.network import Network
from latentbin.taxonomy.models.options import NetworkOptions
from latentbin.taxonomy.models.scaling import Scaling, blocks
from latentbin.taxonomy.models.task import Task

logger = logging.getLogger(__name__)

_MOST = 5_000  # contigs of the validation part whose loss is watched
_WATCHED = 40  # times


def widths_of(layers: str) -> list[int]:
    """``288-64-32`` as numbers."""
    try:
        widths = [int(word) for word in layers.split("-")]
    except ValueError:
        widths = [0]
    if min(widths) < 1:
        raise UserError(
            f"--network-layers {layers}: expected units of the hidden layers with '-' between "
            "them, as in 288-64-32."
        )
    return widths


def fit_network(
    task: Task, options: NetworkOptions, power: float, seed: int
) -> tuple[Network, list[tuple[int, float, float]]]:
    """Train on the training part; the weights are those of the best pass for the validation part.

    Parameters
    ----------
    power : a contig of a class of n contigs weighs n to minus this

    Returns
    -------
    network : see there
    losses : of each pass over the contigs (of many short ones, every few) its number, the loss of
        the training part (with dropout and weights), and of the validation part (calibrated)
    """
    training = DenseTraining(
        widths=widths_of(options.network_layers),
        dropout=options.network_dropout,
        learning_rate=options.network_learning_rate,
        weight_decay=options.network_weight_decay,
        batch_size=options.network_batch_size,
        epochs=options.network_epochs,
        min_steps=options.network_min_steps,
    )
    trainer = DenseTrainer(len(task.columns), task.n_classes, training)
    scaling = Scaling.of(task.train.values)
    scaled = np.empty_like(task.train.values)
    for block in blocks(len(scaled)):
        scaled[block] = scaling(task.train.values[block])
    part = task.validation
    rows = np.arange(0, len(part.codes), -(-len(part.codes) // _MOST))
    watched, codes = scaling(part.values[rows]), part.codes[rows]
    per_epoch = math.ceil(len(scaled) / training.batch_size)
    n_epochs = math.ceil(training.n_steps(len(scaled)) / per_epoch)
    every = max(1, n_epochs // _WATCHED)
    losses: list[tuple[int, float, float]] = []
    best: tuple[float, list[NDArray[np.float32]]] = (math.inf, [])

    with Progress("epoch", n_epochs, advice="Lower --network-learning-rate.") as progress:
        done = 0

        def after_epoch(loss: float) -> None:
            nonlocal done, best
            done += 1
            progress.add(loss)
            if done % every and done < n_epochs:
                return
            logits = [trainer.net(watched[block], training=False) for block in blocks(len(watched))]
            ahead = judge(np.concatenate(logits).astype(np.float64), codes).log_loss
            losses.append((done, loss, ahead))
            if ahead < best[0]:
                best = ahead, trainer.net.get_weights()

        trainer.fit(
            scaled, task.train.codes, class_weights(task.train.codes, power), (seed,), after_epoch
        )
    logger.info("best loss of the validation part: %.4f", best[0])
    return Network(scaling, list(zip(best[1][::2], best[1][1::2], strict=True))), losses
