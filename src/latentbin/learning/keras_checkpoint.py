"""Checkpoints of training: the state of every variable, and which training it belongs to."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latentbin.files import atomic_output, readable
from latentbin.learning.checkpoint import check_identity, not_a_checkpoint

logger = logging.getLogger(__name__)


def save_state(
    path: Path, identity: Mapping[str, Any], history: Sequence[float], state: Sequence[Any]
) -> None:
    """Write a checkpoint, complete or not at all.

    Parameters
    ----------
    identity : what another training would have otherwise: schema, seed, options, data
    history : the loss of each step so far
    state : TensorFlow variables, in an order of its own
    """
    arrays = {f"state{i}": np.asarray(variable) for i, variable in enumerate(state)}
    header = np.frombuffer(json.dumps(identity).encode(), np.uint8)
    with atomic_output(path) as temporary, open(temporary, "wb") as handle:
        np.savez(handle, allow_pickle=False, header=header, history=history, **arrays)


def resume_state(path: Path, identity: Mapping[str, Any], state: Sequence[Any]) -> list[float]:
    """Set the variables to the state of a checkpoint; returns the losses so far.

    Raises
    ------
    UserError : damaged, or no checkpoint
    ContractError : of a training of another identity
    """
    try:
        with readable(path, "checkpoint"), np.load(path, allow_pickle=False) as members:
            found = json.loads(members["header"].tobytes())
            history: list[float] = members["history"].tolist()
            values = [members[f"state{i}"] for i in range(len(state))]
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, TypeError) as error:
        raise not_a_checkpoint(path) from error
    check_identity(path, found, identity)
    for variable, value in zip(state, values, strict=True):
        variable.assign(value)
    logger.info("%s: going on after step %d", path, len(history))
    return history
