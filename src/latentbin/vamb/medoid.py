"""Iterative medoid clustering of a latent, without a matrix of all pairs.

Distance is ``(1 - cosine) / 2``, which is ``sin^2(angle / 2)``: 0 for equal directions, 1 for
opposite ones (METHODS: Pearson's ``(1 - PCC) / 2`` is the same after centring each row). A seed
moves to ever better medoids nearby; its cluster is cut out, and the next seed is taken. Memory is
one row of distances; time is a few matrix-vector products over the contigs left per cluster.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latentbin.vamb.options import ClusterOptions
from latentbin.vamb.radius import BIN_WIDTH, MAX_DISTANCE, density_radius

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]
# (distances (near, candidates), weights of the near rows) -> score of each candidate, higher wins
Score = Callable[[Floats, Floats], Floats]

_KEEP_SHARE = 0.8  # rows of removed contigs are dropped from the arrays once they exceed a fifth


class Pool:
    """The contigs that are not in a cluster yet, as unit vectors.

    Parameters
    ----------
    vectors : (n_contigs, n_latent) float32
    weights : (n_contigs,) what a contig counts (its length)
    order : rows in the order in which they serve as seeds

    """

    def __init__(self, vectors: Floats, weights: Floats, order: Rows) -> None:
        self._vectors = unit_rows(vectors)[order]
        self.weights = weights[order].astype(np.float32)
        self.original = order.astype(np.intp)
        self.alive = np.ones(len(order), bool)
        self.n_alive = len(order)
        self._next = 0

    def distances(self, row: int) -> Floats:
        """Distance of every contig to one of them; those removed are beyond every radius."""
        found = 0.5 - 0.5 * (self._vectors @ self._vectors[row])
        found[~self.alive] = np.inf
        found[row] = 0.0
        return found

    def block(self, near: Rows, candidates: Rows) -> Floats:
        """Distances between two sets of contigs: (near, candidates)."""
        return 0.5 - 0.5 * (self._vectors[near] @ self._vectors[candidates].T)

    def next_seed(self) -> int:
        """The next contig left, round and round."""
        self._compact()
        while True:
            if self._next >= len(self.alive):
                self._next = 0
            ahead = np.flatnonzero(self.alive[self._next : self._next + 1024])
            if len(ahead):
                seed = self._next + int(ahead[0])
                self._next = seed + 1
                return seed
            self._next += 1024

    def remove(self, rows: Rows) -> Rows:
        """Take contigs out; returns their original rows."""
        self.alive[rows] = False
        self.n_alive -= len(rows)
        return self.original[rows]

    def _compact(self) -> None:
        if self.n_alive >= _KEEP_SHARE * len(self.alive):
            return
        keep = self.alive
        self._next = int(np.count_nonzero(keep[: self._next]))
        self._vectors, self.weights = self._vectors[keep], self.weights[keep]
        self.original = self.original[keep]
        self.alive = np.ones(self.n_alive, bool)


def unit_rows(vectors: Floats) -> Floats:
    """Rows scaled to length 1; a row of zeros stays, at distance 1/2 from everything."""
    norm = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))[:, None]
    return (vectors / np.where(norm > 0, norm, 1.0)).astype(np.float32)


def wander(
    pool: Pool, seed: int, radius: float, score: Score, patience: int, rng: np.random.Generator
) -> tuple[int, Floats]:
    """Move from a seed to the medoid: to a contig within ``radius`` with a better score.

    Candidates are drawn in random order and scored together; after ``patience`` of them
    without an improvement, or when all have been tried, the medoid stays.

    Returns
    -------
    medoid : row in the pool
    distances : (n_pool,) from it

    """
    # by the triangle inequality for angles, whatever lies within `radius` of a candidate lies
    # within twice the angle of the medoid: sin^2(2a) = 4 sin^2(a) (1 - sin^2(a))
    reach = 4 * radius * (1 - radius) if radius < 0.5 else np.inf
    medoid, distances = seed, pool.distances(seed)
    tried = {medoid}
    best: float | None = None
    futile = 0
    while futile < patience:
        inner = np.flatnonzero(distances <= radius)
        untried = np.array([row for row in inner.tolist() if row not in tried], np.intp)
        if not len(untried):
            break
        candidates = rng.permutation(untried)[: patience - futile]
        tried.update(candidates.tolist())
        near = np.flatnonzero(distances <= reach)
        if best is None:
            best = float(score(distances[near][:, None], pool.weights[near])[0])
        scores = score(pool.block(near, candidates), pool.weights[near])
        winner = int(np.argmax(scores))
        if scores[winner] > best:
            medoid, best = int(candidates[winner]), float(scores[winner])
            distances = pool.distances(medoid)
            futile = 0
        else:
            futile += len(candidates)
    return medoid, distances


def cluster_by_density(
    latent: Floats, lengths: NDArray[np.int64], options: ClusterOptions, rng: np.random.Generator
) -> list[Rows]:
    """Clusters whose radius is chosen at each medoid, at the valley of the density around it.

    As in the released program: seeds are taken from the longest contig down; the medoid is
    where the length-weighted density within ``medoid_radius`` is highest; the cluster ends
    at the valley behind the first peak of the smoothed histogram of distances. A seed without
    a clear valley is put off. When few seeds succeed, a shallower valley is accepted; in
    the end what is left is cut at ``default_radius``.

    Returns
    -------
    clusters : rows of each cluster, medoid first, in the order in which they were found

    """
    order = np.argsort(-lengths, kind="stable")
    pool = Pool(latent, lengths.astype(np.float32), order)
    radius = np.float32(options.medoid_radius)

    def density(distances: Floats, weights: Floats) -> Floats:
        return weights @ np.maximum(radius - distances, 0)

    n_bins = round(MAX_DISTANCE / BIN_WIDTH)
    depth = options.valley_ratio
    recent: deque[bool] = deque(maxlen=options.window)
    clusters = []
    while pool.n_alive:
        medoid, distances = wander(
            pool, pool.next_seed(), options.medoid_radius, density, options.patience, rng
        )
        others = np.flatnonzero(distances < MAX_DISTANCE)
        others = others[others != medoid]
        found = distances[others]
        if not (found <= options.medoid_radius).any():
            clusters.append(pool.remove(np.array([medoid])))
            continue
        bins = np.clip((found / BIN_WIDTH).astype(np.intp), 0, n_bins - 1)
        histogram = np.bincount(bins, pool.weights[others], n_bins).astype(np.float64)
        cut = density_radius(histogram, depth)
        recent.append(cut is not None)
        if cut is None and depth > options.last_valley_ratio:
            cut = options.default_radius
        if cut is not None:
            clusters.append(pool.remove(np.append(medoid, others[found <= cut])))
        if len(recent) == options.window and sum(recent) < options.min_successes:
            depth += 0.1
            recent.clear()
    return clusters


def cluster_at_threshold(
    latent: Floats, threshold: float, patience: int, rng: np.random.Generator
) -> list[Rows]:
    """Clusters of one radius for all, as in the paper's preprint.

    Seeds are taken in random order; the medoid is where the mean distance of the contigs
    within ``threshold`` is smallest. ``latent`` rows should be centred, which makes the
    distance Pearson's.

    Returns
    -------
    clusters : rows of each cluster, medoid first, in the order in which they were found

    """
    pool = Pool(latent, np.ones(len(latent), np.float32), rng.permutation(len(latent)))
    limit = np.float32(threshold)

    def closeness(distances: Floats, weights: Floats) -> Floats:
        inner = distances <= limit
        total = np.where(inner, distances, 0).sum(axis=0)
        return -total / np.maximum(inner.sum(axis=0), 1)

    clusters = []
    while pool.n_alive:
        medoid, distances = wander(pool, pool.next_seed(), threshold, closeness, patience, rng)
        others = np.flatnonzero(distances <= threshold)
        clusters.append(pool.remove(np.append(medoid, others[others != medoid])))
    return clusters
