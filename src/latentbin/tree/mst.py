"""The exact minimum spanning tree of the complete graph, without a matrix of all pairs.

Prim's algorithm: each step takes in the nearest point outside the tree and looks once at all that
are left. n^2 / 2 distances, memory for one row of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled
from latentbin.tree.distance import Composite, Vectors, squared_below

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def exact_tree(points: Composite) -> tuple[Ints, Ints, Floats]:
    """Minimum spanning tree of all points.

    Returns
    -------
    u, v : (n - 1,) ends of each edge
    distance : (n - 1,) composite distance
    """
    u, v, squared = _prim(points.vectors, points.ends, points.weights)
    return u, v, np.sqrt(squared)


@compiled
def _prim(vectors: Vectors, ends: Ints, weights: Floats) -> tuple[Ints, Ints, Floats]:
    n = len(vectors)
    u = np.empty(max(n - 1, 0), np.int64)
    v = np.empty(max(n - 1, 0), np.int64)
    squared = np.empty(max(n - 1, 0), np.float64)
    # the first `left` rows are outside the tree, the newest point follows them: read in order
    vectors = vectors.copy()
    point = np.arange(n)
    nearest = np.zeros(n, np.int64)  # in the tree, of each row outside
    best = np.full(n, np.inf)
    for left in range(n - 1, 0, -1):
        chosen, lowest = 0, np.inf
        for row in range(left):
            found = squared_below(vectors, left, row, ends, weights, best[row])
            if found < best[row]:
                best[row] = found
                nearest[row] = point[left]
            if best[row] < lowest:
                chosen, lowest = row, best[row]
        step = n - 1 - left
        u[step], v[step], squared[step] = nearest[chosen], point[chosen], lowest
        last = left - 1
        for column in range(vectors.shape[1]):
            held = vectors[chosen, column]
            vectors[chosen, column] = vectors[last, column]
            vectors[last, column] = held
        point[chosen], point[last] = point[last], point[chosen]
        nearest[chosen] = nearest[last]
        best[chosen] = best[last]
    return u, v, squared
