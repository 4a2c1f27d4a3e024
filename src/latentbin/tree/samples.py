"""Rewards where contigs are of several assemblies: the sum over samples.

The same genome may be assembled in every sample, and its genes are then no repeats. A set of
contigs is worth the sum of what its contigs of each sample are worth.

A sample's genes change only where two parts of the tree with genes of that sample meet. These
joins, of all samples together, make a forest over the contigs with genes, of which there are few;
it is judged once, and what a join adds is summed up through the whole tree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled
from latentbin.scg import Markers
from latentbin.tree.dendrogram import Linkage, linkage_of_tree
from latentbin.tree.select import Reward, leaf_rows, node_rewards

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Rewards are summed as whole numbers of this unit: a sum does not depend on its order, and equal
# rewards (ties, to the cut) stay equal.
_UNIT = np.float64(2.0**-40)


def sample_rewards(
    linkage: Linkage,
    markers: Markers,
    reward: Reward,
    sample: NDArray[np.integer],
    rows: NDArray[np.integer] | None = None,
) -> Floats:
    """Worth of each node of a tree: the sum over samples of that of its contigs of the sample.

    Time does not depend on the number of samples.

    Parameters
    ----------
    linkage : (n - 1, 4)
    sample : (n_contigs,) of each contig of the catalogue, >= 0
    rows : (n,) which contig of the catalogue each leaf is; without it, all in order

    Returns
    -------
    rewards : (2n - 1,), to within 1e-12 of `node_rewards` where there is one sample
    """
    n = len(linkage) + 1
    rows = leaf_rows(linkage, markers, rows)
    _check_sample(markers, sample)
    children = linkage[:, :2].astype(np.int64)
    position, meeting = _order(children, linkage[:, 3].astype(np.int64))
    has_genes = np.zeros(markers.n_contigs, bool)
    has_genes[markers.contig] = True
    leaves = np.flatnonzero(has_genes[rows])
    if not len(leaves):
        return np.zeros(2 * n - 1)
    leaves = leaves[np.argsort(position[leaves])]
    u, v, meets = _neighbours_of_samples(sample[rows[leaves]], position[leaves], meeting)
    forest = linkage_of_tree(len(leaves), u, v, meets.astype(np.float64))
    worth = np.rint(node_rewards(forest, markers, reward, rows[leaves]) / _UNIT).astype(np.int64)
    total = np.zeros(2 * n - 1, np.int64)
    total[leaves] = worth[: len(leaves)]
    joins = np.flatnonzero(forest[:, 2] < np.inf)  # the others join one sample to another
    parts = forest[joins, :2].astype(np.int64)
    gain = worth[len(leaves) + joins] - worth[parts].sum(axis=1)
    np.add.at(total, forest[joins, 2].astype(np.int64), gain)
    _sum_upwards(children, total)
    return total.astype(np.float64) * _UNIT


def label_rewards(
    labels: Ints,
    n_labels: int,
    markers: Markers,
    reward: Reward,
    sample: NDArray[np.integer] | None = None,
) -> Floats:
    """Worth of each cluster: the sum over samples of that of its contigs of the sample.

    Parameters
    ----------
    labels : (n_contigs,) 0 .. n_labels - 1, or -1 for a contig that counts nowhere
    sample : (n_contigs,) of each contig, >= 0; without it, all are of one

    Returns
    -------
    rewards : (n_labels,)
    """
    if sample is None:
        return reward(*markers.totals(labels, n_labels), len(markers.genes))
    label, seen, copies = gene_totals(labels, markers, sample)
    worth = np.rint(reward(seen, copies, len(markers.genes)) / _UNIT)
    return np.bincount(label, worth, n_labels) * _UNIT


def gene_totals(
    labels: Ints, markers: Markers, sample: NDArray[np.integer]
) -> tuple[Ints, Ints, Ints]:
    """Single-copy genes of each cluster in each sample where it has any.

    Parameters
    ----------
    labels : (n_contigs,) >= 0, or -1 for a contig that counts nowhere
    sample : (n_contigs,) of each contig, >= 0

    Returns
    -------
    label : (n,) ascending, once for each sample
    seen : (n,) different genes
    copies : (n,) of all genes together
    """
    _check_sample(markers, sample)
    key = np.full(len(labels), -1)
    own = np.unique(markers.contig)
    own = own[labels[own] >= 0]
    n_samples = int(sample.max(initial=0)) + 1
    pairs, key[own] = np.unique(labels[own] * n_samples + sample[own], return_inverse=True)
    return pairs // n_samples, *markers.totals(key, len(pairs))


def _check_sample(markers: Markers, sample: NDArray[np.integer]) -> None:
    if sample.shape != (markers.n_contigs,):
        raise ValueError(f"{len(sample)} samples for {markers.n_contigs} contigs")


def _neighbours_of_samples(
    sample: NDArray[np.integer], position: Ints, meeting: Ints
) -> tuple[Ints, Ints, Ints]:
    """Leaves of one sample with none of it between them, and the node at which they meet.

    Parameters
    ----------
    sample : (m,) of each leaf with genes, in the tree's order
    position : (m,) in that order, ascending
    meeting : (n - 1,) node at which each leaf of the tree meets the one after it

    Returns
    -------
    u, v : (n_edges,) of the m leaves
    node : (n_edges,)
    """
    order = np.argsort(sample, kind="stable")
    same = sample[order[1:]] == sample[order[:-1]]
    u, v = order[:-1][same], order[1:][same]
    if not len(u):
        return u, v, u
    # parents have higher numbers than children: two leaves meet at the highest between them
    highest = [np.maximum.reduceat(meeting, position[:-1])]
    # the last stretch goes on behind the last leaf, where nobody asks
    highest[0][-1] = meeting[position[-2] : position[-1]].max()
    while 2 ** len(highest) <= len(highest[0]):
        step = 2 ** (len(highest) - 1)
        highest.append(np.maximum(highest[-1][:-step], highest[-1][step:]))
    level = np.frexp(v - u)[1] - 1  # of the longest power of two within the stretch
    node = np.empty(len(u), np.int64)
    for number, table in enumerate(highest):
        here = level == number
        node[here] = np.maximum(table[u[here]], table[v[here] - 2**number])
    return u, v, node


@compiled
def _order(children: Ints, size: Ints) -> tuple[Ints, Ints]:
    """Leaves from left to right: position of each, and the node where each meets the next."""
    n = len(children) + 1
    start = np.zeros(2 * n - 1, np.int64)
    meeting = np.empty(n - 1, np.int64)
    for join in range(n - 2, -1, -1):
        left, right = children[join, 0], children[join, 1]
        below = 1 if left < n else size[left - n]
        start[left] = start[n + join]
        start[right] = start[n + join] + below
        meeting[start[right] - 1] = n + join
    return start[:n], meeting


@compiled
def _sum_upwards(children: Ints, total: Ints) -> None:
    n = len(children) + 1
    for join in range(n - 1):
        total[n + join] += total[children[join, 0]] + total[children[join, 1]]
