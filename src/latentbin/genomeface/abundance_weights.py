"""The file of the co-abundance network's weights, and the JSON beside it that describes them."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import ContractError, UserError
from latentbin.files import atomic_output, readable
from latentbin.genomeface.abundance_net import N_FEATURES, WIDTH, AbundanceNet

SHIPPED = Path(__file__).parent / "weights" / "abundance.npz"
SCHEMA = "latentbin/abundance-weights/1"
_ADVICE = "Give the files that 'train abundance' wrote, or train again."


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
    with atomic_output(path) as temporary, open(temporary, "wb") as handle:
        arrays = {name: array.astype(np.float16) for name, array in sorted(weights.items())}
        np.savez(handle, allow_pickle=False, **arrays)
    with atomic_output(_card_path(path)) as temporary:
        temporary.write_text(json.dumps(header, indent=1, sort_keys=True) + "\n", "utf-8")


def load_abundance_net(
    path: str | os.PathLike[str] | None = None,
) -> tuple[AbundanceNet, dict[str, Any]]:
    """The network with the weights of a file, by default those of the package, and its card.

    Raises
    ------
    UserError : a file is missing or damaged, a weight is missing or not finite
    ContractError : another schema, another shape
    """
    if path is None:
        path = SHIPPED
    card = _read_card(_card_path(path))
    net = AbundanceNet()
    expected = net.named_weights()
    try:
        with readable(path, "file of weights"), np.load(path, allow_pickle=False) as members:
            weights = {name: members[name].astype(np.float32) for name in expected}
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, TypeError) as error:
        raise UserError(
            f"{path}: damaged, or not weights of the co-abundance network. {_ADVICE}"
        ) from error
    for name, array in weights.items():
        if array.shape != expected[name].shape:
            raise ContractError(
                f"{path}: '{name}' is {array.shape}, expected {expected[name].shape}. {_ADVICE}",
                expected=expected[name].shape,
                actual=array.shape,
            )
        if not np.isfinite(array).all():
            raise UserError(f"{path}: '{name}' holds a value that is not finite. {_ADVICE}")
    net.set_named_weights(weights)
    return net, card


def abundance_weight(card: Mapping[str, Any], n_samples: int) -> float:
    """The weight of the squared abundance angle that makes it a log-likelihood, in nats.

    ``0.5 / (v2 + v1 / S)`` with the two constants fitted in training.
    """
    balance = card["balance"]
    return float(0.5 / (balance["v2"] + balance["v1"] / n_samples))


def _card_path(path: str | os.PathLike[str]) -> Path:
    return Path(path).with_suffix(".json")


def _read_card(path: Path) -> dict[str, Any]:
    with readable(path, "JSON file beside the weights"):
        text = path.read_text("utf-8")
    try:
        card: dict[str, Any] = json.loads(text)
        schema = card["schema"]
        [float(card["balance"][name]) for name in ("v1", "v2")]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: damaged, or not of weights of the co-abundance network. {_ADVICE}"
        ) from error
    if schema != SCHEMA:
        raise ContractError(
            f"{path}: is '{schema}', expected '{SCHEMA}'. {_ADVICE}",
            expected=SCHEMA,
            actual=schema,
        )
    return card
