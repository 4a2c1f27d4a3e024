"""markers.tsv: which single-copy genes stand on which contig; read by everything that judges bins.

First line ``#genes`` and the names of all genes that were searched for, so that a gene nobody
found still counts as missing; then a table with the header ``contig gene score start end strand
partial``, in catalogue order, one row per hit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    is no second copy.

    Attributes
    ----------
    genes : names of all genes of the set, found or not
    contig : (n,) row in the catalogue, ascending
    gene : (n,) index into ``genes``, ascending within a contig; pairs are unique
    n_contigs : size of the catalogue
    """

    genes: tuple[str, ...]
    contig: NDArray[np.int64]
    gene: NDArray[np.int64]
    n_contigs: int

    def copies(self, labels: NDArray[np.int64], n_labels: int) -> NDArray[np.int64]:
        """Contigs that carry each gene, by label.

        Parameters
        ----------
        labels : (n_contigs,) 0 .. n_labels - 1, or -1 for a contig that counts nowhere

        Returns
        -------
        copies : (n_labels, n_genes)
        """
        label = labels[self.contig]
        known = label >= 0
        flat = label[known] * len(self.genes) + self.gene[known]
        counts = np.bincount(flat, minlength=n_labels * len(self.genes))
        return counts.reshape(n_labels, len(self.genes))


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
        catalogue; says the line
    """
    row_of = {name: row for row, name in enumerate(names)}
    pairs: set[tuple[int, int]] = set()
    with open_text_reader(path, "markers table") as handle:
        first = handle.readline().rstrip("\n").split("\t")
        header = handle.readline().rstrip("\n").split("\t")
        if first[0] != _GENES or tuple(header) != HEADER:
            raise UserError(
                f"{path}: not a markers table. Expected a first line that begins with '{_GENES}' "
                f"and a second line {list(HEADER)}; make it with latentbin-markers."
            )
        genes = tuple(first[1:])
        number_of = {gene: number for number, gene in enumerate(genes)}
        for line_number, line in enumerate(handle, 3):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != len(HEADER):
                raise UserError(
                    f"{path}, line {line_number}: {len(cells)} cells, expected {len(HEADER)} "
                    "separated by tabs. Make the table again with latentbin-markers."
                )
            gene = number_of.get(cells[1])
            if gene is None:
                raise UserError(
                    f"{path}, line {line_number}: gene '{cells[1]}' is not among those of the "
                    "first line. Make the table again with latentbin-markers."
                )
            row = row_of.get(cells[0])
            if row is not None:
                pairs.add((row, gene))
            elif not ignore_others:
                raise UserError(
                    f"{path}, line {line_number}: contig '{cells[0]}' is not in the catalogue. "
                    "Run latentbin-markers on the FASTA that is being binned."
                )
    found = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return Markers(genes, found[:, 0].copy(), found[:, 1].copy(), len(names))
