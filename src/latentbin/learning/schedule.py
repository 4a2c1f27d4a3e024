"""The size of the batches of each epoch; no torch, so that options may ask."""

from __future__ import annotations

import math
from collections.abc import Sequence

_DOUBLINGS = (1 / 12, 1 / 4, 1 / 2, 3 / 4)  # shares of the training (VAMB: 25, 75, 150, 225 of 300)


def usual_doublings(epochs: int) -> tuple[int, ...]:
    """The epochs at which the batch size doubles: those of VAMB's released program, in scale."""
    return tuple(round(epochs * share) for share in _DOUBLINGS)


def batch_sizes(n_rows: int, first: int, epochs: int, doublings: Sequence[int]) -> list[int]:
    """The batch size of each epoch.

    Parameters
    ----------
    first : rows in a batch at the start
    doublings : epochs, from 0, at which the batch size doubles
    """
    times = [sum(epoch >= at for at in doublings) for epoch in range(epochs)]
    return [batch_size_for(n_rows, first << doubled) for doubled in times]


def batch_size_for(n_rows: int, wanted: int) -> int:
    """At most the rows there are; few rows are cut into equal batches, none of one row."""
    n_batches = max(1, round(n_rows / wanted))
    return math.ceil(n_rows / n_batches)
