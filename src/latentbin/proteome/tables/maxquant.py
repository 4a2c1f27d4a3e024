"""MaxQuant's proteinGroups.txt."""

from __future__ import annotations

import numpy as np

from latentbin.errors import UserError
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.text import Layout, in_words, read_columns

_NAMES = ("Majority protein IDs", "Protein IDs")
# the columns that mark a row with +, and what that means; older versions spell them otherwise
_MARKS = {
    "Reverse": "reverse",
    "Potential contaminant": "contaminant",
    "Contaminant": "contaminant",
    "Only identified by site": "site only",
}
_PREFIX = {"lfq": "LFQ intensity ", "intensity": "Intensity "}


def is_maxquant(header: tuple[str, ...]) -> bool:
    """Whether the columns are those of protein groups."""
    return any(name in header for name in _NAMES) and any(
        name.startswith(tuple(_PREFIX.values())) for name in header
    )


def read_maxquant(layout: Layout, intensity: str, missing: frozenset[str]) -> ProteinTable:
    """Quantities of the columns ``LFQ intensity X`` or ``Intensity X``, of samples X.

    Left out and counted, each by the first rule that applies: reverse hits, contaminants, groups
    only identified by site. An intensity of 0 is missing. Groups are named by their majority
    protein IDs.

    Parameters
    ----------
    intensity : ``lfq``, ``intensity``, or ``auto``: LFQ where there is any

    Raises
    ------
    UserError : a column is lacking, text in an intensity
    """
    header = layout.header
    by = next((name for name in _NAMES if name in header), None)
    if by is None:
        raise UserError(
            f"{layout.path}: has no column 'Majority protein IDs'. Expected MaxQuant's "
            f"proteinGroups.txt; it has {in_words(header)}."
        )
    columns = {kind: _samples(header, prefix) for kind, prefix in _PREFIX.items()}
    kind = ("lfq" if columns["lfq"] else "intensity") if intensity == "auto" else intensity
    chosen = columns[kind]
    if not chosen:
        raise UserError(
            f"{layout.path}: has no column '{_PREFIX[kind]}...'. Run MaxQuant with it, or choose "
            "others with --intensity."
        )
    marks = {column: rule for column, rule in _MARKS.items() if column in header}
    text = [header.index(column) for column in (by, *marks)]
    texts, values = read_columns(layout, text, list(chosen.values()), missing)
    kept = np.ones(len(values), bool)
    dropped = {"proteins read": len(values)}
    for rule, column in zip(marks.values(), texts[1:], strict=True):
        applies = np.asarray(column) == "+"
        dropped[f"proteins: {rule}"] = int((kept & applies).sum())
        kept &= ~applies
    values = values[kept]
    values[values == 0] = np.nan
    names = tuple(str(name).strip() for name in np.asarray(texts[0])[kept])
    return ProteinTable(
        "maxquant",
        str(layout.path),
        tuple(chosen),
        names,
        np.ascontiguousarray(values.T),
        dropped=dropped,
    )


def _samples(header: tuple[str, ...], prefix: str) -> dict[str, int]:
    """Columns by sample; with isotope labels there are also columns that are of no one sample."""
    found = {
        name.removeprefix(prefix): column
        for column, name in enumerate(header)
        if name.startswith(prefix)
    }
    experiments = {
        name.removeprefix("Peptides ") for name in header if name.startswith("Peptides ")
    }
    return {name: at for name, at in found.items() if not experiments or name in experiments}
