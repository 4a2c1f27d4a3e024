"""What is known of contigs: their taxon at each rank, and the groups that they come from."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_text_reader

RANKS = ("domain", "phylum", "class", "order", "family", "genus", "species", "strain")
"""From coarse to fine."""

Text = NDArray[np.object_]
_BLOCK = 1 << 16  # rows at a time


@dataclass(frozen=True)
class Lineages:
    """The coarser taxa of each class.

    Attributes
    ----------
    ranks : from coarse to fine; the last is the rank of the classes
    classes : unique names at that rank
    taxa : (n_classes) tuples with one taxon per rank; the last is the class itself
    """

    ranks: tuple[str, ...]
    classes: tuple[str, ...]
    taxa: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Labels:
    """Contigs with their taxa and groups.

    Attributes
    ----------
    contigs : unique names
    ranks : those of `RANKS` that are there, from coarse to fine
    columns : for each rank and each group (any other column) one text per contig; empty where
        it is not known
    source : where it was read from, for messages
    """

    contigs: tuple[str, ...]
    ranks: tuple[str, ...]
    columns: Mapping[str, Text]
    source: str = "(in memory)"

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns that are no ranks: environment, sample, genome, ..."""
        return tuple(name for name in self.columns if name not in self.ranks)

    def column(self, name: str, use: str) -> Text:
        """One column; refused with what it was wanted for if it is not there."""
        if name not in self.columns:
            raise UserError(
                f"{self.source}: has no column '{name}', which {use} needs. Its columns are "
                f"{', '.join(self.columns)}. Add it, or choose one of these."
            )
        return self.columns[name]

    def codes(self, name: str, use: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """A column as numbers.

        Returns
        -------
        codes : (n_contigs,) place in ``values``; -1 where the cell is empty
        values : the texts that occur, sorted
        """
        return coded(self.column(name, use))

    def in_order_of(self, names: Sequence[str], source: str) -> Labels:
        """The labels of these contigs, in their order; empty cells for contigs without any.

        Parameters
        ----------
        names : contigs
        source : where they come from, for messages

        Raises
        ------
        UserError : none of them has labels
        """
        if tuple(names) == self.contigs:
            return self
        rows = self.rows_of(names)
        if len(rows) and (rows < 0).all():
            raise UserError(
                f"{self.source}: has none of the {len(rows)} contigs of {source} (first "
                f"'{names[0]}'; the first with labels is '{(*self.contigs, '')[0]}'). Give the "
                "labels of these contigs; names must be the same up to the last letter."
            )
        # row -1 is the last one: an empty text behind all others
        columns = {key: np.append(text, "")[rows] for key, text in self.columns.items()}
        return Labels(tuple(names), self.ranks, columns, self.source)

    def rows_of(self, names: Sequence[str]) -> NDArray[np.intp]:
        """(n_names,) the row of each contig; -1 without labels."""
        place = {name: row for row, name in enumerate(self.contigs)}
        return np.fromiter((place.get(name, -1) for name in names), np.intp, len(names))

    def coarser_than(self, rank: str) -> tuple[str, ...]:
        """The ranks at hand above ``rank``, and ``rank`` itself, from coarse to fine."""
        last = RANKS.index(rank)
        return tuple(name for name in self.ranks if RANKS.index(name) <= last)

    def lineages(self, rank: str, classes: Sequence[str]) -> Lineages:
        """The coarser taxa of classes, as the contigs of each say.

        Where no contig of a class says anything at a rank, the class gets a taxon of its own
        there, ``<class> (no <rank>)``: unrelated classes are not thrown together.

        Raises
        ------
        UserError : contigs of one class have different taxa at a coarser rank
        """
        ranks = self.coarser_than(rank)
        codes, values = self.codes(rank, "the lineage")
        place = {name: code for code, name in enumerate(values)}
        found = [[f"{name} (no {above})" for above in ranks[:-1]] for name in classes]
        for level, above in enumerate(ranks[:-1]):
            parents, taxa = self.codes(above, "the lineage")
            known = (codes >= 0) & (parents >= 0)
            pairs = np.unique(np.stack([codes[known], parents[known]]), axis=1)
            parent_of: dict[int, int] = {}
            for child, parent in pairs.T.tolist():
                if child in parent_of:
                    raise UserError(
                        f"{self.source}: {rank} '{values[child]}' lies in two taxa of rank "
                        f"{above}, '{taxa[parent_of[child]]}' and '{taxa[parent]}'. Correct the "
                        f"labels, or give the two different names at rank {rank}."
                    )
                parent_of[child] = parent
            for row, name in enumerate(classes):
                if place.get(name, -1) in parent_of:
                    found[row][level] = taxa[parent_of[place[name]]]
        taxa_of = tuple((*above, name) for above, name in zip(found, classes, strict=True))
        return Lineages(ranks, tuple(classes), taxa_of)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Labels:
        """Read a table with a header whose first column is ``contig``; tabs or commas.

        Ranks are known by their names, in whatever case and order; any other column is a group.

        Raises
        ------
        UserError : names the file and line that is not as expected
        """
        source = str(path)
        with open_text_reader(path, "table of labels") as handle:
            first = handle.readline()
            separator = "\t" if "\t" in first or "," not in first else ","
            header = next(csv.reader([first.lstrip("\ufeff")], delimiter=separator), [])
            names = _column_names(header, source)
            contigs, *texts = _read_columns(csv.reader(handle, delimiter=separator), header, source)
        if not contigs:
            raise UserError(f"{source}: has a header and no contigs. Give labels of contigs.")
        _check_contigs(contigs, source)
        columns = {name: np.array(cells, object) for name, cells in zip(names, texts, strict=True)}
        ranks = tuple(rank for rank in RANKS if rank in columns)
        groups = [name for name in columns if name not in ranks]
        return cls(
            tuple(contigs), ranks, {name: columns[name] for name in (*ranks, *groups)}, source
        )


def coded(text: Text) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Texts as numbers: (n,) place among the sorted values, -1 for an empty text; the values."""
    values = tuple(sorted(set(text.tolist()) - {""}))
    place: dict[Any, int] = {value: code for code, value in enumerate(values)}
    place[""] = -1
    return np.fromiter(map(place.__getitem__, text.tolist()), np.int32, len(text)), values


def _column_names(header: Sequence[str], source: str) -> list[str]:
    names = [cell.strip() for cell in header]
    if not names or names[0] != "contig":
        raise UserError(
            f"{source}: the header's first column is '{(*names, '')[0]}', expected 'contig'. "
            "Labels are a table with a header: contig, then ranks (genus, species, ...) and groups "
            "(strain, environment, ...)."
        )
    named = [name.lower() if name.lower() in RANKS else name for name in names[1:]]
    if not named:
        raise UserError(f"{source}: has contigs and nothing else. Add a rank, such as genus.")
    for place, name in enumerate(named):
        if not name or name in (*named[:place], "contig"):
            raise UserError(
                f"{source}: column {place + 2} is named '{name}'; names must be unique and not "
                "empty. Rename it."
            )
    return named


def _check_contigs(contigs: Sequence[str], source: str) -> None:
    if "" in contigs:
        raise UserError(
            f"{source}: line {contigs.index('') + 2} has no contig. Name it, or remove the line."
        )
    if len(set(contigs)) < len(contigs):
        seen: set[str] = set()
        for line, name in enumerate(contigs, 2):
            if name in seen:
                raise UserError(
                    f"{source}: line {line}: contig '{name}' stands twice. Keep one of its rows."
                )
            seen.add(name)


def _read_columns(rows: Iterator[list[str]], header: Sequence[str], source: str) -> list[list[str]]:
    """The cells of each column; those of a block of rows at a time, for millions of contigs."""
    columns: list[list[str]] = [[] for _ in header]
    # equal texts are one object: a million rows of a few genera take 8 bytes each
    kept: dict[str, str] = {}
    while block := list(islice(rows, _BLOCK)):
        for line, row in enumerate(block, len(columns[0]) + 2):
            if len(row) != len(header):
                raise UserError(
                    f"{source}: line {line} has {len(row)} cells, the header {len(header)}. "
                    "Every row needs a cell for each column; an empty one for what is not known."
                )
        first, *others = zip(*block, strict=True)
        columns[0].extend(map(str.strip, first))
        for column, cells in zip(columns[1:], others, strict=True):
            column.extend([kept.setdefault(cell, cell) for cell in map(str.strip, cells)])
    return columns
