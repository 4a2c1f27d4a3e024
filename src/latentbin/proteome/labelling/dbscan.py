"""DBSCAN for many values of eps at the price of one.

DBSCAN's core samples at a radius are those whose k-th nearest neighbour is within it; its
clusters are the parts of the single-linkage tree of mutual reachability below the radius
(Campello et al. 2013). The tree is made once, by scikit-learn; a sample that is no core goes to
the nearest core within eps, and is noise if there is none. (DBSCAN gives it to whichever cluster
comes first; Ester et al. 1996.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from sklearn.cluster import HDBSCAN

NOISE = -1


class Dbscan:
    """Clusterings of points at any eps.

    Parameters
    ----------
    points : (n_points, n_dimensions)
    min_samples : points within eps, itself counted, that make one a core point
    """

    def __init__(self, points: NDArray[np.floating], min_samples: int) -> None:
        self.points, self.min_samples = points.astype(np.float64), min_samples
        tree = KDTree(self.points)
        # distance to the k-th neighbour, itself the first, (n_points,)
        self.core_distances: NDArray[np.float64] = tree.query(self.points, min_samples)[0][:, -1]
        self._tree = HDBSCAN(
            min_samples=min_samples, min_cluster_size=2, algorithm="kd_tree", copy=True
        ).fit(self.points)

    def labels(self, eps: float) -> NDArray[np.intp]:
        """Label of each point, (n_points,): 0, 1, ... by falling size, or `NOISE`."""
        core = self.core_distances <= eps
        labels = np.full(len(self.points), NOISE, np.intp)
        if not core.any():
            return labels
        # scikit-learn's cut is open, DBSCAN's radius closed
        cut = self._tree.dbscan_clustering(np.nextafter(eps, np.inf), min_cluster_size=1)
        labels[core] = cut[core]
        near, place = KDTree(self.points[core]).query(
            self.points[~core], distance_upper_bound=np.nextafter(eps, np.inf)
        )
        labels[np.flatnonzero(~core)[np.isfinite(near)]] = labels[core][place[np.isfinite(near)]]
        return by_size(labels)


def by_size(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The same clusters numbered 0, 1, ... from the largest; of equals by their first point."""
    found, first, inverse, size = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    real = found != NOISE
    order = np.lexsort((first[real], -size[real]))
    number = np.full(len(found), NOISE, np.intp)
    number[np.flatnonzero(real)[order]] = np.arange(real.sum())
    return number[inverse]


def eps_grid(core_distances: NDArray[np.float64], extent: float, n_steps: int) -> list[float]:
    """Values of eps to try, rising by a constant factor.

    From the radius at which a twentieth of the points are core points to half the extent of the
    points, or to where all are core points if that is larger.

    Parameters
    ----------
    extent : the largest range of the points along an axis
    """
    low = float(np.quantile(core_distances, 0.05))
    high = max(extent / 2, float(core_distances.max()))
    if not high > 0:
        return [1.0]  # all points are one
    low = min(max(low, 1e-6 * high), high / 2)
    return [float(f"{eps:.4g}") for eps in np.geomspace(low, high, n_steps)]


def knee(core_distances: NDArray[np.float64]) -> float:
    """Where the sorted distances to the k-th neighbour bend upwards.

    The point farthest below the chord from the first to the last (Satopaa et al. 2011, Kneedle,
    without smoothing): a heuristic for eps where nothing is known of the samples.
    """
    sorted_distances = np.sort(core_distances)
    low, high = sorted_distances[0], sorted_distances[-1]
    if high <= low:
        return float(high) or 1.0
    rise = (sorted_distances - low) / (high - low)
    chord = np.linspace(0, 1, len(rise))
    return float(sorted_distances[int(np.argmax(chord - rise))])
