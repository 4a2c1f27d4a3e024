"""Values worked out by hand and by exact arithmetic, independent of the code."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import null_space

from latentbin.composition.count import count_canonical, project
from latentbin.composition.tnf import CANONICAL, reduced_basis, reduced_projection


def test_hand_counted_words():
    # ACGTNacgtu: ACGT | acgt cgtu; the N breaks four words
    counts = dict(zip(CANONICAL, count_canonical([b"ACGTNacgtu"])[0].tolist(), strict=True))
    assert {word: n for word, n in counts.items() if n} == {"ACGT": 2, "AACG": 1}


def test_first_and_last_canonical_words():
    assert CANONICAL[:5] == ("AAAA", "AAAC", "AAAG", "AAAT", "AACA")
    assert CANONICAL[-1] == "TTAA"


def test_same_subspace_as_a_null_space_built_from_scratch():
    words = ["".join(letters) for letters in itertools.product("ACGT", repeat=4)]
    pair = str.maketrans("ACGT", "TGCA")
    rows = [[1.0] * 256]
    for word in words:
        twin = word.translate(pair)[::-1]
        rows.append([float(w == word) - float(w == twin) for w in words])
    for three in map("".join, itertools.product("ACGT", repeat=3)):
        rows.append([float(w.startswith(three)) - float(w.endswith(three)) for w in words])
    theirs = null_space(np.array(rows))
    ours = reduced_basis()
    assert theirs.shape == ours.shape == (256, 103)
    assert np.allclose(theirs @ theirs.T, ours @ ours.T, atol=1e-12)


def test_basis_is_fixed_in_order_and_sign():
    # the first column is what AAAA adds: the projection of that unit vector, made a unit vector
    basis = reduced_basis()
    own = basis @ basis.T[:, 0]
    assert np.allclose(basis[:, 0], own / np.linalg.norm(own), atol=1e-12)
    assert basis[0, 0] > 0
    assert np.allclose(basis[0, 1:], 0, atol=1e-12)


def test_compiled_product_is_the_matrix_product():
    frequencies = np.random.default_rng(1).random((7, 136))
    expected = frequencies @ reduced_projection()
    assert project(frequencies, reduced_projection()) == pytest.approx(expected, rel=1e-5, abs=1e-6)
