"""Reads with their errors, and the alignments that put them where they came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.simulate.fragments import READ_LENGTH, Assembly, Fragments, Placement

ERROR_RATE = 0.004
"""Substitutions per base: Q24, about what Illumina reads carry."""


@dataclass(frozen=True, eq=False)
class Reads:
    """The reads of a sample: read 2 f is the left end of fragment f, 2 f + 1 the right end.

    Attributes
    ----------
    start : (n_reads,) first base on `Strands`; every read covers `READ_LENGTH` bases from there
    first_mate : (n_reads,) whether it is read 1 of its pair
    error_of : (n_reads + 1,) its errors are numbers ``error_of[i]`` to ``error_of[i + 1]``
    error_offset : (n_errors,) base within the read, counted on `Strands`
    error_shift : (n_errors,) 1 - 3, added to the base code modulo 4
    """

    start: NDArray[np.int64]
    first_mate: NDArray[np.bool_]
    error_of: NDArray[np.int64]
    error_offset: NDArray[np.int64]
    error_shift: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Alignments:
    """The columns of a BAM file, one entry per read of `Reads`, terms as in the SAM specification.

    Attributes
    ----------
    reference, position : (n_reads,) row of the contig and 0-based place; those of the mate where
        only the mate is mapped; -1 where neither is
    next_reference, next_position : the same of the mate
    flag, quality, template : FLAG, MAPQ, TLEN
    clip_left, clip_right : bases that hang over the ends of the contig, on the contig's strand
    flip : whether the stored bases are the reverse complement of those on `Strands`
    """

    reference: NDArray[np.int32]
    position: NDArray[np.int32]
    next_reference: NDArray[np.int32]
    next_position: NDArray[np.int32]
    flag: NDArray[np.int32]
    quality: NDArray[np.uint8]
    template: NDArray[np.int32]
    clip_left: NDArray[np.int32]
    clip_right: NDArray[np.int32]
    flip: NDArray[np.bool_]


def sequence_reads(rng: np.random.Generator, fragments: Fragments) -> Reads:
    """Read both ends of each fragment, with substitutions at `ERROR_RATE`."""
    start = np.column_stack([fragments.start, fragments.start + fragments.size - READ_LENGTH])
    first_mate = np.column_stack([fragments.forward, ~fragments.forward])
    n_bases = start.size * READ_LENGTH
    n_errors = int(rng.binomial(n_bases, ERROR_RATE))
    place = np.unique(rng.integers(0, n_bases, n_errors)) if n_bases else np.zeros(0, np.int64)
    first_error = np.searchsorted(place, np.arange(start.size + 1) * READ_LENGTH)
    shift = rng.integers(1, 4, len(place)).astype(np.uint8)
    return Reads(start.ravel(), first_mate.ravel(), first_error, place % READ_LENGTH, shift)


def align(reads: Reads, placement: Placement, catalogue: Assembly) -> Alignments:
    """Alignments of reads at the contigs of ``catalogue`` that they were placed on."""
    start = reads.start.reshape(-1, 2)
    contig = placement.contig
    mapped = contig >= 0
    row = np.maximum(contig, 0)
    low = np.maximum(start, catalogue.start[row])
    high = np.minimum(start + READ_LENGTH, catalogue.end[row])
    before, after = low - start, start + READ_LENGTH - high
    turned = catalogue.reverse[row]
    right_end = np.array([False, True])  # read from right to left on Strands

    own = np.where(turned, catalogue.end[row] - high, low - catalogue.start[row])
    reference = np.where(mapped, contig, contig[:, ::-1])  # beside its mate, or -1
    position = np.where(mapped, own, np.where(mapped[:, ::-1], own[:, ::-1], -1))
    reverse = mapped & (turned != right_end)
    together = mapped.all(axis=1, keepdims=True) & (contig[:, :1] == contig[:, 1:])
    span_end = own + high - low
    span = span_end.max(axis=1, keepdims=True) - own.min(axis=1, keepdims=True)
    template = np.where(together, np.where(reverse, -span, span), 0)

    first = reads.first_mate.reshape(-1, 2)
    flag = (
        1
        + 2 * together
        + 4 * ~mapped
        + 8 * ~mapped[:, ::-1]
        + 16 * reverse
        + 32 * reverse[:, ::-1]
        + 64 * first
        + 128 * ~first
    )
    small = np.int32
    return Alignments(
        reference.ravel().astype(small),
        position.ravel().astype(small),
        reference[:, ::-1].ravel().astype(small),
        position[:, ::-1].ravel().astype(small),
        flag.ravel().astype(small),
        np.where(mapped & placement.unique[:, None], 60, 0).ravel().astype(np.uint8),
        template.ravel().astype(small),
        np.where(mapped, np.where(turned, after, before), 0).ravel().astype(small),
        np.where(mapped, np.where(turned, before, after), 0).ravel().astype(small),
        np.where(mapped, turned, right_end).ravel(),
    )
