"""Training a dense classifier in keras; what comes out are arrays (see `dense`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from latentbin.learning.calibration import UNSEEN
from latentbin.learning.dense import Layers


@dataclass(frozen=True, kw_only=True)
class DenseTraining:
    """How a dense classifier is trained.

    Attributes
    ----------
    widths : units of the hidden layers
    dropout : share of the hidden units that are left out in each step
    learning_rate : of AdamW; falls to 0 as a cosine
    weight_decay : of AdamW, times the learning rate
    batch_size : rows per step
    epochs : passes over the rows
    min_steps : at least, more than ``epochs`` ask for where rows are few
    """

    widths: Sequence[int]
    dropout: float
    learning_rate: float
    weight_decay: float
    batch_size: int
    epochs: int
    min_steps: int

    def n_steps(self, n_rows: int) -> int:
        """Steps of a training on so many rows."""
        return max(self.min_steps, self.epochs * math.ceil(n_rows / self.batch_size))


class DenseTrainer:
    """Trains networks of one shape, one after the other, each from new weights.

    They share the compiled step: compiling takes longer than training on few rows.

    Parameters
    ----------
    n_inputs, n_classes : width of what goes in and comes out
    training : see there
    """

    def __init__(self, n_inputs: int, n_classes: int, training: DenseTraining) -> None:
        self.training = training
        self._n_classes = n_classes
        self._dense, self._dropouts, layers = [], [], []
        for width in training.widths:
            self._dense.append(keras.layers.Dense(width, "relu"))
            layers.append(self._dense[-1])
            if training.dropout > 0:
                self._dropouts.append(keras.layers.Dropout(training.dropout, seed=0))
                layers.append(self._dropouts[-1])
        self._dense.append(keras.layers.Dense(n_classes))
        self.net = keras.Sequential([*layers, self._dense[-1]])
        self.net.build((None, n_inputs))
        self._optimizer = keras.optimizers.AdamW(
            training.learning_rate, weight_decay=training.weight_decay
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias"])
        self._optimizer.build(self.net.trainable_variables)
        self._compiled = tf.function(
            self._step,
            input_signature=[
                tf.TensorSpec((None, n_inputs)),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None,)),
            ],
        )

    def fit(
        self,
        inputs: NDArray[np.float32],
        codes: NDArray[np.intp],
        weights: NDArray[np.float32],
        seed: tuple[int, ...],
        after_epoch: Callable[[float], None] | None = None,
    ) -> tuple[Layers, float]:
        """Train on rows.

        Parameters
        ----------
        inputs : (n_rows, n_inputs)
        codes : (n_rows,) classes, 0 to ``n_classes - 1``; some may be absent
        weights : (n_rows,) of the rows in the loss
        seed : of the first weights, the order of the rows and dropout
        after_epoch : is given the mean loss of each pass over the rows

        Returns
        -------
        layers : see `dense`; what they say of a class that was absent is `UNSEEN`
        loss : mean over the last tenth of the steps; not a number if training failed
        """
        generator = np.random.default_rng(seed)
        self._start_anew(generator)
        n_steps = self.training.n_steps(len(codes))
        per_epoch = math.ceil(len(codes) / self.training.batch_size)
        losses: list[Any] = []
        for step, rows in enumerate(_batches(generator, len(codes), self.training.batch_size), 1):
            rate = 0.5 * (1 + math.cos(math.pi * (step - 1) / n_steps))
            self._optimizer.learning_rate = self.training.learning_rate * rate
            losses.append(self._compiled(inputs[rows], codes[rows].astype(np.int32), weights[rows]))
            if after_epoch and (step % per_epoch == 0 or step == n_steps):
                after_epoch(_mean(losses[-per_epoch:]))
            if step == n_steps:
                break
        layers = [(layer.kernel.numpy().copy(), layer.bias.numpy().copy()) for layer in self._dense]
        absent = np.setdiff1d(np.arange(self._n_classes), codes)
        kernel, bias = layers[-1]
        kernel[:, absent], bias[absent] = 0, UNSEEN
        return layers, _mean(losses[-max(1, n_steps // 10) :])

    def _start_anew(self, generator: np.random.Generator) -> None:
        for layer in self._dense:
            n_in, n_out = layer.kernel.shape
            deviation = math.sqrt(2 / n_in) if layer is not self._dense[-1] else 0.0
            kernel = generator.normal(0, 1, (n_in, n_out)) * deviation
            layer.set_weights([kernel.astype(np.float32), np.zeros(n_out, np.float32)])
        for variable in self._optimizer.variables:
            variable.assign(np.zeros(variable.shape))
        for layer in self._dropouts:
            state = layer.seed_generator.state
            state.assign(generator.integers(0, 2**31, state.shape))

    def _step(self, inputs: Any, codes: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = self.net(inputs, training=True)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(codes, logits)
            loss = tf.reduce_mean(weights * each)
        variables = self.net.trainable_variables
        self._optimizer.apply(tape.gradient(loss, variables), variables)
        return loss


def _mean(losses: Sequence[Any]) -> float:
    return float(np.mean([float(loss) for loss in losses]))


def _batches(generator: np.random.Generator, n_rows: int, size: int) -> Iterator[NDArray[np.intp]]:
    """Rows of one batch after the other, without end; each epoch in a new order."""
    while True:
        order = generator.permutation(n_rows)
        for start in range(0, n_rows, size):
            yield order[start : start + size]
