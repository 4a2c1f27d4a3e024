"""Names looked up by compiled code: a hash table over the bytes of all contig names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.compiled import compiled


@dataclass(frozen=True, eq=False)
class NameIndex:
    """Row of each name, for compiled code.

    Attributes
    ----------
    text : the names' bytes one after the other
    offsets : (n_names + 1,) where each name starts in ``text``
    slots : open-addressing table of rows, -1 where empty; its size is a power of two
    """

    text: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    slots: NDArray[np.int64]

    @classmethod
    def of(cls, names: Sequence[str]) -> NameIndex:
        """Build the table; names must be unique."""
        encoded = [name.encode() for name in names]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(name) for name in encoded], out=offsets[1:])
        text = np.frombuffer(b"".join(encoded), np.uint8)
        size = 1 << (2 * len(encoded) + 1).bit_length()  # never more than half full
        slots = np.full(size, -1, np.int64)
        fill_slots(text, offsets, slots)
        return cls(text, offsets, slots)

    @property
    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        """What `find_name` needs."""
        return self.text, self.offsets, self.slots


@compiled
def hash_name(data: NDArray[np.uint8], start: int, end: int) -> Any:
    """FNV-1a hash (64 bits) of ``data[start:end]``."""
    value = np.uint64(14695981039346656037)
    for position in range(start, end):
        value = (value ^ np.uint64(data[position])) * np.uint64(1099511628211)
    return value


@compiled
def fill_slots(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], slots: NDArray[np.int64]
) -> None:
    """Put every name into the first free slot from its hash on."""
    mask = np.uint64(len(slots) - 1)
    for row in range(len(offsets) - 1):
        slot = hash_name(text, offsets[row], offsets[row + 1]) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = row


@compiled
def find_name(
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    slots: NDArray[np.int64],
    data: NDArray[np.uint8],
    start: int,
    end: int,
) -> Any:
    """Row of the name that stands at ``data[start:end]``, or -1."""
    mask = np.uint64(len(slots) - 1)
    slot = hash_name(data, start, end) & mask
    while slots[slot] >= 0:
        row = slots[slot]
        first = offsets[row]
        if offsets[row + 1] - first == end - start:
            same = True
            for step in range(end - start):
                if text[first + step] != data[start + step]:
                    same = False
                    break
            if same:
                return row
        slot = (slot + np.uint64(1)) & mask
    return -1
