"""Scaling of composition and abundance, as networks read them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def zscore(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Columns with mean 0 and standard deviation 1; a constant column becomes 0."""
    mean = values.mean(axis=0, dtype=np.float64)
    deviation = values.std(axis=0, dtype=np.float64)
    scale = np.where(deviation > 1e-9 * np.maximum(1.0, np.abs(mean)), deviation, np.inf)
    return ((values - mean) / scale).astype(np.float32)


def abundance_profiles(
    abundance: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """How each contig's abundance is spread over the samples, and its total.

    Every sample is scaled to the same sum, so that a deeply sequenced one does not speak
    louder; then each contig's abundances are divided by their total. A contig without any
    read gets the even profile.

    Parameters
    ----------
    abundance : (n_contigs, n_samples) depth or RPKM; every sample has a positive sum

    Returns
    -------
    profile : (n_contigs, n_samples), each row sums to 1
    total : (n_contigs,) sum of the scaled abundances, 0 without any read
    """
    n_contigs, n_samples = abundance.shape
    scaled = abundance / abundance.sum(axis=0, dtype=np.float64)
    total: NDArray[np.float64] = scaled.sum(axis=1)
    profile = np.full((n_contigs, n_samples), 1 / n_samples, np.float32)
    present = (total > 0)[:, None]
    np.divide(scaled, total[:, None], out=profile, where=present, casting="same_kind")
    return profile, total
