"""What holds for any matches: q-values, and groups of proteins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentbin.proteome.spectra.confidence import q_values
from latentbin.proteome.spectra.inference import parsimony, picked

ENTRIES = st.lists(st.tuples(st.integers(-20, 20), st.booleans()), min_size=1, max_size=60)
PEPTIDES = st.lists(
    st.sets(st.sampled_from("ABCDEFG"), min_size=1).map(lambda names: tuple(sorted(names))),
    max_size=25,
)


@given(ENTRIES, st.sampled_from(["plus-one", "plain"]))
def test_q_values_are_the_smallest_rate_at_which_an_entry_is_taken(
    entries: list[tuple[int, bool]], estimate: str
) -> None:
    scores = np.array([score for score, _ in entries], float)
    targets = np.array([target for _, target in entries])
    extra = 1 if estimate == "plus-one" else 0
    rates = {
        floor: min(
            1.0,
            (((scores >= floor) & ~targets).sum() + extra)
            / max(((scores >= floor) & targets).sum(), 1),
        )
        for floor in scores
    }
    expected = [min(rates[floor] for floor in scores if floor <= score) for score in scores]
    np.testing.assert_allclose(q_values(scores, targets, estimate), expected)


@pytest.mark.slow
@given(ENTRIES)
def test_q_values_agree_with_mokapots(entries: list[tuple[int, bool]]) -> None:
    tdc = pytest.importorskip("mokapot.qvalues").tdc
    scores = np.array([score for score, _ in entries], float)
    targets = np.array([target for _, target in entries])
    np.testing.assert_allclose(q_values(scores, targets), tdc(scores, targets))


@given(PEPTIDES)
def test_groups_explain_each_peptide_once(proteins_of: list[tuple[str, ...]]) -> None:
    groups = parsimony(proteins_of)
    explained = [peptide for group in groups for peptide in group.peptides]
    assert sorted(explained) == list(range(len(proteins_of)))
    for group in groups:
        assert group.peptides
        for peptide in group.peptides:
            assert set(group.proteins) <= set(proteins_of[peptide])
    names = [name for group in groups for name in group.proteins]
    assert len(names) == len(set(names))
    # those that explain most come first
    sizes = [len(group.peptides) for group in groups]
    assert sizes == sorted(sizes, reverse=True)


@given(PEPTIDES, st.data())
def test_a_protein_stays_at_most_once(
    proteins_of: list[tuple[str, ...]], data: st.DataObject
) -> None:
    decoys = data.draw(
        st.lists(st.booleans(), min_size=len(proteins_of), max_size=len(proteins_of))
    )
    named = [
        tuple(f"r_{name}" if decoy else name for name in names)
        for names, decoy in zip(proteins_of, decoys, strict=True)
    ]
    scores = np.array(data.draw(st.permutations(range(len(named)))), float)
    groups = parsimony(named)
    kept, best, targets = picked(groups, scores, "r_")
    names = [name.removeprefix("r_") for index in kept for name in groups[index].proteins]
    assert len(names) == len(set(names))
    assert best.tolist() == sorted(best, reverse=True)
    assert [not groups[index].proteins[0].startswith("r_") for index in kept] == targets.tolist()
    if groups:
        assert best[0] == scores.max()
