"""Where reads fall, what an assembler could make of them, and where they map to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.simulate.genomes import Genome

READ_LENGTH = 150
INSERT_MEAN, INSERT_SD = 350, 35
_WINDOW = 1000  # stretch of genome with one local rate of reads
_RATE_CV2 = 0.04  # squared coefficient of variation of that rate: coverage beyond Poisson
_LENGTH_SIGMA = 0.9  # of the logarithm of contig lengths
_GAP = 80  # mean bases lost between contigs
_MIN_OVERLAP = 50  # bases that must lie on a contig for a read to map there
_PAIR_BONUS = 20  # bases that a mapper gives up for a proper pair


@dataclass(frozen=True, eq=False)
class Strands:
    """All sequences of all genomes in one array, an N between any two.

    Attributes
    ----------
    bases : base codes; the last one is N
    starts, ends : (n_sequences,) where each sequence lies
    genome : (n_sequences,) number of the genome it belongs to
    """

    bases: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    genome: NDArray[np.int64]

    @classmethod
    def of(cls, genomes: Sequence[Genome]) -> Strands:
        """Lay out the genomes one after the other."""
        sequences = [sequence for genome in genomes for sequence in genome.sequences]
        number = [n for n, genome in enumerate(genomes) for _ in genome.sequences]
        gap = np.array([4], np.uint8)
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        ends = np.cumsum(lengths + 1) - 1
        bases = np.concatenate([part for sequence in sequences for part in (sequence, gap)])
        return cls(bases, ends - lengths, ends, np.array(number))


@dataclass(frozen=True, eq=False)
class Fragments:
    """Sequenced fragments of one sample, in random order; both ends are read.

    Attributes
    ----------
    start : (n,) first base on `Strands`
    size : (n,) bp, at least one read long
    forward : (n,) whether the first mate reads the left end
    """

    start: NDArray[np.int64]
    size: NDArray[np.int64]
    forward: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Assembly:
    """Contigs cut from the genomes.

    Attributes
    ----------
    start, end : (n_contigs,) where each lies on `Strands`, in the order of the FASTA file
    reverse : (n_contigs,) whether the contig is the reverse complement of that stretch
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    reverse: NDArray[np.bool_]


def draw_depths(
    rng: np.random.Generator,
    n_genomes: int,
    n_samples: int,
    mean: float,
    spread: float,
    dropout: float,
) -> NDArray[np.float64]:
    """(n_genomes, n_samples) log-normal depths, some absent, ``mean`` on average."""
    depth = np.exp(rng.normal(0, spread, (n_genomes, n_samples)))
    absent = rng.random(depth.shape) < dropout
    # every genome stays in its best sample, every sample keeps its most abundant genome
    absent[np.arange(n_genomes), depth.argmax(axis=1)] = False
    absent[depth.argmax(axis=0), np.arange(n_samples)] = False
    depth[absent] = 0
    return np.asarray(depth * (mean / depth.mean()))


