"""Bytes of BAM records and FASTQ records, compiled: the one loop over reads.

BAM as in the SAM/BAM specification (SAMv1), section 4.2.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

QUALITY = 24
RECORD_LIMIT = 1000
"""More bytes than any record of a 150-base read has."""

_NIBBLES = np.array([1, 2, 4, 8, 15], np.uint8)  # A C G T N
_LETTERS = np.frombuffer(b"ACGTN", np.uint8)

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Small = NDArray[np.int32]
Flags = NDArray[np.bool_]
Sequencing = tuple[Bytes, Numbers, Numbers, Numbers, Bytes]
"""Bases of `fragments.Strands`; start, error_of, error_offset, error_shift of `reads.Reads`."""
Columns = tuple[Small, Small, Small, Small, Small, Bytes, Small, Small, Small, Flags]
"""The attributes of `reads.Alignments`, in their order."""


@numba.njit(cache=True)  # type: ignore[misc, unused-ignore]
def _put(out: Bytes, at: int, value: int, size: int) -> int:
    for byte in range(size):
        out[at + byte] = value >> 8 * byte & 255
    return at + size


@numba.njit(cache=True)  # type: ignore[misc, unused-ignore]
def _put_decimal(out: Bytes, at: int, value: int, width: int) -> int:
    # with leading zeros up to the width
    power = 10 ** (width - 1)
    while value >= power * 10:
        power *= 10
    while power:
        out[at] = 48 + value // power % 10
        at += 1
        power //= 10
    return at


@numba.njit(cache=True)  # type: ignore[misc, unused-ignore]
def _fill(
    read: Bytes,
    truth: Bytes,
    number: int,
    flip: bool,
    sequencing: Sequencing,
) -> None:
    """The read as it is stored, and the bases that it covers, on the same strand."""
    bases, start, error_of, error_offset, error_shift = sequencing
    size = len(read)
    for offset in range(size):
        truth[offset] = read[offset] = bases[start[number] + offset]
    for error in range(error_of[number], error_of[number + 1]):
        offset = error_offset[error]
        if read[offset] < 4:
            read[offset] = read[offset] + error_shift[error] & 3
    if flip:
        for offset in range((size + 1) // 2):
            other = size - 1 - offset
            read[offset], read[other] = _pair(read[other]), _pair(read[offset])
            truth[offset], truth[other] = _pair(truth[other]), _pair(truth[offset])


@numba.njit(cache=True)  # type: ignore[misc, unused-ignore]
def _pair(base: int) -> int:
    return base if base > 3 else 3 - base


@numba.njit(cache=True)  # type: ignore[misc, unused-ignore]
def _bin(begin: int, end: int) -> int:
    # the UCSC binning scheme of the specification, section 5.3
    end -= 1
    if begin >> 14 == end >> 14:
        return 4681 + (begin >> 14)
    if begin >> 17 == end >> 17:
        return 585 + (begin >> 17)
    if begin >> 20 == end >> 20:
        return 73 + (begin >> 20)
    if begin >> 23 == end >> 23:
        return 9 + (begin >> 23)
    if begin >> 26 == end >> 26:
        return 1 + (begin >> 26)
    return 0


@numba.njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]
def bam_records(
    out: Bytes,
    order: Numbers,
    size: int,
    prefix: Bytes,
    width: int,
    sequencing: Sequencing,
    columns: Columns,
) -> int:
    """Write the records of the reads ``order`` one after the other; return the bytes written.

    ``out`` has room for `RECORD_LIMIT` bytes per read; ``size`` is the bases per read; a read is
    named by the prefix and its fragment's number in ``width`` digits.
    """
    reference, position, next_reference, next_position, flag = columns[:5]
    quality, template, clip_left, clip_right, flip = columns[5:]
    read = np.empty(size, np.uint8)
    truth = np.empty(size, np.uint8)
    at = 0
    for number in order:
        record = at
        mapped = flag[number] & 4 == 0
        left, right = clip_left[number], clip_right[number]
        aligned = size - left - right
        n_operations = 1 + (left > 0) + (right > 0) if mapped else 0
        place = position[number]
        # an unplaced read is binned as position -1, an unmapped one beside its mate as one base
        if place < 0:
            bin_number = 4680
        else:
            bin_number = _bin(place, place + (aligned if mapped else 1))
        at = _put(out, at + 4, reference[number], 4)
        at = _put(out, at, place, 4)
        at = _put(out, at, len(prefix) + width + 1, 1)
        at = _put(out, at, quality[number], 1)
        at = _put(out, at, bin_number, 2)
        at = _put(out, at, n_operations, 2)
        at = _put(out, at, flag[number], 2)
        at = _put(out, at, size, 4)
        at = _put(out, at, next_reference[number], 4)
        at = _put(out, at, next_position[number], 4)
        at = _put(out, at, template[number], 4)
        for letter in prefix:
            out[at] = letter
            at += 1
        at = _put_decimal(out, at, number // 2 + 1, width)
        at = _put(out, at, 0, 1)
        if mapped:
            if left:
                at = _put(out, at, left << 4 | 4, 4)
            at = _put(out, at, aligned << 4, 4)
            if right:
                at = _put(out, at, right << 4 | 4, 4)
        _fill(read, truth, number, flip[number], sequencing)
        for offset in range(0, size, 2):
            low = _NIBBLES[read[offset + 1]] if offset + 1 < size else 0
            out[at] = _NIBBLES[read[offset]] << 4 | low
            at += 1
        out[at : at + size] = QUALITY
        at += size
        if mapped:
            at = _tags(out, at, read, truth, left, aligned)
        _put(out, record, at - record - 4, 4)
    return at


@numba.njit(cache=True)  # type: ignore[misc, unused-ignore]
def _tags(out: Bytes, at: int, read: Bytes, truth: Bytes, left: int, aligned: int) -> int:
    # NM, AS as bwa scores (1 for a match, -4 for a mismatch), MD last because its length varies
    text = at + 8
    out[text], out[text + 1], out[text + 2] = 77, 68, 90  # MD:Z
    text += 3
    unchanged = 0
    n_different = 0
    for offset in range(left, left + aligned):
        if read[offset] == truth[offset] and read[offset] < 4:
            unchanged += 1
            continue
        text = _put_decimal(out, text, unchanged, 1)
        out[text] = _LETTERS[truth[offset]]
        text += 1
        unchanged = 0
        n_different += 1
    text = _put_decimal(out, text, unchanged, 1)
    out[text] = 0
    score = max(aligned - 5 * n_different, 0)
    out[at], out[at + 1], out[at + 2], out[at + 3] = 78, 77, 67, n_different  # NM:C
    out[at + 4], out[at + 5], out[at + 6], out[at + 7] = 65, 83, 67, score  # AS:C
    return text + 1


@numba.njit(cache=True, nogil=True)  # type: ignore[misc, unused-ignore]
def fastq_records(
    out: Bytes,
    order: Numbers,
    size: int,
    prefix: Bytes,
    width: int,
    sequencing: Sequencing,
) -> int:
    """Write FASTQ of the reads ``order``, on the strand they were read; see `bam_records`."""
    read = np.empty(size, np.uint8)
    truth = np.empty(size, np.uint8)
    at = 0
    for number in order:
        out[at] = 64  # @
        at += 1
        for letter in prefix:
            out[at] = letter
            at += 1
        at = _put_decimal(out, at, number // 2 + 1, width)
        out[at] = 10
        at += 1
        right_end = number % 2 == 1
        _fill(read, truth, number, right_end, sequencing)
        for offset in range(size):
            out[at + offset] = _LETTERS[read[offset]]
        at += size
        out[at], out[at + 1], out[at + 2] = 10, 43, 10  # + on a line of its own
        at += 3
        out[at : at + size] = QUALITY + 33
        at += size
        out[at] = 10
        at += 1
    return at
