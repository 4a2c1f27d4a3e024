"""Other clusterings of the same latent, side by side with DBSCAN's."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import (
    HDBSCAN,
    AffinityPropagation,
    AgglomerativeClustering,
    KMeans,
    SpectralClustering,
)
from sklearn.exceptions import ConvergenceWarning

from latentbin.density import by_size
from latentbin.proteome.labelling.scores import silhouette

_MOST_CLUSTERS = 12
_MOST_SAMPLES = 3_000  # of methods that keep a number for every pair
_NEIGHBOURS = 10


@dataclass(frozen=True, eq=False)
class Clustering:
    """What a method finds.

    Attributes
    ----------
    labels : (n_samples,) 0, 1, ... or NOISE; None if the method was left out
    settings : what it was run with, or why it was left out
    """

    method: str
    labels: NDArray[np.intp] | None
    settings: str
    silhouette: float | None = None


def other_methods(
    latent: NDArray[np.floating], min_samples: int, seed: int
) -> Iterator[Clustering]:
    """k-means, agglomerative, spectral, affinity propagation and HDBSCAN, one after the other.

    The number of clusters of the first three is that with the largest silhouette.
    """
    points = latent.astype(np.float64)
    n_samples = len(points)

    def k_means(k: int) -> NDArray[np.intp]:
        return KMeans(k, n_init=10, random_state=seed).fit_predict(points)

    def agglomerative(k: int) -> NDArray[np.intp]:
        return AgglomerativeClustering(k).fit_predict(points)

    def spectral(k: int) -> NDArray[np.intp]:
        return SpectralClustering(
            k,
            affinity="nearest_neighbors",
            n_neighbors=min(_NEIGHBOURS, n_samples - 1),
            assign_labels="cluster_qr",
            random_state=seed,
        ).fit_predict(points)

    yield _with_best_k("k-means", points, k_means, seed)
    if n_samples > _MOST_SAMPLES:
        why = f"left out: {n_samples} samples, at most {_MOST_SAMPLES}"
        for name in ("agglomerative", "spectral", "affinity propagation"):
            yield Clustering(name, None, why)
    else:
        yield _with_best_k("agglomerative", points, agglomerative, seed)
        yield _with_best_k("spectral", points, spectral, seed)
        yield _affinity_propagation(points, seed)
    found = HDBSCAN(
        min_cluster_size=max(2, min_samples), min_samples=min_samples, copy=True
    ).fit_predict(points)
    yield Clustering(
        "HDBSCAN", by_size(found), f"min_samples {min_samples}", silhouette(points, found, seed)
    )


def _with_best_k(
    name: str,
    points: NDArray[np.float64],
    cluster: Callable[[int], NDArray[np.intp]],
    seed: int,
) -> Clustering:
    best = Clustering(name, None, "left out: no clustering has a silhouette")
    for k in range(2, min(_MOST_CLUSTERS, len(points) - 1) + 1):
        with warnings.catch_warnings():
            # fewer different points than clusters; a graph in several parts: both are fine here
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", "Graph is not fully connected", UserWarning)
            labels = cluster(k)
        score = silhouette(points, labels, seed)
        if score is not None and (best.silhouette is None or score > best.silhouette):
            best = Clustering(name, by_size(labels), f"k {k} by silhouette", score)
    return best


def _affinity_propagation(points: NDArray[np.float64], seed: int) -> Clustering:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", ConvergenceWarning)
        warnings.filterwarnings("ignore", "All samples have mutually equal", UserWarning)
        labels = AffinityPropagation(damping=0.9, max_iter=500, random_state=seed).fit_predict(
            points
        )
    settings = "damping 0.9" + (", did not converge" if said else "")
    if (labels < 0).all():
        return Clustering("affinity propagation", None, f"left out: {settings}")
    return Clustering(
        "affinity propagation", by_size(labels), settings, silhouette(points, labels, seed)
    )
