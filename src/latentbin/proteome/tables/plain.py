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
_END = r"s?[ _.-]?(id|group|name)?s?"
_OF_SAMPLES = re.compile(rf".*(sample|patient|subject|run|file){_END}", re.I)
_OF_PROTEINS = re.compile(rf".*(protein|gene|accession){_END}", re.I)
_OF_NAMES = re.compile(r"|id|index|names?|unnamed: 0", re.I)


def looks_plain(
    layout: Layout, options: ReadOptions, missing: frozenset[str], known_columns: Collection[str]
) -> bool:
    """Whether most cells of the first rows, metadata aside, are numbers or mean missing."""
    about = _about_samples(layout.header, options, known_columns)
    prefix = options.metadata_prefix
    cells = [
        cell
        for row in layout.first_rows
        if not (prefix and row[0].startswith(prefix))
        for column, cell in enumerate(row[: len(layout.header)])
        if column and column not in about
    ]
    return not cells or sum(_is_number(cell) or cell in missing for cell in cells) * 2 > len(cells)


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
    sample sheet; else what stands beside the metadata are samples; else as the header of the first
    column says; else there are more proteins than samples.

    Raises
    ------
    UserError : text in a cell, lines of unequal length, no names of proteins, nothing but
        metadata, a sample that is called like metadata
    """
    prefix, header = options.metadata_prefix, layout.header
    about = _about_samples(header, options, known_columns)
    others = [column for column in range(len(header)) if column not in about]
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
        name: np.array([str(cell).strip() for cell in np.asarray(cells)])
        for name, cells in zip(about.values(), texts[1:], strict=True)
    }
    title = header[others[0]]
    if _are_names(title, first, missing):
        names, columns = tuple(first), tuple(header[column] for column in others[1:])
        way, why = _way_round(
            options, title, names, columns, known_samples, bool(about), bool(rows_aside)
        )
        logger.info("%s: %s, %s", layout.path, way.replace("-", " "), why)
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
        if rows_aside:
            raise UserError(
                f"{layout.path}: samples are in rows, but row '{rows_aside[0][0]}' starts as "
                "metadata do. Rename it, or give another --metadata-prefix."
            )
        return ProteinTable("matrix", str(layout.path), names, columns, values, metadata)
    about_samples = {
        cells[0].strip(): np.array([c.strip() for c in cells[1:]]) for cells in rows_aside
    }
    return ProteinTable(
        "matrix", str(layout.path), columns, names, np.ascontiguousarray(values.T), about_samples
    )


def _about_samples(
    header: tuple[str, ...], options: ReadOptions, known_columns: Collection[str]
) -> dict[int, str]:
    """The columns of metadata: numbers and names."""
    prefix = options.metadata_prefix
    return {
        column: name
        for column, name in enumerate(header)
        if (prefix and name.startswith(prefix)) or name in known_columns
    }


def _way_round(
    options: ReadOptions,
    title: str,
    names: tuple[str, ...],
    columns: tuple[str, ...],
    known_samples: Collection[str],
    metadata_in_columns: bool,
    metadata_in_rows: bool,
) -> tuple[str, str]:
    """Which way round the table is, and why."""
    if options.orientation != "auto":
        return options.orientation, "as --orientation says"
    known = set(known_samples)
    in_rows, in_columns = (len(known.intersection(axis)) for axis in (names, columns))
    if in_rows != in_columns:
        return (_ROWS if in_rows > in_columns else _COLUMNS), "as the sample sheet names them"
    if metadata_in_columns or metadata_in_rows:
        return (_ROWS if metadata_in_columns else _COLUMNS), "by the metadata"
    if _OF_SAMPLES.fullmatch(title) or _OF_PROTEINS.fullmatch(title):
        way = _ROWS if _OF_SAMPLES.fullmatch(title) else _COLUMNS
        return way, f"as the first column is called '{title}'"
    way = _ROWS if len(columns) >= len(names) else _COLUMNS
    return way, "taking the longer axis for proteins; --orientation says otherwise"


def _are_names(title: str, cells: list[str], missing: frozenset[str]) -> bool:
    if any(pattern.fullmatch(title) for pattern in (_OF_NAMES, _OF_SAMPLES, _OF_PROTEINS)):
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
