"""From contigs to their tetranucleotide frequencies."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.composition.count import count_canonical, project
from latentbin.composition.options import TnfOptions
from latentbin.composition.tnf import CANONICAL, reduced_projection
from latentbin.contigs import Record
from latentbin.errors import UserError

_BATCH_BASES = 1 << 22
_BATCH_CONTIGS = 1 << 11


@dataclass(frozen=True)
class Composition:
    """Tetranucleotide frequencies of the contigs that pass the length filter.

    Attributes
    ----------
    names : their names, in the order of the input
    lengths : (n_contigs,) int64, bp
    n_kmers : (n_contigs,) int64, 4-mers counted; 0 where a contig is nothing but ambiguous bases
    values : (n_contigs, 136 or 103) float32, zeros where ``n_kmers`` is 0
    columns : names of the columns
    n_short : contigs left out by the length filter
    """

    names: tuple[str, ...]
    lengths: NDArray[np.int64]
    n_kmers: NDArray[np.int64]
    values: NDArray[np.float32]
    columns: tuple[str, ...]
    n_short: int


def compose(records: Iterable[Record], options: TnfOptions, source: str) -> Composition:
    """Frequencies of canonical 4-mers, or their coordinates in the space that is free to vary.

    Raises
    ------
    UserError : fewer than two contigs pass the length filter
    """
    projection = None if options.projection == "canonical" else reduced_projection()
    names: list[str] = []
    lengths: list[int] = []
    values, n_kmers = [], []
    n_short = longest_short = 0

    def long_enough() -> Iterator[bytes]:
        nonlocal n_short, longest_short
        for name, sequence in records:
            length = len(sequence)
            if length < options.min_length:
                n_short += 1
                longest_short = max(longest_short, length)
                continue
            names.append(name)
            lengths.append(length)
            yield sequence

    for counts, coordinates in _counted(long_enough(), projection):
        n_kmers.append(counts)
        values.append(coordinates)
    if len(names) < 2:
        longest = max([longest_short, *lengths])
        raise UserError(
            f"{source}: {len(names)} of {len(names) + n_short} contigs are at least "
            f"{options.min_length} bp long (the longest has {longest}); binning needs two. "
            "Lower --min-length, or give the whole assembly."
        )
    columns = (
        CANONICAL
        if projection is None
        else tuple(f"tnf{number}" for number in range(1, projection.shape[1] + 1))
    )
    return Composition(
        tuple(names),
        np.array(lengths, np.int64),
        np.concatenate(n_kmers),
        np.concatenate(values),
        columns,
        n_short,
    )


def _counted(
    sequences: Iterable[bytes], projection: NDArray[np.float64] | None
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    def work(batch: list[bytes]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        counts = count_canonical(batch)
        n_kmers = counts.sum(axis=1)
        frequencies = counts / np.maximum(n_kmers, 1)[:, None]
        if projection is not None:
            return n_kmers, project(frequencies, projection)
        return n_kmers, frequencies.astype(np.float32)

    # one thread counts, without Python's lock, while this one reads on
    with ThreadPoolExecutor(1) as counter:
        ahead: deque[Future[tuple[NDArray[np.int64], NDArray[np.float32]]]] = deque()
        for batch in batches(sequences):
            ahead.append(counter.submit(work, batch))
            if len(ahead) > 2:
                yield ahead.popleft().result()
        for future in ahead:
            yield future.result()


def batches(sequences: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Sequences in lists of bounded size, in order."""
    # both bounds keep a batch near the cache's and the frequencies' size whatever the lengths
    batch: list[bytes] = []
    n_bases = 0
    for sequence in sequences:
        batch.append(sequence)
        n_bases += len(sequence)
        if n_bases >= _BATCH_BASES or len(batch) >= _BATCH_CONTIGS:
            yield batch
            batch, n_bases = [], 0
    if batch:
        yield batch
