"""Average linkage (UPGMA) over a sparse graph of neighbours.

Single linkage joins two genomes through one stray pair of contigs; the mean over all pairs does
not. The distance of two clusters is the mean over the pairs of their contigs, and two ways are
offered to count a pair that is not in the graph: not at all, or at a fixed distance.

Method: the nearest-neighbour chain (Murtagh 1983). It holds because the distance of a union to a
third cluster lies between those of its parts, for both ways of counting. Each cluster keeps a
linked list of sums over its edges; joining two clusters chains their lists in one step, and
entries that have come to mean the same neighbour are added up at the next visit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled
from latentbin.tree.dendrogram import Linkage, linkage_of_tree

# Two clusters are each other's nearest if no third is nearer by more than this share of the
# longest edge: the sums of the two lists differ by rounding, and the chain must not go in circles.
_TOLERANCE = 1e-10

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def average_linkage(
    n: int,
    rows: NDArray[np.integer],
    cols: NDArray[np.integer],
    distances: NDArray[np.floating],
    weights: NDArray[np.floating] | None = None,
    missing: float | None = None,
) -> Linkage:
    """Average linkage of a graph; equal to scipy's where every pair is given.

    Parameters
    ----------
    n : number of leaves
    rows, cols : (n_edges,) ends of each edge; of an edge given twice the shorter counts, one from
        a leaf to itself is passed over
    distances : (n_edges,) finite
    weights : (n,) what each leaf counts in a mean, > 0; a pair counts the product. All 1 without
    missing : distance of the pairs that are not in the graph, at least the longest edge: clusters
        joined by few edges for their sizes are then far apart. Without it the mean is over the
        edges alone, and one short edge between large clusters is enough to join them

    Returns
    -------
    linkage : (n - 1, 4), scipy's form; clusters without any edge between them are joined last,
        at height infinity

    Raises
    ------
    ValueError : an edge ends outside the leaves or has no length; a weight is not above 0;
        ``missing`` is below the longest edge
    """
    if len(rows) and (min(rows.min(), cols.min()) < 0 or max(rows.max(), cols.max()) >= n):
        raise ValueError(f"an edge ends outside the {n} leaves")
    if not np.isfinite(distances).all():
        raise ValueError("the length of an edge is not finite")
    longest = float(distances.max(initial=0))
    if missing is not None and not longest <= missing < np.inf:
        raise ValueError(f"missing is {missing}, below the longest edge ({longest})")
    mass = np.ones(n) if weights is None else weights.astype(np.float64)
    if mass.shape != (n,) or not (mass > 0).all():
        raise ValueError(f"weights must be {n} numbers above 0")
    low, high, length = _unique_edges(n, rows, cols, distances)
    joins = np.empty((max(n - 1, 0), 2), np.int64)
    height = np.empty(len(joins))
    made = _chain(
        low,
        high,
        length,
        mass,
        np.nan if missing is None else missing,
        _TOLERANCE * longest,
        joins,
        height,
    )
    # one leaf of each side stands for the clusters joined: a spanning tree with the same levels
    return linkage_of_tree(n, joins[:made, 0], joins[:made, 1], height[:made])


def _unique_edges(
    n: int, rows: NDArray[np.integer], cols: NDArray[np.integer], distances: NDArray[np.floating]
) -> tuple[Ints, Ints, Floats]:
    """Each pair once, in order, at its shortest; none from a leaf to itself."""
    apart = rows != cols
    key = np.minimum(rows, cols)[apart].astype(np.int64) * n + np.maximum(rows, cols)[apart]
    length = distances[apart].astype(np.float64)
    order = np.lexsort((length, key))
    key = key[order]
    first = np.append(True, key[1:] != key[:-1])[: len(key)]
    key = key[first]
    return key // n, key % n, length[order][first]


@compiled
def _chain(
    low: Ints,
    high: Ints,
    length: Floats,
    mass: Floats,
    missing: float,
    tolerance: float,
    joins: Ints,
    height: Floats,
) -> int:
    """Write which two leaves' clusters are joined at which height; returns how many joins."""
    n = len(mass)
    head, tail, following, target, total, pairs = _lists(low, high, length, mass)
    parent = np.arange(n)  # union-find; the lowest leaf of a cluster is its number
    mass = mass.copy()
    visit = np.zeros(n, np.int64)  # last scan that met this neighbour, and
    place = np.zeros(n, np.int64)  # where in the list
    chain = np.empty(n, np.int64)
    depth = made = n_scans = start = 0
    while True:
        if depth == 0:
            while start < n and (parent[start] != start or head[start] < 0):
                start += 1
            if start == n:
                return made
            chain[0] = start
            depth = 1
        cluster = chain[depth - 1]
        previous = chain[depth - 2] if depth > 1 else -1
        n_scans += 1
        _add_up(cluster, n_scans, head, tail, following, target, total, pairs, parent, visit, place)
        nearest, best, back = -1, np.inf, np.inf
        entry = head[cluster]
        while entry >= 0:
            other = target[entry]
            if np.isnan(missing):
                mean = total[entry] / pairs[entry]
            else:
                every = mass[cluster] * mass[other]
                mean = (total[entry] + missing * (every - pairs[entry])) / every
            if mean < best or (mean == best and other < nearest):
                nearest, best = other, mean
            if other == previous:
                back = mean
            entry = following[entry]
        if nearest < 0:  # only edges within the cluster were left; it was the chain's start
            depth = 0
        elif back <= best + tolerance:
            kept, gone = min(cluster, previous), max(cluster, previous)
            joins[made, 0], joins[made, 1], height[made] = kept, gone, back
            made += 1
            depth -= 2
            parent[gone] = kept
            mass[kept] += mass[gone]
            following[tail[kept]] = head[gone]
            tail[kept] = tail[gone]
        else:
            chain[depth] = nearest
            depth += 1


