"""PCA, and the plane of largest variance that plots show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """Principal components from the covariance of the columns, at most as many as there are.

    The axes are those of the exact covariance (columns x columns), so that nothing is random; an
    axis points to where its largest loading is positive.
    """
    mean = points.mean(axis=0, dtype=np.float64)
    centred = points - mean.astype(np.float32)
    covariance = np.zeros((points.shape[1],) * 2)
    for start in range(0, len(points), 100_000):
        block = centred[start : start + 100_000].astype(np.float64)
        covariance += block.T @ block
    variances, axes = np.linalg.eigh(covariance)
    size = min(size, *points.shape)
    variances, axes = variances[::-1].clip(min=0), axes[:, ::-1][:, :size]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(size)])
    total = variances.sum()
    return Principal(
        centred @ axes.astype(np.float32), variances[:size] / total if total else variances[:size]
    )


def plane(points: Floats) -> tuple[Floats, NDArray[np.float64]]:
    """The points in the two directions of largest variance, and what share of it they show.

    A single dimension gets rows in their order as the second.
    """
    found = pca(points, 2)
    if found.coordinates.shape[1] == 1:
        second = np.linspace(0, 1, len(points), dtype=np.float32)
        return np.column_stack([found.coordinates[:, 0], second]), found.explained
    return found.coordinates, found.explained
