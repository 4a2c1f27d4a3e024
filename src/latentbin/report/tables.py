"""Tables and reports that other commands wrote, read by the names of their columns."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from latentbin.errors import UserError
from latentbin.files import open_text_reader, readable


@dataclass(frozen=True, eq=False)
class Table:
    """A TSV with a header.

    Attributes
    ----------
    columns : by name, the cells from top to bottom, as text
    source : where it was read from, for messages
    """

    columns: Mapping[str, Sequence[str]]
    source: str

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self) -> Iterator[dict[str, str]]:
        """Row by row, cells by column."""
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, cells, strict=True))

    def numbers(self, column: str) -> list[float | None]:
        """The cells of a column as numbers; None where a cell is empty.

        Raises
        ------
        UserError : a cell that is no finite number; says the line
        """
        found: list[float | None] = []
        for line, cell in enumerate(self.columns[column], 2):
            try:
                value = float(cell) if cell else None
            except ValueError:
                value = math.nan
            if value is not None and not math.isfinite(value):
                raise UserError(
                    f"{self.source}, line {line}: {column} is '{cell}', expected a number."
                )
            found.append(value)
        return found


def read_table(
    path: str | os.PathLike[str], what: str, required: Sequence[str], made_by: str
) -> Table:
    """Read a table that must have some columns; it may have others.

    Parameters
    ----------
    what : the kind of table, for messages
    made_by : the command to make it with, for messages

    Raises
    ------
    UserError : a column is missing, or a row has another number of cells; says the line
    """
    with open_text_reader(path, what) as handle:
        header = handle.readline().rstrip("\n").split("\t")
        missing = next((name for name in required if name not in header), None)
        if missing is not None:
            raise UserError(
                f"{path}, line 1: no column '{missing}': not a {what}. Make it with {made_by}."
            )
        rows = []
        for number, line in enumerate(handle, 2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != len(header):
                raise UserError(
                    f"{path}, line {number}: {len(cells)} cells, expected {len(header)} separated "
                    f"by tabs. Make it again with {made_by}."
                )
            rows.append(cells)
    columns = zip(*rows, strict=True) if rows else ((),) * len(header)
    return Table(dict(zip(header, columns, strict=True)), str(path))


def read_json(
    path: str | os.PathLike[str] | None, what: str, required: Sequence[str], made_by: str
) -> dict[str, Any]:
    """Read a report that must have some entries; empty if there is no file.

    Raises
    ------
    UserError : not JSON, or not a report of the command that should have made it
    """
    if path is None:
        return {}
    try:
        with readable(path, what), open(path, encoding="utf-8") as handle:
            found = json.load(handle)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}: not JSON ({error.msg}). Make it with {made_by}."
        ) from error
    if not isinstance(found, dict) or any(name not in found for name in required):
        raise UserError(
            f"{path}: not a {what}: expected entries {', '.join(required)}. Make it with {made_by}."
        )
    return found
