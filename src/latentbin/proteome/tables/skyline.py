"""Skyline reports in long form: one row for each transition or precursor of each replicate."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.text import Layout, in_words, read_columns

# as Skyline spells them in invariant and in English reports; compared without spaces and case
_PROTEIN = ("proteinname", "protein", "proteinaccession")
_PEPTIDE = ("peptidesequence", "peptidemodifiedsequence", "peptide", "modifiedsequence")
_REPLICATE = ("replicatename", "filename", "replicate")
_AREA = ("area", "totalarea")
_LABEL = ("isotopelabeltype", "isotopelabel")
_DECOY = ("isdecoy", "decoy")
_DECOY_NAME = re.compile(r"decoys?|decoy_.*", re.I)
_TRUE = ("true", "1", "yes")


def is_skyline(header: tuple[str, ...]) -> bool:
    """Whether the columns are those of a report of peptide areas."""
    return all(
        _find(header, names) is not None for names in (_PROTEIN, _PEPTIDE, _REPLICATE, _AREA)
    )


def read_skyline(layout: Layout, missing: frozenset[str]) -> ProteinTable:
    """Sum the areas per protein and replicate.

    Left out, and counted as rows, each by the first rule that applies: decoys (marked, or of a
    protein called Decoys or DECOY_...), standards (``StandardType`` says anything), truncated
    peaks, and heavy peptides where the report has light ones: they were added to the sample.
    An area of 0 or #N/A adds nothing; a protein without any area in a replicate is missing there.

    Raises
    ------
    UserError : a column is lacking, text in an area, a negative area, total areas in rows of
        fragments, nothing is left
    """
    header = layout.header
    wanted = {
        "protein": _PROTEIN, "peptide": _PEPTIDE, "replicate": _REPLICATE, "area": _AREA,
    }  # fmt: skip
    at = {what: _find(header, names) for what, names in wanted.items()}
    for what, column in at.items():
        if column is None:
            raise UserError(
                f"{layout.path}: has no column of {what}s. Expected a Skyline report with protein, "
                f"peptide, replicate (or file) and area; it has {in_words(header)}."
            )
    if _find(header, ("area",)) is None and _find(header, ("fragmention",)) is not None:
        raise UserError(
            f"{layout.path}: has the total area of a precursor in the rows of each of its "
            "fragments, where it would be counted again and again. Add the column Area to the "
            "report, or leave out the fragments."
        )
    extra = {
        "label": _find(header, _LABEL),
        "standard": _find(header, ("standardtype",)),
        "truncated": _find(header, ("truncated",)),
        "decoy": _find(header, _DECOY),
    }
    text = {
        what: column
        for what, column in {**at, **extra}.items()
        if column is not None and what not in ("area", "peptide")
    }
    texts, values = read_columns(layout, list(text.values()), [at["area"] or 0], missing)
    cells = dict(zip(text, texts, strict=True))
    area = values[:, 0]
    negative = area < 0
    if negative.any():
        row = int(negative.argmax())
        raise UserError(
            f"{layout.path}, line {row + 2}: the area is {area[row]:g}, expected 0 or more. "
            "Export the report with areas that are not normalised to logarithms."
        )

    def says(what: str, test: Callable[[str], object]) -> NDArray[np.bool_]:
        """Rows whose cell passes a test; each word is tested once."""
        if what not in cells:
            return np.zeros(len(area), bool)
        words = cells[what].categories
        passed = np.fromiter((bool(test(str(word).strip())) for word in words), np.bool_)
        return passed[np.asarray(cells[what].codes)]

    light = says("label", lambda word: word.lower() == "light")
    rules = {
        "decoy": says("decoy", lambda word: word.lower() in _TRUE)
        | says("protein", _DECOY_NAME.fullmatch),
        "standard": says("standard", lambda word: word not in missing),
        "truncated": says("truncated", lambda word: word.lower() in _TRUE),
        "heavy": ~light if light.any() else np.zeros(len(area), bool),
    }
    kept = np.ones(len(area), bool)
    dropped = {"rows read": len(area)}
    for rule, applies in rules.items():
        dropped[f"rows: {rule}"] = int((kept & applies).sum())
        kept &= ~applies
    if not kept.any():
        raise UserError(f"{layout.path}: every row is {_most(dropped)}; nothing is left.")
    dropped["rows: area missing"] = int((kept & ~(area > 0)).sum())
    samples, sample_at = _in_order(cells["replicate"], kept)
    proteins, protein_at = _in_order(cells["protein"], kept)
    amounts = np.nan_to_num(area[kept], nan=0.0, posinf=np.inf)
    cell = sample_at * len(proteins) + protein_at
    sums: NDArray[np.float64] = np.zeros(len(samples) * len(proteins))
    np.add.at(sums, cell, amounts)
    quantities = sums.reshape(len(samples), len(proteins))
    quantities[quantities == 0] = np.nan
    return ProteinTable("skyline", str(layout.path), samples, proteins, quantities, dropped=dropped)


def _find(header: tuple[str, ...], names: tuple[str, ...]) -> int | None:
    plain = [name.replace(" ", "").lower() for name in header]
    return next((plain.index(name) for name in names if name in plain), None)


def _most(dropped: dict[str, int]) -> str:
    rules = {rule: n for rule, n in dropped.items() if rule.startswith("rows: ")}
    return " or ".join(rule.removeprefix("rows: ") for rule, n in rules.items() if n)


def _in_order(column: object, kept: NDArray[np.bool_]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Names in order of appearance, and the index of each kept row's."""
    codes = np.asarray(column.codes)[kept]  # type: ignore[attr-defined]
    used, first, index = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    names = tuple(str(column.categories[code]).strip() for code in used[order])  # type: ignore[attr-defined]
    return names, place[index]
