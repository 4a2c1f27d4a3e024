"""Delimited text, plain or gzip'd: which separator, which header, and columns of it as arrays.

Text is taken line by line and parsed some millions of cells at a time, so that the memory a table
needs is that of its numbers, and a message can name the line.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_binary_reader, open_text_reader

SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma"}  # in order of preference
TABLE = "table of protein quantities"
_MISSING = ("NA", "N/A", "#N/A", "NaN", "null", "None", "Filtered")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*|\s*[+-]?inf(inity)?\s*", re.I)
_SAMPLED_LINES = 5
_CELLS_AT_ONCE = 2_000_000
csv.field_size_limit(1 << 30)  # MaxQuant lists all spectra of a protein in one cell


@dataclass(frozen=True)
class Layout:
    """How a text is divided into cells.

    Attributes
    ----------
    path : the file
    what : what it should be, for messages
    separator : between cells
    header : names of the columns, without white space around them
    first_rows : the cells of the first lines after the header
    """

    path: str | os.PathLike[str]
    what: str
    separator: str
    header: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]

    def cells(self, line: str) -> list[str]:
        """The cells of one line, quotes honoured."""
        return split(line, self.separator)


def split(line: str, separator: str) -> list[str]:
    """The cells of one line, quotes honoured."""
    return next(csv.reader([line.rstrip("\n")], delimiter=separator), [])


def missing_marks(further: str = "") -> frozenset[str]:
    """Cells that mean "missing", in upper and lower case; ``further`` has commas between."""
    words = [*_MISSING, *filter(None, (word.strip() for word in further.split(",")))]
    cases = {form for word in words for form in (word, word.upper(), word.lower())}
    return frozenset({"", " ", "-", *cases})


def sniff(path: str | os.PathLike[str], what: str = TABLE) -> Layout:
    """Find the separator by the header and the first lines.

    It is one that gives each of these lines the same number of cells, two or more: names with
    ``;`` or ``,`` inside do not mislead. Where rows have one cell more than the header, as R
    writes them, the first column has no name.

    Raises
    ------
    UserError : empty, not text, a single line, no separator
    """
    with open_binary_reader(path, what) as raw:
        start = raw.read(4096)
    if start.startswith(b"PK\x03\x04"):
        raise UserError(f"{path}: is an Excel workbook or another zip file. Save it as CSV or TSV.")
    if b"\0" in start:
        raise UserError(f"{path}: is binary, expected text. Give a {what} as CSV or TSV.")
    with open_text_reader(path, what) as handle:
        lines = [line.removeprefix("\ufeff") for line in islice(handle, 1 + _SAMPLED_LINES)]
    if not lines or not lines[0].strip():
        raise UserError(
            f"{path}: is empty, or its first line is. Expected a {what}: a header, and rows."
        )
    lines = [line for line in lines if line.strip()]
    if len(lines) == 1:
        raise UserError(f"{path}: holds one line only. Expected a header, and rows below it.")
    found = {separator: [split(line, separator) for line in lines] for separator in SEPARATORS}
    agreeing = [s for s, rows in found.items() if _agree(rows)]
    separator = (
        agreeing[0] if agreeing else max(found, key=lambda separator: len(found[separator][0]))
    )
    header, *rows = found[separator]
    if len(header) < 2:
        raise UserError(
            f"{path}: the first line has neither tab nor semicolon nor comma. "
            f"Expected a {what} with one of them between its columns."
        )
    if agreeing and len(rows[0]) == len(header) + 1:
        header = ["", *header]
    names = tuple(name.strip() for name in header)
    return Layout(path, what, separator, names, tuple(map(tuple, rows)))


def _agree(rows: list[list[str]]) -> bool:
    header, *widths = map(len, rows)
    return header >= 2 and len(set(widths)) == 1 and widths[0] in (header, header + 1)


def batches(
    layout: Layout, aside: str = "", set_aside: list[list[str]] | None = None
) -> Iterator[tuple[list[int], list[str]]]:
    """Lines after the header, many at a time, with their numbers.

    Lines that start with ``aside`` go into ``set_aside``, as cells, where that is given.

    Raises
    ------
    UserError : a line has more or fewer cells than the header
    """
    width = len(layout.header)
    at_once = max(1, _CELLS_AT_ONCE // width)
    starts = (aside, f'"{aside}')
    with open_text_reader(layout.path, layout.what) as handle:
        next(handle)
        numbers: list[int] = []
        lines: list[str] = []
        blank = 0
        for number, line in enumerate(handle, 2):
            if not line.strip(" \r\n"):
                blank = blank or number
                continue
            if blank:
                raise UserError(
                    f"{layout.path}, line {blank}: is empty, with rows after it. Remove the line."
                )
            cells = len(layout.cells(line)) if '"' in line else line.count(layout.separator) + 1
            if cells != width:
                raise UserError(
                    f"{layout.path}, line {number}: has {cells} cells, the header {width} "
                    f"({SEPARATORS[layout.separator]} between them). Mend the line."
                )
            if set_aside is not None and line.startswith(starts):
                set_aside.append(layout.cells(line))
                continue
            numbers.append(number)
            lines.append(line)
            if len(lines) == at_once:
                yield numbers, lines
                numbers, lines = [], []
        if lines:
            yield numbers, lines


def read_columns(
    layout: Layout,
    text: Sequence[int],
    numbers: Sequence[int],
    missing: frozenset[str],
    aside: str = "",
    set_aside: list[list[str]] | None = None,
) -> tuple[list[Any], NDArray[np.float64]]:
    """Columns of a table, by number.

    Parameters
    ----------
    text : columns to be taken as text
    numbers : columns to be taken as numbers, in ascending order
    missing : cells of the latter that become NaN
    aside, set_aside : see `batches`

    Returns
    -------
    texts : of each column of text a ``pandas.Categorical`` of n_rows
    values : (n_rows, n_numbers) float64

    Raises
    ------
    UserError : text where a number is expected, lines of unequal length
    """
    import pandas as pd
    from pandas.api.types import union_categoricals

    texts: list[list[Any]] = [[] for _ in text]
    values = [np.empty((0, len(numbers)))]
    common: dict[str, Any] = {
        "sep": layout.separator,
        "header": None,
        "names": range(len(layout.header)),
        "keep_default_na": False,
        "index_col": False,
        "skip_blank_lines": False,
        "low_memory": False,
    }
    for at, lines in batches(layout, aside, set_aside):
        content = "".join(lines)
        try:
            # the two apart: one list of marks for all columns is by far the quickest to look up
            frame = pd.read_csv(
                io.StringIO(content),
                usecols=list(numbers),
                dtype=np.float64,
                na_values=list(missing),
                **common,
            )
        except (ValueError, pd.errors.ParserError) as error:
            raise _not_a_number(layout, numbers, missing, at, lines, error) from error
        values.append(frame.to_numpy(np.float64))
        words = pd.read_csv(
            io.StringIO(content), usecols=sorted(text), dtype="category", na_filter=False, **common
        )
        for column, parts in zip(text, texts, strict=True):
            parts.append(words[column].array)
    joined = [
        union_categoricals(parts) if parts else pd.Categorical([], categories=[]) for parts in texts
    ]
    return joined, np.concatenate(values)


def _not_a_number(
    layout: Layout,
    numbers: Sequence[int],
    missing: frozenset[str],
    at: list[int],
    lines: list[str],
    error: Exception,
) -> UserError:
    for number, line in zip(at, lines, strict=True):
        cells = layout.cells(line)
        for column in numbers:
            cell = cells[column]
            if cell not in missing and not _NUMBER.fullmatch(cell):
                hint = (
                    "Write decimal points, not commas"
                    if re.fullmatch(r"\s*[+-]?\d+,\d+\s*", cell)
                    else "Mend it; if the word means missing, give it with --missing; if the "
                    "column says something of the samples, see --metadata-prefix"
                )
                return UserError(
                    f"{layout.path}, line {number}, column '{layout.header[column]}': "
                    f"'{cell[:40]}' is not a number. {hint}."
                )
    return UserError(f"{layout.path}: from line {at[0]} on could not be read ({error}).")


def in_words(names: Sequence[str], most: int = 8) -> str:
    """Names for a message, the first few of them."""
    shown = ", ".join(f"'{name}'" for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
