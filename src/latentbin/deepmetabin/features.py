"""From composition and abundance to points whose distances are in units of noise.

A short contig's tetranucleotide frequencies and depth are mostly noise, and the paper's z-scores
give every column the same say, whatever of it is noise. Here the noise is worked out from what
was counted: composition is rotated to the directions in which contigs differ most in units of
counting noise, and each direction, like each sample's log depth, is divided by its expected
deviation within a genome. What a contig's own columns are worth stays with it (``precision``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from latentbin.composition.count import project
from latentbin.composition.tnf import (
    CANONICAL,
    canonical_index,
    reduced_basis,
    reduced_projection,
)

Floats = NDArray[np.float64]

# Neighbouring words overlap and codons repeat: frequencies vary more than independent draws would
_COUNT_NOISE = 2.0
_WITHIN_COMPOSITION = 0.1  # variance within genomes as a share of that between contigs
_WITHIN_DEPTH = 0.12  # relative deviation of depth within a genome
_READ_LENGTH = 150.0
_LEAST_DEPTH = 0.1  # added to depths, so that the logarithm of none is finite
_LONGEST = 20_000  # length from which contigs count alike where directions are chosen
_COMPOSITION_SHARE = 0.5  # of a composition column's weight: the columns are not independent
_HIGHEST_PRECISION = 4.0  # no single long contig should rule the loss


@dataclass(frozen=True, eq=False)
class Features:
    """Points of contigs.

    Attributes
    ----------
    points : (n_contigs, width) float32: composition, then log depth of each sample, mean 0; in
        units of the deviation expected between two contigs of one genome and middling length
    weight : (width,) of a column in squared distances
    precision : (n_contigs, width) float32, what a contig's squared error in a column counts: the
        column's weight over the variance expected of this contig, in the units of ``points``
    """

    points: NDArray[np.float32]
    weight: NDArray[np.float32]
    precision: NDArray[np.float32]

    def scaled(self) -> NDArray[np.float32]:
        """(n_contigs, width) points between which plain Euclidean distance is the weighted one."""
        return self.points * np.sqrt(self.weight)


def make_features(
    tnf: NDArray[np.float32],
    n_kmers: NDArray[np.int64],
    abundance: NDArray[np.float32],
    lengths: NDArray[np.int64],
    directions: int,
) -> Features:
    """Scale composition and abundance by what is known of their noise.

    Parameters
    ----------
    tnf : (n_contigs, 103) reduced tetranucleotide frequencies, or (n_contigs, 136) canonical ones
        (`latentbin-composition tnf`)
    n_kmers : (n_contigs,) counted, at least 1
    abundance : (n_contigs, n_samples) depth
    lengths : (n_contigs,) base pairs
    directions : how many columns composition gets
    """
    composition, spread, noise = _composition(tnf, n_kmers, lengths, directions)
    depth, depth_noise = _depths(abundance, lengths)
    values = np.hstack([composition, depth])
    within = np.concatenate(
        [_WITHIN_COMPOSITION * spread, np.full(depth.shape[1], _WITHIN_DEPTH**2)]
    )
    variance = np.hstack([np.repeat(noise[:, None], composition.shape[1], axis=1), depth_noise])
    variance += within
    unit = np.median(variance, axis=0)
    weight = np.concatenate(
        [np.full(composition.shape[1], _COMPOSITION_SHARE), np.ones(depth.shape[1])]
    )
    precision = np.minimum(weight * unit / variance, _HIGHEST_PRECISION)
    values = (values - values.mean(axis=0)) / np.sqrt(unit)
    return Features(*(array.astype(np.float32) for array in (values, weight, precision)))


def _composition(
    tnf: NDArray[np.float32],
    n_kmers: NDArray[np.int64],
    lengths: NDArray[np.int64],
    directions: int,
) -> tuple[Floats, Floats, Floats]:
    """Directions of most variance in units of counting noise.

    Returns
    -------
    values : (n_contigs, width)
    spread : (width,) variance of each column that is not counting noise
    noise : (n_contigs,) variance of counting noise, of every column
    """
    if tnf.shape[1] == len(CANONICAL):
        tnf = project(tnf.astype(np.float64), reduced_projection())
    weight = np.minimum(lengths, _LONGEST).astype(np.float64)
    weight /= weight.sum()
    mean = weight @ tnf
    # word frequencies of the mean contig; reduced coordinates are deviations from even ones
    words = np.maximum(1 / 256 + reduced_basis() @ mean, 1e-6)
    canonical = np.bincount(canonical_index(), words, len(CANONICAL))
    projection = reduced_projection()
    of_one_count = projection.T @ (canonical[:, None] * projection)
    centred = tnf - mean
    noise = _COUNT_NOISE / n_kmers.astype(np.float64)
    total = (centred * weight[:, None]).T @ centred - of_one_count * (weight @ noise)
    spread, vectors = scipy.linalg.eigh(total, of_one_count)
    chosen = np.argsort(-spread, kind="stable")[:directions]
    # a direction with less variance than its counting noise explains has none to offer
    return centred @ vectors[:, chosen], np.maximum(spread[chosen], 1e-5), noise


def _depths(abundance: NDArray[np.float32], lengths: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Log depth of each sample, and its variance by the number of reads: (n_contigs, n_samples)."""
    depth = abundance.astype(np.float64) + _LEAST_DEPTH
    reads = depth * lengths[:, None] / _READ_LENGTH
    return np.log(depth), 1 / reads
