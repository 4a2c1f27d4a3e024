"""The cut through a dendrogram that finds the most, and the purest, genomes.

Each node of the tree is judged by the single-copy genes of its contigs; a dynamic programme from
the leaves upwards chooses the disjoint nodes whose rewards sum to the maximum (GenomeFace).

The genes of a node need no table of copies: the reward asks only how many different genes were
seen, which is a union of bits, and how many copies there are altogether, which is a sum of halves
(`Markers`) rounded up gene by gene: a union that leaves out pairs of bits says for which genes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled
from latentbin.scg import Markers
from latentbin.tree.dendrogram import Linkage


@dataclass(frozen=True, kw_only=True, slots=True)
class Reward:
    """``[purity >= min_purity] x F^power``: what a set of contigs is worth as a genome.

    With TP genes seen, FP copies beyond the first and FN genes missing, purity is TP / (TP + FP)
    and F = (1 + b^2) TP / ((1 + b^2) TP + b^2 FN + FP).

    Attributes
    ----------
    min_purity : below it a set is worth nothing
    beta : b; above 1 missing genes weigh more than repeated ones
    power : how much more one good genome counts than several poor ones
    """

    min_purity: float = 0.85
    beta: float = 1.0
    power: float = 4.0

    def __call__(
        self, seen: NDArray[np.int64], copies: NDArray[np.int64], n_genes: int
    ) -> NDArray[np.float64]:
        """Worth of each set of contigs, 0 to 1.

        Parameters
        ----------
        seen : different genes in each set
        copies : of all genes together
        n_genes : in the whole set of single-copy genes
        """
        square = self.beta**2
        found = (1 + square) * seen
        f = found / np.maximum(found + square * (n_genes - seen) + (copies - seen), 1)
        pure = seen >= self.min_purity * copies
        return np.where(pure & (seen > 0), f**self.power, 0.0)


def node_genes(
    linkage: Linkage, markers: Markers, rows: NDArray[np.integer] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Single-copy genes below each node of a tree.

    Parameters
    ----------
    linkage : (n - 1, 4)
    rows : (n,) which contig of the catalogue each leaf is; without it, all in order

    Returns
    -------
    seen : (2n - 1,) different genes
    copies : (2n - 1,) of all genes together
    """
    n = len(linkage) + 1
    rows = leaf_rows(linkage, markers, rows)
    first = np.searchsorted(markers.contig, rows, "left")
    last = np.searchsorted(markers.contig, rows, "right")
    bits = np.zeros((2 * n - 1, (len(markers.genes) + 63) // 64), np.uint64)
    odd = np.zeros_like(bits)
    halves = np.zeros(2 * n - 1, np.int64)
    hits = (first, last, markers.gene, markers.halves())
    _add_upwards(_children(linkage), *hits, bits, odd, halves)
    seen = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return seen, (halves + np.bitwise_count(odd).sum(axis=1, dtype=np.int64)) // 2


def node_rewards(
    linkage: Linkage,
    markers: Markers,
    reward: Reward,
    rows: NDArray[np.integer] | None = None,
) -> NDArray[np.float64]:
    """Worth of each node of a tree, (2n - 1,); parameters as for `node_genes`."""
    seen, copies = node_genes(linkage, markers, rows)
    return reward(seen, copies, len(markers.genes))


def best_cut(
    linkage: Linkage,
    rewards: NDArray[np.float64],
    max_height: float = np.inf,
    max_tie_height: float = np.inf,
) -> NDArray[np.int64]:
    """The disjoint nodes whose rewards sum to the most; each leaf is below exactly one of them.

    A node is taken if its reward is at least the sum of its children's best. The parent thus wins
    a tie, and without the two limits a node joins whatever adds no gene, however far away.

    Parameters
    ----------
    linkage : (n - 1, 4)
    rewards : (2n - 1,) of each node, >= 0
    max_height : a node without any reward below it is taken only up to this height
    max_tie_height : a node whose reward is that of its children's best and not more, neither
        zero, is taken only up to this height

    Returns
    -------
    cut : nodes, ascending
    """
    n = len(linkage) + 1
    if rewards.shape != (2 * n - 1,):
        raise ValueError(f"a tree of {n} leaves needs {2 * n - 1} rewards, not {rewards.shape}")
    taken = _choose(
        _children(linkage),
        np.ascontiguousarray(linkage[:, 2]),
        rewards.astype(np.float64),
        max_height,
        max_tie_height,
    )
    return np.flatnonzero(taken)


def labels_of_cut(linkage: Linkage, cut: NDArray[np.integer]) -> NDArray[np.int64]:
    """Which node of a cut each leaf is below.

    For the clusters with a reward alone, give ``cut[rewards[cut] > 0]``.

    Parameters
    ----------
    linkage : (n - 1, 4)
    cut : disjoint nodes

    Returns
    -------
    labels : (n,) place in ``cut``; -1 for a leaf below none of them

    Raises
    ------
    ValueError : one node of the cut is below another
    """
    n = len(linkage) + 1
    labels = np.full(2 * n - 1, -1, np.int64)
    labels[cut] = np.arange(len(cut))
    if not _hand_down(_children(linkage), labels):
        raise ValueError("a node of the cut lies below another one")
    return labels[:n]


def leaf_rows(
    linkage: Linkage, markers: Markers, rows: NDArray[np.integer] | None
) -> NDArray[np.integer]:
    """Which contig of the catalogue each leaf is: ``rows``, or without it all in order."""
    n = len(linkage) + 1
    if rows is None:
        if markers.n_contigs != n:
            raise ValueError(f"the tree has {n} leaves, the markers {markers.n_contigs} contigs")
        return np.arange(n)
    return rows


def _children(linkage: Linkage) -> NDArray[np.int64]:
    return linkage[:, :2].astype(np.int64)


@compiled
def _add_upwards(
    children: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    gene: NDArray[np.int64],
    worth: NDArray[np.int64],
    bits: NDArray[np.uint64],
    odd: NDArray[np.uint64],
    halves: NDArray[np.int64],
) -> None:
    """Genes of each node as bits, those with an odd number of halves, and all halves."""
    n = len(first)
    for leaf in range(n):
        for hit in range(first[leaf], last[leaf]):
            bit = np.uint64(1) << np.uint64(gene[hit] & 63)
            bits[leaf, gene[hit] >> 6] |= bit
            if worth[hit] == 1:
                odd[leaf, gene[hit] >> 6] |= bit
            halves[leaf] += worth[hit]
    for join in range(n - 1):
        left, right = children[join, 0], children[join, 1]
        halves[n + join] = halves[left] + halves[right]
        for word in range(bits.shape[1]):
            bits[n + join, word] = bits[left, word] | bits[right, word]
            odd[n + join, word] = odd[left, word] ^ odd[right, word]


@compiled
def _choose(
    children: NDArray[np.int64],
    height: NDArray[np.float64],
    rewards: NDArray[np.float64],
    max_height: float,
    max_tie_height: float,
) -> NDArray[np.bool_]:
    n = len(children) + 1
    best = rewards.copy()
    taken = np.ones(2 * n - 1, np.bool_)
    for join in range(n - 1):
        node = n + join
        below = best[children[join, 0]] + best[children[join, 1]]
        if rewards[node] < below:
            taken[node] = False
        elif rewards[node] == below:
            limit = max_height if below == 0 else max_tie_height
            taken[node] = height[join] <= limit
        best[node] = max(below, rewards[node])
    # from the root downwards: below a node that stands nothing else does
    covered = np.zeros(2 * n - 1, np.bool_)
    for join in range(n - 2, -1, -1):
        node = n + join
        if covered[node]:
            taken[node] = False
        hides = covered[node] or taken[node]
        covered[children[join, 0]] = hides
        covered[children[join, 1]] = hides
    for leaf in range(n):
        if covered[leaf]:
            taken[leaf] = False
    return taken


@compiled
def _hand_down(children: NDArray[np.int64], labels: NDArray[np.int64]) -> bool:
    """Give each node its parent's label; False if both have one of their own."""
    n = len(children) + 1
    for join in range(n - 2, -1, -1):
        label = labels[n + join]
        if label >= 0:
            for side in range(2):
                if labels[children[join, side]] >= 0:
                    return False
                labels[children[join, side]] = label
    return True
