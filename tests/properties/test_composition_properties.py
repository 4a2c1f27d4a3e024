from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.composition import model
from latentbin.composition.count import count_canonical
from latentbin.composition.model import compose
from latentbin.composition.options import TnfOptions
from latentbin.composition.tnf import (
    CANONICAL,
    N_WORDS,
    canonical_index,
    constraints,
    reduced_basis,
    reduced_projection,
    reverse_complement,
)
from latentbin.contigs import Record

BASES = st.text("ACGTacgtUuNRYKM", min_size=1, max_size=200)
DNA = st.text("ACGT", min_size=8, max_size=300)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """On a fresh machine the first call compiles; examples are timed without that."""
    count_canonical([b"ACGT"])


def naive(sequence: str) -> list[int]:
    text = sequence.upper().replace("U", "T")
    words = (text[i : i + 4] for i in range(len(text) - 3))
    found = Counter(
        min(word, reverse_complement(word)) for word in words if set(word) <= set("ACGT")
    )
    return [found[word] for word in CANONICAL]


@given(st.lists(BASES, min_size=1, max_size=5))
def test_counts_equal_those_of_a_naive_counter(sequences):
    counts = count_canonical([sequence.encode() for sequence in sequences])
    assert counts.tolist() == [naive(sequence) for sequence in sequences]


@given(DNA)
def test_counts_equal_those_of_the_reverse_complement(sequence):
    forward, backward = count_canonical([sequence.encode(), reverse_complement(sequence).encode()])
    assert forward.tolist() == backward.tolist()
    assert forward.sum() == len(sequence) - 3


@given(st.lists(DNA, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_shuffled_records_give_permuted_rows(sequences, random):
    records = [Record(f"c{i}", s.encode()) for i, s in enumerate(sequences)]
    shuffled = random.sample(records, len(records))
    options = TnfOptions(min_length=4)
    one, other = compose(records, options, "x"), compose(shuffled, options, "x")
    order = [other.names.index(name) for name in one.names]
    assert np.array_equal(one.values, other.values[order])
    assert np.array_equal(one.lengths, other.lengths[order])
    assert np.array_equal(one.n_kmers, other.n_kmers[order])


def test_batches_do_not_show(monkeypatch):
    records = [Record(f"c{i}", b"ACGTTGCA" * i) for i in range(1, 50)]
    options = TnfOptions(min_length=4)
    whole = compose(records, options, "x")
    monkeypatch.setattr(model, "_BATCH_CONTIGS", 2)
    assert np.array_equal(whole.values, compose(records, options, "x").values)
    monkeypatch.setattr(model, "_BATCH_BASES", 1)
    assert np.array_equal(whole.values, compose(records, options, "x").values)


def test_there_are_136_classes_of_which_16_are_palindromes():
    sizes = np.bincount(canonical_index())
    assert sorted(sizes.tolist()) == [1] * 16 + [2] * 120


def test_reduced_basis_spans_the_103_dimensions_that_the_constraints_leave():
    basis = reduced_basis()
    assert basis.shape == (N_WORDS, 103)
    assert np.linalg.matrix_rank(constraints()) == N_WORDS - 103
    assert np.allclose(basis.T @ basis, np.eye(103), atol=1e-12)
    assert np.abs(constraints() @ basis).max() < 1e-12


@lru_cache
def projector() -> np.ndarray:
    # the oracle: by the pseudo-inverse of the constraints, without any basis of ours
    rows = constraints()
    return np.eye(N_WORDS) - np.linalg.pinv(rows) @ rows


@given(DNA, DNA)
def test_reduced_distances_are_those_of_the_projected_frequencies(one, other):
    counts = count_canonical([one.encode(), other.encode()])
    canonical = counts / counts.sum(axis=1, keepdims=True)
    size = np.bincount(canonical_index())
    frequencies = (canonical / size)[:, canonical_index()]
    expected = np.linalg.norm(projector() @ (frequencies[0] - frequencies[1]))
    reduced = compose(
        [Record("a", one.encode()), Record("b", other.encode())], TnfOptions(min_length=4), "x"
    ).values
    assert np.isclose(np.linalg.norm(reduced[0] - reduced[1]), expected, atol=1e-6)


def test_uniform_frequencies_lie_at_the_origin():
    size = np.bincount(canonical_index())
    assert np.abs(size / N_WORDS @ reduced_projection()).max() < 1e-12


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_a_circular_double_strand_loses_nothing_in_the_projection(seed):
    # it meets the constraints exactly, so that its distance to the origin stays
    bases = np.random.default_rng(seed).choice(list("ACGT"), 60)
    circle = "".join(bases)
    counts = count_canonical([(circle + circle[:3]).encode()])
    canonical = counts / counts.sum()
    size = np.bincount(canonical_index())
    whole = (canonical / size)[:, canonical_index()] - 1 / N_WORDS
    assert np.isclose(np.linalg.norm(canonical @ reduced_projection()), np.linalg.norm(whole))
