"""Training the co-abundance network on simulated depths, with checkpoints.

Every step has a fresh community with two contigs of each genome; each contig must find its
partner among one contig of every genome. The loss is softmax cross-entropy over cosines times a
scale ``1 / (v2 + v1 / S)`` that is fitted along with the network: then ``scale (1 - cosine)`` is
a difference of log-likelihoods of "one genome" for any number of samples S, and half the scale
is the weight of the squared angle. Two contigs, and no mean of several as a class's centre,
because clustering compares contigs; and no pressure on hard negatives unless asked for, because
genomes of equal depth exist, and pushing them apart pushes apart contigs of one genome.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.genomeface.abundance_net import N_FEATURES, AbundanceNet, depth_features
from latentbin.genomeface.abundance_options import AbundanceTrainOptions
from latentbin.genomeface.curricular import curricular_logits, running_mean
from latentbin.genomeface.depths import Community, simulate_community
from latentbin.learning.keras_checkpoint import resume_state, save_state
from latentbin.learning.keras_runtime import choose_device
from latentbin.learning.progress import LOG_LINES, Progress
from latentbin.options import as_dict

_WARM_UP = 0.05  # share of the steps in which the learning rate rises
_LARGEST_GRADIENT = 1.0
_FIRST_BALANCE = (0.04, 0.2)  # v2 and v1
_CHECKPOINT_SCHEMA = "latentbin/abundance-training/1"


@dataclass(frozen=True, eq=False)
class Trained:
    """What training gives.

    Attributes
    ----------
    weights : by name, as `AbundanceNet.named_weights`
    balance : v2 and v1; for S samples the squared angle weighs ``0.5 / (v2 + v1 / S)``
    history : of each step the loss less that of guessing, ln(number of genomes)
    """

    weights: dict[str, NDArray[np.float32]]
    balance: tuple[float, float]
    history: list[float]


def train_abundance(
    options: AbundanceTrainOptions,
    seed: int,
    checkpoint: Path | None = None,
    checkpoint_every: int = 200,
    device: str = "auto",
) -> Trained:
    """Train; same options, seed, device and thread count, same weights.

    Parameters
    ----------
    options : see there
    seed : of the first weights and of every community
    checkpoint : a file that keeps the state; training goes on from it, to the same weights
    checkpoint_every : steps between two writings
    device : ``auto`` (a GPU where there is one), ``cpu`` or ``cuda``

    Raises
    ------
    UserError : the loss is not finite; the checkpoint is damaged; ``cuda`` without a GPU
    ContractError : the checkpoint belongs to another training
    """
    with tf.device(choose_device(device)):
        trainer = _Trainer(options, seed)
        history = (
            resume_state(checkpoint, trainer.identity, trainer.state())
            if checkpoint and checkpoint.exists()
            else []
        )
        _train(trainer, history, seed, checkpoint, checkpoint_every)
        v2, v1 = np.exp(trainer.balance.numpy()).tolist()
        return Trained(trainer.net.named_weights(), (v2, v1), history)


def training_card(options: AbundanceTrainOptions, seed: int, made: Trained) -> dict[str, Any]:
    """What to write beside the weights: options, seed, versions, and how the loss fell."""
    parts = np.array_split(made.history, min(LOG_LINES, len(made.history)))
    return {
        "options": as_dict(options),
        "seed": seed,
        "versions": {
            "latentbin": __version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "tensorflow": tf.__version__,
        },
        "data": "simulated depths only (latentbin.genomeface.depths)",
        "loss_below_guessing": [round(float(np.mean(part)), 4) for part in parts],
    }


def _train(
    trainer: _Trainer,
    history: list[float],
    seed: int,
    checkpoint: Path | None,
    checkpoint_every: int,
) -> None:
    options = trainer.options
    with Progress("step", options.steps, history) as progress:
        for step in range(len(history), options.steps):
            loss = trainer.step(draw_community(options, seed, step), _rate(options, step))
            progress.add(loss)
            history.append(loss)
            if checkpoint and progress.is_due(checkpoint_every):
                save_state(checkpoint, trainer.identity, history, trainer.state())


def draw_community(options: AbundanceTrainOptions, seed: int, step: int) -> Community:
    """The community of a step, two contigs per genome; the same whenever it is asked for.

    The number of samples is log-uniform from 1 to the most, and 1 once more often; genomes are
    as many as the tokens allow.
    """
    generator = np.random.default_rng((seed, step))
    drawn = math.exp(generator.uniform(0, math.log(options.max_samples + 1)))
    n_samples = min(int(drawn), options.max_samples) if generator.random() < 0.9 else 1
    n_genomes = min(max(options.tokens // (2 * n_samples), 8), options.max_genomes)
    return simulate_community(generator, n_genomes, 2, n_samples)


class _Trainer:
    """The network, its optimiser, the balance, and the running mean of CurricularFace."""

    def __init__(self, options: AbundanceTrainOptions, seed: int) -> None:
        self.identity = {"schema": _CHECKPOINT_SCHEMA, "seed": seed, **as_dict(options)}
        self.options = options
        self.net = AbundanceNet(seed)
        self.balance = tf.Variable(np.log(_FIRST_BALANCE).astype(np.float32))
        self.running = tf.Variable(0.0, trainable=False)
        self.optimizer = keras.optimizers.Adam(
            options.learning_rate, global_clipnorm=_LARGEST_GRADIENT
        )
        self.optimizer.build(self._trained())
        self._compiled = tf.function(
            self._step, input_signature=[tf.TensorSpec((None, None, N_FEATURES))]
        )

    def step(self, community: Community, rate: float) -> float:
        """One step of gradient descent at a learning rate; returns the loss."""
        self.optimizer.learning_rate = rate
        return float(self._compiled(depth_features(community.depth, community.lengths)))

    def _step(self, features: Any) -> Any:
        n_genomes, n_samples = ops.shape(features)[0] // 2, ops.shape(features)[1]
        with tf.GradientTape() as tape:
            embedded = self.net(features)
            one, two = embedded[0::2], embedded[1::2]
            cosines = ops.matmul(one, ops.transpose(two))
            cosines = ops.concatenate([cosines, ops.transpose(cosines)])
            targets = ops.tile(ops.arange(n_genomes, dtype="int32"), [2])
            v2, v1 = tf.unstack(tf.exp(self.balance))
            scale = 1 / (v2 + v1 / ops.cast(n_samples, "float32"))
            mean = running_mean(self.running, cosines, targets)
            if self.options.loss == "curricular":
                logits = curricular_logits(cosines, targets, mean, self.options.margin, scale)
            else:
                logits = scale * cosines
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits))
        self.running.assign(mean)
        trained = self._trained()
        self.optimizer.apply(tape.gradient(loss, trained), trained)
        return loss - ops.log(ops.cast(n_genomes, "float32"))

    def _trained(self) -> list[Any]:
        return [*(v for p in self.net.parts.values() for v in p.weights), self.balance]

    def state(self) -> list[Any]:
        """All variables that a checkpoint keeps."""
        return [*self._trained(), self.running, *self.optimizer.variables]


def _rate(options: AbundanceTrainOptions, step: int) -> float:
    """The learning rate of a step: a short rise, then a cosine to 0."""
    share = (step + 1) / (options.steps + 1)
    rise = min(1.0, share / _WARM_UP)
    return options.learning_rate * rise * 0.5 * (1 + math.cos(math.pi * share))
