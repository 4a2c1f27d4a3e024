"""The composition network: word frequencies of a contig to a unit vector.

``paper`` is the network of the paper. ``compact`` is for hundreds of genomes: its first half is a
linear map onto the directions in which genomes differ (see `discriminant`), which stays as it is,
its second half a small network that is trained; the two are of equal length in the embedding.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from latentbin.composition.kmers import N_COLUMNS
from latentbin.genomeface.composition_options import CompositionTrainOptions

DIRECTIONS = 80
_HIDDEN, _LEARNED = 512, 64
_PAPER_HIDDEN, _PAPER_WIDTH = (4096, 16384), 512


def build_net(options: CompositionTrainOptions, seed: int = 1) -> keras.Model:
    """The network, (n, 1712) frequencies to (n, width) rows of length 1."""
    inputs = keras.Input((N_COLUMNS,), name="frequencies")
    if options.size == "paper":
        x = layers.BatchNormalization(name="norm0")(inputs)
        for number, units in enumerate(_PAPER_HIDDEN, 1):
            x = _hidden(x, units, number, options.dropout, seed)
        return keras.Model(inputs, _embedding(x, _PAPER_WIDTH, seed))
    standard = Standard(name="standard")(ops.sqrt(inputs))
    known = layers.Dense(DIRECTIONS, use_bias=False, trainable=False, name="directions")(standard)
    known = layers.UnitNormalization(name="known")(known)
    learned = _embedding(_hidden(standard, _HIDDEN, 1, options.dropout, seed), _LEARNED, seed)
    both = layers.Concatenate(name="both")([known, learned])
    return keras.Model(inputs, both * math.sqrt(0.5))


class Standard(layers.Layer):  # type: ignore[misc]
    """Subtract a mean and divide by a deviation that are set once."""

    def build(self, shape: Any) -> None:
        """Make the two vectors."""
        self.mean = self.add_weight(shape=(shape[-1],), name="mean", trainable=False)
        self.deviation = self.add_weight(
            shape=(shape[-1],), name="deviation", initializer="ones", trainable=False
        )

    def call(self, x: Any) -> Any:
        """Standardise."""
        return (x - self.mean) / self.deviation


def _hidden(x: Any, units: int, number: int, dropout: float, seed: int) -> Any:
    start = keras.initializers.GlorotUniform(seed * 1000 + number)
    dense = layers.Dense(
        units,
        activation="tanh",
        use_bias=False,
        kernel_initializer=start,
        name=f"hidden{number}",
    )
    x = layers.BatchNormalization(name=f"norm{number}")(dense(x))
    return layers.Dropout(dropout, seed=seed * 1000 + 500 + number)(x)


def _embedding(x: Any, width: int, seed: int) -> Any:
    start = keras.initializers.GlorotUniform(seed * 1000 + 99)
    x = layers.Dense(width, use_bias=False, kernel_initializer=start, name="last")(x)
    x = layers.BatchNormalization(scale=False, name="norm_last")(x)
    return layers.UnitNormalization(name="learned")(x)


def named_weights(net: keras.Model) -> dict[str, NDArray[np.float32]]:
    """The weights as ``<layer>/<weight>``, without the state of random layers."""
    return {
        f"{layer.name}/{variable.name}": np.asarray(variable, np.float32)
        for layer in net.layers
        for variable in layer.weights
        if "seed" not in variable.name
    }


def set_named_weights(net: keras.Model, weights: dict[str, NDArray[np.floating[Any]]]) -> None:
    """Take over weights of the names and shapes that `named_weights` gives."""
    for layer in net.layers:
        for variable in layer.weights:
            if "seed" not in variable.name:
                variable.assign(weights[f"{layer.name}/{variable.name}"])
