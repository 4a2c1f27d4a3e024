"""How far a cluster reaches: read from the histogram of distances around a medoid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.vamb.options import ClusterOptions

Floats = NDArray[np.float32]

BIN_WIDTH = 0.005
MAX_DISTANCE = 0.3  # the histogram of a medoid ends here
_SMOOTHING = 0.01  # standard deviation of the Gaussian that smooths it
_LAST_PEAK = 0.1  # a peak farther out is not the medoid's own cluster
_DESCENT = 0.6  # the peak is over once the density is below this share of it
_RISE = 1.5  # the valley is over once the density is above this multiple of it

_THRESHOLD_BINS = 400  # the preprint's histogram, on [0, 1]
_THRESHOLD_SMOOTHING = 0.015
_THRESHOLD_SHOULDER = 0.8  # where no minimum exists: density this share of the maximum


def gaussian_kernel(deviation: float, bin_width: float) -> NDArray[np.float64]:
    """Weights of a Gaussian on a grid of bins, out to four standard deviations, sum 1."""
    reach = int(np.ceil(4 * deviation / bin_width))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * bin_width / deviation) ** 2)
    return np.asarray(weights / weights.sum())


_KERNEL = gaussian_kernel(_SMOOTHING, BIN_WIDTH)


def density_radius(histogram: NDArray[np.float64], valley_ratio: float) -> float | None:
    """The valley behind the first peak of the density around a medoid, if there is one.

    Parameters
    ----------
    histogram : (n_bins,) weight of the contigs at each distance, bins of `BIN_WIDTH` from 0
    valley_ratio : the valley's density must be below this share of the peak's

    Returns
    -------
    radius : centre of the valley's bin, or None: no peak near the medoid, or no clear valley

    """
    density = np.convolve(histogram, _KERNEL, mode="same")
    peak, valley, valley_bin, descending = -1.0, np.inf, -1, False
    for position, value in enumerate(density.tolist()):
        if not descending:
            if value > peak:
                if (position + 0.5) * BIN_WIDTH > _LAST_PEAK:
                    return None
                peak = value
            elif value < _DESCENT * peak:
                descending = True
        if descending:
            if value > _RISE * valley:
                break
            if value < valley:
                valley, valley_bin = value, position
    if valley_bin < 0 or valley >= valley_ratio * peak:
        return None
    return (valley_bin + 0.5) * BIN_WIDTH


def global_threshold(
    unit_vectors: Floats, options: ClusterOptions, rng: np.random.Generator
) -> float:
    """One threshold for all clusters, as in the paper's preprint.

    For each of ``threshold_seeds`` random contigs: histogram of the distances to all others in
    400 bins on [0, 1], smoothed; the first minimum behind the first maximum, if fewer than
    ``threshold_neighbours`` contigs are closer; else the first point behind it where the
    density is 0.8 of the maximum, same limit; else undefined. The median over seeds.

    Parameters
    ----------
    unit_vectors : (n_contigs, n_latent) centred rows of length 1

    Raises
    ------
    UserError : no seed has a threshold

    """
    n_contigs = len(unit_vectors)
    n_seeds = min(options.threshold_seeds, n_contigs)
    kernel = gaussian_kernel(_THRESHOLD_SMOOTHING, 1 / _THRESHOLD_BINS)
    found = []
    for seed in rng.choice(n_contigs, n_seeds, replace=False):
        distances = 0.5 - 0.5 * (unit_vectors @ unit_vectors[seed])
        bins = np.clip((distances * _THRESHOLD_BINS).astype(np.intp), 0, _THRESHOLD_BINS - 1)
        histogram = np.bincount(bins, minlength=_THRESHOLD_BINS)
        radius = _seed_threshold(histogram, kernel, options.threshold_neighbours)
        if radius is not None:
            found.append(radius)
    if not found:
        raise UserError(
            "no clustering threshold could be read from the latent: no contig has a group of "
            "close neighbours. Use the default preset, or train longer."
        )
    return float(np.median(found))


def _seed_threshold(
    histogram: NDArray[np.intp], kernel: NDArray[np.float64], neighbours: int
) -> float | None:
    density = np.convolve(histogram, kernel, mode="same")
    closer = np.cumsum(histogram)
    slope = np.diff(density)
    # the first maximum: where the density stops rising
    falling = np.flatnonzero(slope < 0)
    if not len(falling):
        return None
    peak = int(falling[0])
    rising = np.flatnonzero(slope[peak:] > 0)
    if len(rising):
        minimum = peak + int(rising[0])
        if closer[minimum] < neighbours:
            return minimum / _THRESHOLD_BINS
    shoulder = np.flatnonzero(density[peak:] <= _THRESHOLD_SHOULDER * density[peak])
    if len(shoulder):
        point = peak + int(shoulder[0])
        if closer[point] < neighbours:
            return point / _THRESHOLD_BINS
    return None
