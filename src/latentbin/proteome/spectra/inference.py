"""Protein groups of peptides: by parsimony, with shared peptides for one group each."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Group(NamedTuple):
    """Proteins that no peptide tells apart.

    Attributes
    ----------
    proteins : names, sorted
    peptides : indices of the peptides that count for it: its own, and the shared ones for which
        it stands (razor)
    """

    proteins: tuple[str, ...]
    peptides: tuple[int, ...]

    @property
    def name(self) -> str:
        """The names, joined by ``;``."""
        return ";".join(self.proteins)


def parsimony(proteins_of: Sequence[tuple[str, ...]]) -> list[Group]:
    """The fewest groups, found greedily, that explain all peptides.

    Proteins with the same peptides are one group. The group with most peptides that are not yet
    explained is taken, and they count for it (of equals, the one with more peptides in all, then
    the one whose name is first), until all are explained. Groups that explain nothing of their own
    are dropped.

    Parameters
    ----------
    proteins_of : names of the proteins that have each peptide
    """
    peptides_of: dict[str, list[int]] = defaultdict(list)
    for peptide, names in enumerate(proteins_of):
        for name in sorted(set(names)):
            peptides_of[name].append(peptide)
    alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for name, peptides in peptides_of.items():
        alike[tuple(peptides)].append(name)

    # the number still unexplained only falls: what it was is a bound until it is looked up again
    heap = [(-len(key), -len(key), tuple(sorted(names)), key) for key, names in alike.items()]
    heapq.heapify(heap)
    explained = np.zeros(len(proteins_of), bool)
    groups = []
    while heap and not explained.all():
        bound, size, names, key = heapq.heappop(heap)
        left = tuple(peptide for peptide in key if not explained[peptide])
        if len(left) < -bound:
            if left:
                heapq.heappush(heap, (-len(left), size, names, key))
            continue
        explained[list(left)] = True
        groups.append(Group(names, left))
    return groups


def picked(
    groups: Sequence[Group], scores: NDArray[np.float64], decoy_prefix: str
) -> tuple[list[int], NDArray[np.float64], NDArray[np.bool_]]:
    """Groups after each protein has competed with its own decoy.

    A group's score is that of its best peptide; a group is out if one of its proteins, or the decoy
    of one, stands in a group with a better score (Savitski et al. 2015,
    doi:10.1074/mcp.M114.046995).

    Parameters
    ----------
    scores : of the peptides, larger is better

    Returns
    -------
    the groups that stay, best first; their scores; whether each is of targets
    """
    best = [float(scores[list(group.peptides)].max()) for group in groups]
    decoy = [group.proteins[0].startswith(decoy_prefix) for group in groups]
    seen: set[str] = set()
    kept = []
    for index in sorted(range(len(groups)), key=lambda i: (-best[i], not decoy[i], groups[i])):
        own = {name.removeprefix(decoy_prefix) for name in groups[index].proteins}
        if not own & seen:
            kept.append(index)
        seen |= own
    return kept, np.array([best[i] for i in kept]), np.array([not decoy[i] for i in kept], bool)
