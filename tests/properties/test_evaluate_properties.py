from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from latentbin.evaluate.metrics import overlaps, summarise

# genome, bin (-1 is unbinned), length
CONTIGS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(-1, 5), st.integers(1, 10_000)),
    min_size=1,
    max_size=40,
)
Ints = NDArray[np.int64]


def arrays(contigs: list[tuple[int, int, int]]) -> tuple[Ints, Ints, Ints]:
    """Genomes without gaps in their numbers, bins, lengths."""
    genomes, bins, lengths = np.array(contigs, np.int64).T
    return np.unique(genomes, return_inverse=True)[1], bins, lengths


def figures(genomes: Ints, bins: Ints, lengths: Ints) -> dict[str, float]:
    n_genomes = int(genomes.max()) + 1
    shared = overlaps(bins, genomes, lengths, int(bins.max()) + 1, n_genomes)
    return summarise(shared, np.arange(n_genomes))


@settings(max_examples=200)
@given(CONTIGS)
def test_counts_with_dictionaries_agree(contigs: list[tuple[int, int, int]]) -> None:
    genomes, bins, lengths = arrays(contigs)
    result = figures(genomes, bins, lengths)
    of_genome: Counter[int] = Counter()
    of_bin: Counter[int] = Counter()
    both: Counter[tuple[int, int]] = Counter()
    n_in_bin: dict[int, Counter[int]] = defaultdict(Counter)
    n_of_genome: dict[int, Counter[int]] = defaultdict(Counter)
    for genome, number, length in zip(genomes, bins, lengths, strict=True):
        of_genome[genome] += length
        if number >= 0:
            of_bin[number] += length
            both[number, genome] += length
            n_in_bin[number][genome] += 1
            n_of_genome[genome][number] += 1
    for name, (recall, precision) in {
        "near_complete": (0.9, 0.95),
        "medium_quality": (0.5, 0.9),
    }.items():
        good = {
            genome
            for (number, genome), bp in both.items()
            if bp / of_genome[genome] >= recall and bp / of_bin[number] >= precision
        }
        assert result[name] == len(good)
    n_binned = sum((bins >= 0).tolist())
    majority = sum(max(counts.values()) for counts in n_in_bin.values())
    assert result["precision_contigs"] == pytest.approx(majority / max(n_binned, 1))
    majority = sum(max(counts.values()) for counts in n_of_genome.values())
    assert result["recall_contigs"] == pytest.approx(majority / len(contigs))


@settings(max_examples=100)
@given(CONTIGS)
def test_adjusted_rand_is_that_of_scikit_learn(contigs: list[tuple[int, int, int]]) -> None:
    genomes, bins, lengths = arrays([(g, b, n % 7 + 1) for g, b, n in contigs])
    binned = bins >= 0
    if not binned.any():
        return
    result = figures(genomes, bins, lengths)
    by_contigs = adjusted_rand_score(genomes[binned], bins[binned])
    assert result["adjusted_rand_contigs"] == pytest.approx(by_contigs, abs=1e-12)
    repeats = lengths[binned]
    by_bp = adjusted_rand_score(
        np.repeat(genomes[binned], repeats), np.repeat(bins[binned], repeats)
    )
    assert result["adjusted_rand_bp"] == pytest.approx(by_bp, abs=1e-12)


@settings(max_examples=100)
@given(CONTIGS, st.permutations(range(6)))
def test_neither_the_names_of_bins_nor_the_order_of_contigs_matter(
    contigs: list[tuple[int, int, int]], names: list[int]
) -> None:
    genomes, bins, lengths = arrays(contigs)
    renamed = np.array([names[number] if number >= 0 else -1 for number in bins], np.int64)
    order = np.random.default_rng(len(contigs)).permutation(len(contigs))
    assert figures(genomes[order], renamed[order], lengths[order]) == pytest.approx(
        figures(genomes, bins, lengths)
    )


@settings(max_examples=50)
@given(CONTIGS)
def test_extremes(contigs: list[tuple[int, int, int]]) -> None:
    genomes, _, lengths = arrays(contigs)
    perfect = figures(genomes, genomes, lengths)
    for name in ("precision_bp", "recall_bp", "precision_contigs", "recall_contigs", "f1_contigs"):
        assert perfect[name] == 1
    assert perfect["adjusted_rand_contigs"] == perfect["adjusted_rand_bp"] == 1
    assert perfect["near_complete"] == perfect["genomes"] == perfect["bins"]
    merged = figures(genomes, np.zeros_like(genomes), lengths)
    assert merged["recall_bp"] == merged["recall_contigs"] == merged["mean_recall_of_genomes"] == 1
    assert merged["bins"] == 1


@settings(max_examples=50)
@given(CONTIGS)
def test_recall_never_falls_when_two_bins_are_merged(contigs: list[tuple[int, int, int]]) -> None:
    genomes, bins, lengths = arrays(contigs)
    before = figures(genomes, bins, lengths)
    for one, other in combinations(range(6), 2):
        after = figures(genomes, np.where(bins == one, other, bins), lengths)
        assert after["recall_bp"] >= before["recall_bp"]
        assert after["precision_bp"] <= before["precision_bp"]
