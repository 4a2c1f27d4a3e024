"""DIA-NN's report.pg_matrix.tsv: a row for each protein group, a column for each run."""

from __future__ import annotations

import re

import numpy as np

from latentbin.errors import UserError
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.text import Layout, in_words, read_columns

_GROUP = "Protein.Group"
# what DIA-NN 1.7 to 2.x say of a protein group; every other column is a run
_ABOUT = frozenset({
    _GROUP, "Protein.Ids", "Protein.Names", "Genes", "First.Protein.Description",
    "N.Sequences", "N.Proteotypic.Sequences", "Proteotypic", "Global.PG.Q.Value", "Species",
})  # fmt: skip
_OF_PRECURSORS = ("Precursor.Id", "Precursor.Quantity", "Modified.Sequence", "Stripped.Sequence")
_SUFFIX = re.compile(
    r"\.(d|raw|mzml|mzxml|wiff2?|dia|lcd|htrms|dat|tdf|zip|gz)(\.(dia|quant|gz|zip))?$", re.I
)


def is_diann(header: tuple[str, ...]) -> bool:
    """Whether the columns are those of DIA-NN, of protein groups or of something else."""
    return _GROUP in header and len(_ABOUT & set(header)) > 1


def run_name(name: str) -> str:
    """The file's name of a run, without folders (of any system) and known suffixes."""
    return _SUFFIX.sub("", re.split(r"[\\/]", name.strip().rstrip("\\/"))[-1])


def read_diann(layout: Layout, missing: frozenset[str]) -> ProteinTable:
    """Quantities of protein groups; a run is called by its file.

    Raises
    ------
    UserError : another of DIA-NN's tables, two runs of one name, text in a quantity
    """
    header = layout.header
    if _GROUP not in header or any(name in header for name in _OF_PRECURSORS):
        raise UserError(
            f"{layout.path}: is not DIA-NN's matrix of protein groups; it has {in_words(header)}. "
            "Give report.pg_matrix.tsv."
        )
    runs = [column for column, name in enumerate(header) if name not in _ABOUT]
    named: dict[str, str] = {}
    for column in runs:
        short = run_name(header[column])
        if short in named:
            raise UserError(
                f"{layout.path}: the runs '{named[short]}' and '{header[column]}' are both called "
                f"'{short}' without folder and suffix. Rename one in the header."
            )
        named[short] = header[column]
    (groups,), values = read_columns(layout, [header.index(_GROUP)], runs, missing)
    names = tuple(str(name).strip() for name in np.asarray(groups))
    return ProteinTable(
        "diann", str(layout.path), tuple(named), names, np.ascontiguousarray(values.T)
    )
