"""PCA, and the plane of largest variance that plots show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Principal:
    """Principal axes of points.

    Attributes
    ----------
    coordinates : (n_rows, size) float32, axes by falling variance
    explained : (size,) share of the variance along each axis
    """

    coordinates: Floats
    explained: NDArray[np.float64]


def pca(points: Floats, size: int) -> Principal:
    """Principal components, at most as many as there are.

    From the exact covariance of the columns, so that nothing is random; scikit-learn sets signs.
    """
    model = PCA(min(size, *points.shape), svd_solver="covariance_eigh")
    with np.errstate(invalid="ignore"):  # shares of no variance at all
        # in double precision: sums of squares in single add up to more than the whole variance
        coordinates = model.fit_transform(points.astype(np.float64))
    return Principal(coordinates.astype(np.float32), np.nan_to_num(model.explained_variance_ratio_))


def plane(points: Floats) -> tuple[Floats, NDArray[np.float64]]:
    """The points in the two directions of largest variance, and what share of it they show.

    A single dimension gets rows in their order as the second.
    """
    found = pca(points, 2)
    if found.coordinates.shape[1] == 1:
        second = np.linspace(0, 1, len(points), dtype=np.float32)
        return np.column_stack([found.coordinates[:, 0], second]), found.explained
    return found.coordinates, found.explained
