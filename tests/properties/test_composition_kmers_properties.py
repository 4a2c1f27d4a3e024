from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.composition.kmers import COLUMNS, base_codes, profiles
from latentbin.composition.model import count_kmers

LENGTH_OF = np.array([len(word) for word in COLUMNS])
TWIN = str.maketrans("ACGTRYacgtN", "TGCAYRtgcaN")
SEQUENCES = st.text("ACGTN", min_size=1, max_size=200)
quick = settings(max_examples=60)


def profile(*sequences):
    return count_kmers([sequence.encode() for sequence in sequences])[1]


@quick
@given(SEQUENCES)
def test_both_strands_have_one_profile(sequence):
    one, other = profile(sequence, sequence.translate(TWIN)[::-1])
    np.testing.assert_allclose(one, other, atol=1e-6)


@quick
@given(SEQUENCES)
def test_case_and_rna_and_other_ambiguity_codes_make_no_difference(sequence):
    spellings = (
        sequence.lower(),
        sequence.replace("T", "U"),
        sequence.lower().replace("t", "u"),
        sequence.replace("N", "R"),
        sequence.replace("N", "-"),
    )
    found = profile(sequence, *spellings)
    np.testing.assert_array_equal(found, np.tile(found[0], (len(found), 1)))


@quick
@given(SEQUENCES)
def test_frequencies_of_a_length_sum_to_one_or_there_is_no_such_word(sequence):
    (found,) = profile(sequence)
    assert (found >= 0).all()
    runs = [len(run) for run in sequence.split("N")]
    for size in range(1, 11):
        total = found[size == LENGTH_OF].sum()
        np.testing.assert_allclose(total, float(max(runs) >= size), atol=1e-5)


@quick
@given(st.lists(SEQUENCES, min_size=1, max_size=6))
def test_sequences_side_by_side_are_counted_each_on_its_own(sequences):
    n_bases, together = count_kmers([sequence.encode() for sequence in sequences])
    assert n_bases.tolist() == [len(s) - s.count("N") for s in sequences]
    for row, sequence in zip(together, sequences, strict=True):
        np.testing.assert_array_equal(row, profile(sequence)[0])


@quick
@given(SEQUENCES, st.data())
def test_a_stretch_is_a_sequence(sequence, data):
    start = data.draw(st.integers(0, len(sequence) - 1))
    end = data.draw(st.integers(start + 1, len(sequence)))
    codes = base_codes()[np.frombuffer(sequence.encode(), np.uint8)]
    found = profiles(codes, np.array([start]), np.array([end]))
    np.testing.assert_allclose(found, profile(sequence[start:end]), atol=1e-7)
