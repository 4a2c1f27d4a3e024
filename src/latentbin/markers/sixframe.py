"""The six reading frames of contigs, translated: what is searched before any gene is called.

A frame is cut at TAA and TAG only. TGA, a stop in most bacteria and tryptophan in some, counts as
an unknown amino acid, as does every codon with an ambiguous base; so a stretch between stops holds
the whole of each gene on it in either genetic code, also where the gene runs over an end of the
contig.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
"""In the order of their codes; HMMER's order as well."""
STOP = 20
UNKNOWN = 21
N_CODES = 22
# by codon, bases in the order A C G T, the first changing slowest
_CODE_11 = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"
_TGA = 0b111000


@dataclass(frozen=True, eq=False)
class Frames:
    """Six frames of each contig, one after the other, with a stop before and after each.

    Attributes
    ----------
    residues : (n,) uint8, codes of `AMINO_ACIDS`, `STOP` or `UNKNOWN`
    starts : (n_contigs, 6) where each frame begins: three of the contig as it stands, then three
        of its reverse complement
    lengths : (n_contigs,) bp
    """

    residues: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def locate(
        self, begin: NDArray[np.int64], end: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Stretches of residues [begin, end), none across frames, on their contigs.

        Returns
        -------
        contig, first, last, forward : row; first and one past the last base, from 0, on the
            contig as it stands; whether it is read in that direction
        """
        starts = self.starts.ravel()
        segment = np.searchsorted(starts, begin, "right") - 1
        contig, frame = np.divmod(segment, 6)
        forward = frame < 3
        near = frame % 3 + 3 * (begin - starts[segment])
        far = frame % 3 + 3 * (end - starts[segment])
        length = self.lengths[contig]
        first = np.where(forward, near, length - far)
        last = np.where(forward, far, length - near)
        return contig, first, last, forward


def translate(sequences: Sequence[bytes]) -> Frames:
    """All six frames of each sequence; lower case counts, U counts as T."""
    lengths = np.array([len(sequence) for sequence in sequences], np.int64)
    bases = np.frombuffer(b"".join(sequences), np.uint8)
    residues = np.empty(2 * len(bases) + 6 * len(lengths) + 1, np.uint8)
    starts = np.empty((len(lengths), 6), np.int64)
    used = _translate(bases, lengths.cumsum(), *_tables(), residues, starts)
    return Frames(residues[:used], starts, lengths)


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    bases = np.full(256, 4, np.uint8)
    for code, letters in enumerate((b"Aa", b"Cc", b"Gg", b"TtUu")):
        bases[list(letters)] = code
    codons = np.array([(AMINO_ACIDS + "*").index(letter) for letter in _CODE_11], np.uint8)
    codons[_TGA] = UNKNOWN
    return bases, codons


@compiled
def _translate(
    bases: NDArray[np.uint8],
    ends: NDArray[np.int64],
    base_codes: NDArray[np.uint8],
    codons: NDArray[np.uint8],
    residues: NDArray[np.uint8],
    starts: NDArray[np.int64],
) -> int:
    residues[0] = STOP
    at = 1
    begin = 0
    for contig in range(len(ends)):
        end = ends[contig]
        for frame in range(3):
            starts[contig, frame] = at
            for place in range(begin + frame, end - 2, 3):
                a = base_codes[bases[place]]
                b = base_codes[bases[place + 1]]
                c = base_codes[bases[place + 2]]
                residues[at] = UNKNOWN if (a | b | c) > 3 else codons[a << 4 | b << 2 | c]
                at += 1
            residues[at] = STOP
            at += 1
        for frame in range(3):
            starts[contig, 3 + frame] = at
            for place in range(end - 1 - frame, begin + 1, -3):
                a = base_codes[bases[place]]
                b = base_codes[bases[place - 1]]
                c = base_codes[bases[place - 2]]
                # 3 - code is the complement of a base, 63 - codon that of all three
                residues[at] = UNKNOWN if (a | b | c) > 3 else codons[63 - (a << 4 | b << 2 | c)]
                at += 1
            residues[at] = STOP
            at += 1
        begin = end
    return at
