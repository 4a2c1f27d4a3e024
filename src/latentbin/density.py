"""DBSCAN and HDBSCAN from one single-linkage tree of mutual reachability.

HDBSCAN's tree (Campello et al. 2013) holds DBSCAN's clusters at every radius: those of its core
rows are the parts below it. A row that is no core goes to the nearest core row within eps, and is
noise if there is none (DBSCAN, Ester et al. 1996, gives it to whichever cluster comes first).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from sklearn.cluster import HDBSCAN

NOISE = -1


class Density:
    """Clusterings of points by their density.

    Time grows with the square of the number of points, memory with the number.

    Parameters
    ----------
    points : (n_points, n_dimensions)
    min_samples : points within the radius, itself counted, that make one a core point
    min_cluster_size : of HDBSCAN
    """

    def __init__(
        self,
        points: NDArray[np.floating],
        min_samples: int,
        min_cluster_size: int = 2,
        threads: int = 1,
    ) -> None:
        self.points, self.min_samples = points.astype(np.float64), min_samples
        tree = KDTree(self.points)
        # distance to the k-th neighbour, itself the first, (n_points,)
        self.core_distances: NDArray[np.float64] = tree.query(
            self.points, min_samples, workers=threads
        )[0][:, -1]
        self._tree = HDBSCAN(
            min_samples=min_samples,
            min_cluster_size=min_cluster_size,
            algorithm="kd_tree",
            n_jobs=threads,
            copy=True,
        ).fit(self.points)

    def hdbscan(self) -> NDArray[np.intp]:
        """(n_points,) 0, 1, ... by falling size, or `NOISE`."""
        return by_size(self._tree.labels_)

    def dbscan(self, eps: float) -> NDArray[np.intp]:
        """(n_points,) 0, 1, ... by falling size, or `NOISE`."""
        core = self.core_distances <= eps
        labels = np.full(len(self.points), NOISE, np.intp)
        if not core.any():
            return labels
        radius = np.nextafter(eps, np.inf)  # scikit-learn's cut is open, DBSCAN's radius closed
        labels[core] = self._tree.dbscan_clustering(radius, min_cluster_size=1)[core]
        if not core.all():
            near, place = KDTree(self.points[core]).query(
                self.points[~core], distance_upper_bound=radius
            )
            found = np.isfinite(near)
            labels[np.flatnonzero(~core)[found]] = labels[core][place[found]]
        return by_size(labels)


def by_size(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The same clusters numbered 0, 1, ... from the largest; of equals by their first row."""
    found, first, inverse, size = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    real = found >= 0
    order = np.lexsort((first[real], -size[real]))
    number = np.full(len(found), NOISE, np.intp)
    number[np.flatnonzero(real)[order]] = np.arange(real.sum())
    return number[inverse]


def knee(core_distances: NDArray[np.float64]) -> float:
    """Where the sorted distances to the k-th neighbour bend upwards.

    The one farthest below the chord from the least to the largest (Satopaa et al. 2011, Kneedle,
    without smoothing); a guess at eps.
    """
    rising = np.sort(core_distances)
    low, high = rising[0], rising[-1]
    if high <= low:
        return float(high) or 1.0
    chord = np.linspace(0, 1, len(rising))
    return float(rising[int(np.argmax(chord - (rising - low) / (high - low)))])
