"""What lies on both sides of a split, and what that means for its scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.taxonomy.labels import RANKS, Labels
from latentbin.taxonomy.splitting.parts import TEST, TRAIN, VALIDATION

_NAMED = 20  # in the report
_FIRST = 3  # in a warning
# groups that need no column for every rank: their contigs come from one genome or one place
_CHECKED = ("genome", "sample", "environment")
LESSON = (
    "On contigs of CAMI II, whose strains lay on both sides of a random split, models of a course "
    "project were right in 99 %, and in 68 % (genus) where they did not. Split --by strain, "
    "species or environment."
)


@dataclass(frozen=True)
class Leak:
    """Names of one column on both sides.

    Attributes
    ----------
    column : a rank or group
    in_test : names that the test part has
    shared : those of them that the training or validation part has, too, sorted
    contigs : contigs of the test part that have such a name
    with_validation : names that both training and validation part have
    """

    column: str
    in_test: int
    shared: tuple[str, ...]
    contigs: int
    with_validation: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values; the first names only."""
        return {
            "names_in_test": self.in_test,
            "shared_with_training": len(self.shared),
            "contigs_in_test_of_shared": self.contigs,
            "first_shared": list(self.shared[:_NAMED]),
            "shared_by_training_and_validation": self.with_validation,
        }


def columns_to_check(labels: Labels, rank: str) -> tuple[str, ...]:
    """Ranks finer than ``rank``, and genome, sample and environment, where they exist."""
    finer = RANKS[RANKS.index(rank) + 1 :]
    return tuple(name for name in (*finer, *_CHECKED) if name in labels.columns)


def find_leak(labels: Labels, column: str, parts: NDArray[np.int8]) -> Leak:
    """Look at both sides of one column.

    Parameters
    ----------
    parts : (n_contigs,) of the labels' contigs; -1 for those that are left out
    """
    codes, names = labels.codes(column, "the check of leaks")
    known = codes >= 0

    def present(*which: int) -> NDArray[np.bool_]:
        rows = known & np.isin(parts, which)
        return np.bincount(codes[rows], minlength=len(names)).astype(bool)

    test, learning = present(TEST), present(TRAIN, VALIDATION)
    both = test & learning
    in_test = codes[known & (parts == TEST)]
    return Leak(
        column,
        int(test.sum()),
        tuple(names[code] for code in np.flatnonzero(both)),
        int(both[in_test].sum()),
        int((present(TRAIN) & present(VALIDATION)).sum()),
    )


def warning(leak: Leak, by: str) -> str | None:
    """What to say of names on both sides; nothing if there are none."""
    if not leak.shared:
        return None
    first = ", ".join(leak.shared[:_FIRST]) + (", ..." if len(leak.shared) > _FIRST else "")
    text = f"split by {by}: {len(leak.shared)} of the {leak.in_test} "
    if leak.column not in (*RANKS, "genome"):
        return (
            f"note: {text}names of the test part in column {leak.column} are in training, too "
            f"(first: {first}): what is particular to them is known before the test"
        )
    plural = leak.column if leak.column.endswith("s") else f"{leak.column}s"
    return (
        f"WARNING {text}{plural} of the test part are in training, too (first: {first}): accuracy "
        f"on such a test part is that of contigs of known {plural}, not of new ones"
    )
