"""Which training a checkpoint belongs to, whatever library wrote it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import ContractError, UserError


def data_digest(*arrays: NDArray[Any]) -> str:
    """SHA-256 of the arrays' values one after the other: what an identity says of the data."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def check_identity(path: Path, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Refuse to go on with the checkpoint of another training.

    Parameters
    ----------
    found : what the checkpoint says of its training: seed, options, data
    expected : the same of this one, as it reads back from JSON

    Raises
    ------
    ContractError : names the first difference
    """
    for key, value in expected.items():
        if found.get(key) != value:
            # the names of all genomes are too many to show
            long = isinstance(value, list)
            said = f"{key} differ" if long else f"{key} is {found.get(key)}, now {value}"
            raise ContractError(
                f"{path}: belongs to another training: {said}. Give the same input and options, "
                "or remove it to start anew.",
                expected=value,
                actual=found.get(key),
            )


def not_a_checkpoint(path: Path) -> UserError:
    """The error for a file that cannot be read as a checkpoint."""
    return UserError(
        f"{path}: not a checkpoint of this command, or damaged. Remove it to start anew."
    )
