"""From the edges of a graph to its single-linkage dendrogram, by union-find over sorted edges.

A linkage is scipy's: row ``i`` makes node ``n + i`` of the two nodes in columns 0 and 1 (smaller
number first), at the height of column 2, with as many leaves as column 3 says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled

Linkage = NDArray[np.float64]


def minimum_forest(
    n: int, u: NDArray[np.integer], v: NDArray[np.integer], distance: NDArray[np.floating]
) -> NDArray[np.int64]:
    """Edges of the minimum spanning forest of a graph (Kruskal), shortest first.

    Edges of equal length are taken by their ends, so the order of the edges does not matter.

    Parameters
    ----------
    n : number of points
    u, v : (n_edges,) ends of each edge, 0 .. n - 1
    distance : (n_edges,) length of each edge, not NaN

    Returns
    -------
    kept : places in the arrays given

    Raises
    ------
    ValueError : an edge ends outside the graph or has no length
    """
    if len(u) and (min(u.min(), v.min()) < 0 or max(u.max(), v.max()) >= n):
        raise ValueError(f"an edge ends outside the {n} leaves")
    if np.isnan(distance).any():
        raise ValueError("the length of an edge is NaN")
    order = np.lexsort((np.maximum(u, v), np.minimum(u, v), distance))
    return order[_joining(n, u[order].astype(np.int64), v[order].astype(np.int64))]


def linkage_of_tree(
    n: int, u: NDArray[np.integer], v: NDArray[np.integer], distance: NDArray[np.floating]
) -> Linkage:
    """Single linkage from a spanning tree.

    Edges that close a circle are passed over, so any edges that hold a minimum spanning tree will
    do. Trees that no edge connects are joined last, at height infinity.

    Parameters
    ----------
    n, u, v, distance : as for `minimum_forest`

    Returns
    -------
    linkage : (n - 1, 4)
    """
    kept = minimum_forest(n, u, v, distance)
    linkage = np.empty((max(n - 1, 0), 4))
    linkage[: len(kept), 2] = distance[kept]
    _join(n, u[kept].astype(np.int64), v[kept].astype(np.int64), linkage)
    _join_roots(linkage, len(kept))
    return linkage


def _join_roots(linkage: Linkage, made: int) -> None:
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
def _root(parent: NDArray[np.int64], point: int) -> int:
    while parent[point] != point:
        parent[point] = parent[parent[point]]
        point = parent[point]
    return point


@compiled
def _joining(n: int, u: NDArray[np.int64], v: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the edges, taken in order, join two trees."""
    parent = np.arange(n)
    joins = np.zeros(len(u), np.bool_)
    left = n - 1
    for edge in range(len(u)):
        if left == 0:
            break
        a, b = _root(parent, u[edge]), _root(parent, v[edge])
        if a != b:
            parent[max(a, b)] = min(a, b)
            joins[edge] = True
            left -= 1
    return joins


@compiled
def _join(n: int, u: NDArray[np.int64], v: NDArray[np.int64], linkage: Linkage) -> None:
    """Write the nodes and sizes of the joins that the edges make, in order."""
    parent = np.arange(n)
    size = np.ones(n, np.int64)
    node = np.arange(n)  # of each root: the node of the linkage that it is by now
    for edge in range(len(u)):
        a, b = _root(parent, u[edge]), _root(parent, v[edge])
        linkage[edge, 0] = min(node[a], node[b])
        linkage[edge, 1] = max(node[a], node[b])
        parent[max(a, b)] = min(a, b)
        a, b = min(a, b), max(a, b)
        size[a] += size[b]
        linkage[edge, 3] = size[a]
        node[a] = n + edge
