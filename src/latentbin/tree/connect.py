"""A spanning tree from each point's nearest neighbours, made whole where they leave it in parts.

The forest is the minimum one of the neighbour graph. Its parts are then joined as in Boruvka's
algorithm: each part but the largest takes its shortest edge to another, round after round.

The tree is not always the shortest one, though all its lengths are true distances. A path that
leaves a part and comes back is never looked for; and a large part is seen through a limited number
of its points, after which the pair found is improved on by looking, from either end, for a nearer
point of the other part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from latentbin.abundance.compiled import compiled
from latentbin.tree.dendrogram import minimum_forest
from latentbin.tree.distance import Composite, Vectors, squared_below

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SEEN = 64  # points of a part that the others may see, and
_SEEN_ALTOGETHER = 16_384  # of all parts: all pairs of these are compared
_TRIED = 4096  # points of a part among which a found edge is improved


def connected_tree(
    points: Composite,
    u: NDArray[np.integer],
    v: NDArray[np.integer],
    distance: NDArray[np.floating],
) -> tuple[Ints, Ints, Floats]:
    """Spanning tree of all points, mostly of the edges given.

    Parameters
    ----------
    u, v, distance : (n_edges,) ends and composite distances of the neighbour graph

    Returns
    -------
    u, v : (n - 1,) ends of each edge
    distance : (n - 1,) composite distance
    """
    n = len(points.vectors)
    kept = minimum_forest(n, u, v, distance)
    u, v, distance = u[kept], v[kept], distance[kept]
    while len(u) < n - 1:
        graph = coo_array((np.ones(len(u), bool), (u, v)), shape=(n, n))
        part = connected_components(graph, directed=False)[1].astype(np.int64)
        a, b, length = _bridges(points, part)
        u, v, distance = np.append(u, a), np.append(v, b), np.append(distance, length)
        kept = minimum_forest(n, u, v, distance)
        u, v, distance = u[kept], v[kept], distance[kept]
    return u.astype(np.int64), v.astype(np.int64), distance.astype(np.float64)


def _bridges(points: Composite, part: Ints) -> tuple[Ints, Ints, Floats]:
    """A short edge from each part but the largest to another one."""
    sizes = np.bincount(part)
    ends = np.append(0, np.cumsum(sizes))
    grouped = np.argsort(part, kind="stable")
    n_seen = np.minimum(sizes, np.clip(_SEEN_ALTOGETHER // len(sizes), 1, _SEEN))
    owner = np.repeat(np.arange(len(sizes)), n_seen)
    number = np.arange(len(owner)) - (np.cumsum(n_seen) - n_seen)[owner]
    seen = grouped[ends[owner] + number * sizes[owner] // n_seen[owner]]
    near, far, squared = _shortest(
        points.vectors,
        points.ends,
        points.weights,
        part,
        grouped,
        ends,
        seen,
        int(np.argmax(sizes)),
        _TRIED,
    )
    found = near >= 0
    return near[found], far[found], np.sqrt(squared[found])


@compiled
def _shortest(
    vectors: Vectors,
    columns: Ints,
    weights: Floats,
    part: Ints,
    grouped: Ints,
    ends: Ints,
    seen: Ints,
    largest: int,
    tried: int,
) -> tuple[Ints, Ints, Floats]:
    n_parts = len(ends) - 1
    near = np.full(n_parts, -1)
    far = np.full(n_parts, -1)
    best = np.full(n_parts, np.inf)
    for x in seen:
        own = part[x]
        if own == largest:
            continue
        for y in seen:
            if part[y] != own:
                squared = squared_below(vectors, x, y, columns, weights, best[own])
                if squared < best[own]:
                    near[own], far[own], best[own] = x, y, squared
    for own in range(n_parts):
        if own == largest:
            continue
        for turn in range(2):
            other = own if turn == 0 else part[far[own]]
            fixed = far[own] if turn == 0 else near[own]
            step = max(1, (ends[other + 1] - ends[other]) // tried)
            for place in range(ends[other], ends[other + 1], step):
                point = grouped[place]
                squared = squared_below(vectors, fixed, point, columns, weights, best[own])
                if squared < best[own]:
                    best[own] = squared
                    if turn == 0:
                        near[own] = point
                    else:
                        far[own] = point
    return near, far, best
