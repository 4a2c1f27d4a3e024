"""The taxon of each bin: its contigs vote with their lengths, from the coarsest rank down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.taxonomy.labels import coded
from latentbin.taxonomy.predictions import UNKNOWN


@dataclass(frozen=True, eq=False)
class BinRank:
    """What the contigs of each bin say at one rank.

    Attributes
    ----------
    taxa : (n_bins,) str as objects: a taxon, or ``unknown``
    share : (n_bins,) of the bin's base pairs that back the taxon; of the best one, if unknown
    unknown : (n_bins,) share of the bin's base pairs without a taxon
    """

    taxa: NDArray[Any]
    share: NDArray[np.float64]
    unknown: NDArray[np.float64]


def vote(
    bin_of: NDArray[np.intp],
    n_bins: int,
    lengths: NDArray[np.int64],
    ranks: Sequence[str],
    labels: Mapping[str, NDArray[Any]],
    least_share: float,
) -> dict[str, BinRank]:
    """Choose at each rank the taxon with most base pairs among contigs that agree so far.

    A contig agrees if it has the taxa that its bin was given at all coarser ranks, so that the taxa
    of a bin are those of one lineage. From the first rank on at which the best taxon has less than
    ``least_share`` of the bin, the bin is ``unknown``. Of taxa with equal base pairs the first by
    name is taken. Where a contig lacks a taxon between two that it has, as lineages often do, it
    votes for ``<taxon below> (no <rank>)``.

    Parameters
    ----------
    bin_of : (n_contigs,) the bin of each contig, each bin with at least one
    lengths : (n_contigs,) base pairs
    ranks : coarsest first
    labels : by rank, (n_contigs,) taxon or ``unknown``
    """
    filled = fill_gaps(ranks, labels)
    total = np.bincount(bin_of, lengths, n_bins)
    agrees = np.ones(len(bin_of), bool)
    open_bins = np.ones(n_bins, bool)
    found = {}
    for rank in ranks:
        codes, names = filled[rank]
        known = codes >= 0
        best, backing = _best(bin_of, codes, lengths, agrees & known, n_bins, len(names))
        share = backing / total
        open_bins = open_bins & (best >= 0) & (share >= least_share)
        taxa = np.array([*names, UNKNOWN], object)[np.where(open_bins, best, len(names))]
        unknown = np.bincount(bin_of[~known], lengths[~known], n_bins) / total
        found[rank] = BinRank(taxa, share, unknown)
        agrees &= ~open_bins[bin_of] | (codes == best[bin_of])
    return found


def _best(
    bin_of: NDArray[np.intp],
    codes: NDArray[np.int64],
    lengths: NDArray[np.int64],
    votes: NDArray[np.bool_],
    n_bins: int,
    n_taxa: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n_bins,) the taxon with most base pairs, -1 if nobody votes; and its base pairs."""
    best, backing = np.full(n_bins, -1), np.zeros(n_bins)
    pairs, place = np.unique(bin_of[votes] * n_taxa + codes[votes], return_inverse=True)
    if not len(pairs):
        return best, backing
    weights = np.bincount(place, lengths[votes])
    bins = pairs // n_taxa
    order = np.lexsort((pairs, -weights, bins))  # codes are in the order of names
    voting, first = np.unique(bins[order], return_index=True)
    best[voting] = pairs[order[first]] % n_taxa
    backing[voting] = weights[order[first]]
    return best, backing


def fill_gaps(
    ranks: Sequence[str], labels: Mapping[str, NDArray[Any]]
) -> dict[str, tuple[NDArray[np.int64], tuple[str, ...]]]:
    """Taxa as codes into names in their order; -1 for unknown.

    Below the finest rank at which a contig has a taxon nothing is filled; above it, what is lacking
    becomes a taxon of its own, after the nearest finer one.
    """
    found = {}
    below: NDArray[Any] | None = None  # the nearest taxon at a finer rank, unknown if none
    for rank in reversed(ranks):
        own = labels[rank]
        text = np.where(own == UNKNOWN, "", own)
        if below is not None:
            gap = (text == "") & (below != "")
            text[gap] = [f"{taxon} (no {rank})" for taxon in below[gap]]
            below = np.where(own == UNKNOWN, below, own)
        else:
            below = text.copy()
        codes, names = coded(text)
        found[rank] = codes.astype(np.int64), names
    return found
