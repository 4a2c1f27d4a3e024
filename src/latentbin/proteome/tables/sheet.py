"""The sample sheet, and what it and the table itself say of the samples."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.tables.diann import run_name
from latentbin.proteome.tables.text import batches, in_words, sniff

logger = logging.getLogger(__name__)

FACTS = ("class", "tune", "batch", "donor")
_UNKNOWN = frozenset({"", "NA", "N/A", "NaN", "nan"})
_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


class Described(Protocol):
    """What of a table counts here: see `form.ProteinTable`."""

    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def samples(self) -> tuple[str, ...]: ...
    @property
    def metadata(self) -> Mapping[str, NDArray[Any]]: ...


@dataclass(frozen=True)
class _Samples:
    """Names of samples alone."""

    source: str
    samples: tuple[str, ...]
    metadata: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    kind: str = "samples"


@dataclass(frozen=True)
class SampleSheet:
    """Rows of a sample sheet.

    Attributes
    ----------
    source : the file, for messages
    columns : names of the columns
    rows : the cells of each row, by column
    """

    source: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]

    def runs(self) -> tuple[str, ...]:
        """What the table calls the samples: ``run`` where given, else ``sample``."""
        return tuple(row.get("run") or row["sample"] for row in self.rows)


def read_sheet(path: Path) -> SampleSheet:
    """Read a sample sheet, CSV or TSV.

    Raises
    ------
    UserError : no column ``sample``, a sample or run twice, a row without a sample
    """
    layout = sniff(path, "sample sheet")
    if "sample" not in layout.header:
        raise UserError(
            f"{path}: has no column 'sample'; it has {in_words(layout.header)}. Name the column "
            "with the samples so."
        )
    rows: list[Mapping[str, str]] = []
    seen: dict[tuple[str, str], int] = {}
    for numbers, lines in batches(layout):
        for number, line in zip(numbers, lines, strict=True):
            cells = (cell.strip() for cell in layout.cells(line))
            row = dict(zip(layout.header, cells, strict=True))
            if not row["sample"]:
                raise UserError(f"{path}, line {number}: has no sample. Fill it in or remove it.")
            for key in ("sample", row["sample"]), ("run", row.get("run") or row["sample"]):
                first = seen.setdefault(key, number)
                if first != number:
                    raise UserError(
                        f"{path}, line {number}: {key[0]} '{key[1]}' stands in line {first}, too. "
                        "Expected each once."
                    )
            rows.append(row)
    return SampleSheet(str(path), layout.header, tuple(rows))


def annotate(
    table: Described,
    sheet: SampleSheet | None,
    asked: Mapping[str, str | None],
    prefix: str = "_",
) -> tuple[tuple[str, ...], Annotation, int]:
    """Names and facts of the samples of a table, from the sheet and the table's own metadata.

    Parameters
    ----------
    asked : for each of ``FACTS`` the column that says it, looked for in the sheet and then in the
        metadata; with None it is the column called so, if there is one
    prefix : may stand in front of such a name in the metadata

    Returns
    -------
    samples : names, as the sheet has them
    annotation : of each sample; nothing of those that the sheet lacks
    without_row : how many the sheet lacks

    Raises
    ------
    UserError : a row of the sheet is of no sample of the table, no such column, a tune flag that
        is neither yes nor no, a tune sample without a class
    """
    samples = list(table.samples)
    row_of: list[Mapping[str, str] | None] = [None] * len(samples)
    if sheet is not None:
        for row, at in zip(sheet.rows, _places(table, sheet), strict=True):
            samples[at], row_of[at] = row["sample"], row
    without_row = sum(row is None for row in row_of) if sheet is not None else 0
    facts: dict[str, NDArray[Any]] = {}
    for fact in FACTS:
        facts[fact] = _column(table, sheet, row_of, fact, asked.get(fact), prefix)
    tune = np.zeros(len(samples), bool)
    for at, word in enumerate(facts["tune"]):
        if word.lower() not in _TRUTH:
            raise UserError(
                f"{sheet.source if sheet else table.source}, sample '{samples[at]}': tune is "
                f"'{word}', expected 1 or 0, true or false, yes or no, or nothing."
            )
        tune[at] = _TRUTH[word.lower()]
    lacking = tune & (facts["class"] == "")
    if lacking.any():
        raise UserError(
            f"{sheet.source if sheet else table.source}: sample '{samples[int(lacking.argmax())]}' "
            "is a tune sample without a class. Give its class, or do not mark it."
        )
    return (
        tuple(samples),
        Annotation(facts["class"], tune, facts["batch"], facts["donor"]),
        without_row,
    )


def annotation_of(samples: tuple[str, ...], source: str, path: Path) -> Annotation:
    """What a sample sheet says of samples that have their names from an earlier one.

    Raises
    ------
    UserError : as for `read_sheet` and `annotate`
    """
    sheet = read_sheet(path)
    rows = tuple({**row, "run": ""} for row in sheet.rows)
    return annotate(_Samples(source, samples), SampleSheet(str(path), sheet.columns, rows), {})[1]


def draw_tune(annotation: Annotation, share: float, seed: int) -> Annotation:
    """Make a share of the samples of each class tune samples, at least one of each."""
    tune = np.zeros(len(annotation.classes), bool)
    random = np.random.default_rng(seed)
    for name in sorted(set(annotation.classes.tolist()) - {""}):
        members = np.flatnonzero(annotation.classes == name)
        tune[random.choice(members, max(1, round(share * len(members))), replace=False)] = True
    return Annotation(annotation.classes, tune, annotation.batches, annotation.donors)


def counts(values: NDArray[Any]) -> dict[str, int]:
    """How many samples each class (or batch) has; those without one are left out."""
    return dict(sorted(Counter(str(value) for value in values if value != "").items()))


def _places(table: Described, sheet: SampleSheet) -> list[int]:
    at = {name: number for number, name in enumerate(table.samples)}
    places = []
    for row, run in zip(sheet.rows, sheet.runs(), strict=True):
        place = at.get(run)
        if place is None and table.kind == "diann":
            place = at.get(run_name(run))  # the sheet may name the file as DIA-NN does
        if place is None:
            raise UserError(
                f"{sheet.source}: sample '{row['sample']}' (run '{run}') is not in {table.source}, "
                f"which has {in_words(table.samples)}. Where the table calls it otherwise, say how "
                "in a column 'run'."
            )
        places.append(place)
    taken = set(table.samples) - {table.samples[place] for place in places}
    clash = next((row["sample"] for row in sheet.rows if row["sample"] in taken), None)
    if clash is not None:
        raise UserError(
            f"{sheet.source}: gives a run the name '{clash}', which another sample of "
            f"{table.source} has. Give that one a row, too, or choose another name."
        )
    return places


def _column(
    table: Described,
    sheet: SampleSheet | None,
    row_of: list[Mapping[str, str] | None],
    fact: str,
    asked: str | None,
    prefix: str,
) -> NDArray[np.str_]:
    name = asked or fact
    if sheet is not None and name in sheet.columns:
        words = [row[name] if row is not None else "" for row in row_of]
    else:
        names = (name,) if asked else (name, prefix + name)
        found = next((name for name in names if name in table.metadata), None)
        if found is None:
            if asked is not None:
                has = (*(sheet.columns if sheet else ()), *table.metadata)
                raise UserError(
                    f"{table.source}: no column '{asked}' for the {fact}, neither in the sample "
                    f"sheet nor in the table. Columns: {in_words(has, 20) or 'none'}."
                )
            return np.full(len(row_of), "", dtype="U1")
        logger.info("%s: the %s is column '%s' of the table", table.source, fact, found)
        words = [str(word) for word in table.metadata[found]]
    return np.array(["" if word in _UNKNOWN else word for word in words])
