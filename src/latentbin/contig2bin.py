"""Read contig2bin.tsv: contig, tab, bin, without a header, as most programs exchange bins."""

from __future__ import annotations

import os

from latentbin.clusters import HEADER
from latentbin.contigs import Contigs
from latentbin.errors import UserError
from latentbin.files import open_text_reader


def read_contig2bin(path: str | os.PathLike[str], catalogue: Contigs) -> dict[str, str]:
    """Read contig -> bin, in file order.

    Raises
    ------
    UserError : a row without two cells, a contig twice, or one that is not in ``catalogue``; says
        the line
    """
    bins: dict[str, str] = {}
    with open_text_reader(path, "contig2bin table") as handle:
        for number, line in enumerate(handle, 1):
            cells = line.rstrip("\n").split("\t")
            if number == 1 and tuple(cells) == HEADER:
                raise UserError(f"{path}: is a table of clusters. Give it as --clusters.")
            if len(cells) != 2 or not all(cells):
                raise UserError(f"{path}, line {number}: expected contig, tab, bin.")
            contig, name = cells
            if contig not in catalogue.index:
                hint = "Give the FASTA that was binned"
                if name in catalogue.index:
                    hint = "The two columns seem to be swapped: expected contig, tab, bin"
                elif number == 1:
                    hint += "; if this line is a header, remove it"
                raise UserError(
                    f"{path}, line {number}: contig '{contig}' is not among the contigs. {hint}."
                )
            if contig in bins:
                raise UserError(f"{path}, line {number}: contig '{contig}' stands twice.")
            bins[contig] = name
    return bins
