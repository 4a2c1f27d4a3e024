"""predictions.tsv: the taxon of each contig at each rank, with its probability.

Header ``contig``, then ``<rank>`` and ``<rank>_probability`` from the coarsest rank to the finest;
``unknown`` where no taxon is given. Tables of other programs are read too: their columns may stand
in any order, probabilities may be absent, and an empty taxon is ``unknown``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_text_reader, write_table
from latentbin.taxonomy.labels import RANKS

UNKNOWN = "unknown"
_SUFFIX = "_probability"
_CHUNK_BYTES = 1 << 24  # text that is split into cells at a time
_CHUNK_ROWS = 100_000


@dataclass(frozen=True, eq=False)
class Predictions:
    """Taxa of contigs.

    Attributes
    ----------
    contigs : unique names
    ranks : coarsest first
    labels : by rank, (n_contigs,) str as objects: a taxon, or ``unknown``
    probabilities : by rank, (n_contigs,) float32 in [0, 1]; NaN where none was given. A rank
        without any is absent
    source : where it was read from, for messages
    """

    contigs: tuple[str, ...]
    ranks: tuple[str, ...]
    labels: Mapping[str, NDArray[Any]]
    probabilities: Mapping[str, NDArray[np.float32]]
    source: str = "(in memory)"

    def __post_init__(self) -> None:
        assert tuple(self.labels) == self.ranks
        assert set(self.probabilities) <= set(self.ranks)
        for array in (*self.labels.values(), *self.probabilities.values()):
            assert len(array) == len(self.contigs)

    def __len__(self) -> int:
        return len(self.contigs)

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number of each contig."""
        return {name: row for row, name in enumerate(self.contigs)}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the table, complete or not at all; ``.gz`` in the name compresses."""
        header = ["contig"]
        for rank in self.ranks:
            header += [rank, rank + _SUFFIX] if rank in self.probabilities else [rank]
        write_table(path, header, self._rows())

    def _rows(self) -> Iterator[tuple[str, ...]]:
        for start in range(0, len(self), _CHUNK_ROWS):
            chunk = slice(start, start + _CHUNK_ROWS)
            columns: list[Sequence[str]] = [self.contigs[chunk]]
            for rank in self.ranks:
                columns.append(self.labels[rank][chunk].tolist())
                if rank in self.probabilities:
                    values = self.probabilities[rank][chunk].tolist()
                    columns.append(["" if p != p else f"{p:.6f}" for p in values])
            yield from zip(*columns, strict=True)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Predictions:
        """Read a table, plain or gzip'd.

        Raises
        ------
        UserError : no such table; says the line
        """
        with open_text_reader(path, "predictions table") as handle:
            header = handle.readline().lstrip("\ufeff").rstrip("\n").lower().split("\t")
            ranks = _ranks_of(header, path)
            contigs, labels, probabilities = _read_rows(handle, header, ranks, path)
        if len(set(contigs)) != len(contigs):
            _refuse_twice(contigs, path)
        return cls(tuple(contigs), ranks, labels, probabilities, str(path))


def _ranks_of(header: Sequence[str], path: str | os.PathLike[str]) -> tuple[str, ...]:
    if header[0] != "contig":
        raise UserError(
            f"{path}, line 1: the first column is '{header[0]}', expected 'contig' and then a "
            "column for each rank, separated by tabs."
        )
    ranks = tuple(rank for rank in RANKS if rank in header)
    for number, column in enumerate(header[1:], 2):
        if column not in ranks and column.removesuffix(_SUFFIX) not in ranks:
            raise UserError(
                f"{path}, line 1: column {number} is '{column}', expected a rank "
                f"({', '.join(RANKS)}) or a rank with '{_SUFFIX}'. Rename it, or leave it out."
            )
        if column in header[: number - 1]:
            raise UserError(f"{path}, line 1: column '{column}' stands twice. Leave one out.")
    if not ranks:
        raise UserError(f"{path}, line 1: no rank. Expected one or more of {', '.join(RANKS)}.")
    return ranks


def _read_rows(
    handle: IO[str], header: Sequence[str], ranks: Sequence[str], path: str | os.PathLike[str]
) -> tuple[list[str], dict[str, NDArray[Any]], dict[str, NDArray[np.float32]]]:
    contigs: list[str] = []
    labels: dict[str, list[str]] = {rank: [] for rank in ranks}
    probabilities: dict[str, list[NDArray[np.float32]]] = {
        rank: [np.zeros(0, np.float32)] for rank in ranks if rank + _SUFFIX in header
    }
    # one object for each taxon, however many contigs are of it
    shared: dict[str, str] = {"": UNKNOWN}
    while lines := handle.readlines(_CHUNK_BYTES):
        first_line = len(contigs) + 2
        rows = [line.rstrip("\n").split("\t") for line in lines]
        if any(len(row) != len(header) or not row[0] for row in rows):
            _refuse_cells(rows, len(header), first_line, path)
        columns = dict(zip(header, zip(*rows, strict=True), strict=True))
        contigs.extend(columns["contig"])
        for rank in ranks:
            labels[rank] += [shared.setdefault(cell, cell) for cell in columns[rank]]
        for rank, parts in probabilities.items():
            parts.append(_numbers(columns[rank + _SUFFIX], rank, first_line, path))
    found: dict[str, NDArray[Any]] = {}
    for rank in ranks:
        found[rank] = np.array(labels.pop(rank), object)
    return contigs, found, {rank: np.concatenate(parts) for rank, parts in probabilities.items()}


def _numbers(
    cells: Sequence[str], rank: str, first_line: int, path: str | os.PathLike[str]
) -> NDArray[np.float32]:
    """Numbers from 0 to 1, NaN for an empty cell."""
    try:
        numbers = np.array([float(cell) if cell else np.nan for cell in cells], np.float32)
    except ValueError:
        wrong = next(row for row, cell in enumerate(cells) if cell and not _is_number(cell))
    else:
        given = np.array([bool(cell) for cell in cells])
        outside = given & ~((numbers >= 0) & (numbers <= 1))
        if not outside.any():
            return numbers
        wrong = int(np.flatnonzero(outside)[0])
    raise UserError(
        f"{path}, line {first_line + wrong}: {rank}{_SUFFIX} is '{cells[wrong]}', expected a "
        "number from 0 to 1."
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _refuse_cells(
    rows: Sequence[Sequence[str]], width: int, first_line: int, path: str | os.PathLike[str]
) -> None:
    for number, row in enumerate(rows, first_line):
        if len(row) != width:
            raise UserError(
                f"{path}, line {number}: {len(row)} cells, the header has {width}. Expected cells "
                "separated by tabs."
            )
        if not row[0]:
            raise UserError(f"{path}, line {number}: no name of a contig in the first cell.")


def _refuse_twice(contigs: Sequence[str], path: str | os.PathLike[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(contigs, 2):
        if name in seen:
            raise UserError(
                f"{path}, line {number}: contig '{name}' stands twice. Leave one of the rows out."
            )
        seen.add(name)
