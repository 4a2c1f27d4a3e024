"""BGZF (SAM specification, section 4.1): gzip in blocks of at most 64 KiB, read in batches.

Blocks are independent of each other, so a pool of threads can decompress batches ahead of
the one that is being parsed; isal does so without holding the GIL.
"""

from __future__ import annotations

import os
import struct
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future
from typing import IO

from isal import isal_zlib

from latentbin.errors import UserError

# The empty block that every complete BGZF file ends with (SAM specification, 4.1.2).
EOF_BLOCK = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_HEADER = b"\x1f\x8b\x08\x04"
_BATCH_BYTES = 1 << 20  # compressed; about 5 MB of records, which stay in the processor's cache
_MAX_BLOCK = 1 << 16
_AHEAD = 2  # batches in flight beyond one per thread


class DamagedError(Exception):
    """The stream is not sound BGZF; the text says in what way."""


def check_complete(path: str | os.PathLike[str]) -> None:
    """Refuse a BAM file without its end-of-file block, before any work."""
    with open(path, "rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(0, size - len(EOF_BLOCK)))
        if handle.read() != EOF_BLOCK:
            raise UserError(
                f"{path}: the BAM file is truncated (its end-of-file block is missing). "
                "Copy it again, or make it again."
            )


def batches(
    handle: IO[bytes], pool: Executor | None, threads: int
) -> Generator[list[bytes], None, None]:
    """The decompressed blocks of a BGZF stream, in order, some dozens at a time.

    - ``handle``: binary stream at its start
    - ``pool``: threads that decompress ahead; without, it is done here
    - ``threads``: how many of the pool's threads to keep busy

    Raises
    ------
    DamagedError : not BGZF, a wrong checksum, or the stream ends inside a block
    """
    raw = _raw_batches(handle)
    if pool is None:
        yield from map(_decompress, raw)
        return
    pending: deque[Future[list[bytes]]] = deque()
    try:
        for item in raw:
            pending.append(pool.submit(_decompress, item))
            if len(pending) >= threads + _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def _raw_batches(handle: IO[bytes]) -> Iterator[tuple[bytes, list[tuple[int, int]]]]:
    """Compressed bytes, and where in them each block's deflate data starts and the block ends."""
    tail = b""
    while chunk := handle.read(_BATCH_BYTES):
        data = tail + chunk
        spans: list[tuple[int, int]] = []
        start = 0
        while True:
            span = _block_span(data, start)
            if span is None:
                break
            spans.append(span)
            start = span[1]
        tail = data[start:]
        if spans:
            yield data, spans
        elif len(tail) > 2 * _MAX_BLOCK:
            raise DamagedError("a block is longer than 64 KiB")
    if tail:
        raise DamagedError("it ends inside a block")


def _block_span(data: bytes, start: int) -> tuple[int, int] | None:
    """Where a block's deflate data start and the block ends; None if more bytes are needed."""
    if len(data) < start + 18:
        return None
    if data[start : start + 4] != _HEADER:
        raise DamagedError(f"no BGZF block where one must start (byte {start} of a batch)")
    (extra_size,) = struct.unpack_from("<H", data, start + 10)
    body = start + 12 + extra_size
    if len(data) < body:
        return None
    field = start + 12
    while field + 4 <= body:
        name, (size,) = data[field : field + 2], struct.unpack_from("<H", data, field + 2)
        if name == b"BC" and size == 2:
            end = start + 1 + int(struct.unpack_from("<H", data, field + 4)[0])
            if end < body + 8:
                raise DamagedError("a block states an impossible size")
            return None if len(data) < end else (body, end)
        field += 4 + size
    raise DamagedError("plain gzip, not BGZF")


def _decompress(batch: tuple[bytes, list[tuple[int, int]]]) -> list[bytes]:
    data, spans = batch
    view = memoryview(data)
    blocks = []
    for start, end in spans:
        checksum, size = struct.unpack_from("<II", data, end - 8)
        if size > _MAX_BLOCK:
            raise DamagedError("a block states an impossible size")
        try:
            block = isal_zlib.decompress(view[start : end - 8], -15, max(size, 1))
        except isal_zlib.error as error:  # type: ignore[misc, unused-ignore]
            raise DamagedError(f"a block cannot be decompressed ({error})") from error
        if len(block) != size or isal_zlib.crc32(block) != checksum:
            raise DamagedError("a block does not match its checksum")
        blocks.append(block)
    return blocks
