"""The tables between the steps: accepted PSMs, a run's quantities, quantities of all runs."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from latentbin.errors import UserError
from latentbin.files import open_text_reader, write_table
from latentbin.proteome.spectra.identification import Identification, openms_sequence
from latentbin.proteome.spectra.quantities import Quantity

if TYPE_CHECKING:
    import pandas as pd

PSM_COLUMNS = {
    "sample": str,
    "scan": int,
    "charge": int,
    "mass": float,
    "peptide": str,
    "protein": str,
    "proteins": str,
    "score": float,
    "psm_q": float,
    "peptide_q": float,
    "protein_q": float,
}
EVIDENCE, METHOD = "evidence", "method"


def write_psms(path: str | os.PathLike[str], found: Identification) -> None:
    """Accepted PSMs, by sample and scan; q-values are empty where a level is not accepted."""
    table = found.psms.sort_values(["sample", "scan"], kind="stable")
    rows = []
    for row in table.itertuples():
        levels = (
            "" if value != value else f"{value:.6g}"
            for value in (row.score, row.psm_q, row.peptide_q, row.protein_q)
        )
        peptide = openms_sequence(row.peptide, row.calculated)
        proteins = ";".join(row.proteins)
        known = (row.sample, row.scan, row.charge, f"{row.mass:.6f}", peptide, row.group, proteins)
        rows.append((*known, *levels))
    write_table(path, tuple(PSM_COLUMNS), rows)


def write_proteins(path: str | os.PathLike[str], found: Identification) -> None:
    """Accepted protein groups, best first."""
    psms = found.psms["group"].value_counts()
    rows = [
        (group.name, len(group.peptides), psms.get(group.name, 0), f"{q:.6g}")
        for group, q in zip(found.groups, found.group_q, strict=True)
    ]
    write_table(path, ("protein", "peptides", "psms", "q"), rows)


def read_psms(path: str | os.PathLike[str]) -> pd.DataFrame:
    """PSMs as ``write_psms`` wrote them.

    Raises
    ------
    UserError : not such a table
    """
    import pandas as pd

    with open_text_reader(path, "table of PSMs") as handle:
        try:
            table = pd.read_csv(handle, sep="\t", dtype=str, keep_default_na=False)
        except pd.errors.EmptyDataError as error:
            raise UserError(f"{path}: is empty. {_MAKE_PSMS}") from error
        except pd.errors.ParserError as error:
            raise UserError(f"{path}: {error}. {_MAKE_PSMS}") from error
    if missing := [name for name in PSM_COLUMNS if name not in table.columns]:
        raise UserError(f"{path}: has no column {missing[0]!r}. {_MAKE_PSMS}")
    for name, kind in PSM_COLUMNS.items():
        try:
            if kind is float:
                table[name] = pd.to_numeric(table[name])  # empty cells are NaN
            elif kind is int:
                table[name] = table[name].astype(int)
        except ValueError as error:
            raise UserError(f"{path}: column {name!r}: {error}. {_MAKE_PSMS}") from error
    return table


_MAKE_PSMS = "Give the psms.tsv of latentbin-proteome identify."


class Quantities(NamedTuple):
    """Of one run. ``method`` is empty where there is no protein."""

    sample: str
    method: str
    values: dict[str, float]


def write_quantities(
    path: str | os.PathLike[str], sample: str, method: str, values: Mapping[str, Quantity]
) -> None:
    """A run's quantities, by protein."""
    rows = [
        (name, _number(quantity.value), quantity.parts, method)
        for name, quantity in sorted(values.items())
    ]
    write_table(path, ("protein", sample, EVIDENCE, METHOD), rows)


def read_quantities(path: str | os.PathLike[str]) -> Quantities:
    """A run's quantities as ``write_quantities`` wrote them.

    Raises
    ------
    UserError : not such a table
    """
    make = "Give the tables of latentbin-proteome quantify."
    with open_text_reader(path, "table of quantities") as handle:
        header, *rows = list(csv.reader(handle, delimiter="\t")) or [[]]
    if len(header) != 4 or (header[0], *header[2:]) != ("protein", EVIDENCE, METHOD):
        raise UserError(
            f"{path}: line 1: expected protein, a sample, {EVIDENCE} and {METHOD}. {make}"
        )
    values: dict[str, float] = {}
    method = ""
    for number, row in enumerate(rows, 2):
        try:
            name, value, _evidence, method = row
            values[name] = float(value)
        except ValueError as error:
            raise UserError(
                f"{path}: line {number}: expected a protein, a number, its {EVIDENCE} and "
                f"{METHOD}. {make}"
            ) from error
    return Quantities(header[1], method, values)


def method_of(tables: Sequence[Quantities], paths: Sequence[str]) -> str:
    """The method of all runs, which must be one.

    Raises
    ------
    UserError : a sample twice, or runs of different methods
    """
    files: dict[str, str] = {}
    methods: dict[str, str] = {}
    for table, path in zip(tables, paths, strict=True):
        if table.sample in files:
            raise UserError(f"{path}: sample {table.sample!r} is in {files[table.sample]} as well.")
        files[table.sample] = path
        if table.method:
            methods.setdefault(table.method, path)
    if len(methods) > 1:
        (first, one), (second, other) = list(methods.items())[:2]
        raise UserError(
            f"{one} has {first}, {other} has {second}: they cannot be compared. Quantify all runs "
            "with the same --method."
        )
    return next(iter(methods), "")


def write_matrix(path: str | os.PathLike[str], tables: Sequence[Quantities]) -> int:
    """Proteins in rows, by name, samples in columns; empty where a run lacks the protein.

    Returns
    -------
    number of proteins
    """
    names = sorted(set().union(*(table.values for table in tables)))
    rows = (
        (name, *(_number(table.values[name]) if name in table.values else "" for table in tables))
        for name in names
    )
    write_table(path, ("protein", *(table.sample for table in tables)), rows)
    return len(names)


def _number(value: float) -> str:
    return f"{value:.8g}"
