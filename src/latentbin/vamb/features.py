"""From composition and abundance to what the autoencoder reads: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """The autoencoder's input, one row per contig.

    Attributes
    ----------
    profile : (n_contigs, n_samples), each row an abundance profile that sums to 1
    total : (n_contigs, 1) z-scored log of the total abundance, or (n_contigs, 0) without it
    tnf : (n_contigs, n_tnf) z-scored composition
    weight : (n_contigs,) how much a contig counts in the loss, mean 1
    """

    profile: Floats
    total: Floats
    tnf: Floats
    weight: Floats

    @property
    def n_samples(self) -> int:
        return int(self.profile.shape[1])

    @property
    def has_total(self) -> bool:
        return bool(self.total.shape[1])


def make_features(
    tnf: Floats,
    abundance: Floats,
    lengths: NDArray[np.int64],
    *,
    total_abundance: bool,
    contig_weights: bool,
) -> Features:
    """Scale composition and abundance as VAMB does.

    Every sample is scaled to the same sum, so that a deeply sequenced one does not speak
    louder; then each contig's abundances are divided by their total. A contig without any
    read gets the even profile. The total, as a logarithm, is a feature of its own: with one
    sample the profile is constant and depth would be lost.

    Parameters
    ----------
    tnf : (n_contigs, n_tnf)
    abundance : (n_contigs, n_samples) depth or RPKM; every sample has a positive sum
    lengths : (n_contigs,) base pairs
    total_abundance : keep the total as a feature (released program), or not (preprint)
    contig_weights : weight contigs by ``max(2, ln length - 5)`` (released program), or evenly

    """
    n_contigs, n_samples = abundance.shape
    scaled = abundance / abundance.sum(axis=0, dtype=np.float64)
    total = scaled.sum(axis=1)
    present = total > 0
    profile = np.full((n_contigs, n_samples), 1 / n_samples, np.float32)
    np.divide(scaled, total[:, None], out=profile, where=present[:, None], casting="same_kind")
    if total_abundance:
        log_total = np.log(np.maximum(total, total[present].min()))
        column = zscore(log_total[:, None])
    else:
        column = np.empty((n_contigs, 0), np.float32)
    weight = np.maximum(2.0, np.log(lengths) - 5.0) if contig_weights else np.ones(n_contigs)
    return Features(profile, column, zscore(tnf), (weight / weight.mean()).astype(np.float32))


def zscore(values: NDArray[np.floating]) -> Floats:
    """Columns with mean 0 and standard deviation 1; a constant column becomes 0."""
    mean = values.mean(axis=0, dtype=np.float64)
    deviation = values.std(axis=0, dtype=np.float64)
    scale = np.where(deviation > 1e-9 * np.maximum(1.0, np.abs(mean)), deviation, np.inf)
    return ((values - mean) / scale).astype(np.float32)
