"""Groups of rows as they are drawn: the largest named and coloured, the others grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.colours import NOBODY, OTHERS, PALETTE

MOST_NAMED = len(PALETTE)


@dataclass(frozen=True, eq=False)
class Colouring:
    """One way to colour the rows.

    Attributes
    ----------
    title : what the groups are
    codes : (n_rows,) 0, 1, ... from the largest group; negative: in none
    names : of the groups, in the order of the codes
    nobody : what rows in no group are called: noise, not known
    """

    title: str
    codes: NDArray[np.intp]
    names: tuple[str, ...]
    nobody: str

    @classmethod
    def of_classes(cls, title: str, codes: NDArray[np.intp], names: Sequence[str]) -> Colouring:
        """Classes in any order, brought to that of their size; of equals by name."""
        size = np.bincount(codes[codes >= 0], minlength=len(names))
        order = sorted(range(len(names)), key=lambda code: (-size[code], names[code]))
        place = np.empty(len(names) + 1, np.intp)
        place[order] = np.arange(len(names))
        place[-1] = -1  # a negative code takes the last
        return cls(
            title,
            place[np.where(codes >= 0, codes, -1)],
            tuple(names[code] for code in order),
            "not known",
        )

    @classmethod
    def of_clusters(cls, title: str, labels: NDArray[np.intp]) -> Colouring:
        """Clusters, which are numbered by size already."""
        n_clusters = int(labels.max(initial=-1)) + 1
        return cls(title, labels, tuple(str(n + 1) for n in range(n_clusters)), "noise")

    @property
    def sizes(self) -> NDArray[np.intp]:
        """(n_groups,) rows of each group."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    @property
    def n_named(self) -> int:
        """How many groups have a colour of their own."""
        return min(len(self.names), MOST_NAMED)

    def colours(self) -> NDArray[np.str_]:
        """(n_rows,) the colour of each row."""
        palette = np.array([*PALETTE, OTHERS, NOBODY])
        places = np.where(self.codes < MOST_NAMED, self.codes, MOST_NAMED)
        return palette[np.where(self.codes < 0, MOST_NAMED + 1, places)]
