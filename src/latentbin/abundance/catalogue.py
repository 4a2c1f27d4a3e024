"""The catalogue that an abundance file must have as its rows: a composition file or a FASTA."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.contigs import Contigs, read_contigs
from latentbin.errors import ContractError
from latentbin.files import readable
from latentbin.matrix import NamedMatrix

logger = logging.getLogger(__name__)

_ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The contigs that count, and from which length on nothing else may exist.

    Attributes
    ----------
    contigs : rows of the abundance file
    min_length : contigs that are not in the catalogue must be shorter than this
    source : file name, for messages
    filtered : whether shorter contigs were left out when the catalogue was made
    """

    contigs: Contigs
    min_length: int
    source: str
    filtered: bool = False


def load_catalogue(path: str | os.PathLike[str]) -> Catalogue:
    """Read a composition file, or the names and lengths in a FASTA file.

    A FASTA may have been cut at a minimum length: shorter contigs than its shortest are then
    known to the BAM file alone.
    """
    with readable(path, "catalogue (composition file or FASTA)"), open(path, "rb") as handle:
        is_matrix = handle.read(4) == _ZIP_MAGIC
    if is_matrix:
        matrix = NamedMatrix.load(path, "composition")
        min_length = int(matrix.attributes.get("min_length", 0))
        return Catalogue(matrix.contigs, min_length, str(path), filtered=True)
    contigs = read_contigs(path)
    return Catalogue(contigs, int(contigs.lengths.min()), str(path))


def rows_of(contigs: Contigs, source: str, catalogue: Catalogue) -> NDArray[np.intp]:
    """Where each contig of the catalogue stands among those of a mapping.

    Returns
    -------
    rows : (n_catalogue,) such that ``contigs.names[rows[i]] == catalogue.contigs.names[i]``

    Raises
    ------
    ContractError : a name is missing, has another length, or is unknown and not too short; names
        both files and the first such contig
    """
    wanted = catalogue.contigs
    if contigs.names == wanted.names:
        rows = np.arange(len(wanted))
    else:
        at = contigs.index
        rows = np.array([at.get(name, -1) for name in wanted.names], np.intp)
    advice = "Map the reads to the very FASTA that the catalogue was made from."
    if (rows < 0).any():
        name = wanted.names[int(np.argmax(rows < 0))]
        raise ContractError(
            f"{source}: was mapped to another assembly than {catalogue.source}: "
            f"it lacks contig '{name}'. {advice}",
            expected=name,
            actual=None,
        )
    differs = contigs.lengths[rows] != wanted.lengths
    if differs.any():
        row = int(np.argmax(differs))
        have, want = int(contigs.lengths[rows[row]]), int(wanted.lengths[row])
        raise ContractError(
            f"{source}: was mapped to another assembly than {catalogue.source}: contig "
            f"'{wanted.names[row]}' has {have} bp, expected {want}. {advice}",
            expected=want,
            actual=have,
        )
    extra = np.ones(len(contigs), bool)
    extra[rows] = False
    unknown = extra & (contigs.lengths >= catalogue.min_length)
    if unknown.any():
        name = contigs.names[int(np.argmax(unknown))]
        raise ContractError(
            f"{source}: was mapped to another assembly than {catalogue.source}: contig '{name}' "
            f"({int(contigs.lengths[np.argmax(unknown)])} bp) is not in the catalogue, which has "
            f"all from {catalogue.min_length} bp on. {advice}",
            expected=None,
            actual=name,
        )
    return rows
