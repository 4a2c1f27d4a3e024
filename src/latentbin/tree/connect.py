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

from latentbin.compiled import compiled
from latentbin.tree.dendrogram import minimum_forest
from latentbin.tree.distance import Composite, Vectors, squared_below

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SEEN = 64  # points of a part that the others may see, and
_SEEN_ALTOGETHER = 16_384  # of all parts: all pairs of these are compared, by chords,
_CHUNK = 1024  # so many at a time
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
    first = np.cumsum(n_seen) - n_seen
    number = np.arange(len(owner)) - first[owner]
    seen = grouped[ends[owner] + number * sizes[owner] // n_seen[owner]]
    closeness, other = _nearest_of_another(points.scaled(seen), owner)
    # of each part: the seen point that is closest to another part, the first of equals
    order = np.lexsort((np.arange(len(seen)), -closeness, owner))
    chosen = np.delete(order[first], np.argmax(sizes))
    near, far = seen[chosen], seen[other[chosen]]
    squared = _improve(
        points.vectors, points.ends, points.weights, part, grouped, ends, near, far, _TRIED
    )
    return near, far, np.sqrt(squared)


def _nearest_of_another(scaled: Vectors, owner: Ints) -> tuple[Vectors, Ints]:
    """For each vector, how close the closest with another owner is, and which it is.

    All scaled vectors are equally long: the largest product is the shortest distance.
    """
    closeness = np.empty(len(owner), np.float32)
    other = np.empty(len(owner), np.int64)
    for begin in range(0, len(owner), _CHUNK):
        rows = slice(begin, begin + _CHUNK)
        product = scaled[rows] @ scaled.T
        product[owner[rows, None] == owner] = -np.inf
        other[rows] = product.argmax(axis=1)
        closeness[rows] = product.max(axis=1)
    return closeness, other


@compiled
def _improve(
    vectors: Vectors,
    columns: Ints,
    weights: Floats,
    part: Ints,
    grouped: Ints,
    ends: Ints,
    near: Ints,
    far: Ints,
    tried: int,
) -> Floats:
    """Move both ends of each edge to nearer points of their parts; returns squared lengths."""
    best = np.full(len(near), np.inf)
    for edge in range(len(near)):
        best[edge] = squared_below(vectors, near[edge], far[edge], columns, weights, np.inf)
        for turn in range(2):
            moving, fixed = near[edge], far[edge]
            if turn == 1:
                moving, fixed = fixed, moving
            begin, end = ends[part[moving]], ends[part[moving] + 1]
            for place in range(begin, end, max(1, (end - begin) // tried)):
                point = grouped[place]
                squared = squared_below(vectors, fixed, point, columns, weights, best[edge])
                if squared < best[edge]:
                    best[edge] = squared
                    moving = point
            if turn == 0:
                near[edge] = moving
            else:
                far[edge] = moving
    return best
