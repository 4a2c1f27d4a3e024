"""Six frames and seeds against plain Python."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from latentbin.markers import seeds
from latentbin.markers.sixframe import AMINO_ACIDS, STOP, UNKNOWN, translate

LETTERS = AMINO_ACIDS + "*X"
COMPLEMENT = str.maketrans("ACGT", "TGCA")
CODE = dict(
    zip(
        map("".join, itertools.product("TCAG", repeat=3)),
        "FFLLSSSSYY**CCXWLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG",
        strict=True,
    )
)  # NCBI's table 11 as it is printed, TGA unknown


def plain(sequence):
    strands = (sequence, sequence.translate(COMPLEMENT)[::-1])
    for strand in strands:
        for frame in range(3):
            codons = (strand[at : at + 3] for at in range(frame, len(strand) - 2, 3))
            yield "".join(CODE.get(codon, "X") for codon in codons) + "*"


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 100, 101, 102])
def test_frames_are_those_of_a_plain_translation(length):
    rng = np.random.default_rng(length)
    texts = ["".join(rng.choice(list("ACGTN"), length, p=[0.24] * 4 + [0.04])) for _ in range(3)]
    frames = translate([text.encode() for text in texts])
    expected = "*" + "".join(frame for text in texts for frame in plain(text))
    assert "".join(LETTERS[code] for code in frames.residues) == expected


def test_lower_case_and_rna_count():
    assert (
        translate([b"acguACGTTT"]).residues.tolist() == translate([b"ACGTACGTTT"]).residues.tolist()
    )


def test_stretches_are_found_again_on_their_contigs():
    rng = np.random.default_rng(1)
    texts = ["".join(rng.choice(list("ACGT"), length)) for length in (50, 61, 3)]
    frames = translate([text.encode() for text in texts])
    for begin in range(len(frames.residues)):
        for end in (begin + 1, begin + 4):
            codes = frames.residues[begin:end]
            if len(codes) < end - begin or (codes == STOP).any():
                continue
            (contig,), (first,), (last,), (forward,) = frames.locate(
                np.array([begin]), np.array([end])
            )
            bases = texts[contig][first:last]
            if not forward:
                bases = bases.translate(COMPLEMENT)[::-1]
            assert [CODE[bases[at : at + 3]] for at in range(0, len(bases), 3)] == [
                LETTERS[code] for code in codes
            ]


BACKGROUND = np.full(20, 0.05)


def conserved(text):
    """Profile of a family that nearly always has this sequence."""
    emissions = np.full((len(text), 20), 0.2 / 19)
    emissions[range(len(text)), [AMINO_ACIDS.index(letter) for letter in text]] = 0.8
    return emissions


def test_words_are_all_those_that_reach_the_least_sum():
    rng = np.random.default_rng(2)
    emissions = rng.dirichlet(np.full(20, 0.2), 7)
    made = seeds.make_seeds([emissions[:5], emissions[3:]], BACKGROUND)
    tenths = np.rint(np.log2(np.maximum(emissions, 1e-6) / 0.05) * 10)
    listed = []
    for part in (tenths[:5], tenths[3:]):
        for start in range(len(part) - 4):
            total = part[start][:, None]
            for row in part[start + 1 : start + 5]:
                total = (total.ravel()[:, None] + row).reshape(-1, 1)
            listed.append(np.flatnonzero(total.ravel() >= 100))
    expected = np.bincount(np.concatenate(listed), minlength=20**5)
    assert expected.sum() == len(made.rows) > 0
    assert np.array_equal(np.diff(made.offsets), expected)
    assert np.array_equal(np.unpackbits(made.present, bitorder="little"), expected > 0)


FAMILY = "MKWVTHCDPRYFNQGIELSAMKWHCDPYFN"


def coding(text, rng):
    codons = {letter: [c for c, a in CODE.items() if a == letter] for letter in AMINO_ACIDS}
    return "".join(str(rng.choice(codons[letter])) for letter in text)


def found(sequence, *families):
    frames = translate([sequence.encode()])
    rows = seeds.make_seeds([conserved(f) for f in families], BACKGROUND).find(frames)
    return frames, rows


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("lead", ["", "A", "GC", "TAATTAATTAA"])
def test_stretch_of_a_profile_is_found_in_any_frame_and_at_the_ends(lead, forward):
    rng = np.random.default_rng(3)
    sequence = lead + coding(FAMILY, rng)
    if not forward:
        sequence = sequence.translate(COMPLEMENT)[::-1]
    frames, rows = found(sequence, FAMILY[::-1], FAMILY)
    ((begin, end, profile, centre),) = rows
    assert profile == 1
    assert begin <= centre < end
    text = "".join(LETTERS[code] for code in frames.residues[begin:end])
    assert FAMILY in text
    assert "*" not in text


def test_changes_and_unknowns_are_passed_over_but_not_stops():
    rng = np.random.default_rng(4)
    codons = coding(FAMILY, rng)
    changed = codons[:30] + "AAA" + codons[33:45] + "NNN" + codons[48:]
    assert len(found(changed, FAMILY)[1]) == 1
    # each half alone is worth 4 bits a position: 15 positions reach 60
    halves = codons[:45] + "TAATAGTAA" + codons[45:]
    assert len(found(halves, FAMILY)[1]) == 2
    pieces = "TAA".join(codons[at : at + 15] for at in range(0, 90, 15))
    assert len(found(pieces, FAMILY)[1]) == 0


def test_two_profiles_in_a_row_do_not_run_into_each_other():
    rng = np.random.default_rng(5)
    # 5 positions of either end: together above the least sum, apart below it
    assert len(found(coding(FAMILY[-5:] + FAMILY[:5], rng), FAMILY, FAMILY)[1]) == 0


def test_found_does_not_depend_on_what_else_is_in_the_batch():
    rng = np.random.default_rng(6)
    texts = ["".join(rng.choice(list("ACGT"), 40)) + coding(FAMILY, rng) for _ in range(400)]
    made = seeds.make_seeds([conserved(FAMILY)], BACKGROUND)
    together = translate([text.encode() for text in texts])
    rows = made.find(together)
    contig = together.locate(rows[:, 0], rows[:, 1])[0]
    alone = [len(made.find(translate([text.encode()]))) for text in texts]
    assert np.bincount(contig, minlength=400).tolist() == alone
    assert min(alone) == 1


def test_nothing_but_unknown_bases_is_nothing():
    frames = translate([b"N" * 300])
    assert set(frames.residues.tolist()) == {STOP, UNKNOWN}
    assert len(seeds.make_seeds([conserved(FAMILY)], BACKGROUND).find(frames)) == 0
