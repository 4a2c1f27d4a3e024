"""Counting 4-mers, compiled: the one loop over bases."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from latentbin.composition.kmers import base_codes
from latentbin.composition.tnf import CANONICAL, canonical_index


@numba.njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]
def _count(
    bases: NDArray[np.uint8],
    ends: NDArray[np.int64],
    base_codes: NDArray[np.uint8],
    class_of: NDArray[np.uint8],
    counts: NDArray[np.int64],
) -> None:
    # Words are counted in two tables in turn: runs such as AAAA would otherwise wait for the
    # increment before them to reach memory.
    words = np.zeros(512, np.int64)
    start = 0
    for row in range(len(ends)):
        words[:] = 0
        word = 0
        unbroken = 0
        for position in range(start, ends[row]):
            code = base_codes[bases[position]]
            if code == 4:
                unbroken = 0
                continue
            word = (word << 2 | code) & 255
            unbroken += 1
            if unbroken >= 4:
                words[(position & 1) << 8 | word] += 1
        for word in range(256):
            counts[row, class_of[word]] += words[word] + words[256 + word]
        start = ends[row]


def count_canonical(sequences: list[bytes]) -> NDArray[np.int64]:
    """Counts of the canonical 4-mers of each sequence.

    Lower case counts, U counts as T, a word with any other letter is skipped.

    Returns
    -------
    counts : (n_sequences, 136), columns as `tnf.CANONICAL`
    """
    ends = np.cumsum([len(sequence) for sequence in sequences], dtype=np.int64)
    bases = np.frombuffer(b"".join(sequences), np.uint8)
    counts = np.zeros((len(sequences), len(CANONICAL)), np.int64)
    _count(bases, ends, base_codes(), canonical_index(), counts)
    return counts


@numba.njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]
def project(
    frequencies: NDArray[np.float64], projection: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Matrix product (n, 136) x (136, 103), rounded to float32.

    Written out because it is small and must give the same bytes whatever the number of threads;
    a linear-algebra library's own threads also cost more here than they bring.
    """
    n_rows, n_words = frequencies.shape
    n_columns = projection.shape[1]
    out = np.empty((n_rows, n_columns), np.float32)
    total = np.empty(n_columns, np.float64)
    for row in range(n_rows):
        total[:] = 0
        for word in range(n_words):
            frequency = frequencies[row, word]
            for column in range(n_columns):
                total[column] += frequency * projection[word, column]
        for column in range(n_columns):
            out[row, column] = total[column]
    return out
