"""Must-links and cannot-link groups between contigs, and what labels cost that break them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_CAPACITY = 2**29  # the largest: capacities are int32, and an edge may carry that of both ways


@dataclass(frozen=True, eq=False)
class Links:
    """What labels pay beside their distances.

    Attributes
    ----------
    must : (n, n) sparse, symmetric, without diagonal; what different labels of i and j cost
    member : (n_groups, n) sparse, 1 where a contig is in a cannot-link group
    penalty : what each member of a group, after the first, costs in a cluster
    """

    must: Any
    member: Any
    penalty: float

    def total(self, cost: Floats, labels: Labels) -> float:
        """Cost of labels: of each contig in its cluster, and of all links that they break.

        Parameters
        ----------
        cost : (n, k) of each contig in each cluster
        labels : (n,) 0 .. k - 1
        """
        pairs = self.must.tocoo()
        broken = pairs.data[labels[pairs.row] != labels[pairs.col]].sum() / 2
        repeats = np.maximum(self.member @ one_hot(labels, cost.shape[1]) - 1, 0).sum()
        own = cost[np.arange(len(labels)), labels].sum()
        return float(own + broken + self.penalty * repeats)

    def take(self, rows: NDArray[np.integer]) -> tuple[Links, NDArray[np.bool_]]:
        """Links among some contigs, numbered anew; and which groups have two of them or more."""
        member = self.member[:, rows]
        groups = np.asarray(member.sum(1)) > 1
        return Links(self.must[rows][:, rows], member[groups], self.penalty), groups


def make_links(
    n: int,
    must: NDArray[np.integer],
    must_weights: Floats | None,
    cannot: Sequence[NDArray[np.integer]],
    penalty: float,
) -> Links:
    """Links of n contigs; a pair that is given twice counts twice, one of a contig and itself not.

    Parameters
    ----------
    must : (m, 2) contigs of each pair
    must_weights : (m,) shares of ``penalty``; None is 1
    cannot : contigs of each group; twice the same contig in a group counts once

    Raises
    ------
    ValueError : a contig outside 0 .. n - 1, or a weight outside 0 .. 1
    """
    pairs = np.asarray(must, np.int64).reshape(-1, 2)
    shares = np.ones(len(pairs)) if must_weights is None else np.asarray(must_weights, np.float64)
    groups = [np.unique(np.asarray(group, np.int64)) for group in cannot]
    groups = [group for group in groups if len(group) > 1]
    contig = np.concatenate([np.zeros(0, np.int64), *groups])
    everyone = np.concatenate([contig, pairs.ravel()])
    if len(everyone) and not 0 <= everyone.min() <= everyone.max() < n:
        raise ValueError(f"links name contigs outside 0 .. {n - 1}")
    if len(shares) != len(pairs) or not np.all((shares >= 0) & (shares <= 1)):
        raise ValueError("weights of must-links: expected one for each pair, from 0 to 1")
    two = pairs[:, 0] != pairs[:, 1]
    i, j = pairs[two].T
    worth = np.tile(penalty * shares[two], 2)
    matrix = csr_array((worth, (np.concatenate([i, j]), np.concatenate([j, i]))), shape=(n, n))
    matrix.sum_duplicates()
    group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    member = csr_array((np.ones(len(contig)), (group_of, contig)), shape=(len(groups), n))
    return Links(matrix, member, float(penalty))


def one_hot(labels: Labels, k: int) -> Floats:
    """(n, k) 1 at each label."""
    return (labels[:, None] == np.arange(k)).astype(np.float64)


def lowest_set(
    unary: Floats, source: NDArray[np.integer], target: NDArray[np.integer], weight: Floats
) -> NDArray[np.bool_]:
    """The smallest set S of lowest ``sum of unary in S + sum of weights that leave S``.

    A minimum cut, found as the maximum flow (Dinic). Numbers are rounded to parts of a billion of
    the largest weight of a contig, in favour of a smaller set.

    Parameters
    ----------
    unary : (n,) what a contig costs in the set; where below 0, it wants to be there
    source, target, weight : (m,) paid where source is in the set and target is not

    Returns
    -------
    inside : (n,)
    """
    n = len(unary)
    if not weight.any():
        return unary < 0
    # beyond what its links can cost, how much a contig wants to be in or out does not matter
    bound = np.bincount(source, weight, n) + np.bincount(target, weight, n)
    bound = 2 * np.maximum(bound, bound.max() * 1e-6)
    scale = _CAPACITY / bound.max()
    wish = np.ceil(np.clip(unary, -bound, bound) * scale).astype(np.int32)
    flow = np.round(weight * scale).astype(np.int32)
    wants, avoids = np.flatnonzero(wish < 0), np.flatnonzero(wish > 0)
    heads = np.concatenate([source, np.full(len(wants), n), avoids])
    tails = np.concatenate([target, wants, np.full(len(avoids), n + 1)])
    capacity = np.concatenate([flow, -wish[wants], wish[avoids]])
    graph = csr_array(coo_array((capacity, (heads, tails)), shape=(n + 2, n + 2)))
    left = graph - maximum_flow(graph, n, n + 1).flow
    left.eliminate_zeros()
    reached = breadth_first_order(left, n, return_predecessors=False)
    inside = np.zeros(n + 2, bool)
    inside[reached] = True
    return inside[:n]
