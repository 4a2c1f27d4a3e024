"""Read CheckM2's ``quality_report.tsv``."""

from __future__ import annotations

import logging
import math
import os
import re
from collections.abc import Sequence

import numpy as np

from latentbin.bins.options import QualityOptions
from latentbin.bins.quality import Judgement, classify
from latentbin.errors import UserError
from latentbin.files import open_text_reader

logger = logging.getLogger(__name__)

_COLUMNS = ("Name", "Completeness", "Contamination")
# CheckM2 takes one extension off the file's name: of bin.fna.gz, it says bin.fna
_EXTENSION = re.compile(r"(\.(fna|fa|fasta))?(\.gz)?$")


def judge_by_checkm2(
    path: str | os.PathLike[str], bins: Sequence[str], options: QualityOptions
) -> Judgement:
    """Completeness and contamination of ``bins`` from CheckM2's table; others in it are ignored.

    A name may have the extension of the bin's file. What CheckM2 notes of bins goes into the log.

    Raises
    ------
    UserError : not such a table, a row that is no pair of percentages, a bin that it lacks or has
        twice
    """
    found, doubts = _read(path)
    # names first as they stand: a bin may itself be called x.fa
    short: dict[str, str] = {}
    for name in found:
        short.setdefault(_EXTENSION.sub("", name), name)
    values = np.empty((len(bins), 2))
    of_note: dict[str, list[str]] = {}
    for row, name in enumerate(bins):
        own = name if name in found else short.get(name)
        if own is None:
            has = f"it has '{next(iter(found))}'" if found else "it has no row"
            raise UserError(
                f"{path}: lacks bin '{name}'; {has}. Run CheckM2 on all bins that are to be "
                "judged, and give the contig2bin.tsv, or clusters and options, that they were "
                "written with."
            )
        values[row] = found[own]
        if own in doubts:
            of_note.setdefault(doubts[own], []).append(name)
    for note, names in of_note.items():
        logger.warning("%s: CheckM2 notes of %s: %s", path, ", ".join(names), note)
    completeness, contamination = values[:, 0].copy(), values[:, 1].copy()
    return Judgement(
        "checkm2", completeness, contamination, classify(completeness, contamination, options)
    )


def _read(
    path: str | os.PathLike[str],
) -> tuple[dict[str, tuple[float, float]], dict[str, str]]:
    """Completeness and contamination of each name, and what is noted of some."""
    found: dict[str, tuple[float, float]] = {}
    doubts: dict[str, str] = {}
    with open_text_reader(path, "CheckM2 table") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        missing = next((column for column in _COLUMNS if column not in header), None)
        if missing is not None:
            raise UserError(
                f"{path}, line 1: no column '{missing}'. Expected CheckM2's quality_report.tsv."
            )
        places = [header.index(column) for column in _COLUMNS]
        notes = header.index("Additional_Notes") if "Additional_Notes" in header else len(header)
        for number, line in enumerate(handle, 2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) <= max(places):
                raise UserError(
                    f"{path}, line {number}: {len(cells)} cells, expected {len(header)}."
                )
            name = cells[places[0]]
            if name in found:
                raise UserError(f"{path}, line {number}: bin '{name}' stands twice.")
            found[name] = (
                _percent(path, number, _COLUMNS[1], cells[places[1]]),
                _percent(path, number, _COLUMNS[2], cells[places[2]]),
            )
            if "".join(cells[notes : notes + 1]) not in ("", "None"):
                doubts[name] = cells[notes]
    return found, doubts


def _percent(path: str | os.PathLike[str], number: int, column: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UserError(
            f"{path}, line {number}: {column} is '{text}', expected a number of percent."
        )
    return value
