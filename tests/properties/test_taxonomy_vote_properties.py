"""Votes are those that a loop over bins and contigs counts, and the taxa of a bin one lineage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.taxonomy.judging.vote import fill_gaps, vote

RANKS = ("family", "genus", "species")


@st.composite
def bins(draw, gaps=True):
    n = draw(st.integers(1, 25))
    rng = np.random.default_rng(draw(st.integers(0, 100_000)))
    n_bins = draw(st.integers(1, min(n, 4)))
    bin_of = rng.permutation(
        np.concatenate([np.arange(n_bins), rng.integers(n_bins, size=n - n_bins)])
    )
    species = rng.integers(8, size=n)
    labels = {
        "family": np.array([f"f{s // 4}" for s in species], object),
        "genus": np.array([f"g{s // 2}" for s in species], object),
        "species": np.array([f"s{s}" for s in species], object),
    }
    depth = rng.integers(4, size=n)  # the first rank that is unknown
    for level, rank in enumerate(RANKS):
        labels[rank][depth <= level] = "unknown"
        if gaps:
            labels[rank][rng.random(n) < 0.2] = "unknown"
    lengths = rng.integers(1, 4, n) * 1000  # equal sums are frequent
    return bin_of, n_bins, lengths, labels, draw(st.sampled_from([0, 0.3, 0.5, 0.8, 1]))


def by_hand(bin_of, n_bins, lengths, labels, least):
    """The same with dictionaries."""
    filled = {rank: list(labels[rank]) for rank in RANKS}
    for row in range(len(bin_of)):
        nearest = "unknown"
        for rank in reversed(RANKS):
            if filled[rank][row] != "unknown":
                nearest = filled[rank][row]
            elif nearest != "unknown":
                filled[rank][row] = f"{nearest} (no {rank})"
    taxa, shares, unknown = ({rank: [] for rank in RANKS} for _ in range(3))
    for number in range(n_bins):
        members = [row for row in range(len(bin_of)) if bin_of[row] == number]
        total = sum(lengths[row] for row in members)
        agrees, is_open = list(members), True
        for rank in RANKS:
            weights: dict[str, int] = {}
            for row in agrees:
                if filled[rank][row] != "unknown":
                    name = filled[rank][row]
                    weights[name] = weights.get(name, 0) + int(lengths[row])
            best = min(weights, key=lambda name: (-weights[name], name), default="unknown")
            share = weights.get(best, 0) / total
            is_open = is_open and best != "unknown" and share >= least
            taxa[rank].append(best if is_open else "unknown")
            shares[rank].append(share)
            lost = [row for row in members if filled[rank][row] == "unknown"]
            unknown[rank].append(sum(lengths[row] for row in lost) / total)
            if is_open:
                agrees = [row for row in agrees if filled[rank][row] == best]
    return taxa, shares, unknown


@settings(max_examples=200)
@given(case=bins())
def test_votes_are_those_of_a_loop(case):
    bin_of, n_bins, lengths, labels, least = case
    found = vote(bin_of, n_bins, lengths, RANKS, labels, least)
    taxa, shares, unknown = by_hand(bin_of, n_bins, lengths, labels, least)
    for rank in RANKS:
        assert found[rank].taxa.tolist() == taxa[rank]
        assert found[rank].share.tolist() == pytest.approx(shares[rank])
        assert found[rank].unknown.tolist() == pytest.approx(unknown[rank])


@settings(max_examples=100)
@given(case=bins(gaps=False))
def test_taxa_of_a_bin_are_one_lineage_and_their_shares_fall(case):
    bin_of, n_bins, lengths, labels, least = case
    found = vote(bin_of, n_bins, lengths, RANKS, labels, least)
    for number in range(n_bins):
        family, genus, species = (found[rank].taxa[number] for rank in RANKS)
        if species != "unknown":
            assert genus == f"g{int(species[1:]) // 2}"
        if genus != "unknown":
            assert family == f"f{int(genus[1:]) // 2}"
        shares = [found[rank].share[number] for rank in RANKS]
        assert shares == sorted(shares, reverse=True)
        for rank in RANKS:
            assert found[rank].taxa[number] == "unknown" or found[rank].share[number] >= least


@settings(max_examples=100)
@given(case=bins(gaps=False), seed=st.integers(0, 99))
def test_order_of_contigs_does_not_matter(case, seed):
    bin_of, n_bins, lengths, labels, least = case
    order = np.random.default_rng(seed).permutation(len(bin_of))
    shuffled = {rank: text[order] for rank, text in labels.items()}
    one = vote(bin_of, n_bins, lengths, RANKS, labels, least)
    other = vote(bin_of[order], n_bins, lengths[order], RANKS, shuffled, least)
    for rank in RANKS:
        assert one[rank].taxa.tolist() == other[rank].taxa.tolist()


def test_gaps_are_filled_above_a_taxon_and_not_below():
    labels = {
        "family": np.array(["unknown", "unknown", "F"], object),
        "genus": np.array(["unknown", "unknown", "unknown"], object),
        "species": np.array(["s", "unknown", "unknown"], object),
    }
    before = {rank: text.copy() for rank, text in labels.items()}
    filled = fill_gaps(RANKS, labels)

    def taxa(rank):
        codes, names = filled[rank]
        return [names[code] if code >= 0 else None for code in codes]

    assert taxa("family") == ["s (no family)", None, "F"]
    assert taxa("genus") == ["s (no genus)", None, None]
    assert taxa("species") == ["s", None, None]
    for rank in RANKS:
        assert labels[rank].tolist() == before[rank].tolist()  # the input is left as it was
