"""How a genome writes its proteins: amino acids and codons that follow its GC content."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
BASES = "ACGT"

# The standard code (bacterial, table 11) in the order of the codons AAA, AAC, AAG, AAT, ACA, ...
_CODE = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"

CODON_OF = np.array([AMINO_ACIDS.find(letter) for letter in _CODE])
"""(64,) index of the amino acid of each codon, -1 for a stop."""

_CODON_BASES = np.array([[code >> 4 & 3, code >> 2 & 3, code & 3] for code in range(64)], np.uint8)

# share of the amino acids in bacterial proteins, in percent and rounded (order of AMINO_ACIDS)
_USAGE = np.array(
    [
        9.5,
        1.0,
        5.4,
        6.1,
        3.9,
        7.3,
        2.1,
        6.2,
        5.0,
        10.4,
        2.5,
        4.0,
        4.3,
        3.9,
        5.5,
        6.0,
        5.4,
        7.1,
        1.3,
        3.1,
    ]
)


@dataclass(frozen=True)
class Dialect:
    """What sets one genome's genes apart from another's.

    Attributes
    ----------
    usage : (20,) probability of each amino acid
    codons : (20, 64) probability of each codon, given the amino acid
    starts : (64,) probability of each start codon
    stops : (64,) probability of each stop codon
    spacer_gc : GC content between genes
    """

    usage: NDArray[np.float64]
    codons: NDArray[np.float64]
    starts: NDArray[np.float64]
    stops: NDArray[np.float64]
    spacer_gc: float


def new_dialect(rng: np.random.Generator, gc: float) -> Dialect:
    """A dialect whose genes have about the GC content ``gc``.

    The third codon position follows GC more than twice as steeply as the genome does, the first
    and second less (Muto & Osawa, PNAS 1987); amino acids with GC-rich codons follow it too.
    """
    third = np.clip(0.5 + 2.0 * (gc - 0.5), 0.07, 0.93)
    is_gc = np.isin(_CODON_BASES, (1, 2))
    weight = np.where(is_gc[:, 2], third, 1 - third) * np.where(is_gc[:, 0], gc, 1 - gc)
    weight = weight * np.exp(rng.normal(0, 0.5, 64))
    codons = np.where(CODON_OF[None, :] == np.arange(20)[:, None], weight, 0)
    codons /= codons.sum(axis=1, keepdims=True)

    gc_of_acid = codons @ is_gc[:, :2].mean(axis=1)
    usage = _USAGE * np.exp(2.5 * (gc - 0.5) * (gc_of_acid - 0.5) + rng.normal(0, 0.12, 20))
    starts, stops = np.zeros(64), np.zeros(64)
    starts[[_code("ATG"), _code("GTG"), _code("TTG")]] = 0.82, 0.11, 0.07
    stops[[_code("TAA"), _code("TGA"), _code("TAG")]] = 1 - gc, 0.9 * gc, 0.2
    return Dialect(
        usage / usage.sum(),
        codons,
        starts,
        stops / stops.sum(),
        float(np.clip(gc - 0.06, 0.15, 0.8)),
    )


def write_gene(
    rng: np.random.Generator, dialect: Dialect, protein: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Codons of a protein (indices into `AMINO_ACIDS`, after the starting M) with start and stop.

    Returns
    -------
    bases : (3 * (n + 2),) codes 0 - 3
    """
    cumulative = dialect.codons.cumsum(axis=1)[protein]
    drawn = (cumulative < rng.random((len(protein), 1)) * cumulative[:, -1:]).sum(axis=1)
    start, stop = (int(rng.choice(64, p=p)) for p in (dialect.starts, dialect.stops))
    codons = np.concatenate([[start], drawn, [stop]])
    return np.asarray(_CODON_BASES[codons].ravel(), np.uint8)


def codon_numbers(bases: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n,) codon numbers 0 - 63 of (n, 3) base codes."""
    return np.asarray(bases.astype(np.int64) @ np.array([16, 4, 1]), np.int64)


def reverse_complement(bases: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Reverse complement of base codes; 4 (N) stays."""
    return np.where(bases < 4, 3 - bases, bases)[::-1].astype(np.uint8)


def _code(codon: str) -> int:
    return int(np.dot([BASES.index(base) for base in codon], [16, 4, 1]))
