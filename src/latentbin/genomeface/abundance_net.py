"""The co-abundance network: depths of a contig in S samples to a unit vector, for any S.

Every sample is a token that goes through the same layers, and samples see each other only by
attention, so the order of the samples does not matter: permuting them permutes blocks of 16
numbers in the output, and inner products stay what they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from latentbin.errors import UserError

WIDTH = 16  # numbers per sample
HEADS = KEY_WIDTH = 16
FEED_FORWARD = 512
BLOCKS = 4

_WAVES = 2.0 ** np.linspace(-2, 3.5, 8)  # radians per e-fold of depth
_SOFT = 0.1  # depth below which the coordinate follows the square root, above it the logarithm
_UNIT = 250.0  # base pairs that one count stands for
_LASTING, _LOCAL = 0.1, 80.0  # bias: standard deviation, and variance times length
N_FEATURES = 2 * len(_WAVES) + 3

_TOKENS = 1 << 15  # contigs x samples in one batch
_ATTENTION = 1 << 24  # contigs x heads x samples^2 in one batch


def depth_features(
    depth: NDArray[np.floating], lengths: NDArray[np.integer]
) -> NDArray[np.float32]:
    """The input of each token: (n, S, N_FEATURES), from its own depth and its contig's length.

    Depth becomes a coordinate, logarithmic but for low depths, and the coordinate waves of
    several frequencies; each wave is damped as the noise that is to be expected of such a depth
    on such a length would damp its mean. Inner products then start as overlaps of what two
    contigs' true depths may be.
    """
    depth = np.asarray(depth, np.float32)[:, :, None]
    inverse = (1 / np.asarray(lengths, np.float32))[:, None, None]
    place = 2 * np.arcsinh(np.sqrt(depth / (4 * _SOFT)))
    variance = _UNIT * inverse + depth * (_LASTING**2 + _LOCAL * inverse)
    variance /= depth + 4 * _SOFT
    waves = _WAVES.astype(np.float32)
    damping = np.exp(-0.5 * variance * waves**2)
    angle = place * waves
    context = (place / 5, np.sqrt(variance), -np.log(inverse * 5_000) / 3 + 0 * depth)
    return np.concatenate([damping * np.cos(angle), damping * np.sin(angle), *context], axis=2)


class AbundanceNet:
    """(n, S, N_FEATURES) to (n, 16 S) unit rows, for any S from 1.

    A shared linear layer to 16 numbers per sample; four blocks of self-attention across the
    samples (16 heads, key width 16) and a feed-forward of 512 tanh, each with a residual sum;
    the outputs side by side, scaled to length 1. Without normalisation between the blocks: the
    last layers of each block start small instead, so that the sums do not grow.

    Parameters
    ----------
    seed : of the first weights
    """

    def __init__(self, seed: int = 1) -> None:
        self.parts: dict[str, keras.layers.Dense] = {}
        self._add("first", WIDTH, seed)
        for block in range(BLOCKS):
            for part in ("query", "key", "value"):
                self._add(f"{part}{block}", HEADS * KEY_WIDTH, seed)
            self._add(f"joined{block}", WIDTH, seed, gain=0.1)
            self._add(f"wide{block}", FEED_FORWARD, seed, activation="tanh")
            self._add(f"narrow{block}", WIDTH, seed, gain=0.1)
        self(np.zeros((1, 2, N_FEATURES), np.float32))  # makes the weights
        self._compiled = tf.function(
            self.__call__, input_signature=[tf.TensorSpec((None, None, N_FEATURES))]
        )

    def _add(self, name: str, units: int, seed: int, gain: float = 1.0, **more: Any) -> None:
        # orthogonal: inner products of what comes in stay about what they are
        start = keras.initializers.Orthogonal(gain, seed=seed * 1_000 + len(self.parts))
        self.parts[name] = keras.layers.Dense(units, kernel_initializer=start, name=name, **more)

    def __call__(self, features: Any) -> Any:
        """Embed; see the class."""
        parts = self.parts
        x = parts["first"](features)
        for block in range(BLOCKS):
            query, key, value = (parts[f"{p}{block}"](x) for p in ("query", "key", "value"))
            x = x + parts[f"joined{block}"](attend(query, key, value))
            x = x + parts[f"narrow{block}"](parts[f"wide{block}"](x))
        flat = ops.reshape(x, (ops.shape(x)[0], -1))
        return flat / ops.sqrt(ops.sum(flat * flat, axis=1, keepdims=True) + 1e-12)

    def embed(
        self, depth: NDArray[np.floating], lengths: NDArray[np.integer]
    ) -> NDArray[np.float32]:
        """Embed contigs, see `embed_abundance`; here all in one batch."""
        return np.asarray(self._compiled(depth_features(depth, lengths)))

    def named_weights(self) -> dict[str, NDArray[np.float32]]:
        """The weights as ``<part>/kernel`` and ``<part>/bias``."""
        return {
            f"{name}/{variable.name}": np.asarray(variable, np.float32)
            for name, part in self.parts.items()
            for variable in part.weights
        }

    def set_named_weights(self, weights: Mapping[str, NDArray[np.floating]]) -> None:
        """Take over weights of the names and shapes that `named_weights` gives."""
        for name, part in self.parts.items():
            for variable in part.weights:
                variable.assign(weights[f"{name}/{variable.name}"])


def attend(query: Any, key: Any, value: Any) -> Any:
    """Each sample's mix of all samples' values; all (n, S, heads * width)."""
    n, samples = ops.shape(query)[0], ops.shape(query)[1]
    query, key, value = (
        ops.transpose(ops.reshape(x, (n, samples, HEADS, KEY_WIDTH)), (0, 2, 1, 3))
        for x in (query, key, value)
    )
    scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / math.sqrt(KEY_WIDTH)
    mixed = ops.matmul(tf.nn.softmax(scores), value)
    return ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (n, samples, HEADS * KEY_WIDTH))


def embed_abundance(
    depth: NDArray[np.floating], lengths: NDArray[np.integer], net: AbundanceNet
) -> NDArray[np.float32]:
    """Embed contigs by their depths, in batches of bounded memory.

    Parameters
    ----------
    depth : (n_contigs, n_samples) mean depth of each contig, finite and not negative
    lengths : (n_contigs,) base pairs
    net : the trained network, see `load_abundance_net`

    Returns
    -------
    embedding : (n_contigs, 16 n_samples), rows of length 1; for a contig without any depth too

    Raises
    ------
    UserError : a depth is negative or not finite
    """
    n_contigs, n_samples = depth.shape
    good = np.isfinite(depth) & (depth >= 0)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        raise UserError(
            f"depth of contig number {row + 1} in sample number {column + 1} is "
            f"{depth[row, column]}; expected a number of at least 0. Make the depths again."
        )
    rows = max(1, min(_TOKENS // n_samples, _ATTENTION // (HEADS * n_samples**2)))
    embedding = np.empty((n_contigs, WIDTH * n_samples), np.float32)
    for start in range(0, n_contigs, rows):
        part = slice(start, start + rows)
        embedding[part] = net.embed(depth[part], lengths[part])
    return embedding