def draw_fragments(
    rng: np.random.Generator, strands: Strands, depth: NDArray[np.float64]
) -> Fragments:
    """Fragments of one sample; ``depth`` is that of each genome.

    Windows of the genomes are read at gamma-distributed rates, so that coverage varies more than
    by chance (negative binomial).
    """
    windows = [
        np.arange(start, end, _WINDOW)
        for start, end in zip(strands.starts, strands.ends, strict=True)
    ]
    start = np.concatenate(windows)
    sequence = np.repeat(np.arange(len(windows)), [len(window) for window in windows])
    width = np.minimum(start + _WINDOW, strands.ends[sequence]) - start
    rate = rng.gamma(1 / _RATE_CV2, _RATE_CV2, len(start)) * depth[strands.genome[sequence]]
    n_pairs = rng.poisson(rate * width / (2 * READ_LENGTH))
    size = np.maximum(
        rng.normal(INSERT_MEAN, INSERT_SD, n_pairs.sum()).astype(np.int64), READ_LENGTH
    )
    window = np.repeat(np.arange(len(start)), n_pairs)
    first = start[window] + (rng.random(len(window)) * width[window]).astype(np.int64)
    # centred on the drawn base, and pushed back where that reaches over an end of the sequence
    low, high = strands.starts[sequence[window]], strands.ends[sequence[window]]
    first = np.clip(first - size // 2, low, np.maximum(high - size, low))
    fits = first + size <= high
    order = rng.permutation(np.flatnonzero(fits))
    return Fragments(first[order], size[order], rng.random(len(order)) < 0.5)


def covered(strands: Strands, samples: Sequence[Fragments]) -> NDArray[np.bool_]:
    """(n_bases,) whether a read of any sample lies on the base."""
    change = np.zeros(len(strands.bases) + 1, np.int64)
    for fragments in samples:
        for left in (fragments.start, fragments.start + fragments.size - READ_LENGTH):
            change += np.bincount(left, minlength=len(change))
            change -= np.bincount(left + READ_LENGTH, minlength=len(change))
    return np.asarray(change.cumsum()[:-1] > 0)


def cut_contigs(
    rng: np.random.Generator,
    strands: Strands,
    usable: NDArray[np.bool_],
    n50: int,
    min_length: int,
) -> Assembly:
    """Contigs of log-normal lengths, broken further wherever no read covers the genome.

    The length-weighted median of exp(N(m, s)) lies at exp(m + s^2), which fixes m.
    """
    keep = usable.copy()
    total = len(strands.bases)
    mean = n50 * np.exp(-(_LENGTH_SIGMA**2) / 2)
    n = int(total / mean * 1.5) + 100
    while True:
        length = rng.lognormal(np.log(n50) - _LENGTH_SIGMA**2, _LENGTH_SIGMA, n).astype(np.int64)
        gap = rng.geometric(1 / _GAP, n)
        breaks = np.cumsum(length + gap)
        if breaks[-1] >= total:
            break
        n *= 2
    inside = breaks < total
    change = np.zeros(total + 1, np.int64)
    np.add.at(change, (breaks - gap)[inside], 1)
    np.add.at(change, breaks[inside], -1)
    keep &= change.cumsum()[:-1] == 0
    keep &= strands.bases < 4  # assemblers give no N; also what lies between two sequences
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep, [False]]).astype(np.int8)))
    start, end = edges[::2], edges[1::2]
    order = rng.permutation(np.flatnonzero(end - start >= min_length))
    return Assembly(start[order], end[order], rng.random(len(order)) < 0.5)


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the two reads of each fragment map: column 0 the left end, column 1 the right.

    Attributes
    ----------
    contig : (n, 2) row in the catalogue, -1 where unmapped
    unique : (n,) whether no other assembly fits as well
    """

    contig: NDArray[np.int64]
    unique: NDArray[np.bool_]


def place(
    rng: np.random.Generator, fragments: Fragments, assemblies: Sequence[Assembly]
) -> Placement:
    """Map each pair to the contigs it came from.

    Where several assemblies hold the place, a pair goes to the one on which most of it lies, and to
    a random one of equals, as with a mapper that reports one hit.
    """
    n = len(fragments.start)
    contig = np.full((n, 2), -1, np.int64)
    most = np.zeros(n, np.int64)
    n_equal = np.ones(n, np.int64)
    offset = 0
    for assembly in assemblies:
        left, left_overlap = _best_contig(assembly, fragments.start)
        right, right_overlap = _best_contig(
            assembly, fragments.start + fragments.size - READ_LENGTH
        )
        together = (left == right) & (left >= 0)
        overlap = left_overlap + right_overlap + np.where(together, _PAIR_BONUS, 0)
        n_equal = np.where(overlap > most, 1, n_equal + (overlap == most))
        # the k-th of equals replaces the one before with chance 1/k: each is as likely in the end
        taken = (overlap > 0) & (overlap >= most) & (rng.random(n) * n_equal < 1)
        found = np.column_stack([left, right])[taken]
        contig[taken] = np.where(found >= 0, found + offset, -1)
        most = np.maximum(most, overlap)
        offset += len(assembly.start)
    return Placement(contig, n_equal == 1)


def _best_contig(
    assembly: Assembly, start: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Contig (or -1) on which most of each read lies, and how many of its bases."""
    by_start = np.argsort(assembly.start)
    lows, highs = assembly.start[by_start], assembly.end[by_start]
    last = np.searchsorted(lows, start + READ_LENGTH - 1, "right") - 1
    contig = np.full(len(start), -1, np.int64)
    overlap = np.full(len(start), _MIN_OVERLAP - 1, np.int64)
    # contigs are longer than reads: a read touches two neighbours at most
    for candidate in (last, last - 1):
        row = np.maximum(candidate, 0)
        shared = np.minimum(highs[row], start + READ_LENGTH) - np.maximum(lows[row], start)
        better = (candidate >= 0) & (shared > overlap)
        contig[better] = by_start[row[better]]
        overlap[better] = shared[better]
    return contig, np.where(contig >= 0, overlap, 0)
