"""GenomeFace's composition: frequencies of words of ten lengths, over two alphabets.

1- to 5-mers over A, C, G, T and 6- to 10-mers over R (purine: A, G) and Y (pyrimidine: C, T), each
with reverse complements merged: 2 + 10 + 32 + 136 + 512 and 36 + 64 + 136 + 256 + 528 = 1,712
columns; each length's frequencies sum to one (Lettich et al., GenomeFace, 2023/24).
"""

from __future__ import annotations

from functools import lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

LETTERS = ("ACGT",) * 5 + ("RY",) * 5
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
_COMPLEMENT = str.maketrans("ACGTRY", "TGCAYR")
_LONGEST_WORD = 1024  # 4**5 = 2**10


def _words(letters: str, size: int) -> list[str]:
    base = len(letters)
    return [
        "".join(letters[code // base ** (size - 1 - i) % base] for i in range(size))
        for code in range(base**size)
    ]


@lru_cache(maxsize=1)
def _merged() -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """All column names, and (10, 1024) the column that each word of each length counts for."""
    names: list[str] = []
    column_of = np.zeros((len(SIZES), _LONGEST_WORD), np.int32)
    for row, (letters, size) in enumerate(zip(LETTERS, SIZES, strict=True)):
        words = _words(letters, size)
        merged = [min(word, word.translate(_COMPLEMENT)[::-1]) for word in words]
        position = {word: len(names) + n for n, word in enumerate(sorted(set(merged)))}
        column_of[row, : len(words)] = [position[word] for word in merged]
        names.extend(position)
    return tuple(names), column_of


COLUMNS = _merged()[0]
"""The 1,712 words: for each length the canonical ones, in alphabetical order."""
N_COLUMNS = len(COLUMNS)


@lru_cache(maxsize=1)
def base_codes() -> NDArray[np.uint8]:
    """(256,) A C G T/U in either case to 0 1 2 3, everything else to 4."""
    codes = np.full(256, 4, np.uint8)
    for code, letters in enumerate((b"Aa", b"Cc", b"Gg", b"TtUu")):
        codes[list(letters)] = code
    return codes


@numba.njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]
def _profiles(
    bases: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    column_of: NDArray[np.int32],
    out: NDArray[np.float32],
) -> None:
    # Only the longest words are counted at every base; a shorter word is the end of a longer one,
    # but for the first few of a run of unambiguous bases, which are counted on their own.
    # Two tables in turn: see `count._count`.
    table = np.zeros((2, 10, 1024), np.int32)
    for row in range(len(starts)):
        table[:] = 0
        word = 0
        pure = 0
        unbroken = 0
        for position in range(starts[row], ends[row]):
            code = bases[position]
            if code > 3:
                unbroken = 0
                continue
            word = (word << 2 | code) & 1023
            pure = (pure << 1 | (code & 1)) & 1023  # C = 1 and T = 3 are pyrimidines
            unbroken += 1
            half = position & 1
            if unbroken >= 10:
                table[half, 4, word] += 1
                table[half, 9, pure] += 1
                continue
            if unbroken >= 5:
                table[half, 4, word] += 1
            else:
                table[half, unbroken - 1, word & ((1 << 2 * unbroken) - 1)] += 1
            if unbroken >= 6:
                table[half, unbroken - 1, pure & ((1 << unbroken) - 1)] += 1
        for code in range(1024):
            table[0, 4, code] += table[1, 4, code]
            table[0, 9, code] += table[1, 9, code]
        for size in range(4, 0, -1):
            mask = (1 << 2 * size) - 1
            for code in range(mask + 1):
                table[0, size - 1, code] += table[1, size - 1, code]
            for code in range(1 << 2 * size + 2):
                table[0, size - 1, code & mask] += table[0, size, code]
        for size in range(9, 5, -1):
            mask = (1 << size) - 1
            for code in range(mask + 1):
                table[0, size - 1, code] += table[1, size - 1, code]
            for code in range(1 << size + 1):
                table[0, size - 1, code & mask] += table[0, size, code]
        out[row] = 0
        for kind in range(10):
            n_words = 1 << 2 * (kind + 1) if kind < 5 else 1 << (kind + 1)
            total = 0
            for code in range(n_words):
                total += table[0, kind, code]
            if total > 0:
                for code in range(n_words):
                    out[row, column_of[kind, code]] += table[0, kind, code] / total


def profiles(
    codes: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Word frequencies of stretches of a sequence; runs without Python's lock.

    Parameters
    ----------
    codes : bases as 0 - 3 (see `base_codes`); anything above is ambiguous and breaks words
    starts, ends : (n,) the stretches ``codes[start:end]``

    Returns
    -------
    frequencies : (n, 1712); a length of which a stretch holds no word is all zeros
    """
    out = np.empty((len(starts), N_COLUMNS), np.float32)
    _profiles(codes, starts, ends, _merged()[1], out)
    return out
