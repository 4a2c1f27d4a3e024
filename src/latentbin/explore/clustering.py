"""The four clusterings of an embedding: points in, labels out."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from latentbin.agreement import silhouette
from latentbin.density import Density, by_size, knee
from latentbin.explore.options import AUTO, CLASSES, ClusterOptions

Points = NDArray[np.float64]
Labels = NDArray[np.intp]

_STARTS = 5  # of k-means
_BLOCK = 20_000  # rows assigned at a time


@dataclass(frozen=True, eq=False)
class Clustering:
    """What a method finds in an embedding.

    Attributes
    ----------
    method : key of `options.CLUSTERINGS`
    labels : (n_rows,) 0, 1, ... by falling size, or `density.NOISE`
    settings : what it was run with, and what that was chosen by
    seconds : wall time, choosing included; DBSCAN and HDBSCAN each with the tree that they share
    """

    method: str
    labels: Labels
    settings: str
    seconds: float

    @property
    def n_clusters(self) -> int:
        return int(self.labels.max(initial=-1)) + 1

    @property
    def n_noise(self) -> int:
        return int((self.labels < 0).sum())


@dataclass
class Clusterer:
    """Clusters points with each of the methods that are wanted.

    Where there are more than ``--fit-rows``, clusters are found on a random part, and the others
    assigned: to the nearest centre, the most probable component, or the cluster (or noise) of the
    nearest row. Same points, options, seed and threads, same labels.

    Parameters
    ----------
    n_classes : what ``--clusters classes`` stands for
    """

    options: ClusterOptions
    seed: int
    threads: int
    n_classes: int | None = None

    def all(self, points: Points) -> Iterator[Clustering]:
        """One clustering after the other."""
        wanted = self.options.chosen()
        fitted = self._some(len(points), self.options.fit_rows)
        part = points[fitted]
        note = f", found on {len(part)} rows" if len(part) < len(points) else ""
        density: Density | None = None
        tree_seconds = 0.0
        for method in wanted:
            started = time.monotonic()
            if method in ("dbscan", "hdbscan"):
                if density is None:
                    density = self._density(part)
                    tree_seconds = time.monotonic() - started
                    started = time.monotonic()
                found, settings = self._by_density(method, density)
                labels = _extended(found, fitted, points, self.threads)
                spent = tree_seconds
            else:
                fit = self._k_means if method == "kmeans" else self._mixture
                # summing in threads as they come makes the last digits differ from run to run
                with threadpool_limits(1, "openmp"):
                    predict, settings = fit(part)
                    blocks = [
                        predict(points[at : at + _BLOCK]) for at in range(0, len(points), _BLOCK)
                    ]
                labels = by_size(np.concatenate(blocks).astype(np.intp))
                spent = 0.0
            seconds = spent + time.monotonic() - started
            yield Clustering(method, labels, settings + note, seconds)

    def _some(self, n_rows: int, most: int) -> NDArray[np.intp]:
        """All rows, or so many drawn at random; rising."""
        if n_rows <= most:
            return np.arange(n_rows)
        return np.sort(np.random.default_rng(self.seed).choice(n_rows, most, replace=False))

    def _density(self, points: Points) -> Density:
        options = self.options
        return Density(
            points,
            min(options.min_samples_for(len(points)), len(points)),
            min(options.min_cluster_size_for(len(points)), len(points)),
            self.threads,
        )

    def _by_density(self, method: str, density: Density) -> tuple[Labels, str]:
        n_rows = len(density.points)
        samples = f"min_samples {self.options.min_samples_for(n_rows)}"
        if method == "hdbscan":
            size = self.options.min_cluster_size_for(n_rows)
            return density.hdbscan(), f"min_cluster_size {size}, {samples}"
        eps = self.options.eps
        how = "given" if eps is not None else "by knee"
        eps = knee(density.core_distances) if eps is None else eps
        return density.dbscan(eps), f"eps {eps:.4g} {how}, {samples}"

    def _k_means(self, points: Points) -> tuple[Callable[[Points], Labels], str]:
        def fit(k: int, rows: Points) -> KMeans:
            with warnings.catch_warnings():
                # fewer different points than clusters: it finds as many as there are
                warnings.simplefilter("ignore", ConvergenceWarning)
                return KMeans(k, n_init=_STARTS, random_state=self.seed).fit(rows)

        part = points[self._some(len(points), self.options.score_rows)]

        def score(k: int) -> float:
            found = silhouette(part, fit(k, part).labels_, len(part), self.seed)
            return -math.inf if found is None else found

        k, how = self._number(points, score, 2, "silhouette")
        return fit(k, points).predict, f"k {k} {how}"

    def _mixture(self, points: Points) -> tuple[Callable[[Points], Labels], str]:
        # a component may have no width along an axis; small beside the width of all
        floor = 1e-4 * float(points.var(axis=0).mean()) or 1e-6

        def fit(k: int, rows: Points) -> tuple[GaussianMixture, bool]:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always", ConvergenceWarning)
                mixture = GaussianMixture(k, reg_covar=floor, random_state=self.seed).fit(rows)
            return mixture, not said

        part = points[self._some(len(points), self.options.score_rows)]

        def score(k: int) -> float:
            return -float(fit(k, part)[0].bic(part))

        k, how = self._number(points, score, 1, "BIC")
        mixture, converged = fit(k, points)
        return mixture.predict, f"k {k} {how}" + ("" if converged else ", did not converge")

    def _number(
        self, points: Points, score: Callable[[int], float], least: int, name: str
    ) -> tuple[int, str]:
        """The number of clusters in force, and what it comes from."""
        if self.options.clusters == CLASSES:
            assert self.n_classes is not None, "checked before"
            return self.n_classes, "as classes"
        if self.options.clusters != AUTO:
            return int(self.options.clusters), "given"
        # clusters of a few rows each would always be tight
        n_scored = min(len(points), self.options.score_rows)
        most = max(least, min(self.options.max_clusters, math.isqrt(n_scored)))
        return best_number(score, least, most), f"by {name}"


def best_number(score: Callable[[int], float], least: int, most: int) -> int:
    """The number with the largest score; of equals the smallest.

    Numbers that rise by a factor of 1.4 are tried first, then those halfway between the best and
    its neighbours, until there are none.
    """
    grid = {min(most, max(least, round(least * 1.4**power))) for power in range(60)}
    tried = {k: score(k) for k in sorted(grid)}
    while True:
        order = sorted(tried)
        best = max(order, key=lambda k: (tried[k], -k))
        place = order.index(best)
        beside = order[max(0, place - 1) : place + 2]
        new = {(a + b) // 2 for a, b in pairwise(beside)} - set(tried)
        if not new:
            return best
        tried |= {k: score(k) for k in sorted(new)}


def _extended(found: Labels, fitted: NDArray[np.intp], points: Points, threads: int) -> Labels:
    """Labels of all rows: those not clustered get the one of the nearest row that was."""
    if len(fitted) == len(points):
        return found
    labels = np.empty(len(points), np.intp)
    labels[fitted] = found
    rest = np.setdiff1d(np.arange(len(points)), fitted, assume_unique=True)
    labels[rest] = found[KDTree(points[fitted]).query(points[rest], workers=threads)[1]]
    return by_size(labels)
