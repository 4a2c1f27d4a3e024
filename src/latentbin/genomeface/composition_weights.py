"""The composition network's weights in files."""

from __future__ import annotations

import os
import platform
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.composition.kmers import N_COLUMNS
from latentbin.errors import UserError
from latentbin.genomeface.composition_net import build_net, named_weights, set_named_weights
from latentbin.genomeface.composition_options import CompositionTrainOptions
from latentbin.genomeface.composition_train import Trained
from latentbin.genomeface.weights_file import SHIPPED, card_path, read_card, read_weights
from latentbin.options import OptionError, as_dict

SCHEMA = "latentbin/composition-weights/1"
_BATCH = 2048


def training_card(options: CompositionTrainOptions, seed: int, trained: Trained) -> dict[str, Any]:
    """What stands beside the weights: how they were made, and how good they are."""
    return {
        "schema": SCHEMA,
        "features": N_COLUMNS,
        "scale": trained.scale,
        "options": as_dict(options),
        "seed": seed,
        **trained.data,
        "judged_on": trained.figures,
        "loss": [round(float(np.mean(part)), 4) for part in np.array_split(trained.history, 10)]
        if len(trained.history) >= 10
        else trained.history,
        "versions": {
            "latentbin": __version__,
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
    }


def load_composition_net(
    path: str | os.PathLike[str] | None = None,
) -> tuple[keras.Model, dict[str, Any]]:
    """The network with the weights of a file, by default those of the package, and its card.

    Raises
    ------
    UserError : a file is missing or damaged, a weight is missing or not finite
    ContractError : another schema, another shape
    """
    path = SHIPPED / "composition.npz" if path is None else path
    card = read_card(path, SCHEMA, {"scale": ()})
    try:
        options = CompositionTrainOptions(**card["options"])
    except (OptionError, KeyError, TypeError) as error:
        raise UserError(
            f"{card_path(path)}: its options are not those of this version ({error}). Train again."
        ) from error
    net = build_net(options)
    set_named_weights(net, read_weights(path, named_weights(net)))
    return net, card


class CompositionEmbedder:
    """Embeds word frequencies in batches of bounded memory."""

    def __init__(self, net: keras.Model) -> None:
        self.width = int(net.output_shape[-1])
        self._compiled = tf.function(
            lambda x: net(x, training=False), input_signature=[tf.TensorSpec((None, N_COLUMNS))]
        )

    def __call__(self, frequencies: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 1712) frequencies to (n, width) rows of length 1."""
        parts = [
            np.asarray(self._compiled(frequencies[start : start + _BATCH]))
            for start in range(0, len(frequencies), _BATCH)
        ]
        return np.concatenate(parts)
