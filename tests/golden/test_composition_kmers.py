"""Word frequencies against a count in plain Python that knows nothing of bits and tables."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from latentbin.composition.kmers import COLUMNS, base_codes, profiles

COUNTS = (2, 10, 32, 136, 512, 36, 64, 136, 256, 528)
ALPHABETS = ("ACGT",) * 5 + ("RY",) * 5
TWIN = str.maketrans("ACGTRY", "TGCAYR")
TO_RY = str.maketrans("ACGT", "RYRY")


def canonical(word):
    return min(word, word.translate(TWIN)[::-1])


def expected(sequence):
    found = []
    for size, alphabet in enumerate(ALPHABETS, 1):
        words = sorted({canonical("".join(w)) for w in itertools.product(alphabet, repeat=size)})
        counts = dict.fromkeys(words, 0)
        text = sequence if alphabet == "ACGT" else sequence.translate(TO_RY)
        for start in range(len(text) - size + 1):
            word = text[start : start + size]
            if "N" not in word:
                counts[canonical(word)] += 1
        found.append(np.array(list(counts.values())) / max(1, sum(counts.values())))
    return np.concatenate(found)


def profile(text):
    codes = base_codes()[np.frombuffer(text.encode(), np.uint8)]
    return profiles(codes, np.array([0]), np.array([len(codes)]))[0]


def test_columns_are_the_canonical_words_of_each_length():
    assert len(COLUMNS) == sum(COUNTS) == 1712
    assert tuple(np.bincount([len(word) for word in COLUMNS])[1:]) == COUNTS
    first = 0
    for size, alphabet, count in zip(range(1, 11), ALPHABETS, COUNTS, strict=True):
        words = {canonical("".join(w)) for w in itertools.product(alphabet, repeat=size)}
        assert COLUMNS[first : first + count] == tuple(sorted(words))
        first += count


@pytest.mark.parametrize("length", [1, 3, 8, 9, 10, 12, 50, 300])
@pytest.mark.parametrize("ambiguous", [0, 0.04, 0.3])
def test_random_sequences(length, ambiguous):
    rng = np.random.default_rng((length, int(100 * ambiguous)))
    share = [(1 - ambiguous) / 4] * 4 + [ambiguous]
    for _ in range(4):
        sequence = "".join(rng.choice(list("ACGTN"), p=share, size=length))
        np.testing.assert_allclose(profile(sequence), expected(sequence), atol=1e-6)


def test_by_hand():
    found = {word: v for word, v in zip(COLUMNS, profile("AACNG"), strict=True) if v}
    assert found == pytest.approx({"A": 0.5, "C": 0.5, "AA": 0.5, "AC": 0.5, "AAC": 1})
