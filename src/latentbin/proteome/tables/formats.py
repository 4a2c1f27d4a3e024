"""Recognise the format of a table and read it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path

from latentbin.errors import UserError
from latentbin.proteome.tables.diann import is_diann, read_diann
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.h5ad import is_h5ad, read_h5ad
from latentbin.proteome.tables.maxquant import is_maxquant, read_maxquant
from latentbin.proteome.tables.options import ReadOptions
from latentbin.proteome.tables.plain import looks_plain, read_plain
from latentbin.proteome.tables.skyline import is_skyline, read_skyline
from latentbin.proteome.tables.text import Layout, in_words, missing_marks, sniff

logger = logging.getLogger(__name__)

FORMATS = {
    "skyline": "a Skyline report in long form",
    "maxquant": "MaxQuant proteinGroups.txt",
    "diann": "DIA-NN report.pg_matrix.tsv",
    "matrix": "a plain matrix",
    "h5ad": "AnnData h5ad",
}


def read_table(
    path: Path,
    kind: str,
    options: ReadOptions,
    known_samples: Collection[str] = (),
    known_columns: Collection[str] = (),
) -> ProteinTable:
    """Read a table of protein quantities.

    Parameters
    ----------
    kind : one of ``FORMATS``, or ``auto``: by the extension and the header
    known_samples, known_columns : names that help with a plain matrix, see `read_plain`

    Raises
    ------
    UserError : see the readers; with ``auto``, of no known format
    """
    if kind == "h5ad" or (kind == "auto" and is_h5ad(path)):
        _say(path, "h5ad", kind)
        return read_h5ad(path, options.layer)
    layout = sniff(path)
    missing = missing_marks(options.missing)
    if kind == "auto":
        kind = _recognise(layout, options, missing, known_columns)
        _say(path, kind, "auto")
    if kind == "skyline":
        return read_skyline(layout, missing)
    if kind == "maxquant":
        return read_maxquant(layout, options.intensity, missing)
    if kind == "diann":
        return read_diann(layout, missing)
    return read_plain(layout, options, missing, known_samples, known_columns)


def _say(path: Path, kind: str, asked: str) -> None:
    if asked == "auto":
        logger.info("%s: taken for %s (%s)", path, FORMATS[kind], kind)


def _recognise(
    layout: Layout, options: ReadOptions, missing: frozenset[str], known_columns: Collection[str]
) -> str:
    header = layout.header
    for kind, found in (
        ("maxquant", is_maxquant(header)),
        ("diann", is_diann(header)),
        ("skyline", is_skyline(header)),
        ("matrix", looks_plain(layout, options, missing, known_columns)),
    ):
        if found:
            return kind
    raise UserError(
        f"{layout.path}: of no known format. Expected {', '.join(FORMATS.values())}; the columns "
        f"are {in_words(header)}. If it is one of these, say which with --format."
    )
