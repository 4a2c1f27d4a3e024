"""A plain matrix: a header of names, rows that start with a name, either way round."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.options import ReadOptions
from latentbin.proteome.tables.text import Layout, read_columns

logger = logging.getLogger(__name__)

_ROWS, _COLUMNS = "samples-in-rows", "samples-in-columns"
# headers of a column of names, even of names that are numbers
_OF_NAMES = re.compile(
    r"|id|index|unnamed: 0"
    r"|.*(sample|name|protein|patient|subject|gene|run|file|accession)s?[ _.-]?(id|group|name)?s?",
    re.I,
)


def looks_plain(layout: Layout, missing: frozenset[str]) -> bool:
    """Whether most cells of the first rows are numbers, or mean missing."""
    cells = [cell for row in layout.first_rows for cell in row[1:]]
    return sum(_is_number(cell) or cell in missing for cell in cells) * 2 > len(cells)


def read_plain(
    layout: Layout,
    options: ReadOptions,
    missing: frozenset[str],
    known_samples: Collection[str] = (),
    known_columns: Collection[str] = (),
) -> ProteinTable:
    """Read a plain matrix.

    Columns (or, with samples in columns, rows) that start with the metadata prefix, and
    ``known_columns``, say something of the samples. Without a column of names the samples are
    called sample1, sample2, ...

    Which way round it is: as ``options`` say; else the axis with ``known_samples``, those of the
    sample sheet; else samples lie along the other axis than metadata do; else there are more
    proteins than samples.

    Raises
    ------
    UserError : text in a cell, lines of unequal length, no names of proteins, nothing but metadata
    """
    prefix, header = options.metadata_prefix, layout.header
    about = [
        column
        for column, name in enumerate(header)
        if (prefix and name.startswith(prefix)) or name in known_columns
    ]
    others = [column for column in range(len(header)) if column not in set(about)]
    if len(others) < 2:
        raise UserError(
            f"{layout.path}: has {len(others)} columns that are not about the samples, expected "
            "two or more with quantities. See --metadata-prefix."
        )
    rows_aside: list[list[str]] = []
    may_have_rows = bool(prefix) and not about and options.orientation != _ROWS
    texts, values = read_columns(
        layout,
        [others[0], *about],
        others[1:],
        missing,
        prefix,
        rows_aside if may_have_rows else None,
    )
    first = [str(cell).strip() for cell in np.asarray(texts[0])]
    metadata = {
        header[column]: np.array([str(cell).strip() for cell in np.asarray(cells)])
        for column, cells in zip(about, texts[1:], strict=True)
    }
    if _are_names(header[others[0]], first, missing):
        names, columns = tuple(first), tuple(header[column] for column in others[1:])
        way = _way_round(options, layout, names, columns, about, rows_aside, known_samples)
    else:
        way = _ROWS if options.orientation == "auto" else options.orientation
        if way == _COLUMNS:
            raise UserError(
                f"{layout.path}: the first column holds numbers, not names of proteins. Put the "
                "names there, or turn the table with --orientation."
            )
        values = np.column_stack([_as_numbers(layout, others[0], first, missing), values])
        columns = tuple(header[column] for column in others)
        names = tuple(f"sample{number}" for number in range(1, len(first) + 1))
        logger.info(
            "%s: no column of names: the samples are called %s to %s, in order",
            layout.path,
            names[0],
            names[-1],
        )
    if way == _ROWS:
        return ProteinTable("matrix", str(layout.path), names, columns, values, metadata)
    about_samples = {
        cells[0].strip(): np.array([c.strip() for c in cells[1:]]) for cells in rows_aside
    }
    return ProteinTable(
        "matrix", str(layout.path), columns, names, np.ascontiguousarray(values.T), about_samples
    )


def _way_round(
    options: ReadOptions,
    layout: Layout,
    names: tuple[str, ...],
    columns: tuple[str, ...],
    about: list[int],
    rows_aside: list[list[str]],
    known_samples: Collection[str],
) -> str:
    if options.orientation != "auto":
        return options.orientation
    known = set(known_samples)
    in_rows, in_columns = (len(known.intersection(axis)) for axis in (names, columns))
    if in_rows != in_columns:
        way, why = (_ROWS if in_rows > in_columns else _COLUMNS), "as the sample sheet names them"
    elif about or rows_aside:
        way, why = (_ROWS if about else _COLUMNS), "by the metadata"
    else:
        way = _ROWS if len(columns) >= len(names) else _COLUMNS
        why = "taking the longer axis for proteins; --orientation says otherwise"
    logger.info("%s: %s, %s", layout.path, way.replace("-", " "), why)
    return way


def _are_names(title: str, cells: list[str], missing: frozenset[str]) -> bool:
    if _OF_NAMES.fullmatch(title):
        return True
    told = [cell for cell in cells if cell not in missing]
    return sum(not _is_number(cell) for cell in told) * 2 > len(told)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _as_numbers(
    layout: Layout, column: int, cells: list[str], missing: frozenset[str]
) -> NDArray[np.float64]:
    values: list[Any] = []
    for line, cell in enumerate(cells, 2):
        if cell not in missing and not _is_number(cell):
            raise UserError(
                f"{layout.path}, line {line}, column '{layout.header[column]}': '{cell[:40]}' is "
                "not a number. Mend it; if the word means missing, give it with --missing."
            )
        values.append(np.nan if cell in missing else float(cell))
    return np.array(values, np.float64)
