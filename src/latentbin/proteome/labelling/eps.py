"""Which values of eps are tried."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
