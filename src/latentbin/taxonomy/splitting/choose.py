"""Drawing whole groups until they make up a share of the contigs."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class GroupTable:
    """How many contigs of each class each group has; a row per group.

    Attributes
    ----------
    starts : (n_groups + 1,) where the entries of each group begin
    classes : (n_entries,) class of an entry
    counts : (n_entries,) contigs
    sizes : (n_groups,) contigs
    main : (n_groups,) the class with the most contigs; the first of several
    """

    starts: NDArray[np.intp]
    classes: NDArray[np.intp]
    counts: NDArray[np.intp]
    sizes: NDArray[np.intp]
    main: NDArray[np.intp]

    @classmethod
    def of(cls, groups: NDArray[np.intp], classes: NDArray[np.intp]) -> GroupTable:
        """Count.

        Parameters
        ----------
        groups, classes : (n_contigs,) 0 to n - 1; every group has a contig
        """
        n_classes = int(classes.max()) + 1
        keys, counts = np.unique(groups.astype(np.int64) * n_classes + classes, return_counts=True)
        of_group, of_class = keys // n_classes, keys % n_classes
        sizes = np.bincount(groups)
        starts = np.searchsorted(of_group, np.arange(len(sizes) + 1))
        # by group, then from the most contigs to the fewest
        order = np.lexsort((of_class, -counts, of_group))
        return cls(starts, of_class[order], counts[order], sizes, of_class[order][starts[:-1]])

    def entries(self, group: int) -> tuple[list[int], list[int]]:
        """Classes of a group, and the contigs of each."""
        part = slice(self.starts[group], self.starts[group + 1])
        return self.classes[part].tolist(), self.counts[part].tolist()


def choose_groups(
    table: GroupTable,
    n_contigs: float,
    generator: np.random.Generator,
) -> NDArray[np.bool_]:
    """Groups that have about so many contigs together, spread over the classes.

    Classes take turns, the one of which the smallest share is chosen first, and give one of their
    groups, drawn at random, as long as that brings the number of contigs nearer to the one that is
    wanted. A group stays if a class would have none left without it.

    If nothing could be chosen under this condition (all environments have a genus of their own),
    one group is chosen, the one with the fewest contigs of classes that live nowhere else; none if
    all contigs of every group are such.

    Parameters
    ----------
    n_contigs : how many are wanted

    Returns
    -------
    chosen : (n_groups,); never all of them, and none if nothing is wanted or could be chosen
    """
    chosen = np.zeros(len(table.sizes), bool)
    if len(chosen) < 2 or n_contigs <= 0:
        return chosen
    order = generator.permutation(len(chosen))
    n_classes = int(table.classes.max()) + 1
    groups_left = np.bincount(table.classes, minlength=n_classes).tolist()
    waiting: list[list[int]] = [[] for _ in range(n_classes)]
    for group, main in zip(order.tolist(), table.main[order].tolist(), strict=True):
        waiting[main].append(group)
    totals = np.bincount(table.main, table.sizes, n_classes).tolist()
    sizes = table.sizes.tolist()
    turns = [
        (0.0, place, int(code))
        for place, code in enumerate(generator.permutation(n_classes))
        if waiting[code]
    ]
    heapq.heapify(turns)
    done = 0
    while turns and done < n_contigs:
        share, place, code = heapq.heappop(turns)
        group = waiting[code].pop()
        classes, _ = table.entries(group)
        nearer = done + sizes[group] / 2 <= n_contigs
        if nearer and all(groups_left[each] > 1 for each in classes):
            chosen[group] = True
            done += sizes[group]
            share += sizes[group] / totals[code]
            for each in classes:
                groups_left[each] -= 1
        if waiting[code]:
            heapq.heappush(turns, (share, place, code))
    if not done:
        chosen[_least_loss(table, order, groups_left, n_contigs)] = True
    return chosen


def _least_loss(
    table: GroupTable, order: NDArray[np.intp], groups_left: list[int], n_contigs: float
) -> list[int]:
    """The group whose classes live elsewhere, most of them; of equals the best size; or none."""

    def cost(group: int) -> tuple[int, float]:
        pairs = zip(*table.entries(group), strict=True)
        lost = sum(count for code, count in pairs if groups_left[code] < 2)
        return lost, abs(int(table.sizes[group]) - n_contigs)

    best = min(order.tolist(), key=cost)
    return [best] if cost(best)[0] < table.sizes[best] else []