@compiled
def _lists(
    low: Ints, high: Ints, length: Floats, mass: Floats
) -> tuple[
    NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], Floats, Floats
]:
    """Each leaf's neighbours, one after the other, with sums over one pair each."""
    n, n_edges = len(mass), len(low)
    count = np.zeros(n + 1, np.int64)
    for edge in range(n_edges):
        count[low[edge] + 1] += 1
        count[high[edge] + 1] += 1
    begin = np.cumsum(count)
    head = np.full(n, -1, np.int32)
    tail = np.full(n, -1, np.int32)
    following = np.empty(2 * n_edges, np.int32)
    target = np.empty(2 * n_edges, np.int32)
    total = np.empty(2 * n_edges, np.float64)
    pairs = np.empty(2 * n_edges, np.float64)
    for leaf in range(n):
        if begin[leaf + 1] > begin[leaf]:
            head[leaf] = begin[leaf]
            tail[leaf] = begin[leaf + 1] - 1
    free = begin[:n].copy()
    for edge in range(n_edges):
        for a, b in ((low[edge], high[edge]), (high[edge], low[edge])):
            entry = free[a]
            free[a] += 1
            target[entry] = b
            pairs[entry] = mass[a] * mass[b]
            total[entry] = pairs[entry] * length[edge]
            following[entry] = -1 if entry == tail[a] else entry + 1
    return head, tail, following, target, total, pairs


@compiled
def _add_up(
    cluster: int,
    scan: int,
    head: NDArray[np.int32],
    tail: NDArray[np.int32],
    following: NDArray[np.int32],
    target: NDArray[np.int32],
    total: Floats,
    pairs: Floats,
    parent: Ints,
    visit: Ints,
    place: Ints,
) -> None:
    """Leave one entry for each neighbour in a cluster's list, and none within the cluster."""
    before = -1
    entry = head[cluster]
    while entry >= 0:
        other = np.int64(target[entry])
        while parent[other] != other:
            parent[other] = parent[parent[other]]
            other = parent[other]
        after = following[entry]
        if other != cluster and visit[other] != scan:
            visit[other] = scan
            place[other] = entry
            target[entry] = other
            before = entry
        else:
            if other != cluster:
                total[place[other]] += total[entry]
                pairs[place[other]] += pairs[entry]
            if before < 0:
                head[cluster] = after
            else:
                following[before] = after
        entry = after
    tail[cluster] = before
