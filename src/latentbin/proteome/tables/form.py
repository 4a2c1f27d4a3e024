"""The common form that every table of protein quantities is read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError


@dataclass(frozen=True, eq=False)
class ProteinTable:
    """Quantities as they stand in a table: unique names, finite numbers, NaN where missing.

    Attributes
    ----------
    kind : the format: ``skyline``, ``maxquant``, ``diann``, ``matrix`` or ``h5ad``
    source : the file, for messages
    samples, proteins : unique names, at least two of each, in the order of the file
    quantities : (n_samples, n_proteins) float64, in the unit of the file; NaN where missing
    metadata : what the table itself says of its samples, by column: (n_samples,) text
    dropped : how many were left out by each rule of the format
    """

    kind: str
    source: str
    samples: tuple[str, ...]
    proteins: tuple[str, ...]
    quantities: NDArray[np.float64]
    metadata: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, names in (("sample", self.samples), ("protein", self.proteins)):
            check_names(self.source, what, names)
            if len(names) < 2:
                raise UserError(
                    f"{self.source}: holds {len(names)} {what}{'s' * (len(names) != 1)}, expected "
                    "at least two. Was it taken for the right format, the right way round? "
                    "See --format and --orientation."
                )
        infinite = np.isinf(self.quantities)
        if infinite.any():
            raise UserError(
                f"{self.at(infinite)}: the quantity is infinite. Expected a number; mend the "
                "table, or make the cell empty where it is missing."
            )

    def at(self, where: NDArray[np.bool_]) -> str:
        """Words for the first cell of a mask: the file, the sample and the protein."""
        sample, protein = np.unravel_index(int(where.argmax()), where.shape)
        return f"{self.source}, sample '{self.samples[sample]}', protein '{self.proteins[protein]}'"


def check_names(source: str, what: str, names: tuple[str, ...]) -> None:
    """Names are neither empty nor twice there, and of one line.

    Raises
    ------
    UserError : names the file, the first such name and its number
    """
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if not name:
            raise UserError(f"{source}: {what} number {number} has no name. Give it one.")
        if "\n" in name or "\r" in name:
            raise UserError(f"{source}: the name of {what} number {number} has a line break.")
        first = seen.setdefault(name, number)
        if first != number:
            raise UserError(
                f"{source}: {what} '{name}' stands twice, as number {first} and {number}. "
                "Expected each once; rename one, or leave it out."
            )
