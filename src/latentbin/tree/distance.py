"""The composite geodesic distance: several embeddings of the same contigs, weighed.

``d^2 = sum_b c_b angle(x_b, y_b)^2`` over blocks b of unit vectors (GenomeFace: composition and
co-abundance).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
_ALL = slice(None)


@dataclass(frozen=True, eq=False)
class Composite:
    """Points under the composite distance.

    Attributes
    ----------
    vectors : (n, sum of widths) the blocks side by side, each of unit rows
    ends : (n_blocks + 1,) columns at which blocks begin and end
    weights : (n_blocks,) c_b
    """

    vectors: Vectors
    ends: NDArray[np.int64]
    weights: NDArray[np.float64]

    def scaled(self, rows: NDArray[np.int64] | slice = _ALL) -> Vectors:
        """Vectors whose Euclidean distance is the composite distance with chords for angles."""
        columns = np.repeat(np.sqrt(self.weights), np.diff(self.ends))
        return self.vectors[rows] * columns.astype(np.float32)


def composite(blocks: Sequence[Vectors], weights: Sequence[float]) -> Composite:
    """Put blocks together.

    Parameters
    ----------
    blocks : of (n, width) each, rows of length 1
    weights : c_b of each block, >= 0; a block of weight 0 is left out

    Raises
    ------
    ValueError : rows that do not agree or are not of length 1, no weight above 0
    """
    if len(blocks) != len(weights) or len({len(block) for block in blocks}) != 1:
        raise ValueError("blocks need a weight each and the same number of rows")
    for block in blocks:
        norm = np.einsum("ij,ij->i", block, block, dtype=np.float64)
        if not (np.abs(norm - 1) < 1e-3).all():
            raise ValueError("a row of a block is not of length 1")
    if min(weights) < 0 or max(weights) == 0 or not np.isfinite(weights).all():
        raise ValueError(f"weights are {list(weights)}; expected >= 0 and one above")
    kept = [(block, weight) for block, weight in zip(blocks, weights, strict=True) if weight > 0]
    widths = [block.shape[1] for block, _ in kept]
    return Composite(
        np.ascontiguousarray(np.hstack([block for block, _ in kept]), np.float32),
        np.cumsum([0, *widths]),
        np.array([weight for _, weight in kept], np.float64),
    )


# Sums may be taken in any order, for the sake of vector units; infinities keep their meaning.
# Not cached: each is compiled into its callers, which are.
_kernel = njit(nogil=True, fastmath={"reassoc", "contract", "nsz"})


@_kernel
def _squared_chord(vectors: Vectors, x: int, y: int, begin: int, end: int) -> np.float32:
    first = np.uint64(begin)  # unsigned: no check for negative indices, which would stop the
    total = np.float32(0)  # compiler from using vector units
    for column in range(np.uint64(end) - first):
        step = vectors[x, first + column] - vectors[y, first + column]
        total += step * step
    return total


@_kernel
def squared_below(
    vectors: Vectors,
    x: int,
    y: int,
    ends: NDArray[np.int64],
    weights: NDArray[np.float64],
    limit: float,
) -> float:
    """Squared composite distance of two rows, or infinity if it is not below ``limit``.

    Angles come from chords, which keeps small ones exact; and since an angle is never smaller
    than its chord, most pairs are dismissed before any arc sine is taken.
    """
    lowest = 0.0
    for block in range(len(weights)):
        chord = _squared_chord(vectors, x, y, ends[block], ends[block + 1])
        lowest += weights[block] * chord
        if lowest >= limit:
            return np.inf
    result = 0.0
    for block in range(len(weights)):
        chord = _squared_chord(vectors, x, y, ends[block], ends[block + 1])
        angle = 2 * math.asin(min(1.0, 0.5 * math.sqrt(chord)))
        result += weights[block] * angle * angle
    return result if result < limit else np.inf
