"""A trained dense network as arrays: what it says needs numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Layers = Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]
_BLOCK = 4096  # rows at a time


def dense_logits(
    values: NDArray[np.float32],
    layers: Layers,
    prepare: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
) -> NDArray[np.float64]:
    """Unnormalised log probabilities (n_rows, n_classes).

    Parameters
    ----------
    values : (n_rows, n_columns)
    layers : kernel (n_in, n_out) and bias (n_out,) of each, with relu between them
    prepare : from a block of rows to what the first layer is given; same number of rows
    """
    parts = []
    for start in range(0, max(1, len(values)), _BLOCK):
        hidden = values[start : start + _BLOCK]
        if prepare is not None:
            hidden = prepare(hidden)
        for kernel, bias in layers[:-1]:
            hidden = np.maximum(hidden @ kernel + bias, 0)
        kernel, bias = layers[-1]
        parts.append((hidden @ kernel + bias).astype(np.float64))
    return np.concatenate(parts)


def check_layers(layers: Layers, n_inputs: int, n_classes: int) -> None:
    """Whether layers fit each other, what goes in and what comes out.

    Raises
    ------
    ValueError : they do not, or hold what is no number: a damaged file
    """
    width = n_inputs
    for kernel, bias in layers:
        if kernel.shape != (width, len(bias)) or not np.isfinite([kernel.sum(), bias.sum()]).all():
            raise ValueError("layer")
        width = len(bias)
    if width != n_classes or not layers:
        raise ValueError("classes")


def class_weights(codes: NDArray[np.intp], power: float = 1.0) -> NDArray[np.float32]:
    """Weights of rows, (n_rows,), of mean 1: the size of the row's class to minus ``power``.

    With 1 the classes that are present weigh the same, with 0 the rows.
    """
    weights = np.bincount(codes)[codes].astype(np.float64) ** -power
    return (weights / weights.mean()).astype(np.float32)
