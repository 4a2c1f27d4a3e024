"""What the autoencoder sees of a proteome.

The paper's scaling divides the logarithms of a sample by their maximum. The noise of that one
quantity then stands in all of them, as does how much of a sample was loaded, and would be what a
small latent describes first. Hence each sample is multiplied by the median over its proteins of
mean / value (a median of ratios; Anders and Huber 2010), which takes such factors out again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.matrix import NamedMatrix


@dataclass(frozen=True, eq=False)
class Features:
    """A proteome as the autoencoder sees it.

    Attributes
    ----------
    deviations : (n_samples, n_proteins) float32, from the mean of the protein, in units of the
        median protein's standard deviation; 0 where missing
    present : (n_samples, n_proteins) float32, 1 or 0
    frequency : (n_proteins,) share of the samples that have the protein
    factors : (n_samples,) by which the values of a sample were multiplied
    """

    deviations: NDArray[np.float32]
    present: NDArray[np.float32]
    frequency: NDArray[np.float32]
    factors: NDArray[np.float64]


def features_of(proteome: NamedMatrix) -> Features:
    """Deviations and presence; 0 in a prepared proteome means missing or below its floor.

    Raises
    ------
    UserError : a sample without any value, or no protein that differs between samples
    """
    values = proteome.values.astype(np.float64)
    present = values > 0
    empty = ~present.any(axis=1)
    if empty.any():
        raise UserError(
            f"{proteome.source}: sample '{proteome.names[int(np.argmax(empty))]}' has no values. "
            "Leave it out, or keep more proteins."
        )
    values[~present] = np.nan
    known = present.any(axis=0)
    ratios = np.nanmean(values[:, known], axis=0) / values[:, known]
    factors = np.nanmedian(ratios, axis=1)
    values *= factors[:, None]
    deviations = np.zeros_like(values)
    deviations[:, known] = values[:, known] - np.nanmean(values[:, known], axis=0)
    spread = np.sqrt(np.nanmean(deviations**2, axis=0, where=present, keepdims=False))
    # of proteins that most samples have, if any differ: the spread of a rare one is of few values
    differing = spread > 0
    common = differing & (present.mean(axis=0) > 0.5)
    if not differing.any():
        raise UserError(
            f"{proteome.source}: no protein differs between samples, so there is nothing to learn. "
            "Give quantities of several samples."
        )
    unit = float(np.median(spread[common if common.any() else differing]))
    deviations[~present] = 0
    return Features(
        (deviations / unit).astype(np.float32),
        present.astype(np.float32),
        present.mean(axis=0).astype(np.float32),
        factors,
    )
