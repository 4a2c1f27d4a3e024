"""What holds for every split."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from latentbin.taxonomy.labels import Labels
from latentbin.taxonomy.splitting.choose import GroupTable, choose_groups
from latentbin.taxonomy.splitting.divide import divide
from latentbin.taxonomy.splitting.leaks import find_leak
from latentbin.taxonomy.splitting.options import SplitOptions
from latentbin.taxonomy.splitting.parts import TEST, TRAIN, VALIDATION

CODES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3)), min_size=2, max_size=80)


def labels_of(pairs):
    """Groups that may hold several genera; 0 stands for what is not known."""
    columns = {
        "genus": np.array([f"g{genus}" if genus else "" for _, genus in pairs], object),
        "strain": np.array([f"t{group}" if group else "" for group, _ in pairs], object),
    }
    return Labels(tuple(f"c{n}" for n in range(len(pairs))), ("genus", "strain"), columns)


def divided(pairs, by="strain", seed=1, **options):
    return divide(labels_of(pairs), by, SplitOptions(**options), seed)


@given(CODES, st.integers(0, 5), st.sampled_from([0.05, 0.2, 0.5]))
def test_groups_are_whole_and_every_contig_is_placed_or_counted(pairs, seed, share):
    known = [(group, genus) for group, genus in pairs if group and genus]
    if len(set(known)) == len({genus for _, genus in known}):
        return  # no genus lives in two groups
    found = divided(pairs, seed=seed, test_share=share)
    where: dict[int, set[int]] = {}
    for (group, genus), part in zip(pairs, found.parts.tolist(), strict=True):
        assert (part >= 0) == (group > 0 and genus > 0)
        if part >= 0:
            where.setdefault(group, set()).add(part)
    assert all(len(parts) == 1 for parts in where.values())
    assert {TRAIN, TEST} <= set().union(*where.values())
    assert found.without_taxon + found.without_group + len(known) == len(pairs)
    again = divided(pairs, seed=seed, test_share=share)
    assert (again.parts == found.parts).all()


@given(CODES, st.integers(0, 3))
def test_leaks_are_those_of_brute_force(pairs, seed):
    labels = labels_of(pairs)
    parts = np.random.default_rng(seed).integers(-1, 3, len(pairs)).astype(np.int8)
    names = {part: set() for part in (-1, TRAIN, VALIDATION, TEST)}
    for part, name in zip(parts.tolist(), labels.columns["strain"], strict=True):
        if name:
            names[part].add(name)
    shared = names[TEST] & (names[TRAIN] | names[VALIDATION])
    leak = find_leak(labels, "strain", parts)
    assert leak.shared == tuple(sorted(shared))
    assert leak.in_test == len(names[TEST])
    assert leak.with_validation == len(names[TRAIN] & names[VALIDATION])
    assert leak.contigs == sum(
        part == TEST and name in shared
        for part, name in zip(parts.tolist(), labels.columns["strain"], strict=True)
    )


@given(st.lists(st.integers(1, 30), min_size=2, max_size=40), st.integers(0, 5), st.floats(0, 0.6))
def test_a_share_is_met_within_half_a_group(sizes, seed, share):
    """Groups of one class: the nearest number of contigs that the last group allows."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    table = GroupTable.of(groups, np.zeros_like(groups))
    wanted = share * len(groups)
    chosen = choose_groups(table, wanted, np.random.default_rng(seed))
    assert not chosen.all()
    total = int(np.array(sizes)[chosen].sum())
    if wanted > 0:
        assert chosen.any()
        if chosen.sum() > 1:
            assert total - wanted <= max(sizes) / 2
        if len(sizes) - chosen.sum() > 1:
            # another group would have gone too far, or the smallest has
            assert total + max(sizes) / 2 > wanted


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.integers(0, 9))
def test_classes_keep_a_group_in_training_where_they_have_two(n_groups, seed):
    pairs = [
        (group + 10 * genus, genus)
        for genus, n in enumerate(n_groups, 1)
        for group in range(1, n + 1)
        for _ in range(3)
    ]
    if max(n_groups) < 2:
        return
    table = divided(pairs, seed=seed, test_share=0.4, validation_share=0.2).table()
    assert (table[:, TRAIN] > 0).all()
    assert table[:, TEST].any()
    single = np.array(n_groups) == 1
    assert not table[single][:, [VALIDATION, TEST]].any()


def test_a_group_with_taxa_of_its_own_is_chosen_if_all_have_some():
    """Two environments share genus 1 and have one each: either takes one away."""
    pairs = [(1, 1)] * 10 + [(1, 2)] * 2 + [(2, 1)] * 10 + [(2, 3)] * 5
    found = divided(pairs, test_share=0.5)
    assert found.table().tolist() == [[10, 0, 10], [0, 0, 2], [5, 0, 0]]


@given(st.lists(st.integers(0, 3), min_size=20, max_size=60), st.integers(0, 3))
def test_by_random_shares_are_met_to_a_contig(genera, seed):
    pairs = [(1, genus + 1) for genus in genera]
    table = divided(pairs, "random", seed, test_share=0.25, validation_share=0.1).table()
    assert abs(table[:, TEST].sum() - 0.25 * len(pairs)) <= 1
    assert (table[:, TRAIN] > 0).all()
