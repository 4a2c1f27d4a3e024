"""The co-abundance network's weights in files, and the balance that was fitted with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.genomeface.abundance_net import N_FEATURES, WIDTH, AbundanceNet
from latentbin.genomeface.weights_file import SHIPPED, read_card, read_weights, save_weights

SCHEMA = "latentbin/abundance-weights/1"


def save_abundance_weights(
    path: str | os.PathLike[str],
    weights: Mapping[str, NDArray[np.floating]],
    balance: tuple[float, float],
    card: Mapping[str, Any],
) -> None:
    """Write ``path`` (.npz, half precision) and, with the suffix .json, what stands beside it.

    Parameters
    ----------
    weights, balance : see `Trained`
    card : options, seed, versions, figures: whatever a user needs to judge the weights
    """
    header = {
        "schema": SCHEMA,
        "balance": {"v2": balance[0], "v1": balance[1]},
        "features": N_FEATURES,
        "width": WIDTH,
        **card,
    }
    save_weights(path, weights, header)


def load_abundance_net(
    path: str | os.PathLike[str] | None = None,
) -> tuple[AbundanceNet, dict[str, Any]]:
    """The network with the weights of a file, by default those of the package, and its card.

    Raises
    ------
    UserError : a file is missing or damaged, a weight is missing or not finite
    ContractError : another schema, another shape
    """
    path = SHIPPED / "abundance.npz" if path is None else path
    card = read_card(path, SCHEMA, {"balance": ("v1", "v2")})
    net = AbundanceNet()
    net.set_named_weights(read_weights(path, net.named_weights()))
    return net, card


def abundance_weight(card: Mapping[str, Any], n_samples: int) -> float:
    """The weight of the squared abundance angle that makes it a log-likelihood, in nats.

    ``0.5 / (v2 + v1 / S)`` with the two constants fitted in training.
    """
    balance = card["balance"]
    return float(0.5 / (balance["v2"] + balance["v1"] / n_samples))
