"""Columns of mean 0 and deviation 1, over the training contigs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 8192  # rows at a time


def blocks(n_rows: int) -> Iterator[slice]:
    """Slices of at most `BLOCK` rows."""
    for start in range(0, n_rows, BLOCK):
        yield slice(start, min(start + BLOCK, n_rows))


def class_means(
    values: NDArray[np.float32], codes: NDArray[np.intp], n_classes: int, scaling: Scaling
) -> NDArray[np.float64]:
    """Means (n_classes, n_columns) of the scaled values of each class.

    Parameters
    ----------
    values : (n_contigs, n_columns)
    codes : (n_contigs,) classes; each occurs
    """
    sums = np.zeros((n_classes, values.shape[1]))
    for block in blocks(len(values)):
        belongs = codes[block, None] == np.arange(n_classes)
        sums += belongs.T.astype(np.float32) @ scaling(values[block])
    means: NDArray[np.float64] = sums / np.bincount(codes, minlength=n_classes)[:, None]
    return means


@dataclass(frozen=True, eq=False)
class Scaling:
    """What is subtracted from columns, and what they are divided by.

    Attributes
    ----------
    mean, deviation : (n_columns,) float32; deviation 1 where a column does not vary
    """

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scaled values, of the same shape."""
        return (values - self.mean) / self.deviation

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> Scaling:
        """Of the training contigs (n_contigs, n_columns)."""
        mean = values.mean(axis=0, dtype=np.float64)
        squares = np.zeros(values.shape[1])
        for block in blocks(len(values)):
            squares += ((values[block] - mean) ** 2).sum(axis=0)
        deviation = np.sqrt(squares / len(values))
        # rounding alone is no variation
        deviation[deviation <= 1e-7 * np.abs(mean)] = 1
        return cls(mean.astype(np.float32), deviation.astype(np.float32))

    def check(self, n_columns: int) -> None:
        """A ValueError if it cannot be of so many columns: a damaged file."""
        for vector in (self.mean, self.deviation):
            if vector.shape != (n_columns,) or not np.isfinite(vector).all():
                raise ValueError("scaling")
        if (self.deviation <= 0).any():
            raise ValueError("deviation")
