"""The file of a network's weights, and the JSON beside it that describes them (the model card)."""

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

SHIPPED = Path(__file__).parent / "weights"
_ADVICE = "Give the files that latentbin-genomeface train wrote, or train again."


def card_path(path: str | os.PathLike[str]) -> Path:
    """The JSON beside a file of weights."""
    return Path(path).with_suffix(".json")


def save_weights(
    path: str | os.PathLike[str],
    weights: Mapping[str, NDArray[np.floating]],
    card: Mapping[str, Any],
) -> None:
    """Write ``path`` (.npz, half precision) and, with the suffix .json, the card beside it."""
    with atomic_output(path) as temporary, open(temporary, "wb") as handle:
        arrays = {name: array.astype(np.float16) for name, array in sorted(weights.items())}
        np.savez(handle, allow_pickle=False, **arrays)
    with atomic_output(card_path(path)) as temporary:
        temporary.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", "utf-8")


def read_card(
    path: str | os.PathLike[str], schema: str, numbers: Mapping[str, Any]
) -> dict[str, Any]:
    """The card beside a file of weights.

    Parameters
    ----------
    schema : what its ``schema`` must be
    numbers : keys, of keys, that must hold a number, such as ``{"balance": ("v1", "v2")}``

    Raises
    ------
    UserError : missing or damaged
    ContractError : another schema
    """
    beside = card_path(path)
    with readable(beside, "JSON file beside the weights"):
        text = beside.read_text("utf-8")
    try:
        card: dict[str, Any] = json.loads(text)
        found = card["schema"]
        if found == schema:
            for key, inner in numbers.items():
                [float(card[key][name]) for name in inner] if inner else float(card[key])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{beside}: damaged, or does not describe such weights. {_ADVICE}"
        ) from error
    if found != schema:
        raise ContractError(
            f"{beside}: is '{found}', expected '{schema}'. {_ADVICE}",
            expected=schema,
            actual=found,
        )
    return card


def read_weights(
    path: str | os.PathLike[str], expected: Mapping[str, NDArray[np.floating]]
) -> dict[str, NDArray[np.float32]]:
    """Weights of a file, checked against the names and shapes of a network's.

    Raises
    ------
    UserError : the file is missing or damaged, a weight is missing or not finite
    ContractError : another shape
    """
    try:
        with readable(path, "file of weights"), np.load(path, allow_pickle=False) as members:
            weights = {name: members[name].astype(np.float32) for name in expected}
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, TypeError) as error:
        raise UserError(f"{path}: damaged, or not weights of this network. {_ADVICE}") from error
    for name, array in weights.items():
        if array.shape != expected[name].shape:
            raise ContractError(
                f"{path}: '{name}' is {array.shape}, expected {expected[name].shape}. {_ADVICE}",
                expected=expected[name].shape,
                actual=array.shape,
            )
        if not np.isfinite(array).all():
            raise UserError(f"{path}: '{name}' holds a value that is not finite. {_ADVICE}")
    return weights
