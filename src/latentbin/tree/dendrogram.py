"""From the edges of a graph to its single-linkage dendrogram, by union-find over sorted edges.

A linkage is scipy's: row ``i`` makes node ``n + i`` of the two nodes in columns 0 and 1 (smaller
number first), at the height of column 2, with as many leaves as column 3 says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.abundance.compiled import compiled

Linkage = NDArray[np.float64]


def linkage_of_tree(
    n: int, u: NDArray[np.integer], v: NDArray[np.integer], distance: NDArray[np.floating]
) -> Linkage:
    """Single linkage from a spanning tree.

    Edges that close a circle are passed over (Kruskal), so any edges that hold a minimum spanning
    tree will do. Trees that no edge connects are joined last, at height infinity. Edges of equal
    length are taken by their ends, so the order of the edges does not matter.

    Parameters
    ----------
    n : number of leaves
    u, v : (n_edges,) ends of each edge, 0 .. n - 1
    distance : (n_edges,) length of each edge, not NaN

    Returns
    -------
    linkage : (n - 1, 4)

    Raises
    ------
    ValueError : an edge ends outside the tree or has no length
    """
    if len(u) and (min(u.min(), v.min()) < 0 or max(u.max(), v.max()) >= n):
        raise ValueError(f"an edge ends outside the {n} leaves")
    if np.isnan(distance).any():
        raise ValueError("the length of an edge is NaN")
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((high, low, distance))
    linkage = np.empty((max(n - 1, 0), 4))
    made = _join(
        n,
        low[order].astype(np.int64),
        high[order].astype(np.int64),
        distance[order].astype(np.float64),
        linkage,
    )
    join_roots(linkage, made)
    return linkage


def join_roots(linkage: Linkage, made: int) -> None:
    """Join what is left apart after ``made`` joins at height infinity, lowest number first.

    Parameters
    ----------
    linkage : (n - 1, 4) of which the first ``made`` rows stand; the others are written
    """
    n = len(linkage) + 1
    if made == n - 1:
        return
    is_root = np.ones(n + made, bool)
    is_root[linkage[:made, :2].astype(np.int64)] = False
    roots = np.flatnonzero(is_root)
    sizes = np.append(np.ones(n), linkage[:made, 3])[roots]
    linkage[made:, 0] = roots[1:]
    linkage[made, 0] = roots[0]
    linkage[made, 1] = roots[1]
    # from then on each root joins the node made last
    linkage[made + 1 :, 1] = np.arange(n + made, 2 * n - 2)
    linkage[made:, 2] = np.inf
    linkage[made:, 3] = np.cumsum(sizes)[1:]


@compiled
def _join(
    n: int,
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    distance: NDArray[np.float64],
    linkage: Linkage,
) -> int:
    """Fill the linkage from sorted edges; returns how many joins were made."""
    parent = np.arange(n)
    size = np.ones(n, np.int64)
    node = np.arange(n)  # of each root: the node of the linkage that it is by now
    made = 0
    for edge in range(len(u)):
        a, b = u[edge], v[edge]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a == b:
            continue
        if size[a] < size[b]:
            a, b = b, a
        linkage[made, 0] = min(node[a], node[b])
        linkage[made, 1] = max(node[a], node[b])
        linkage[made, 2] = distance[edge]
        parent[b] = a
        size[a] += size[b]
        linkage[made, 3] = size[a]
        node[a] = n + made
        made += 1
    return made
