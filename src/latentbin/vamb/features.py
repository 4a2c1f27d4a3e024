"""From composition and abundance to what the autoencoder reads: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.scaling import abundance_profiles, zscore

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

    The total abundance, as a logarithm, is a feature of its own: with one sample the profile is
    constant and depth would be lost.

    Parameters
    ----------
    tnf : (n_contigs, n_tnf)
    abundance : (n_contigs, n_samples) depth or RPKM; every sample has a positive sum
    lengths : (n_contigs,) base pairs
    total_abundance : keep the total as a feature (released program), or not (preprint)
    contig_weights : weight contigs by ``max(2, ln length - 5)`` (released program), or evenly

    """
    profile, total = abundance_profiles(abundance)
    column = np.empty((len(total), 0), np.float32)
    if total_abundance:
        column = zscore(np.log(np.maximum(total, total[total > 0].min()))[:, None])
    weight = np.maximum(2.0, np.log(lengths) - 5.0) if contig_weights else np.ones(len(total))
    return Features(profile, column, zscore(tnf), (weight / weight.mean()).astype(np.float32))
