"""The class of each row: from a table, a CAMI binning file, or the matrix itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_text_reader
from latentbin.matrix import NamedMatrix

logger = logging.getLogger(__name__)

UNKNOWN = ""
_CAMI, _CAMI_CLASSES = "@@", "BINID"


@dataclass(frozen=True, eq=False)
class Known:
    """The classes of the rows.

    Attributes
    ----------
    column : what the classes are called
    codes : (n_rows,) index into ``names``, or -1: not known
    """

    column: str
    codes: NDArray[np.intp]
    names: tuple[str, ...]

    @classmethod
    def of(cls, column: str, classes: NDArray[np.object_]) -> Known:
        """From the class of each row, empty where not known."""
        names = sorted(set(classes.tolist()) - {UNKNOWN})
        code = {name: place for place, name in enumerate(names)} | {UNKNOWN: -1}
        return cls(column, np.array([code[name] for name in classes], np.intp), tuple(names))

    def take(self, rows: NDArray[np.intp]) -> Known:
        """The classes of some rows; those that have none of them are gone."""
        codes = self.codes[rows]
        present = np.unique(codes[codes >= 0])
        place = np.full(len(self.names) + 1, -1, np.intp)  # a negative code takes the last
        place[present] = np.arange(len(present))
        return Known(self.column, place[codes], tuple(self.names[code] for code in present))


def classes_of_matrix(matrix: NamedMatrix, column: str) -> Known:
    """What the matrix itself says of its rows, under this name; empty where not known.

    Raises
    ------
    UserError : it has no such text
    """
    texts = [name for name, array in matrix.arrays.items() if array.dtype.kind == "U"]
    if column not in texts:
        has = f"It has {', '.join(sorted(texts))}." if texts else "It has no text on its rows."
        raise UserError(
            f"{matrix.source}: says nothing of '{column}' of its rows. {has} Classes of a table: "
            "--truth."
        )
    return Known.of(column, matrix.arrays[column].astype(object))


def read_classes(path: Path, column: str | None, names: tuple[str, ...], source: str) -> Known:
    """The class of each row, from a table with a header or a CAMI binning file.

    Parameters
    ----------
    column : of the classes; None: the only one beside the names, or ``BINID`` of a CAMI file
    names : of the rows, which are those of ``source``

    Raises
    ------
    UserError : no header, no such column, several to choose from, a row with too few cells, a
        name twice, none of the names
    """
    rows = _rows(path)
    header_line, header = next(rows, (0, []))
    if len(header) < 2:
        raise UserError(
            f"{path}: has no header of two or more columns, separated by tabs or commas. Expected "
            "names in the first column, classes in another."
        )
    if header[0] in set(names):
        raise UserError(
            f"{path}, line {header_line}: '{header[0]}' is a row of {source}, not a header. Put a "
            "line with the names of the columns on top."
        )
    column = column or _only_column(path, header)
    if column not in header[1:]:
        raise UserError(
            f"{path}: has no column '{column}' after the first. It has {', '.join(header[1:])}. "
            "Choose one: --class-column."
        )
    place = header.index(column, 1)
    found: dict[str, str] = {}
    for number, cells in rows:
        if len(cells) <= place:
            raise UserError(
                f"{path}, line {number}: {len(cells)} cells, expected {len(header)} as in the "
                "header."
            )
        if cells[0] in found:
            raise UserError(f"{path}, line {number}: '{cells[0]}' stands twice.")
        found[cells[0]] = cells[place]
    classes = np.array([found.get(name, UNKNOWN) for name in names], object)
    known = Known.of(column, classes)
    if not known.names:
        example = next(iter(found), None)
        shown = f": it has '{example}', the matrix '{names[0]}'" if example else ""
        raise UserError(
            f"{path}: knows the class of no row of {source}{shown}. Give the truth of these rows."
        )
    n_known = int((known.codes >= 0).sum())
    logger.info(
        "%s: %d classes, known of %d of %d rows", column, len(known.names), n_known, len(names)
    )
    return known


def _only_column(path: Path, header: list[str]) -> str:
    if _CAMI_CLASSES in header[1:]:
        return _CAMI_CLASSES
    if len(header) > 2:
        raise UserError(
            f"{path}: several columns could hold the classes: {', '.join(header[1:])}. Choose one: "
            "--class-column."
        )
    return header[1]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells: first the header, then the rows of all sections of a CAMI file."""
    header: list[str] | None = None
    separator = "\t"
    with open_text_reader(path, "truth table") as handle:
        for number, line in enumerate(handle, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("@") and not line.startswith(_CAMI):
                continue  # what a CAMI file says of itself
            if header is None and "\t" not in line and "," in line:
                separator = ","
            cells = [cell.strip() for cell in line.removeprefix(_CAMI).split(separator)]
            if header is not None and line.startswith(_CAMI):
                if cells != header:
                    raise UserError(
                        f"{path}, line {number}: another section with other columns. Give one "
                        "sample at a time."
                    )
                continue
            header = header or cells
            yield number, cells
