"""markers.tsv: which single-copy genes stand on which contig; read by everything that judges bins.

First line ``#genes`` and the names of all genes that were searched for, so that a gene nobody
found still counts as missing; then a table with the header ``contig gene score start end strand
partial``, in catalogue order, one row per hit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import atomic_output, open_text_reader

HEADER = ("contig", "gene", "score", "start", "end", "strand", "partial")
_GENES = "#genes"


@dataclass(frozen=True)
class Hit:
    """A single-copy gene found on a contig.

    Attributes
    ----------
    contig, gene : names
    score : bits
    start, end : of the coding sequence on the contig, 1-based, both inclusive, start < end
    strand : '+' or '-'
    partial : the gene runs over an end of the contig
    """

    contig: str
    gene: str
    score: float
    start: int
    end: int
    strand: str
    partial: bool


@dataclass(frozen=True, eq=False)
class Markers:
    """Single-copy genes of a catalogue: which contig carries which gene.

    A contig counts a gene once, however often it was found on it: a gene broken by a frame shift
    is no second copy. A gene that runs over the end of a contig is half a copy: where an assembly
    breaks inside a gene, its two halves stand on two contigs. Half a copy alone counts as one, so
    that p halves are ``ceil(p / 2)`` copies.

    Attributes
    ----------
    genes : names of all genes of the set, found or not
    contig : (n,) row in the catalogue, ascending
    gene : (n,) index into ``genes``, ascending within a contig; pairs are unique
    n_contigs : size of the catalogue
    partial : (n,) the contig has the gene at an end only; without it, all genes are complete
    """

    genes: tuple[str, ...]
    contig: NDArray[np.int64]
    gene: NDArray[np.int64]
    n_contigs: int
    partial: NDArray[np.bool_] | None = None

    def halves(self) -> NDArray[np.int64]:
        """(n,) what each pair of contig and gene counts: 2 for a complete gene, 1 for a partial."""
        if self.partial is None:
            return np.full(len(self.gene), 2)
        return 2 - self.partial.astype(np.int64)

    def take(self, rows: NDArray[np.integer]) -> Markers:
        """Markers of some contigs, which are numbered anew in the order given."""
        first = np.searchsorted(self.contig, rows, "left")
        counts = np.searchsorted(self.contig, rows, "right") - first
        contig = np.repeat(np.arange(len(rows)), counts)
        # places first[row], first[row] + 1, ... of each row, one after another
        place = np.arange(len(contig)) + np.repeat(first - (np.cumsum(counts) - counts), counts)
        partial = None if self.partial is None else self.partial[place]
        return Markers(self.genes, contig, self.gene[place], len(rows), partial)

    def copies(self, labels: NDArray[np.int64], n_labels: int) -> NDArray[np.int64]:
        """Copies of each gene, by label.

        Parameters
        ----------
        labels : (n_contigs,) 0 .. n_labels - 1, or -1 for a contig that counts nowhere

        Returns
        -------
        copies : (n_labels, n_genes)
        """
        place, copies = self._places(labels)
        table = np.zeros(n_labels * len(self.genes), np.int64)
        table[place] = copies
        return table.reshape(n_labels, len(self.genes))

    def totals(
        self, labels: NDArray[np.int64], n_labels: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sums of `copies`, for any number of labels: no table is made.

        Returns
        -------
        seen : (n_labels,) different genes
        copies : (n_labels,) of all genes
        """
        place, copies = self._places(labels)
        label = place // max(len(self.genes), 1)
        seen = np.bincount(label, minlength=n_labels)
        total = np.zeros(n_labels, np.int64)
        np.add.at(total, label, copies)
        return seen, total

    def _places(self, labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places of the (label, gene) table that are not 0, and the copies there."""
        label = labels[self.contig]
        known = label >= 0
        flat = label[known] * len(self.genes) + self.gene[known]
        place, pair_of = np.unique(flat, return_inverse=True)
        halves = np.zeros(len(place), np.int64)
        np.add.at(halves, pair_of, self.halves()[known])
        return place, (halves + 1) // 2


def write_markers(path: str | os.PathLike[str], genes: Sequence[str], hits: Iterable[Hit]) -> None:
    """Write the table, complete or not at all; hits in the order given."""
    with atomic_output(path) as temporary, open(temporary, "w", newline="\n") as handle:
        handle.write("\t".join((_GENES, *genes)) + "\n")
        handle.write("\t".join(HEADER) + "\n")
        for hit in hits:
            handle.write(
                f"{hit.contig}\t{hit.gene}\t{hit.score:.1f}\t{hit.start}\t{hit.end}\t"
                f"{hit.strand}\t{'yes' if hit.partial else 'no'}\n"
            )


def merge_markers(
    paths: Sequence[str | os.PathLike[str]], output: str | os.PathLike[str]
) -> tuple[int, int]:
    """Join the tables of several assemblies, row after row: the table of their catalogue.

    Memory holds a row, and the names of the contigs that have a gene.

    Returns
    -------
    number of rows, number of contigs

    Raises
    ------
    UserError : not such a table, a damaged row, other genes than the first table's, or a contig
        that two tables have
    """
    table_of: dict[str, int] = {}
    n_rows = 0
    with atomic_output(output) as temporary, open(temporary, "w", newline="\n") as merged:
        first: tuple[str, ...] | None = None
        for number, path in enumerate(paths):
            with open_text_reader(path, "markers table") as handle:
                genes = _read_head(handle, path)
                if first is None:
                    first = genes
                    merged.write("\t".join((_GENES, *genes)) + "\n")
                    merged.write("\t".join(HEADER) + "\n")
                elif genes != first:
                    raise UserError(
                        f"{path}: {len(genes)} genes were searched for, not the {len(first)} of "
                        f"{paths[0]}. Search all assemblies for the same genes."
                    )
                for line_number, line in enumerate(handle, 3):
                    contig = _cells(line, path, line_number)[0]
                    before = table_of.setdefault(contig, number)
                    if before != number:
                        raise UserError(
                            f"{path}, line {line_number}: contig '{contig}' is in "
                            f"{paths[before]} too. Give every table once, made with a --prefix "
                            "of its own."
                        )
                    merged.write(line if line.endswith("\n") else line + "\n")
                    n_rows += 1
    return n_rows, len(table_of)


def read_markers(
    path: str | os.PathLike[str], names: Sequence[str], ignore_others: bool = False
) -> Markers:
    """Read the single-copy genes of a catalogue.

    Parameters
    ----------
    names : of the catalogue's contigs, in order
    ignore_others : leave out contigs that are not in the catalogue (below its length limit)

    Raises
    ------
    UserError : not such a table, a damaged row, an unknown gene, or a contig that is not in the
        catalogue; says the line. Or not one of the contigs is in the catalogue
    """
    row_of = {name: row for row, name in enumerate(names)}
    partial: dict[tuple[int, int], bool] = {}
    with open_text_reader(path, "markers table") as handle:
        genes = _read_head(handle, path)
        number_of = {gene: number for number, gene in enumerate(genes)}
        line_number = 0
        for line_number, line in enumerate(handle, 3):
            cells = _cells(line, path, line_number)
            gene = number_of.get(cells[1])
            if gene is None:
                raise UserError(
                    f"{path}, line {line_number}: gene '{cells[1]}' is not among those of the "
                    "first line. Make the table again with latentbin-markers."
                )
            row = row_of.get(cells[0])
            if cells[6] not in ("yes", "no"):
                raise UserError(
                    f"{path}, line {line_number}: partial is '{cells[6]}', expected yes or no. "
                    "Make the table again with latentbin-markers."
                )
            if row is not None:
                partial[row, gene] = cells[6] == "yes" and partial.get((row, gene), True)
            elif not ignore_others:
                raise UserError(
                    f"{path}, line {line_number}: contig '{cells[0]}' is not in the catalogue. "
                    "Run latentbin-markers on the FASTA that is being binned."
                )
    if line_number and not partial:
        raise UserError(
            f"{path}: none of its contigs, such as '{cells[0]}', is in the catalogue. "
            "Run latentbin-markers on the FASTA that is being binned."
        )
    pairs = sorted(partial)
    found = np.array(pairs, np.int64).reshape(-1, 2)
    at_end = np.array([partial[pair] for pair in pairs], bool)
    return Markers(genes, found[:, 0].copy(), found[:, 1].copy(), len(names), at_end)


def _read_head(handle: IO[str], path: str | os.PathLike[str]) -> tuple[str, ...]:
    """The genes of a table; the handle stands at the first row then."""
    first = handle.readline().rstrip("\n").split("\t")
    header = handle.readline().rstrip("\n").split("\t")
    if first[0] != _GENES or tuple(header) != HEADER:
        raise UserError(
            f"{path}: not a markers table. Expected a first line that begins with '{_GENES}' "
            f"and a second line {list(HEADER)}; make it with latentbin-markers."
        )
    return tuple(first[1:])


def _cells(line: str, path: str | os.PathLike[str], line_number: int) -> list[str]:
    cells = line.rstrip("\n").split("\t")
    if len(cells) != len(HEADER):
        raise UserError(
            f"{path}, line {line_number}: {len(cells)} cells, expected {len(HEADER)} "
            "separated by tabs. Make the table again with latentbin-markers."
        )
    return cells
