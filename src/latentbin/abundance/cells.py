"""Compiled parsing of tab-separated rows: a name, then numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.abundance.names import find_name
from latentbin.compiled import compiled

# Fields of the state.
LINE = 0  # number of the line that was read last
COLUMN = 1  # column of the error, from 1
START = 2  # where its cell starts in the bytes
END = 3
ERROR = 4
DROPPED = 5  # lines of unknown contigs
ROW = 6  # row of the last line in the catalogue
OUT_OF_ORDER = 7  # lines that do not follow the catalogue's order
STATE_SIZE = 8

NOT_A_NUMBER = 1
NEGATIVE = 2
TOO_FEW = 3
TOO_MANY = 4
TWICE = 5
NO_NAME = 6

_TAB, _NEWLINE, _RETURN = 9, 10, 13


@compiled
def parse_number(data: NDArray[np.uint8], start: int, end: int) -> float:
    """A plain or scientific decimal number; NaN for anything else."""
    at = start
    negative = False
    if at < end and data[at] in (43, 45):  # + -
        negative = data[at] == 45
        at += 1
    digits = np.int64(0)
    kept = exponent = seen = 0
    point = False
    while at < end:
        byte = data[at]
        if 48 <= byte <= 57:
            seen += 1
            if kept < 18:
                digits = digits * 10 + (byte - 48)
                kept += 1 if digits > 0 else 0
                exponent -= 1 if point else 0
            elif not point:
                exponent += 1
        elif byte == 46 and not point:
            point = True
        else:
            break
        at += 1
    if seen == 0:
        return np.nan
    if at < end and data[at] in (69, 101):  # E e
        at += 1
        sign = 1
        if at < end and data[at] in (43, 45):
            sign = -1 if data[at] == 45 else 1
            at += 1
        if at == end:
            return np.nan
        power = 0
        while at < end and 48 <= data[at] <= 57:
            power = min(power * 10 + (data[at] - 48), 9999)
            at += 1
        exponent += sign * power
    if at != end:
        return np.nan
    value = np.float64(digits)
    if exponent < 0:
        # two steps, so that a tiny number does not divide by infinity
        value = value / 10.0 ** min(-exponent, 300) / 10.0 ** max(-exponent - 300, 0)
    elif exponent > 0:
        value = value * 10.0 ** min(exponent, 400)
    return -value if negative else value


@compiled
def parse_rows(
    data: NDArray[np.uint8],
    targets: NDArray[np.int64],
    text: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    slots: NDArray[np.int64],
    values: NDArray[np.float32],
    variance: NDArray[np.float32],
    lengths: NDArray[np.float64],
    unknown_lengths: NDArray[np.float64],
    seen: NDArray[np.bool_],
    state: NDArray[np.int64],
) -> int:
    """Read the complete lines of a piece of a table into the rows of the catalogue.

    - ``data``: bytes that start with a line
    - ``targets``: (n_columns - 1,) see `layout.Layout`
    - ``text``, ``offsets``, ``slots``: the catalogue's names (`NameIndex`)
    - ``values``, ``variance``: (n_catalogue, n_samples) filled in; ``variance`` may have no columns
    - ``lengths``: (n_catalogue,) filled in where the table has them
    - ``unknown_lengths``: (1,) largest length stated for a contig that is not in the catalogue
    - ``seen``: (n_catalogue,) rows that have been read
    - ``state``: see above; stops at the first error

    Returns
    -------
    Bytes used.
    """
    n_samples = values.shape[1]
    n_variances = variance.shape[1]
    at = 0
    while True:
        stop = at
        while stop < len(data) and data[stop] != _NEWLINE:
            stop += 1
        if stop == len(data):
            return at
        state[LINE] += 1
        end = stop - 1 if stop > at and data[stop - 1] == _RETURN else stop
        if end == at:  # an empty line
            at = stop + 1
            continue
        cell = at
        while cell < end and data[cell] != _TAB:
            cell += 1
        state[START], state[END], state[COLUMN] = at, cell, 1
        if cell == at:
            state[ERROR] = NO_NAME
            return at
        row = find_name(text, offsets, slots, data, at, cell)
        if row < 0:
            state[DROPPED] += 1
        elif seen[row]:
            state[ERROR] = TWICE
            return at
        else:
            seen[row] = True
            state[OUT_OF_ORDER] += row < state[ROW]
            state[ROW] = row
        for column in range(len(targets)):
            if cell >= end:
                state[ERROR] = TOO_FEW
                state[COLUMN] = column + 1
                return at
            first = cell + 1
            cell = first
            while cell < end and data[cell] != _TAB:
                cell += 1
            target = targets[column]
            if target == -1:
                continue
            number = parse_number(data, first, cell)
            if not (0.0 <= number < 3e38):
                state[ERROR] = NEGATIVE if number < 0 else NOT_A_NUMBER
                state[COLUMN] = column + 2
                state[START], state[END] = first, cell
                return at
            if target == -2:
                if row < 0:
                    unknown_lengths[0] = max(unknown_lengths[0], number)
                else:
                    lengths[row] = number
            elif row >= 0:
                if target < n_samples:
                    values[row, target] = number
                elif n_variances > 0:
                    variance[row, target - n_samples] = number
        if cell < end:
            state[ERROR] = TOO_MANY
            state[COLUMN] = len(targets) + 2
            return at
        at = stop + 1
