"""Compiled access to BAM records as they lie in memory (SAM specification, section 4.2).

A record is addressed by the position of its ``block_size`` field in a byte array.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled

Bytes = NDArray[np.uint8]

# Fields of the state that the scans carry from batch to batch.
TID = 0  # contig of the last record, n_contigs for those without one
POS = 1  # position of the last record
RECORDS = 2  # records seen
MAPPED = 3  # of these mapped, primary
COUNTED = 4  # records that counted
BASES = 5  # read bases of all records seen
CURRENT = 6  # contig that `cover` holds, -1 for none
EDGE = 7  # bases left out at either end of a contig
NO_NM = 8  # counted records without an NM tag
ERROR = 9
STATE_SIZE = 10

# What ERROR may say.
CORRUPT = 1
UNSORTED = 2
NO_SCORE = 3
UNKNOWN_ALTERNATIVE = 4

PAIRED, UNMAPPED, MATE_UNMAPPED = 0x1, 0x4, 0x8
SECONDARY, QC_FAIL, DUPLICATE, SUPPLEMENTARY = 0x100, 0x200, 0x400, 0x800

_INCOMPLETE = -1
_FAILED = -2


@compiled
def int32(data: Bytes, at: int) -> Any:
    """Little-endian signed 32-bit integer."""
    value = (
        np.uint32(data[at])
        | np.uint32(data[at + 1]) << np.uint32(8)
        | np.uint32(data[at + 2]) << np.uint32(16)
        | np.uint32(data[at + 3]) << np.uint32(24)
    )
    return np.int64(np.int32(value))


@compiled
def uint16(data: Bytes, at: int) -> Any:
    """Little-endian unsigned 16-bit integer."""
    return np.int64(data[at]) | np.int64(data[at + 1]) << 8


@compiled
def enter_record(data: Bytes, at: int, lengths: NDArray[np.int64], state: NDArray[np.int64]) -> Any:
    """Check the record at ``at`` and its place in the order; note it in the state.

    Returns
    -------
    The end of the record; -1 if the bytes do not hold all of it; -2 if it is wrong (then the
    state's ERROR says how).
    """
    if at + 4 > len(data):
        return _INCOMPLETE
    end = at + 4 + int32(data, at)
    if end < at + 36:
        state[ERROR] = CORRUPT
        return _FAILED
    if end > len(data):
        return _INCOMPLETE
    tid = int32(data, at + 4)
    pos = int32(data, at + 8)
    read_length = int32(data, at + 20)
    mapped = uint16(data, at + 18) & UNMAPPED == 0
    if (
        read_length < 0
        or tid < -1
        or tid >= len(lengths)
        or tags_start(data, at) > end
        or (mapped and tid >= 0 and (pos < 0 or pos >= lengths[tid]))
    ):
        state[ERROR] = CORRUPT
        return _FAILED
    if tid < 0:
        tid = len(lengths)
    state[RECORDS] += 1
    if tid < state[TID] or (tid == state[TID] and tid < len(lengths) and pos < state[POS]):
        state[ERROR] = UNSORTED
        return _FAILED
    state[TID] = tid
    state[POS] = pos
    state[BASES] += read_length
    return end


@compiled
def tags_start(data: Bytes, at: int) -> Any:
    """Where the optional fields of a record start."""
    read_length = int32(data, at + 20)
    return (
        at + 36 + data[at + 12] + 4 * uint16(data, at + 16) + (read_length + 1) // 2 + read_length
    )


@compiled
def find_tag(data: Bytes, at: int, end: int, first: int, second: int) -> Any:
    """Position of the type byte of a record's tag, or -1."""
    here = tags_start(data, at)
    while here + 3 < end:
        kind = data[here + 2]
        if data[here] == first and data[here + 1] == second:
            return here + 2
        here += 3
        if kind in (65, 99, 67):  # A c C
            here += 1
        elif kind in (115, 83):  # s S
            here += 2
        elif kind in (105, 73, 102):  # i I f
            here += 4
        elif kind in (90, 72):  # Z H
            while here < end and data[here] != 0:
                here += 1
            here += 1
        elif kind == 66 and here + 5 <= end:  # B: array
            item = data[here]
            width = 1 if item in (99, 67) else 2 if item in (115, 83) else 4
            count = int32(data, here + 1)
            if count < 0:
                return -1
            here += 5 + width * count
        else:
            return -1
    return -1


@compiled
def tag_integer(data: Bytes, at: int, end: int) -> Any:
    """Value of an integer tag whose type byte is at ``at``; 0 if it is not an integer."""
    kind = data[at]
    if kind == 67:  # C
        return np.int64(data[at + 1])
    if kind == 99:  # c
        return np.int64(np.int8(data[at + 1]))
    if kind == 83 and at + 3 <= end:  # S
        return uint16(data, at + 1)
    if kind == 115 and at + 3 <= end:  # s
        return np.int64(np.int16(uint16(data, at + 1)))
    if kind == 105 and at + 5 <= end:  # i
        return int32(data, at + 1)
    if kind == 73 and at + 5 <= end:  # I
        return int32(data, at + 1) & 0xFFFFFFFF
    return 0


@compiled
def cigar_span(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Where a record's CIGAR starts, and its number of operations.

    More than 65,535 operations stand in the tag CG (SAM specification, section 4.2.2).
    """
    start = at + 36 + data[at + 12]
    count = uint16(data, at + 16)
    if count == 2:
        clip = int32(data, start) & 0xFFFFFFFF
        if clip & 15 == 4 and clip >> 4 == int32(data, at + 20) and data[start + 4] & 15 == 3:
            tag = find_tag(data, at, end, 67, 71)
            if tag >= 0 and data[tag] == 66 and data[tag + 1] == 73:
                operations = int32(data, tag + 2)
                if operations >= 0 and tag + 6 + 4 * operations <= end:
                    return tag + 6, operations
    return start, count


@compiled
def reaches_score(
    data: Bytes, at: int, end: int, by_tag: bool, minimum: int, state: NDArray[np.int64]
) -> Any:
    """Whether a record's MAPQ, or its AS tag, is at least ``minimum``; no AS is an error."""
    if not by_tag:
        return data[at + 13] >= minimum
    tag = find_tag(data, at, end, 65, 83)
    if tag < 0:
        state[ERROR] = NO_SCORE
        return False
    return tag_integer(data, tag, end) >= minimum
