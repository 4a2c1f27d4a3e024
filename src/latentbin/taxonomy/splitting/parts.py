"""split.tsv: the part of each contig."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_text_reader, write_table

PARTS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(len(PARTS))


@dataclass(frozen=True, eq=False)
class Split:
    """Which contigs a model learns from, and which judge it.

    Attributes
    ----------
    contigs : unique names
    parts : (n_contigs,) `TRAIN`, `VALIDATION` or `TEST`
    source : where it was read from, for messages
    """

    contigs: tuple[str, ...]
    parts: NDArray[np.int8]
    source: str = "(in memory)"

    def of(self, part: int) -> tuple[str, ...]:
        """The contigs of a part, in order."""
        return tuple(self.contigs[row] for row in np.flatnonzero(self.parts == part))

    def rows_in(self, names: Sequence[str], source: str) -> NDArray[np.intp]:
        """(n_contigs,) where each contig stands among ``names``.

        Raises
        ------
        UserError : a contig is not there
        """
        place = {name: row for row, name in enumerate(names)}
        get = place.get
        rows = np.fromiter((get(name, -1) for name in self.contigs), np.intp, len(self.contigs))
        if (rows < 0).any():
            lacking = np.flatnonzero(rows < 0)
            raise UserError(
                f"{source}: lacks {len(lacking)} of the {len(rows)} contigs of {self.source}, "
                f"first '{self.contigs[lacking[0]]}'. Split the labels of the contigs that are "
                "in the matrix (--matrix), or make the matrix with a lower --min-length."
            )
        return rows

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the table, complete or not at all."""
        names = np.array(PARTS, object)[self.parts]
        write_table(path, ("contig", "part"), zip(self.contigs, names, strict=True))

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Split:
        """Read the table of ``latentbin-taxonomy split``.

        Raises
        ------
        UserError : names the line that is not as expected
        """
        source = str(path)
        with open_text_reader(path, "split") as handle:
            header = handle.readline().rstrip("\n").split("\t")
            lines = handle.read().splitlines()
        if header != ["contig", "part"]:
            raise UserError(
                f"{source}: its header is '{' '.join(header)}', expected the columns contig and "
                "part, with a tab between them. Give the table of latentbin-taxonomy split."
            )
        code = {name: number for number, name in enumerate(PARTS)}
        contigs, parts = [], np.empty(len(lines), np.int8)
        for row, line in enumerate(lines):
            name, _, part = line.partition("\t")
            if part not in code or not name:
                raise UserError(
                    f"{source}: line {row + 2} is '{line}', expected a contig, a tab and one of "
                    f"{', '.join(PARTS)}."
                )
            contigs.append(name)
            parts[row] = code[part]
        if len(set(contigs)) < len(contigs):
            seen: set[str] = set()
            twice = next(name for name in contigs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            raise UserError(f"{source}: contig '{twice}' stands twice. Make the split again.")
        return cls(tuple(contigs), parts, source)
