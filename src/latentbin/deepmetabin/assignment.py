"""Contigs to clusters at the lowest cost of distances and broken links: exact, or in time.

What the optimum provably holds is found first, and what is left is an integer programme:

1. A cluster that costs a contig more than another one does, whatever all other contigs do, is
   eliminated (dead-end elimination); a contig with one cluster left is fixed there.
2. For each cluster, a minimum cut finds the largest gain of moving contigs there together that no
   labels of the others can undo; these contigs are fixed (Kovtun's partial optimality of Potts
   energies, DAGM 2003; a cannot-link counts as broken wherever it could be).
3. Links to fixed contigs become costs of the others: a must-link a reward at its end, a group an
   extra cost wherever it has a member. 1 and 2 are repeated while they fix anything.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from latentbin.deepmetabin.links import Floats, Labels, Links, lowest_set, one_hot
from latentbin.deepmetabin.programme import part_of, solve, solve_without_empty

_PASSES = 3  # of fixing contigs, at most; later ones find little
_SMALL = 4_000  # places (contigs x clusters) of a programme without empty clusters


def assign(
    cost: Floats,
    links: Links,
    start: Labels | None = None,
    deadline: float = np.inf,
    quick: bool = False,
) -> tuple[Labels, bool]:
    """Labels of lowest total cost, none of the clusters empty.

    Parameters
    ----------
    cost : (n, k) of each contig in each cluster, k <= n
    links : of these contigs
    start : (n,) labels to start from, none of the clusters empty; the result costs no more
    deadline : time.monotonic() at which to stop
    quick : look at a few of the cheapest clusters of each contig only, and at that in ``start``

    Returns
    -------
    labels : (n,) 0 .. k - 1
    optimal : proven to be of lowest cost
    """
    k = cost.shape[1]
    reduced = _Reduced(cost, links)
    reduced.shrink(deadline, 1 if quick else _PASSES)
    labels, optimal = reduced.labels, True
    rows = np.flatnonzero(labels < 0)
    if len(rows):
        part, groups = links.take(rows)
        places = None
        if quick:
            places = np.zeros((len(rows), k), bool)
            if start is not None:
                places[np.arange(len(rows)), start[rows]] = True
        vacant = ~reduced.occupied[groups]
        labels[rows], optimal = solve(reduced.cost[rows], part, vacant, deadline, places)
    if np.bincount(labels, minlength=k).min() == 0:
        filled, optimal = None, False
        if cost.size <= _SMALL:
            filled, optimal = solve_without_empty(cost, links, deadline)
        labels = _fill(cost, links, labels) if filled is None else filled
    if optimal and not quick:
        return labels, True
    found = [labels] if start is None else [start, labels]
    if not optimal:
        until = part_of(0.25, deadline) if quick else deadline
        found = [_improve(cost, links, each, until) for each in found]
    return min(found, key=lambda each: links.total(cost, each)), False


class _Reduced:
    """What is left of a problem when contigs are fixed.

    Attributes
    ----------
    cost : (n, k) with links to fixed contigs; infinite in clusters that are eliminated
    labels : (n,) -1 while a contig is free
    occupied : (n_groups, k) a fixed member is there: others pay in ``cost``
    """

    def __init__(self, cost: Floats, links: Links) -> None:
        self.links = links
        self.cost = cost.copy()
        self.labels = np.full(len(cost), -1)
        self.occupied = np.zeros((links.member.shape[0], cost.shape[1]), bool)

    def shrink(self, deadline: float, passes: int) -> None:
        """Fix and eliminate until nothing more is found, or so many times."""
        found = True
        while found and passes > 0 and (self.labels < 0).any():
            passes -= 1
            found = self._eliminate()
            for cluster in range(self.cost.shape[1]):
                if time.monotonic() > deadline:
                    return
                found |= self._cut(cluster)

    def _eliminate(self) -> bool:
        free = np.flatnonzero(self.labels < 0)
        cost = self.cost[free]
        clash = self._clash(free)
        pull = self.links.must[free][:, free] @ np.isfinite(cost).astype(float)
        ceiling = (cost + clash).min(1, keepdims=True)
        out = (cost - pull > ceiling) & np.isfinite(cost)
        cost[out] = np.inf
        # where nothing is linked to a contig any more, the first of its cheapest is as good as any
        alone = np.flatnonzero((pull.max(1) == 0) & (clash.max(1) == 0))
        best = np.argmin(cost, 1)
        own = cost[alone, best[alone]]
        cost[alone] = np.inf
        cost[alone, best[alone]] = own
        self.cost[free] = cost
        certain = np.isfinite(cost).sum(1) == 1
        for cluster in np.unique(best[certain]):
            self._fix(free[certain & (best == cluster)], cluster)
        return bool(out.any() or certain.any())

    def _cut(self, cluster: int) -> bool:
        free = np.flatnonzero((self.labels < 0) & np.isfinite(self.cost[:, cluster]))
        if len(free) == 0:
            return False
        others = np.delete(self.cost[free], cluster, axis=1).min(1)
        loss = self.cost[free, cluster] - others + self._clash(free)[:, cluster]
        # a contig outside is one that stays where it is: links to it may break
        must = self.links.must[free]
        inner = must[:, free].tocoo()
        outer = must @ ((self.labels < 0) & ~np.isfinite(self.cost[:, cluster])).astype(float)
        inside = lowest_set(loss + outer, inner.row, inner.col, inner.data)
        self._fix(free[inside], cluster)
        return bool(inside.any())

    def _clash(self, free: NDArray[np.int64]) -> Floats:
        """(n_free, k) what cannot-links with other free contigs may cost at most."""
        could = np.isfinite(self.cost[free]).astype(float)
        member = self.links.member[:, free]
        crowded = (member @ could > 1) & ~self.occupied
        return self.links.penalty * (member.T @ crowded.astype(float)) * could

    def _fix(self, rows: NDArray[np.int64], cluster: int) -> None:
        self.labels[rows] = cluster
        fixed = np.zeros(len(self.labels))
        fixed[rows] = 1
        self.cost[:, cluster] -= self.links.must @ fixed
        newly = (self.links.member @ fixed > 0) & ~self.occupied[:, cluster]
        self.cost[:, cluster] += self.links.penalty * (self.links.member.T @ newly.astype(float))
        self.occupied[:, cluster] |= newly


def _fill(cost: Floats, links: Links, labels: Labels) -> Labels:
    """Each empty cluster gets the contig that it costs least to move there."""
    k = cost.shape[1]
    labels = labels.copy()
    for cluster in np.flatnonzero(np.bincount(labels, minlength=k) == 0):
        here = one_hot(labels, k)
        own = (cost - links.must @ here)[np.arange(len(labels)), labels]
        price = cost[:, cluster] - own
        price[np.bincount(labels, minlength=k)[labels] == 1] = np.inf
        labels[np.argmin(price)] = cluster
    return labels


def _improve(cost: Floats, links: Links, labels: Labels, deadline: float) -> Labels:
    """Move contigs to one cluster after another while that lowers the total.

    Each step moves the best of all sets of contigs, by a minimum cut (expansion moves of Boykov et
    al., PAMI 2001), if contigs that move together do not clash; else the step is not made.
    """
    k = cost.shape[1]
    total = links.total(cost, labels)
    unchanged, cluster = 0, -1
    while unchanged < k and time.monotonic() < deadline:
        cluster = (cluster + 1) % k
        moved = np.where(_expansion(cost, links, labels, cluster), cluster, labels)
        new = links.total(cost, moved)
        if new < total - 1e-12 * abs(total) and np.bincount(moved, minlength=k).min() > 0:
            labels, total, unchanged = moved, new, 0
        else:
            unchanged += 1
    return labels


def _expansion(cost: Floats, links: Links, labels: Labels, cluster: int) -> NDArray[np.bool_]:
    """Contigs whose move to the cluster, all at once, gains most where none of them clash."""
    rows = np.flatnonzero(labels != cluster)
    own = labels[rows]
    counts = links.member @ one_hot(labels, cost.shape[1])
    member = links.member[:, rows].tocoo()
    there = (counts[:, cluster] > 0)[member.row].astype(float)
    repeated = (counts[member.row, own[member.col]] > 1).astype(float)
    gain = cost[rows, own] - cost[rows, cluster]
    gain -= links.penalty * np.bincount(member.col, there - repeated, len(rows))
    must = links.must[rows]
    gain += must @ (labels == cluster).astype(float)
    pairs = must[:, rows].tocoo()
    # a link that is broken already is mended only if both of its ends move
    broken = own[pairs.row] != own[pairs.col]
    weight = np.where(broken, pairs.data / 2, pairs.data)
    gain += np.bincount(pairs.row, np.where(broken, weight, 0), len(rows))
    moved = np.zeros(len(labels), bool)
    moved[rows[lowest_set(-gain, pairs.row, pairs.col, weight)]] = True
    return moved
