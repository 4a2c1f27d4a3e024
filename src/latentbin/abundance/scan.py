"""Compiled scans over batches of BAM records: mean depth with variance, and read counts.

Depth follows the definition of MetaBAT's ``jgi_summarize_bam_contig_depths`` (2.15), as its
documentation and tables show it:

- Records that are unmapped, secondary, marked as duplicate or failed quality control do not
  count; supplementary ones do.
- A record counts if its identity, matches / (matches + mismatches + insertions + deletions), is
  at least the minimum (compared in single precision). Mismatches are NM less the insertions and
  deletions, or the X operations if the CIGAR uses ``=`` and ``X`` throughout; clips do not matter.
- Every reference base under M, = or X is covered; under D, N and clips it is not. From an
  operation that would reach past the contig's end on, the rest of the record is left out.
- The outer ``edge`` bases at both ends of a contig are left out, unless nothing would remain:
  ``edge`` is the lesser of the maximum and the mean read length so far.
- Variance is that of the bases' depths along the contig, with n - 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.abundance.names import find_name
from latentbin.abundance.records import (
    BASES,
    COUNTED,
    CURRENT,
    DUPLICATE,
    EDGE,
    ERROR,
    MAPPED,
    MATE_UNMAPPED,
    NO_NM,
    PAIRED,
    QC_FAIL,
    RECORDS,
    SECONDARY,
    SUPPLEMENTARY,
    UNKNOWN_ALTERNATIVE,
    UNMAPPED,
    cigar_span,
    enter_record,
    find_tag,
    int32,
    reaches_score,
    tag_integer,
    uint16,
)
from latentbin.compiled import compiled

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def scan_depth(
    data: Bytes,
    lengths: Ints,
    state: Ints,
    cover: NDArray[np.int32],
    mean: Floats,
    variance: Floats,
    min_identity: float,
    max_edge: int,
    by_tag: bool,
    min_score: int,
) -> int:
    """Add a batch of records to the depths.

    - ``data``: bytes that start with a record
    - ``lengths``: (n_contigs,) of the BAM header
    - ``state``: see `records`
    - ``cover``: (longest contig + 1,) change of depth at each base of the current contig; zero at
        the start, and again after `finish_contig`
    - ``mean``, ``variance``: (n_contigs,) filled in as contigs end
    - ``min_identity``: fraction
    - ``max_edge``: bases
    - ``by_tag``, ``min_score``: see `reaches_score`

    Returns
    -------
    Bytes used; the rest belongs in front of the next batch.
    """
    skip = UNMAPPED | SECONDARY | QC_FAIL | DUPLICATE
    threshold = np.float32(min_identity)
    at = 0
    while True:
        end = enter_record(data, at, lengths, state)
        if end < 0:
            return at
        flag = uint16(data, at + 18)
        tid = int32(data, at + 4)
        if flag & (UNMAPPED | SECONDARY | SUPPLEMENTARY) == 0 and tid >= 0:
            state[MAPPED] += 1
        if (
            flag & skip != 0
            or tid < 0
            or not reaches_score(data, at, end, by_tag, min_score, state)
        ):
            if state[ERROR] != 0:
                return at
            at = end
            continue
        state[EDGE] = min(max_edge, state[BASES] // state[RECORDS])
        if tid != state[CURRENT]:
            finish_contig(lengths, state, cover, mean, variance)
            state[CURRENT] = tid
        start, count = cigar_span(data, at, end)
        if is_alike(data, at, end, start, count, lengths[tid], threshold, state):
            place = int32(data, at + 8)
            for index in range(count):
                operation = int32(data, start + 4 * index) & 0xFFFFFFFF
                kind, size = operation & 15, operation >> 4
                if kind in (0, 2, 3, 7, 8):
                    if place + size > lengths[tid]:
                        break
                    if kind != 2 and kind != 3:
                        cover[place] += 1
                        cover[place + size] -= 1
                    place += size
            state[COUNTED] += 1
        at = end


@compiled
def is_alike(
    data: Bytes,
    at: int,
    end: int,
    start: int,
    count: int,
    length: int,
    threshold: Any,
    state: Ints,
) -> Any:
    """Whether a record's identity to the contig reaches the threshold."""
    either = same = different = inserted = deleted = 0
    place = int32(data, at + 8)
    for index in range(count):
        operation = int32(data, start + 4 * index) & 0xFFFFFFFF
        kind, size = operation & 15, operation >> 4
        if kind in (0, 2, 3, 7, 8):
            if place + size > length:
                break
            place += size
        if kind == 0:
            either += size
        elif kind == 1:
            inserted += size
        elif kind == 2:
            deleted += size
        elif kind == 7:
            same += size
        elif kind == 8:
            different += size
    mismatches = different
    if either > 0:
        tag = find_tag(data, at, end, 78, 77)
        if tag < 0:
            state[NO_NM] += 1
        else:
            edits = tag_integer(data, tag, end)
            if edits >= inserted + deleted:
                mismatches = edits - inserted - deleted
    aligned = either + same + different
    if aligned == 0:
        return False
    columns = np.float32(aligned + inserted + deleted)
    return np.float32(aligned - mismatches) / columns >= threshold


