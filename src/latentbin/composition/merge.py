"""The composition of a catalogue from those of its assemblies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latentbin import __version__
from latentbin.composition.model import FEWEST
from latentbin.errors import ContractError, UserError
from latentbin.matrix import NamedMatrix


def merge(matrices: Sequence[NamedMatrix]) -> NamedMatrix:
    """The rows of all matrices, one after another: what one run over all assemblies would give.

    Raises
    ------
    ContractError : other features or options than the first
    UserError : a contig in two of them; fewer than two contigs in all
    """
    first = matrices[0]
    source_of: dict[str, str] = {}
    for matrix in matrices:
        for what, value in first.attributes.items():
            if matrix.attributes.get(what) != value:
                raise ContractError(
                    f"{matrix.source}: {what} is {matrix.attributes.get(what)}, but {value} in "
                    f"{first.source}. Count the words of all assemblies with the same options.",
                    expected=value,
                    actual=matrix.attributes.get(what),
                )
        for name in matrix.names:
            if name in source_of:
                raise UserError(
                    f"{matrix.source}: contig '{name}' is in {source_of[name]} too. Give every "
                    "file once, made with a --prefix of its own."
                )
        source_of.update(dict.fromkeys(matrix.names, matrix.source))
    if len(source_of) < FEWEST:
        raise UserError(
            f"{', '.join(matrix.source for matrix in matrices)}: {len(source_of)} contigs in all; "
            f"binning needs {FEWEST}. Lower --min-length where they were made, or give whole "
            "assemblies."
        )
    counts = [matrix.report["counts"] for matrix in matrices]
    return NamedMatrix(
        "composition",
        tuple(source_of),
        first.columns,
        np.concatenate([matrix.values for matrix in matrices]),
        {
            name: np.concatenate([matrix.arrays[name] for matrix in matrices])
            for name in first.arrays
        },
        first.attributes,
        {
            "command": "latentbin-composition merge",
            "version": __version__,
            "options": first.report["options"],
            "merged": [dict(matrix.report) for matrix in matrices],
            "counts": {what: sum(count[what] for count in counts) for what in counts[0]},
        },
    )
