"""Read CheckM2's ``quality_report.tsv``."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence

import numpy as np

from latentbin.bins.options import QualityOptions
from latentbin.bins.quality import Judgement, classify
from latentbin.errors import UserError
from latentbin.files import open_text_reader

_COLUMNS = ("Name", "Completeness", "Contamination")
# CheckM2 takes one extension off the file's name: of bin.fna.gz, it says bin.fna
_EXTENSION = re.compile(r"(\.(fna|fa|fasta))?(\.gz)?$")


def judge_by_checkm2(
    path: str | os.PathLike[str], bins: Sequence[str], options: QualityOptions
) -> Judgement:
    """Completeness and contamination of ``bins`` from CheckM2's table; others in it are ignored.

    A name may have the extension of the bin's file.

    Raises
    ------
    UserError : not such a table, a row that is no pair of percentages, a bin that it lacks or has
        twice
    """
    found = _read(path)
    # names first as they stand: a bin may itself be called x.fa
    short: dict[str, tuple[float, float]] = {}
    for name, percents in found.items():
        short.setdefault(_EXTENSION.sub("", name), percents)
    values = np.empty((len(bins), 2))
    for row, name in enumerate(bins):
        pair = found.get(name, short.get(name))
        if pair is None:
            has = f"it has '{next(iter(found))}'" if found else "it has no row"
            raise UserError(
                f"{path}: lacks bin '{name}'; {has}. Run CheckM2 on all bins that are to be "
                "judged, and give the contig2bin.tsv, or clusters and options, that they were "
                "written with."
            )
        values[row] = pair
    completeness, contamination = values[:, 0].copy(), values[:, 1].copy()
    return Judgement(
        "checkm2", completeness, contamination, classify(completeness, contamination, options)
    )


def _read(path: str | os.PathLike[str]) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    with open_text_reader(path, "CheckM2 table") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        missing = next((column for column in _COLUMNS if column not in header), None)
        if missing is not None:
            raise UserError(
                f"{path}, line 1: no column '{missing}'. Expected CheckM2's quality_report.tsv."
            )
        places = [header.index(column) for column in _COLUMNS]
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
    return found


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
