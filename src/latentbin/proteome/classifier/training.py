"""Training the network on proteomes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.dense import class_weights
from latentbin.learning.keras_dense import DenseTrainer, DenseTraining
from latentbin.proteome.classifier.network import Network, Scaling
from latentbin.proteome.classifier.options import TrainOptions


class Trainer:
    """Trains networks of one shape, one after the other, each with a scaling of its own.

    Parameters
    ----------
    n_proteins, n_classes : width of what goes in and comes out
    options : see there
    """

    def __init__(self, n_proteins: int, n_classes: int, options: TrainOptions) -> None:
        self._class_weights = options.class_weights
        training = DenseTraining(
            widths=[options.hidden_size] * options.hidden_layers,
            dropout=options.dropout,
            learning_rate=options.learning_rate,
            weight_decay=options.weight_decay,
            batch_size=options.batch_size,
            epochs=options.epochs,
            min_steps=options.min_steps,
        )
        self.dense = DenseTrainer(n_proteins, n_classes, training)

    def fit(
        self, values: NDArray[np.float32], codes: NDArray[np.intp], seed: tuple[int, ...]
    ) -> tuple[Network, float]:
        """Train on samples; see `DenseTrainer.fit`.

        Parameters
        ----------
        values : (n_samples, n_proteins) in [0, 1]
        """
        scaling = Scaling.of(values)
        weights = class_weights(codes, 1.0 if self._class_weights else 0.0)
        layers, loss = self.dense.fit(scaling(values), codes, weights, seed)
        return Network(scaling, layers), loss
