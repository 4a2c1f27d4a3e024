"""Alignment files as a stream of BAM records: BAM by our own reader, CRAM and SAM through pysam."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import struct
import subprocess
import sys
import tempfile
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
    digest : equal for files with the same names and lengths in the same order
    """

    contigs: Contigs
    digest: str


Scan = Callable[[NDArray[np.uint8]], int]


def read_header(path: str | os.PathLike[str], reference: str | os.PathLike[str] | None) -> Header:
    """The header of a BAM, CRAM or SAM file; refuses what `open_alignments` refuses."""
    if _is_bam(path, reference):
        with open_alignments(path, reference) as (header, _):
            return header
    import pysam

    verbosity = pysam.set_verbosity(0)  # htslib would write its own errors beside our message
    try:
        with pysam.AlignmentFile(os.fspath(path), check_sq=False) as handle:
            text = str(handle.header)
            names, lengths = handle.references, np.array(handle.lengths, np.int64)
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: could not be read ({error}). Make the file again.") from error
    finally:
        pysam.set_verbosity(verbosity)
    return _checked_header(path, text, Contigs(tuple(names), lengths))


@contextlib.contextmanager
def open_alignments(
    path: str | os.PathLike[str], reference: str | os.PathLike[str] | None, threads: int = 1
) -> Iterator[tuple[Header, Callable[[Scan], None]]]:
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
        if _is_bam(path, reference):
            stream: IO[bytes] = stack.enter_context(open(path, "rb"))
            finish = _nothing
        else:
            logger.info("%s: not a BAM file, read through pysam, which is slower", path)
            stream, finish = stack.enter_context(_through_pysam(path, reference))
        pool = stack.enter_context(ThreadPoolExecutor(threads - 1)) if threads > 1 else None
        blocks = stack.enter_context(contextlib.closing(batches(stream, pool, threads - 1)))

        def drive(scan: Scan) -> None:
            _drive(rest, blocks, scan)
            finish()

        try:
            header, rest = _read_header(path, blocks)
            yield header, drive
        except DamagedError as error:
            finish()
            raise UserError(
                f"{path}: the file is damaged: {error}. Copy it again, or make it again."
            ) from error


def _is_bam(path: str | os.PathLike[str], reference: str | os.PathLike[str] | None) -> bool:
    """Whether our own reader takes the file; refuses what neither it nor pysam can read."""
    with readable(path, "alignment file"), open(path, "rb") as handle:
        magic = handle.read(4)
    if magic == _BGZF_MAGIC:
        check_complete(path)
        return True
    if magic == _CRAM_MAGIC and reference is None:
        raise UserError(
            f"{path}: a CRAM file can only be read together with the FASTA that the reads were "
            "mapped to. Give it with --reference."
        )
    if magic != _CRAM_MAGIC and magic not in _SAM_STARTS:
        raise UserError(
            f"{path}: not a BAM file (nor CRAM or SAM). Expected reads mapped to the contigs."
        )
    return False


def _nothing() -> None:
    pass


def _drive(rest: bytes, blocks: Iterator[list[bytes]], scan: Scan) -> None:
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
    at = 12 + text_size
    names, lengths = [], np.empty(n_contigs, np.int64)
    for row in range(n_contigs):
        need(at + 4)
        (name_size,) = struct.unpack_from("<I", data, at)
        need(at + 8 + name_size)
        names.append(data[at + 4 : at + 3 + name_size].decode("utf-8", "replace"))
        (lengths[row],) = struct.unpack_from("<I", data, at + 4 + name_size)
        at += 8 + name_size
    contigs = Contigs(tuple(names), lengths)
    return _checked_header(path, text, contigs), bytes(data[at:])


def _checked_header(path: str | os.PathLike[str], text: str, contigs: Contigs) -> Header:
    order = _sort_order(text)
    if len(contigs) == 0:
        raise UserError(
            f"{path}: names no contigs in its header. Expected reads mapped to contigs."
        )
    if order not in _SORTABLE:
        raise UserError(
            f"{path}: is sorted by '{order}', expected by coordinate. Run 'samtools sort' on it."
            if order != "unsorted"
            else f"{path}: is not sorted, expected by coordinate. Run 'samtools sort' on it."
        )
    return Header(contigs, hashlib.sha256(contigs.lengths.tobytes()).hexdigest() + contigs.digest)


def _sort_order(text: str) -> str:
    first = text.split("\n", 1)[0].split("\t")
    if first[0] != "@HD":
        return ""
    return next((field[3:] for field in first if field.startswith("SO:")), "")


@contextlib.contextmanager
def _through_pysam(
    path: str | os.PathLike[str], reference: str | os.PathLike[str] | None
) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
    """The file as uncompressed BAM from a process of its own, so that one scan serves all.

    Yields the stream, and what to call at its end: it raises `UserError` if the process failed.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as messages:
        command = [sys.executable, "-m", "latentbin.abundance.feed", os.fspath(path)]
        if reference is not None:
            command.append(os.fspath(_indexable(reference, Path(folder))))
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages) as feeder:
            assert feeder.stdout is not None

            def finish() -> None:
                if feeder.wait() == 0:
                    return
                messages.seek(0)
                lines = messages.read().decode("utf-8", "replace").strip().splitlines()
                raise UserError(
                    f"{path}: could not be read ({lines[-1] if lines else 'no reason given'}). "
                    "Check that the file is whole"
                    + ("." if reference is None else f" and was mapped to {reference}.")
                )

            try:
                yield feeder.stdout, finish
            finally:
                feeder.kill()


def _indexable(reference: str | os.PathLike[str], folder: Path) -> Path:
    """The FASTA under a name beside which htslib can put its index; gzip undone."""
    target = folder / "reference.fna"
    with open_binary_reader(reference, "FASTA file") as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy)
    return target