@compiled
def finish_contig(
    lengths: Ints, state: Ints, cover: NDArray[np.int32], mean: Floats, variance: Floats
) -> None:
    """Turn the changes of depth of the current contig into mean and variance; clear them."""
    tid = state[CURRENT]
    if tid < 0:
        return
    length = lengths[tid]
    start, end = 0, length
    if length > 2 * state[EDGE] + 1:
        start, end = state[EDGE], length - state[EDGE]
    depth = total = squares = 0
    for base in range(start):
        depth += cover[base]
    for base in range(start, end):
        depth += cover[base]
        total += depth
        squares += depth * depth
    cover[: length + 1] = 0
    size = end - start
    if size > 2:
        # whole numbers up to here: exact; the shift keeps the difference of squares so too
        shift = total // size
        rest = total - shift * size
        spread = squares - 2 * shift * total + size * shift * shift
        mean[tid] = total / size
        variance[tid] = (spread - rest * (rest / size)) / (size - 1)


@compiled
def scan_reads(
    data: Bytes,
    lengths: Ints,
    state: Ints,
    counts: Ints,
    text: Bytes,
    offsets: Ints,
    slots: Ints,
    by_tag: bool,
    min_score: int,
) -> int:
    """Add a batch of records to the read counts that RPKM is made of.

    Every hit counts, the alternative ones (tag XA of bwa, secondary records) like the primary
    one; mates count each on their own, and a read whose mate is unmapped twice. Supplementary
    records are a part of a read that has counted already; unmapped ones, duplicates and those that
    failed quality control do not count. COUNTED is the number of reads with a hit.

    - ``counts``: (n_contigs,) added to
    - ``text``, ``offsets``, ``slots``: the header's names (`NameIndex`)
    - ``others``: as for `scan_depth`
    """
    skip = UNMAPPED | QC_FAIL | DUPLICATE | SUPPLEMENTARY
    at = 0
    while True:
        end = enter_record(data, at, lengths, state)
        if end < 0:
            return at
        flag = uint16(data, at + 18)
        tid = int32(data, at + 4)
        if flag & (UNMAPPED | SECONDARY | SUPPLEMENTARY) == 0 and tid >= 0:
            state[MAPPED] += 1
        if (
            flag & skip != 0
            or tid < 0
            or not reaches_score(data, at, end, by_tag, min_score, state)
        ):
            if state[ERROR] != 0:
                return at
            at = end
            continue
        weight = 2 if flag & (PAIRED | MATE_UNMAPPED) == PAIRED | MATE_UNMAPPED else 1
        counts[tid] += weight
        if flag & SECONDARY == 0:
            state[COUNTED] += 1
        tag = find_tag(data, at, end, 88, 65)
        if tag >= 0 and data[tag] == 90:
            # name,strand position,CIGAR,NM; ...
            here = tag + 1
            while here < end and data[here] != 0:
                comma = here
                while comma < end and data[comma] not in (44, 59, 0):
                    comma += 1
                row = find_name(text, offsets, slots, data, here, comma)
                if row < 0:
                    state[ERROR] = UNKNOWN_ALTERNATIVE
                    return at
                counts[row] += weight
                here = comma
                while here < end and data[here] not in (59, 0):
                    here += 1
                if here < end and data[here] == 59:
                    here += 1
        at = end
