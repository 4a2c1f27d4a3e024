"""From alignment files to an abundance matrix, several files at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.abundance import records, scan
from latentbin.abundance.alignments import Header, open_alignments, read_header
from latentbin.abundance.catalogue import Catalogue, rows_of
from latentbin.abundance.names import NameIndex
from latentbin.abundance.options import BamOptions
from latentbin.contigs import Contigs
from latentbin.errors import UserError

logger = logging.getLogger(__name__)

_NO_MINIMUM = -(1 << 40)


@dataclass(frozen=True, eq=False)
class Sample:
    """The abundances of one sample, in the order of its file's header.

    Attributes
    ----------
    values : (n_contigs,) depth or RPKM
    variance : (n_contigs,) of the depth; None for RPKM
    records, mapped, counted : numbers of records, of reads with a primary hit, of reads that
        passed all thresholds
    """

    values: NDArray[np.float64]
    variance: NDArray[np.float64] | None
    records: int
    mapped: int
    counted: int


class _StoppedError(Exception):
    """Another file failed, or the user interrupted."""


def count_file(
    path: str,
    options: BamOptions,
    reference: str | None = None,
    threads: int = 1,
    stop: threading.Event | None = None,
) -> tuple[Header, Sample]:
    """Depth or RPKM of every contig in one alignment file.

    Memory holds some batches of records and the longest contig, whatever the file's size.

    Raises
    ------
    UserError : see `open_alignments`; records out of order, none at all, without the tag AS that
        a threshold needs, or with an alternative hit on an unknown contig
    """
    with open_alignments(path, reference, threads) as (header, drive):
        lengths = header.contigs.lengths
        state = np.zeros(records.STATE_SIZE, np.int64)
        state[records.CURRENT] = -1
        minimum = _NO_MINIMUM if options.min_score is None else options.min_score
        by_tag = options.score == "AS"

        def guarded(used: int) -> int:
            if state[records.ERROR]:
                raise _record_error(path, header, state)
            if stop is not None and stop.is_set():
                raise _StoppedError
            return used

        if options.unit == "depth":
            cover = np.zeros(int(lengths.max()) + 1, np.int32)
            mean, variance = np.zeros(len(lengths)), np.zeros(len(lengths))
            drive(
                lambda data: guarded(
                    scan.scan_depth(
                        data,
                        lengths,
                        state,
                        cover,
                        mean,
                        variance,
                        options.min_identity / 100,
                        options.max_edge,
                        by_tag,
                        minimum,
                    )
                )
            )
            scan.finish_contig(lengths, state, cover, mean, variance)
        else:
            counts = np.zeros(len(lengths), np.int64)
            names = NameIndex.of(header.contigs.names).arrays
            drive(
                lambda data: guarded(
                    scan.scan_reads(data, lengths, state, counts, *names, by_tag, minimum)
                )
            )
    n_records, mapped, counted = (
        int(state[field]) for field in (records.RECORDS, records.MAPPED, records.COUNTED)
    )
    if n_records == 0:
        raise UserError(f"{path}: has no reads. Leave the sample out, or check its mapping.")
    if state[records.NO_NM]:
        logger.warning(
            "%s: %d reads have no NM tag; their mismatches are unknown and do not count against "
            "--min-identity ('samtools calmd' adds the tag)",
            path,
            state[records.NO_NM],
        )
    if options.unit == "depth":
        return header, Sample(mean, variance, n_records, mapped, counted)
    rpkm = counts / (lengths / 1e3) / (max(counted, 1) / 1e6)
    return header, Sample(rpkm, None, n_records, mapped, counted)


def count_files(
    paths: Sequence[str],
    catalogue: Catalogue | None,
    options: BamOptions,
    reference: str | None = None,
    threads: int = 1,
) -> tuple[Contigs, NDArray[np.float32], NDArray[np.float32] | None, list[Sample]]:
    """Abundance of every contig of the catalogue in every file.

    All headers are checked before the first read is counted. The result does not depend on the
    number of threads.

    - ``catalogue``: rows wanted; without, those of the first file's header

    Returns
    -------
    contigs : rows
    values, variance : (n_contigs, n_files); variance None for RPKM
    samples : with their counts; the arrays in them emptied

    Raises
    ------
    UserError : see `count_file`; ContractError : a file of another assembly
    """
    rows: dict[str, NDArray[np.intp]] = {}
    for path in paths:
        header = read_header(path, reference)
        if catalogue is None:
            catalogue = Catalogue(header.contigs, int(header.contigs.lengths.min()), path)
        if header.digest not in rows:
            rows[header.digest] = rows_of(header.contigs, path, catalogue)
            _tell_difference(header, path, catalogue, rows[header.digest])
    assert catalogue is not None
    shape = (len(catalogue.contigs), len(paths))
    values = np.zeros(shape, np.float32)
    variance = np.zeros(shape, np.float32) if options.unit == "depth" else None
    samples: list[Sample | None] = [None] * len(paths)
    workers = min(threads, len(paths))
    stop = threading.Event()

    def work(column: int) -> int:
        header, sample = count_file(paths[column], options, reference, threads // workers, stop)
        order = rows[header.digest]
        values[:, column] = sample.values[order]
        if variance is not None and sample.variance is not None:
            variance[:, column] = sample.variance[order]
        nothing = np.empty(0)
        samples[column] = Sample(nothing, None, sample.records, sample.mapped, sample.counted)
        return column

    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work, column) for column in range(len(paths))]
        try:
            for future in as_completed(futures):
                column = future.result()
                done = samples[column]
                assert done is not None
                logger.info(
                    "%s: %d records, %d reads mapped, %d counted",
                    paths[column],
                    done.records,
                    done.mapped,
                    done.counted,
                )
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return catalogue.contigs, values, variance, [sample for sample in samples if sample]


def _tell_difference(
    header: Header, path: str, catalogue: Catalogue, order: NDArray[np.intp]
) -> None:
    extra = len(header.contigs) - len(order)
    if extra:
        logger.info(
            "%s: %d contigs shorter than %d bp are not in the catalogue and left out",
            path,
            extra,
            catalogue.min_length,
        )
    if (np.diff(order) < 0).any():
        logger.info("%s: contigs re-ordered to those of %s", path, catalogue.source)


def _record_error(path: str, header: Header, state: NDArray[np.int64]) -> UserError:
    number = int(state[records.RECORDS])
    error = int(state[records.ERROR])
    if error == records.UNSORTED:
        return UserError(
            f"{path}: record {number} stands before the one in front of it: the file is not "
            "sorted by coordinate. Run 'samtools sort' on it."
        )
    if error == records.NO_SCORE:
        return UserError(
            f"{path}: record {number} has no AS tag, which --score AS needs. "
            "Use --score mapq, or an aligner that writes AS."
        )
    if error == records.UNKNOWN_ALTERNATIVE:
        return UserError(
            f"{path}: record {number} has an alternative hit (XA) on a contig that the header "
            "does not name. Make the file again."
        )
    return UserError(f"{path}: record {number + 1} is not a sound BAM record. Make the file again.")
