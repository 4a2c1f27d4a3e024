"""From contigs to the frequencies of their words."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from latentbin.composition.count import count_canonical, project
from latentbin.composition.kmers import COLUMNS, base_codes, profiles
from latentbin.composition.options import KmersOptions, TnfOptions
from latentbin.composition.tnf import CANONICAL, reduced_projection
from latentbin.contigs import Record
from latentbin.errors import UserError

FEWEST = 2  # contigs that can be binned
_BATCH_BASES = 1 << 22
_BATCH_CONTIGS = 1 << 11

_Counts = tuple[NDArray[np.int64], NDArray[np.float32]]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Composition:
    """Word frequencies of the contigs that pass the length filter.

    Attributes
    ----------
    names : their names, in the order of the input
    lengths : (n_contigs,) int64, bp
    n_kmers : (n_contigs,) int64, words counted, of several lengths the shortest ones; 0 where a
        contig is nothing but ambiguous bases
    values : (n_contigs, 136, 103 or 1712) float32, zeros where ``n_kmers`` is 0
    columns : names of the columns
    n_short : contigs left out by the length filter
    """

    names: tuple[str, ...]
    lengths: NDArray[np.int64]
    n_kmers: NDArray[np.int64]
    values: NDArray[np.float32]
    columns: tuple[str, ...]
    n_short: int


def compose(
    records: Iterable[Record],
    options: TnfOptions | KmersOptions,
    source: str,
    threads: int = 1,
    fewest: int = FEWEST,
) -> Composition:
    """Word frequencies as the options want them.

    That is: of canonical 4-mers, their coordinates in the space that is free to vary, or of words
    of ten lengths (see `kmers`).

    Parameters
    ----------
    fewest : contigs that there must be; 0 for one assembly of several

    Raises
    ------
    UserError : fewer contigs pass the length filter
    """
    columns, count = (
        (COLUMNS, count_kmers) if isinstance(options, KmersOptions) else _tnf(options.projection)
    )
    names: list[str] = []
    lengths: list[int] = []
    values = [np.empty((0, len(columns)), np.float32)]
    n_kmers = [np.empty(0, np.int64)]
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

    for counts, coordinates in counted(long_enough(), count, threads):
        n_kmers.append(counts)
        values.append(coordinates)
    if len(names) < fewest:
        longest = max([longest_short, *lengths])
        raise UserError(
            f"{source}: {len(names)} of {len(names) + n_short} contigs are at least "
            f"{options.min_length} bp long (the longest has {longest}); binning needs two. "
            "Lower --min-length, or give the whole assembly."
        )
    return Composition(
        tuple(names),
        np.array(lengths, np.int64),
        np.concatenate(n_kmers),
        np.concatenate(values),
        columns,
        n_short,
    )


def _tnf(kind: str) -> tuple[tuple[str, ...], Callable[[list[bytes]], _Counts]]:
    projection = None if kind == "canonical" else reduced_projection()

    def count(batch: list[bytes]) -> _Counts:
        counts = count_canonical(batch)
        n_kmers = counts.sum(axis=1)
        frequencies = counts / np.maximum(n_kmers, 1)[:, None]
        if projection is not None:
            return n_kmers, project(frequencies, projection)
        return n_kmers, frequencies.astype(np.float32)

    if projection is None:
        return CANONICAL, count
    return tuple(f"tnf{number}" for number in range(1, projection.shape[1] + 1)), count


def count_kmers(batch: list[bytes]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Unambiguous bases (n,) and word frequencies (n, 1712) of sequences that are not empty."""
    ends = np.cumsum([len(sequence) for sequence in batch], dtype=np.int64)
    starts = np.append(0, ends[:-1])
    codes = base_codes()[np.frombuffer(b"".join(batch), np.uint8)]
    n_bases = np.add.reduceat(codes < 4, starts, dtype=np.int64)
    return n_bases, profiles(codes, starts, ends)


def counted(
    sequences: Iterable[bytes], count: Callable[[list[bytes]], _T], threads: int
) -> Iterator[_T]:
    """What ``count`` makes of batch after batch of sequences, in order.

    ``threads`` count, without Python's lock, while this one reads on.
    """
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[_T]] = deque()
        for batch in batches(sequences):
            ahead.append(pool.submit(count, batch))
            if len(ahead) > threads + 1:
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
