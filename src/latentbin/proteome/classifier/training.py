"""Training the network in keras."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from latentbin.proteome.classifier.calibration import UNSEEN
from latentbin.proteome.classifier.network import Network, Scaling
from latentbin.proteome.classifier.options import TrainOptions


class Trainer:
    """Trains networks of one shape, one after the other, each from new weights.

    Folds share the compiled step: compiling takes longer than training on few samples.

    Parameters
    ----------
    n_proteins, n_classes : width of what goes in and comes out
    options : see there
    """

    def __init__(self, n_proteins: int, n_classes: int, options: TrainOptions) -> None:
        self.options = options
        self._n_classes = n_classes
        self._dense, self._dropouts, layers = [], [], []
        for _ in range(options.hidden_layers):
            self._dense.append(keras.layers.Dense(options.hidden_size, "relu"))
            layers.append(self._dense[-1])
            if options.dropout > 0:
                self._dropouts.append(keras.layers.Dropout(options.dropout, seed=0))
                layers.append(self._dropouts[-1])
        self._dense.append(keras.layers.Dense(n_classes))
        self.net = keras.Sequential([*layers, self._dense[-1]])
        self.net.build((None, n_proteins))
        self._optimizer = keras.optimizers.AdamW(
            options.learning_rate, weight_decay=options.weight_decay
        )
        self._optimizer.exclude_from_weight_decay(var_names=["bias"])
        self._optimizer.build(self.net.trainable_variables)
        self._compiled = tf.function(
            self._step,
            input_signature=[
                tf.TensorSpec((None, n_proteins)),
                tf.TensorSpec((None,), tf.int32),
                tf.TensorSpec((None,)),
            ],
        )

    def fit(
        self, values: NDArray[np.float32], codes: NDArray[np.intp], seed: tuple[int, ...]
    ) -> tuple[Network, float]:
        """Train on samples.

        Parameters
        ----------
        values : (n_samples, n_proteins) in [0, 1]
        codes : (n_samples,) classes, 0 to ``n_classes - 1``; some may be absent
        seed : of the first weights, the order of the samples and dropout

        Returns
        -------
        network : what it says of a class that was absent is `UNSEEN`
        loss : mean over the last tenth of the steps; not a number if training failed
        """
        generator = np.random.default_rng(seed)
        self._start_anew(generator)
        scaling = Scaling.of(values)
        scores = scaling(values)
        weights = self.sample_weights(codes)
        n_steps = self.n_steps(len(codes))
        losses = []
        for step, rows in enumerate(_batches(generator, len(codes), self.options.batch_size)):
            if step == n_steps:
                break
            rate = 0.5 * (1 + math.cos(math.pi * step / n_steps))
            self._optimizer.learning_rate = self.options.learning_rate * rate
            losses.append(self._compiled(scores[rows], codes[rows].astype(np.int32), weights[rows]))
        layers = [(layer.kernel.numpy().copy(), layer.bias.numpy().copy()) for layer in self._dense]
        absent = np.setdiff1d(np.arange(self._n_classes), codes)
        kernel, bias = layers[-1]
        kernel[:, absent], bias[absent] = 0, UNSEEN
        last = [float(loss) for loss in losses[-max(1, n_steps // 10) :]]
        return Network(scaling, layers), float(np.mean(last))

    def n_steps(self, n_samples: int) -> int:
        """Steps of a training on so many samples."""
        per_epoch = math.ceil(n_samples / self.options.batch_size)
        return max(self.options.min_steps, self.options.epochs * per_epoch)

    def sample_weights(self, codes: NDArray[np.intp]) -> NDArray[np.float32]:
        """Weights of mean 1 by which the classes that are present weigh the same."""
        if not self.options.class_weights:
            return np.ones(len(codes), np.float32)
        counts = np.bincount(codes)
        return (len(codes) / ((counts > 0).sum() * counts[codes])).astype(np.float32)

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

    def _step(self, scores: Any, codes: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = self.net(scores, training=True)
            each = tf.nn.sparse_softmax_cross_entropy_with_logits(codes, logits)
            loss = tf.reduce_mean(weights * each)
        variables = self.net.trainable_variables
        self._optimizer.apply(tape.gradient(loss, variables), variables)
        return loss


def _batches(generator: np.random.Generator, n_samples: int, size: int) -> Any:
    """Rows of one batch after the other, without end; each epoch in a new order."""
    while True:
        order = generator.permutation(n_samples)
        for start in range(0, n_samples, size):
            yield order[start : start + size]
