"""Nearest neighbours of every contig under the composite distance.

Candidates come from faiss by chords (a plain Euclidean distance of scaled vectors), twice as many
as wanted, and are ranked anew by the true distance. Chords and angles order the points of one
block alike, and of several blocks nearly so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled
from latentbin.tree.distance import Composite, Vectors, squared_below

logger = logging.getLogger(__name__)

EXACT_UP_TO = 50_000  # points of which every pair is compared
_CHUNK = 8192  # rows searched at a time
_RECALL = 0.98  # share of the nearest k that an approximate search must have among its candidates
_SAMPLE = 1024  # rows on which that is measured


def neighbours(
    points: Composite, k: int, *, threads: int, seed: int, exact_up_to: int = EXACT_UP_TO
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The ``k`` nearest other points of each point.

    Up to ``exact_up_to`` points every pair is compared. Beyond that only the cells of a k-means
    partition next to a point are searched, as many as bring 98 % of the neighbours of a sample.

    Parameters
    ----------
    k : >= 1; all other points where there are fewer
    threads : of the search; the partition, and with it the result, may depend on it
    seed : of the partition

    Returns
    -------
    indices : (n, k) nearest first; -1 where the search found fewer
    distances : (n, k) composite distance; infinity where there is no index
    """
    n = len(points.vectors)
    k = min(k, n - 1)
    if k < 1:
        return np.empty((n, 0), np.int32), np.empty((n, 0), np.float32)
    indices = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    for rows, found in candidates(
        points.scaled(), k, threads=threads, seed=seed, exact_up_to=exact_up_to
    ):
        _rank(
            points.vectors,
            points.ends,
            points.weights,
            rows.start,
            found,
            indices[rows],
            distances[rows],
        )
    return indices, distances


def candidates(
    vectors: Vectors,
    k: int,
    *,
    threads: int,
    seed: int,
    exact_up_to: int,
    chunk: int = _CHUNK,
) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """Rows likely to hold the ``k`` nearest others of each, by Euclidean distance.

    Parameters
    ----------
    vectors : (n, width), n > k
    chunk : rows looked up at a time

    Yields
    ------
    rows : the next rows
    found : (chunk, min(2 k + 1, n)) nearest first, mostly with the row itself; -1 for none
    """
    faiss.omp_set_num_threads(threads)
    n, width = vectors.shape
    wanted = min(2 * k + 1, n)  # each point finds itself
    index: faiss.Index
    if n <= exact_up_to:
        index = faiss.IndexFlatL2(width)
        index.add(vectors)
    else:
        index = _partition(vectors, k, wanted, seed)
    for begin in range(0, n, chunk):
        rows = slice(begin, min(begin + chunk, n))
        yield rows, index.search(vectors[rows], wanted)[1]


def graph_edges(
    indices: NDArray[np.int32], distances: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Neighbours as edges: ends of each, and its length; a mutual pair appears twice."""
    rows, places = np.nonzero(indices >= 0)
    return rows.astype(np.int32), indices[rows, places], distances[rows, places]


def _partition(scaled: Vectors, k: int, wanted: int, seed: int) -> faiss.IndexIVFFlat:
    """An index that looks at as few cells as give the recall."""
    n, width = scaled.shape
    n_cells = int(2 * np.sqrt(n))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(width), width, n_cells)
    index.cp.seed = seed
    index.cp.max_points_per_centroid = 64
    index.train(scaled)
    index.add(scaled)
    sample = np.random.default_rng(seed).choice(n, min(_SAMPLE, n), replace=False)
    _, expected = faiss.knn(scaled[sample], scaled, k + 1)
    index.nprobe = 4
    while True:
        _, found = index.search(scaled[sample], wanted)
        pairs = zip(found, expected, strict=True)
        hits = sum(len(np.intersect1d(one, other)) for one, other in pairs)
        recall = (hits - len(sample)) / (k * len(sample))  # that a point finds itself is no news
        if recall >= _RECALL or index.nprobe >= n_cells:
            logger.info("neighbours: %d of %d cells, recall %.3f", index.nprobe, n_cells, recall)
            return index
        index.nprobe = min(2 * index.nprobe, n_cells)


@compiled
def _rank(
    vectors: Vectors,
    ends: NDArray[np.int64],
    weights: NDArray[np.float64],
    begin: int,
    candidates: NDArray[np.int64],
    indices: NDArray[np.int32],
    distances: NDArray[np.float32],
) -> None:
    """Write the nearest of each row's candidates, by distance, then by number."""
    k = indices.shape[1]
    for row in range(len(candidates)):
        own = np.sort(candidates[row])
        squared = np.full(len(own), np.inf)
        for place in range(len(own)):
            if own[place] >= 0 and own[place] != begin + row:
                squared[place] = squared_below(
                    vectors, begin + row, own[place], ends, weights, np.inf
                )
        order = np.argsort(squared, kind="mergesort")
        for place in range(k):
            found = order[place]
            distances[row, place] = np.sqrt(squared[found])
            indices[row, place] = own[found] if squared[found] < np.inf else -1
