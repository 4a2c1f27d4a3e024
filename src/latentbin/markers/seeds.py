"""Which stretches between stops look like a profile: words of five, extended without gaps.

As BLAST does with a query (Altschul 1990), here with the profiles: each window of five positions of
a profile lists the words whose log-odds sum to at least `_LEAST_WORD`; where one of these stands
in a frame, its diagonal is followed both ways until the sum falls `_DROP` below its best. This
costs a hundredth of what HMMER needs for all frames. It only has to let every gene through:
HMMER looks at what scored, and genes are searched again after calling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled
from latentbin.markers.sixframe import N_CODES, STOP, UNKNOWN, Frames

# Bits. Measured with the 40 genes of fetchMGs on 86 Mbp of contigs of 1 kb and more: words from 10
# bits and sums from 39 found all hits of the full search; words from 12 lost 1.4 % of them.
# Sums of 30 let 30 stretches per Mbp through, 10 of them true; sums of 24 let 200 through.
_LEAST_WORD = 10.0
_LEAST_SUM = 30.0
_DROP = 7.0
_UNIT = 10  # scores are whole tenths of a bit
_WORD = 5
_N_WORDS = 20**_WORD
_FORBIDDEN = -20_000  # ends an extension: a stop, or the end of a profile
_UNKNOWN_BITS = -1.0


@dataclass(frozen=True, eq=False)
class Seeds:
    """Words of a set of profiles.

    Attributes
    ----------
    scores : (n_rows, 22) int16, tenths of a bit of each residue at each position of each profile,
        all profiles one after the other with a row that ends extensions between them
    profile : (n_rows,) index of the row's profile
    present : (20**5 / 8,) bits: is the word anywhere?
    offsets, rows : the rows where word w starts are rows[offsets[w]:offsets[w + 1]]
    n_profiles : how many
    """

    scores: NDArray[np.int16]
    profile: NDArray[np.int64]
    present: NDArray[np.uint8]
    offsets: NDArray[np.int32]
    rows: NDArray[np.int32]
    n_profiles: int

    def find(self, frames: Frames) -> NDArray[np.int64]:
        """Stretches between stops that look like a profile.

        Returns
        -------
        found : (n, 4) begin and end among the residues, profile, a residue within the best part
        """
        return _find(
            frames.residues,
            self.scores,
            self.profile,
            self.present,
            self.offsets,
            self.rows,
            self.n_profiles,
            int(_DROP * _UNIT),
            int(_LEAST_SUM * _UNIT),
        )


def make_seeds(emissions: Sequence[NDArray[np.float64]], background: NDArray[np.float64]) -> Seeds:
    """List the words of profiles.

    Parameters
    ----------
    emissions : of each profile, (n_positions, 20) probabilities of the amino acids
    background : (20,) probabilities of the amino acids anywhere
    """
    border = np.full((1, N_CODES), _FORBIDDEN, np.int16)
    parts, owner = [border], [np.array([-1])]
    for number, probabilities in enumerate(emissions):
        part = np.full((len(probabilities) + 1, N_CODES), _FORBIDDEN, np.int16)
        bits = np.log2(np.maximum(probabilities, 1e-6) / background)
        part[:-1, :20] = np.rint(bits * _UNIT)
        part[:-1, UNKNOWN] = _UNKNOWN_BITS * _UNIT
        parts.append(part)
        owner.append(np.append(np.full(len(probabilities), number), -1))
    scores, profile = np.concatenate(parts), np.concatenate(owner)
    counts = np.zeros(_N_WORDS, np.int32)
    nowhere = np.empty(0, np.int32)
    n_rows = _list_words(scores, profile, int(_LEAST_WORD * _UNIT), counts, nowhere)
    offsets = np.zeros(_N_WORDS + 1, np.int32)
    counts.cumsum(out=offsets[1:])
    rows = np.empty(n_rows, np.int32)
    _list_words(scores, profile, int(_LEAST_WORD * _UNIT), offsets[:-1].copy(), rows)
    present = np.packbits(counts > 0, bitorder="little")
    return Seeds(scores, profile, present, offsets, rows, len(emissions))


@compiled
def _list_words(
    scores: NDArray[np.int16],
    profile: NDArray[np.int64],
    least: int,
    places: NDArray[np.int32],
    rows: NDArray[np.int32],
) -> int:
    # Depth first over the letters of a word, leaving out what cannot reach the least sum any more.
    # With no room in `rows` it counts: places[word] goes up by one for each row either way.
    best = np.empty(len(scores), np.int64)
    for row in range(len(scores)):
        best[row] = scores[row, :20].max()
    letter = np.zeros(_WORD, np.int64)
    total = np.zeros(_WORD + 1, np.int64)
    ahead = np.zeros(_WORD + 1, np.int64)
    n = 0
    for row in range(len(scores) - _WORD + 1):
        if profile[row : row + _WORD].min() < 0:
            continue
        for depth in range(_WORD - 1, -1, -1):
            ahead[depth] = ahead[depth + 1] + best[row + depth]
        depth = 0
        letter[0] = -1
        while depth >= 0:
            letter[depth] += 1
            if letter[depth] == 20:
                depth -= 1
                continue
            total[depth + 1] = total[depth] + scores[row + depth, letter[depth]]
            if total[depth + 1] + ahead[depth + 1] < least:
                continue
            if depth < _WORD - 1:
                depth += 1
                letter[depth] = -1
                continue
            word = 0
            for number in range(_WORD):
                word = word * 20 + letter[number]
            if len(rows):
                rows[places[word]] = row
            places[word] += 1
            n += 1
    return n


@compiled
def _find(
    residues: NDArray[np.uint8],
    scores: NDArray[np.int16],
    profile: NDArray[np.int64],
    present: NDArray[np.uint8],
    offsets: NDArray[np.int32],
    rows: NDArray[np.int32],
    n_profiles: int,
    drop: int,
    least: int,
) -> NDArray[np.int64]:
    found = np.empty((256, 4), np.int64)
    n = 0
    best = np.zeros(n_profiles, np.int64)
    centre = np.zeros(n_profiles, np.int64)
    touched = False
    start = 0
    run = 0
    word = 0
    for at in range(len(residues)):
        code = residues[at]
        if code >= 20:
            run = 0
            if code == STOP:
                if touched:
                    for number in range(n_profiles):
                        if best[number] > 0:
                            if n == len(found):
                                larger = np.empty((2 * n, 4), np.int64)
                                larger[:n] = found
                                found = larger
                            found[n, 0] = start
                            found[n, 1] = at
                            found[n, 2] = number
                            found[n, 3] = centre[number]
                            n += 1
                            best[number] = 0
                    touched = False
                start = at + 1
            continue
        word = word % 20 ** (_WORD - 1) * 20 + code
        run += 1
        if run < _WORD or not present[word >> 3] >> (word & 7) & 1:
            continue
        for entry in range(offsets[word], offsets[word + 1]):
            row = rows[entry]
            total = 0
            for number in range(_WORD):
                total += scores[row + number, residues[at - _WORD + 1 + number]]
            # a stop or a border row ends both loops
            top = total
            place, position = at + 1, row + _WORD
            while total >= top - drop:
                top = max(top, total)
                total += scores[position, residues[place]]
                place += 1
                position += 1
            total = top
            place, position = at - _WORD, row - 1
            while total >= top - drop:
                top = max(top, total)
                total += scores[position, residues[place]]
                place -= 1
                position -= 1
            if top >= least and top > best[profile[row]]:
                best[profile[row]] = top
                centre[profile[row]] = at
                touched = True
    return found[:n]
