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
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

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
    # of equal densities the first is higher, as in `peak_labels`
    rank = np.empty(graph.n, np.int64)
    rank[np.argsort(graph.scale, kind="stable")] = np.arange(graph.n)
    touching, stands = _merge_tree(graph, label, rank, tops)
    joined = stands < prominence
    missing = at_least - (len(tops) - np.count_nonzero(joined))
    if missing > 0:
        joined[np.argsort(-np.where(joined, stands, -np.inf), kind="stable")[:missing]] = False
    one, other = touching[joined].T
    shape = (len(tops), len(tops))
    edges = coo_array((np.ones(len(one)), (one, other)), shape)
    n_labels, together = connected_components(edges, directed=False)
    highest = np.full(n_labels, graph.n)
    np.minimum.at(highest, together, rank[tops])
    number = np.empty(n_labels, np.int64)
    number[np.argsort(highest)] = np.arange(n_labels)
    return number[together[label]]


def _merge_tree(
    graph: Graph, label: Labels, rank: NDArray[np.int64], tops: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where the regions of peaks meet, as one goes down from the densest contig.

    Parameters
    ----------
    label : (n,) peak of each contig
    rank : (n,) place of each contig, the densest first
    tops : (n_peaks,) contig of each peak

    Returns
    -------
    touching : (n_meetings, 2) peaks whose regions touch there. All that was joined higher up is
        one by then; peaks that touch are told, not the highest on either side, so that a lump
        beside a lower peak joins that one
    stands : (n_meetings,) how far the lower of the highest on either side stands above
    """
    tiny = np.finfo(np.float32).tiny
    height = -np.log(np.maximum(graph.scale, tiny).astype(np.float64))
    border = label[graph.u] != label[graph.v]
    u, v = graph.u[border], graph.v[border]
    # the highest saddles first; of one contig's, that to its densest neighbour
    order = np.lexsort((np.minimum(rank[u], rank[v]), np.maximum(rank[u], rank[v])))
    u, v = u[order], v[order]
    one, other = label[u], label[v]
    pair = np.minimum(one, other) * len(tops) + np.maximum(one, other)
    first = np.sort(np.unique(pair, return_index=True)[1])  # the highest of each two peaks
    one, other = one[first], other[first]
    saddle = np.minimum(height[u], height[v])[first]

    root = np.arange(len(tops))

    def find(peak: int) -> int:
        while root[peak] != peak:
            root[peak] = root[root[peak]]
            peak = root[peak]
        return peak

    meetings, stands = [], []
    # peaks are far fewer than contigs
    for meeting, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        a, b = find(a), find(b)
        if a == b:
            continue
        if rank[tops[a]] > rank[tops[b]]:
            a, b = b, a
        root[b] = a
        meetings.append(meeting)
        stands.append(height[tops[b]] - saddle[meeting])
    chosen = np.array(meetings, np.int64)
    return np.column_stack([one[chosen], other[chosen]]), np.array(stands, np.float64)
