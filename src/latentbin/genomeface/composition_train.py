"""Training the composition network on windows of reference genomes, with checkpoints.

The network is a classifier over genomes with CurricularFace on cosines (GenomeFace; Huang et al.
2020), and what it learns is judged on genomes of groups that it never saw.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.genomeface.composition_net import (
    DIRECTIONS,
    build_net,
    named_weights,
)
from latentbin.genomeface.composition_options import CompositionTrainOptions
from latentbin.genomeface.curricular import curricular_logits, running_mean
from latentbin.genomeface.discriminant import discriminant
from latentbin.genomeface.genomes import Genomes
from latentbin.genomeface.judge import check_judged, fit_scale, judge_windows
from latentbin.genomeface.windows import window_batches
from latentbin.learning.keras_checkpoint import resume_state, save_state
from latentbin.learning.progress import Progress
from latentbin.options import as_dict

logger = logging.getLogger(__name__)

_CHECKPOINT_SCHEMA = "latentbin/composition-training/1"
_WINDOWS_OF_EACH = 300  # genome, for the discriminant analysis,
_WINDOWS_AT_MOST = 150_000  # of all genomes together
_FIRST_BATCH = 1 << 40  # a step whose windows no training step draws


@dataclass(frozen=True, eq=False)
class Trained:
    """What training gives.

    Attributes
    ----------
    weights : by name, see `named_weights`
    scale : factor of cosines that makes them log-likelihoods of "one genome", in nats
    figures : how well held-out genomes are told apart, see `judge_windows`
    history : the loss of each step
    data : how many genomes, groups and bases were trained on, without those held out
    """

    weights: dict[str, NDArray[np.float32]]
    scale: float
    figures: dict[str, Any]
    history: list[float]
    data: dict[str, int]


def train_composition(
    genomes: Genomes,
    judged: Genomes | None,
    options: CompositionTrainOptions,
    seed: int,
    threads: int,
    checkpoint: Path | None = None,
    checkpoint_every: int = 100,
    device: str = "/CPU:0",
) -> Trained:
    """Train; same genomes, options, seed, device and thread count, same weights.

    Parameters
    ----------
    judged : genomes to judge by; without them a share of the groups is held out for it
    checkpoint : a file that keeps the state; training goes on from it, to the same weights
    checkpoint_every : steps between two writings
    device : TensorFlow's name

    Raises
    ------
    UserError : the loss is not finite; the checkpoint is damaged; too few groups to hold some out,
        or too few windows to judge by
    ContractError : the checkpoint belongs to another training
    """
    training, held_out = genomes, judged
    if held_out is None:
        training, held_out = _hold_out(genomes, options.hold_out, seed)
    judges = training if held_out is None else held_out
    check_judged(judges)  # now, not after hours of training
    with tf.device(device):
        keras.utils.set_random_seed(seed)
        trainer = _Trainer(training, options, seed, threads)
        if checkpoint and checkpoint.exists():
            history = resume_state(checkpoint, trainer.identity, trainer.state())
        else:
            history = []
            trainer.start()
        _train(trainer, history, checkpoint, checkpoint_every)
        scale = fit_scale(judges, trainer.embed, seed)
        figures = {} if held_out is None else judge_windows(held_out, trainer.embed, seed)
        data = {
            "genomes": len(training.names),
            "groups": len(np.unique(training.groups)),
            "bases": int(training.lengths.sum()),
        }
        return Trained(named_weights(trainer.net), scale, figures, history, data)


def _hold_out(genomes: Genomes, share: float, seed: int) -> tuple[Genomes, Genomes | None]:
    """Genomes to train on, and those of a share of the groups to judge by."""
    groups = np.unique(genomes.groups)
    n_held = round(len(groups) * share)
    held = np.random.default_rng(seed).choice(groups, n_held, replace=False)
    is_held = np.isin(genomes.groups, held)
    if not is_held.any():
        return genomes, None
    if is_held.sum() < 2 or (~is_held).sum() < 2:
        raise UserError(
            f"--hold-out {share}: {is_held.sum()} genomes to judge by and {(~is_held).sum()} to "
            "train on, expected two or more of each. Give more genomes, or --hold-out 0."
        )
    logger.info("%d genomes of %d groups are held out for judging", is_held.sum(), n_held)
    return genomes.take(np.flatnonzero(~is_held)), genomes.take(np.flatnonzero(is_held))


def _train(
    trainer: _Trainer, history: list[float], checkpoint: Path | None, checkpoint_every: int
) -> None:
    options = trainer.options
    first = len(history)
    batches = window_batches(
        trainer.genomes,
        options.batch_size,
        (options.min_window, options.max_window),
        trainer.seed,
        range(first, options.steps),
        trainer.threads,
    )
    with Progress("step", options.steps, history) as progress:
        for step, (frequencies, genome) in enumerate(batches, first):
            loss = trainer.step(frequencies, genome, _rate(options, step))
            progress.add(loss)
            history.append(loss)
            if checkpoint and progress.is_due(checkpoint_every):
                save_state(checkpoint, trainer.identity, history, trainer.state())


def _rate(options: CompositionTrainOptions, step: int) -> float:
    """The learning rate of a step: a cosine to 0."""
    return options.learning_rate * 0.5 * (1 + math.cos(math.pi * step / options.steps))


class _Trainer:
    """The network, the classes' vectors, the optimiser, CurricularFace's running mean."""

    def __init__(
        self, genomes: Genomes, options: CompositionTrainOptions, seed: int, threads: int
    ) -> None:
        self.genomes, self.options, self.seed, self.threads = genomes, options, seed, threads
        self.identity = {
            "schema": _CHECKPOINT_SCHEMA,
            "seed": seed,
            "genomes": list(genomes.names),
            **as_dict(options),
        }
        self.net = build_net(options, seed)
        start = keras.initializers.RandomNormal(stddev=1.0, seed=seed)
        width = self.net.output_shape[-1]
        self.classes = tf.Variable(start((width, len(genomes.names))))
        self.running = tf.Variable(0.0, trainable=False)
        self.optimizer = keras.optimizers.AdamW(
            options.learning_rate, weight_decay=options.weight_decay
        )
        self.optimizer.exclude_from_weight_decay(var_names=["beta", "gamma"])
        self.optimizer.build(self._trained())
        features = tf.TensorSpec((None, self.net.input_shape[-1]))
        self._compiled = tf.function(
            self._step, input_signature=[features, tf.TensorSpec((None,), tf.int32)]
        )
        self._embed = tf.function(lambda x: self.net(x, training=False), input_signature=[features])

    def start(self) -> None:
        """Set the weights that are known before training: the discriminant directions."""
        if self.options.size == "paper":
            return
        n_genomes = len(self.genomes.names)
        n_windows = min(_WINDOWS_OF_EACH * n_genomes, max(_WINDOWS_AT_MOST, 4 * n_genomes))
        size = max(2048, n_genomes)
        steps = range(_FIRST_BATCH, _FIRST_BATCH + max(2, math.ceil(n_windows / size)))
        lengths = (self.options.min_window, self.options.max_window // 2)
        batches = window_batches(self.genomes, size, lengths, self.seed, steps, self.threads)
        found = discriminant(batches, n_genomes, DIRECTIONS)
        self.net.get_layer("standard").set_weights([found.mean, found.deviation])
        self.net.get_layer("directions").set_weights([found.directions])

    def step(self, frequencies: Any, genome: Any, rate: float) -> float:
        """One step of gradient descent at a learning rate; returns the loss."""
        self.optimizer.learning_rate = rate
        return float(self._compiled(frequencies, genome.astype(np.int32)))

    def embed(self, frequencies: NDArray[np.float32]) -> NDArray[np.float32]:
        """Embed windows."""
        return np.asarray(self._embed(frequencies))

    def _step(self, frequencies: Any, genome: Any) -> Any:
        with tf.GradientTape() as tape:
            embedded = self.net(frequencies, training=True)
            cosines = embedded @ tf.math.l2_normalize(self.classes, axis=0)
            mean = running_mean(self.running, cosines, genome)
            options = self.options
            logits = curricular_logits(cosines, genome, mean, options.margin, options.scale)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(genome, logits))
        self.running.assign(mean)
        trained = self._trained()
        self.optimizer.apply(tape.gradient(loss, trained), trained)
        return loss

    def _trained(self) -> list[Any]:
        return [*(v.value for v in self.net.trainable_variables), self.classes]

    def state(self) -> list[Any]:
        """All variables that a checkpoint keeps."""
        return [*self.net.variables, self.classes, self.running, *self.optimizer.variables]
