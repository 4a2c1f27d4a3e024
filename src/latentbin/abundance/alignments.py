"""Alignment files as a stream of BAM records: BAM by our own reader, CRAM and SAM through pysam."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from latentbin.abundance.bgzf import DamagedError, batches, check_complete
from latentbin.contigs import Contigs
from latentbin.errors import UserError
from latentbin.files import open_binary_reader, readable

logger = logging.getLogger(__name__)

_BGZF_MAGIC = b"\x1f\x8b\x08\x04"
_CRAM_MAGIC = b"CRAM"
_SAM_STARTS = (b"@HD\t", b"@SQ\t", b"@RG\t", b"@PG\t", b"@CO\t")
_SORTABLE = ("coordinate", "unknown", "")


@dataclass(frozen=True, eq=False)
class Header:
    """What an alignment file says before its records.

    Attributes
    ----------
    contigs : the reference sequences that reads were mapped to, in the file's order
    sort_order : ``SO`` of the ``@HD`` line, empty if not given
    digest : equal for files with the same names and lengths in the same order
    """

    contigs: Contigs
    sort_order: str
    digest: str


@contextlib.contextmanager
def open_alignments(
    path: str | os.PathLike[str], reference: str | os.PathLike[str] | None, threads: int = 1
) -> Iterator[tuple[Header, Callable[[Callable[[NDArray[np.uint8]], int]], None]]]:
    """Open a coordinate-sorted BAM, CRAM or SAM file.

    - ``reference``: FASTA that the reads were mapped to; needed for CRAM
    - ``threads``: the one that calls this, and others that decompress ahead

    Yields
    ------
    header, drive : ``drive(scan)`` hands all records to ``scan`` in batches; ``scan`` gets bytes
        that start with a record and returns how many of them it used

    Raises
    ------
    UserError : no such file, not an alignment file, truncated, damaged, sorted in another way,
        CRAM without reference
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(readable(path, "alignment file"))
        with open(path, "rb") as handle:
            magic = handle.read(4)
        if magic == _BGZF_MAGIC:
            check_complete(path)
            stream: IO[bytes] = stack.enter_context(open(path, "rb"))
        elif magic == _CRAM_MAGIC or magic in _SAM_STARTS:
            if magic == _CRAM_MAGIC and reference is None:
                raise UserError(
                    f"{path}: a CRAM file can only be read together with the FASTA that the reads "
                    "were mapped to. Give it with --reference."
                )
            logger.info("%s: not a BAM file, read through pysam, which is slower", path)
            stream = stack.enter_context(_through_pysam(path, reference))
        else:
            raise UserError(
                f"{path}: not a BAM file (nor CRAM or SAM). Expected reads mapped to the contigs."
            )
        pool = stack.enter_context(ThreadPoolExecutor(threads - 1)) if threads > 1 else None
        blocks = stack.enter_context(contextlib.closing(batches(stream, pool, threads - 1)))
        try:
            header, rest = _read_header(path, blocks)
            yield header, lambda scan: _drive(path, rest, blocks, scan)
        except DamagedError as error:
            raise UserError(
                f"{path}: the file is damaged: {error}. Copy it again, or make it again."
            ) from error


def _drive(
    path: str | os.PathLike[str],
    rest: bytes,
    blocks: Iterator[list[bytes]],
    scan: Callable[[NDArray[np.uint8]], int],
) -> None:
    data = np.frombuffer(rest, np.uint8)
    used = scan(data)
    for batch in blocks:
        data = np.frombuffer(b"".join((data[used:].tobytes(), *batch)), np.uint8)
        used = scan(data)
    if used < len(data):
        raise DamagedError("it ends inside a record")


def _read_header(
    path: str | os.PathLike[str], blocks: Iterator[list[bytes]]
) -> tuple[Header, bytes]:
    """The header and the bytes after it (SAM specification, section 4.2)."""
    data = bytearray()

    def need(size: int) -> None:
        while len(data) < size:
            batch = next(blocks, None)
            if batch is None:
                raise DamagedError("it ends inside the header")
            data.extend(b"".join(batch))

    need(8)
    if data[:4] != b"BAM\x01":
        raise UserError(f"{path}: not a BAM file, though compressed like one.")
    (text_size,) = struct.unpack_from("<I", data, 4)
    need(12 + text_size)
    text = data[8 : 8 + text_size].decode("utf-8", "replace")
    (n_contigs,) = struct.unpack_from("<I", data, 8 + text_size)
    first = at = 12 + text_size
    names, lengths = [], np.empty(n_contigs, np.int64)
    for row in range(n_contigs):
        need(at + 4)
        (name_size,) = struct.unpack_from("<I", data, at)
        need(at + 8 + name_size)
        names.append(data[at + 4 : at + 3 + name_size].decode("utf-8", "replace"))
        (lengths[row],) = struct.unpack_from("<I", data, at + 4 + name_size)
        at += 8 + name_size
    header = Header(
        Contigs(tuple(names), lengths),
        _sort_order(text),
        hashlib.sha256(memoryview(data)[first:at]).hexdigest(),
    )
    if n_contigs == 0:
        raise UserError(
            f"{path}: names no contigs in its header. Expected reads mapped to contigs."
        )
    if header.sort_order not in _SORTABLE:
        raise UserError(
            f"{path}: is sorted by '{header.sort_order}', expected by coordinate. "
            "Run 'samtools sort' on it."
        )
    return header, bytes(data[at:])


def _sort_order(text: str) -> str:
    first = text.split("\n", 1)[0].split("\t")
    if first[0] != "@HD":
        return ""
    return next((field[3:] for field in first if field.startswith("SO:")), "")


@contextlib.contextmanager
def _through_pysam(
    path: str | os.PathLike[str], reference: str | os.PathLike[str] | None
) -> Iterator[IO[bytes]]:
    """A pipe that carries the file as uncompressed BAM, so that one scan serves all formats."""
    import pysam

    failures: list[Exception] = []

    def feed(write_end: int, fasta: str | None) -> None:
        try:
            with (
                os.fdopen(write_end, "wb") as sink,
                pysam.AlignmentFile(str(path), reference_filename=fasta, check_sq=False) as source,
                pysam.AlignmentFile(sink, "wb0", template=source) as target,
            ):
                for read in source:
                    target.write(read)
        except (OSError, ValueError) as error:
            failures.append(error)

    verbosity = pysam.set_verbosity(0)  # htslib would write its own errors beside our message
    with tempfile.TemporaryDirectory() as folder:
        fasta = None if reference is None else str(_indexable(reference, Path(folder)))
        read_end, write_end = os.pipe()
        feeder = threading.Thread(target=feed, args=(write_end, fasta), daemon=True)
        feeder.start()
        try:
            with os.fdopen(read_end, "rb") as pipe:
                yield pipe
        except DamagedError:
            if not failures:
                raise
        finally:
            feeder.join()
            pysam.set_verbosity(verbosity)
    if failures:
        raise UserError(
            f"{path}: could not be read ({failures[0]}). Check that the file is whole"
            + ("" if reference is None else f" and that its reads were mapped to {reference}")
            + "."
        ) from failures[0]


def _indexable(reference: str | os.PathLike[str], folder: Path) -> Path:
    """The FASTA under a name beside which htslib can put its index; gzip undone."""
    target = folder / "reference.fna"
    with open_binary_reader(reference, "FASTA file") as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)
    return target
