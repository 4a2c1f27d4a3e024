"""Clusters as peaks of density that stand out from their surroundings (ToMATo).

Chazal, Guibas, Oudot & Skraba, "Persistence-based clustering in Riemannian manifolds", J. ACM 60
(2013): every contig climbs to a peak of density; peaks that stand little above the saddle to a
higher one are joined to it. What counts is the prominence, the logarithm of density at the peak
over that at the saddle, so that a thin genome beside a thick one is a genome all the same, and the
lumps within a large one are none. Density is measured by the distance to the k-th neighbour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.deepmetabin.graph import Labels, peak_labels
from latentbin.graph_file import Graph


def prominent_peaks(graph: Graph, prominence: float, at_least: int = 1) -> Labels:
    """One label for each peak that stands out, and for each part of the graph.

    Parameters
    ----------
    graph : of nearest neighbours, not refined
    prominence : by which a peak must stand above its saddle, as the logarithm of the distance to
        the k-th neighbour there over that at the peak
    at_least : with fewer such peaks, the most prominent ones, as many as there are

    Returns
    -------
    labels : (n,) 0, 1, ... in order of each label's highest contig
    """
    everyone = np.ones(graph.n, bool)
    tops, label = np.unique(peak_labels(graph, everyone), return_inverse=True)
    tiny = np.finfo(np.float32).tiny
    height = -np.log(np.maximum(graph.scale, tiny).astype(np.float64))
    # of equal heights the first is higher, as in `peak_labels`
    rank = np.empty(graph.n, np.int64)
    rank[np.lexsort((np.arange(graph.n), graph.scale))] = np.arange(graph.n)
    above, stands = _merge_tree(graph, label, height, rank[tops], height[tops])
    stays = stands >= prominence
    missing = at_least - np.count_nonzero(stays)
    if missing > 0:
        stays[np.argsort(-np.where(stays, -np.inf, stands), kind="stable")[:missing]] = True
    root = np.where(stays, np.arange(len(tops)), above)
    while True:
        further = root[root]
        if np.array_equal(further, root):
            break
        root = further
    kept = np.unique(root)
    number = np.empty(len(tops), np.int64)
    number[kept[np.argsort(rank[tops[kept]])]] = np.arange(len(kept))
    return number[root[label]]


def _merge_tree(
    graph: Graph,
    label: Labels,
    height: NDArray[np.float64],
    rank: NDArray[np.int64],
    top: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which higher peak each peak joins, and how far it stands above the saddle between.

    Parameters
    ----------
    label : (n,) peak of each contig
    height : (n,) of each contig
    rank, top : (n_peaks,) order and height of the peaks; the highest has rank 0 or the lowest

    Returns
    -------
    above : (n_peaks,) itself for the highest of each part of the graph
    stands : (n_peaks,) infinity for these
    """
    one, other = label[graph.u], label[graph.v]
    border = one != other
    saddle = np.minimum(height[graph.u[border]], height[graph.v[border]])
    low, high = np.minimum(one, other)[border], np.maximum(one, other)[border]
    # of each two peaks the highest saddle; then the highest saddles first
    order = np.lexsort((-saddle, high, low))
    low, high, saddle = low[order], high[order], saddle[order]
    first = np.append(True, (np.diff(low) != 0) | (np.diff(high) != 0))[: len(low)]
    low, high, saddle = low[first], high[first], saddle[first]
    order = np.lexsort((high, low, -saddle))

    above = np.arange(len(top))
    stands = np.full(len(top), np.inf)
    root = above.copy()

    def find(peak: int) -> int:
        while root[peak] != peak:
            root[peak] = root[root[peak]]
            peak = root[peak]
        return peak

    # peaks are far fewer than contigs
    for a, b, level in zip(
        low[order].tolist(), high[order].tolist(), saddle[order].tolist(), strict=True
    ):
        a, b = find(a), find(b)
        if a == b:
            continue
        if rank[a] > rank[b]:
            a, b = b, a
        root[b] = above[b] = a
        stands[b] = top[b] - level
    return above, stands
