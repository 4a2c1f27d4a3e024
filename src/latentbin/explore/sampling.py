"""Which rows are explored: balanced, unbalanced, at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.explore.options import BALANCED, NONE, InputOptions
from latentbin.explore.truth import Known


def sub_sample(
    known: Known | None, n_rows: int, options: InputOptions, seed: int
) -> tuple[NDArray[np.intp], dict[str, int]]:
    """Draw the rows to explore.

    A balanced sample has ``--per-class`` rows of each class that has as many, an unbalanced one all
    rows of the classes with at least ``--min-per-class``. ``--max-rows`` then draws from all alike.

    Parameters
    ----------
    known : the classes of the rows; None if nothing is known
    seed : of the draw

    Returns
    -------
    rows : rising; counts : classes and rows left out, and why

    Raises
    ------
    UserError : no classes to sample by, or none large enough
    """
    rows = np.arange(n_rows)
    counts: dict[str, int] = {}
    rng = np.random.default_rng(seed)
    if options.sub_sample != NONE:
        if known is None:
            raise UserError(
                f"--sub-sample {options.sub_sample} needs classes. Give --truth, or a "
                "--class-column that the matrix has."
            )
        rows, counts = _by_class(known, options, rng)
    if options.max_rows is not None and len(rows) > options.max_rows:
        counts["rows_beyond_max_rows"] = len(rows) - options.max_rows
        rows = np.sort(rng.choice(rows, options.max_rows, replace=False))
    return rows, counts


def _by_class(
    known: Known, options: InputOptions, rng: np.random.Generator
) -> tuple[NDArray[np.intp], dict[str, int]]:
    balanced = options.sub_sample == BALANCED
    fewest = options.per_class if balanced else options.min_per_class
    code = known.codes
    size = np.bincount(code[code >= 0], minlength=len(known.names))
    large = size >= fewest
    if not large.any():
        largest = size.max(initial=0)
        flag = "--per-class" if balanced else "--min-per-class"
        raise UserError(
            f"--sub-sample {options.sub_sample}: no class has {fewest} rows, the largest has "
            f"{largest}. Lower {flag}."
        )
    kept = np.flatnonzero(np.append(large, False)[code])
    if balanced:
        # the first of each class in a random order
        order = rng.permutation(kept)
        order = order[np.argsort(code[order], kind="stable")]
        starts = np.flatnonzero(np.diff(code[order], prepend=-1))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
        kept = np.sort(order[rank < fewest])
    counts = {
        "classes_kept": int(large.sum()),
        "classes_too_small": int((~large).sum()),
        "rows_of_small_classes": int(size[~large].sum()),
        "rows_without_class": int((code < 0).sum()),
    }
    if balanced:
        counts["rows_beyond_per_class"] = int(size[large].sum()) - len(kept)
    return kept, counts
