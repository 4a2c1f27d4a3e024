"""The geometry of tetranucleotide frequencies: which 4-mers are merged, and what is left free.

Of the 256 frequencies f(k) of a long double-stranded molecule only 103 are free:

* they sum to one (1 constraint);
* f(k) = f(reverse complement of k): 136 classes, of which 16 are palindromes (120 constraints);
* each 3-mer begins as many 4-mers as it ends: f(w.) = f(.w) (32 more that are independent).

`reduced_projection` keeps exactly that subspace, as VAMB's released program does (Nissen et al.,
Nat Biotechnol 2021). Any orthonormal basis gives the same distances; ours is made by Gram-Schmidt
in a fixed order, so that it is not a rotation that changes with the linear-algebra library.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

K = 4
N_WORDS = 4**K
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def _word(code: int, size: int = K) -> str:
    return "".join("ACGT"[code >> 2 * (size - 1 - i) & 3] for i in range(size))


def reverse_complement(word: str) -> str:
    """Reverse complement of a word over A, C, G, T."""
    return word.translate(_COMPLEMENT)[::-1]


WORDS = tuple(_word(code) for code in range(N_WORDS))
"""All 4-mers; the position is the code: two bits per base, A C G T = 0 1 2 3."""

CANONICAL = tuple(word for word in WORDS if word <= reverse_complement(word))
"""The 136 canonical 4-mers: the first, by the alphabet, of a word and its reverse complement."""


def canonical_index() -> NDArray[np.uint8]:
    """(256,) the row of `CANONICAL` that each 4-mer code is counted for."""
    row = {word: number for number, word in enumerate(CANONICAL)}
    return np.array([row[min(word, reverse_complement(word))] for word in WORDS], np.uint8)


def constraints() -> NDArray[np.float64]:
    """(1 + 256 + 64, 256) rows r such that r . f = 0 for the deviation f from the uniform 1/256.

    Their null space is what is free to vary. Rows depend on each other; that does no harm.
    """
    position = {word: code for code, word in enumerate(WORDS)}
    rows = [np.ones(N_WORDS)]
    for word in WORDS:
        row = np.zeros(N_WORDS)
        row[position[word]] += 1
        row[position[reverse_complement(word)]] -= 1
        rows.append(row)
    for code in range(N_WORDS // 4):
        overlap = _word(code, K - 1)
        row = np.zeros(N_WORDS)
        for base in "ACGT":
            row[position[overlap + base]] += 1
            row[position[base + overlap]] -= 1
        rows.append(row)
    return np.array(rows)


@lru_cache(maxsize=1)
def reduced_basis() -> NDArray[np.float64]:
    """(256, 103) orthonormal basis of the space that the constraints leave free.

    Gram-Schmidt over the constraints and then over the unit vectors AAAA, AAAC, ...; what a unit
    vector adds becomes the next column. Its sign is fixed by that: positive at its own 4-mer.
    """
    basis = np.empty((N_WORDS, N_WORDS))
    size = 0

    def extend(vector: NDArray[np.float64]) -> bool:
        nonlocal size
        rest = vector / np.linalg.norm(vector) if vector.any() else vector
        for _ in range(2):  # twice is enough for full precision (Kahan, Parlett)
            rest = rest - basis[:, :size] @ (basis[:, :size].T @ rest)
        norm = float(np.linalg.norm(rest))
        if norm < 1e-8:
            return False
        basis[:, size] = rest / norm
        size += 1
        return True

    for row in constraints():
        extend(row)
    n_constraints = size
    for unit in np.eye(N_WORDS):
        extend(unit)
    assert size == N_WORDS
    return basis[:, n_constraints:].copy()


@lru_cache(maxsize=1)
def reduced_projection() -> NDArray[np.float64]:
    """(136, 103) matrix that takes canonical frequencies to their reduced coordinates.

    A canonical frequency is spread evenly over its word and the reverse complement, then projected
    on `reduced_basis`; the uniform 1/256 lies orthogonal to it and needs no subtraction.
    """
    index = canonical_index()
    size = np.bincount(index, minlength=len(CANONICAL))
    spread = np.zeros((len(CANONICAL), N_WORDS))
    spread[index, np.arange(N_WORDS)] = 1 / size[index]
    return spread @ reduced_basis()
