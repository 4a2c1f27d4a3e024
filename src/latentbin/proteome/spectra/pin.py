"""Peptide-spectrum matches as search programs write them for Percolator (PIN)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from latentbin.errors import UserError
from latentbin.files import open_text_reader, readable

if TYPE_CHECKING:
    import pandas as pd

# columns that are not features for a model
ABOUT = ("SpecId", "Label", "ScanNr", "ExpMass", "CalcMass", "Peptide", "Proteins")


class Search(NamedTuple):
    """What a search says of a sample beside its matches."""

    sample: str
    ms2: int
    decoy_prefix: str


def read_search(path: str | os.PathLike[str]) -> Search:
    """The JSON of a search.

    Raises
    ------
    UserError : not such a file
    """
    with readable(path, "JSON of a search"), open(path, encoding="utf-8") as handle:
        try:
            found = json.load(handle)
            return Search(found["sample"], found["spectra"]["ms2"], found["decoy_prefix"])
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{path}: is not the JSON of latentbin-proteome search. Give the file of its "
                "--json."
            ) from error


def read_pins(paths: Sequence[str], decoy_prefix: str) -> pd.DataFrame:
    """All matches of some samples.

    Returns
    -------
    a row per match: ``sample``, ``scan``, ``charge``, ``mass`` and ``calculated`` (of the peptide
    with one proton, Da), ``peptide`` (as Comet writes it, without its neighbours), ``proteins``
    (tuple), ``target``, and the search's features under their own names. A peptide of proteins and
    decoys is one of proteins, and only those are kept.

    Raises
    ------
    UserError : not a PIN; two files of one sample; no match in all files
    """
    import pandas as pd

    tables = []
    files: dict[str, str] = {}
    for path in paths:
        table = _read_pin(path, decoy_prefix)
        for sample in table["sample"].unique():
            if sample in files:
                raise UserError(f"{path}: sample {sample!r} is in {files[sample]} as well.")
            files[sample] = path
        tables.append(table)
    matches = pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)
    if not len(matches):
        raise UserError(
            f"{', '.join(map(str, paths))}: no spectrum matches any peptide. Was the right FASTA "
            "searched, with fitting tolerances?"
        )
    return matches


def _read_pin(path: str, decoy_prefix: str) -> pd.DataFrame:
    import pandas as pd

    with open_text_reader(path, "table of matches (PIN)") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        missing = [name for name in ABOUT if name not in header]
        if missing or header[-1] != "Proteins":
            raise UserError(
                f"{path}: is not a table of matches (PIN): "
                + (f"no column {missing[0]!r}." if missing else "the last column is not Proteins.")
            )
        # proteins are divided by tabs as well: the last column has all that follow
        rows = [line.rstrip("\n").split("\t", len(header) - 1) for line in handle]
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise UserError(
                f"{path}: line {number}: {len(row)} cells, expected {len(header)}. Is the file "
                "truncated?"
            )
    raw = pd.DataFrame(rows, columns=header)
    features = [name for name in header if name not in ABOUT]
    try:
        numbers = raw[[*features, "ExpMass", "CalcMass"]].astype(float)
        scans = raw["ScanNr"].astype(int)
    except ValueError as error:
        raise UserError(f"{path}: {error}, expected numbers in all columns of features.") from error
    # <sample>_<scan>_<charge>_<rank>
    parts = [text.rsplit("_", 3) for text in raw["SpecId"]]
    if any(len(part) != 4 for part in parts):
        raise UserError(
            f"{path}: SpecId must be <sample>_<scan>_<charge>_<rank>, as Comet writes it."
        )
    named = [tuple(cell.split("\t")) for cell in raw["Proteins"]]
    proteins = [tuple(n for n in names if not n.startswith(decoy_prefix)) for names in named]
    about: dict[str, Any] = {
        "sample": [part[0] for part in parts],
        "scan": scans,
        "charge": [int(part[2]) for part in parts],
        "mass": numbers["ExpMass"],
        "calculated": numbers["CalcMass"],
        "peptide": [text[2:-2] for text in raw["Peptide"]],
        "proteins": [kept or names for kept, names in zip(proteins, named, strict=True)],
        "target": [bool(kept) for kept in proteins],
    }
    return pd.concat([pd.DataFrame(about), numbers[features]], axis=1)


def feature_names(matches: pd.DataFrame) -> list[str]:
    """The search's features among the columns of matches."""
    about = {"sample", "scan", "charge", "mass", "calculated", "peptide", "proteins", "target"}
    return [name for name in matches.columns if name not in about]
