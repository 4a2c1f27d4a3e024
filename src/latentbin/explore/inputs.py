"""Matrices as they are explored: read whatever their kind, joined by the names of their rows."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import ContractError, UserError
from latentbin.explore.options import BY_COLUMN, BY_KIND, BY_MATRIX, InputOptions
from latentbin.files import GZIP_MAGIC, readable
from latentbin.matrix import NamedMatrix
from latentbin.scaling import zscore

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]


def kind_of(path: Path) -> str:
    """The kind of a named matrix, as its file says.

    Raises
    ------
    UserError : not a matrix of ours
    """
    with readable(path, "matrix"), open(path, "rb") as handle:
        try:
            with np.load(handle, allow_pickle=False) as members:
                schema = str(json.loads(members["header"].tobytes())["schema"])
        except (zipfile.BadZipFile, ValueError, KeyError, EOFError, TypeError) as error:
            raise UserError(
                f"{path}: not a matrix of these commands{_looks_like(path)}. Expected a .npz file, "
                "such as latentbin-composition, -abundance, -vamb or -proteome write."
            ) from error
    return schema.split("/")[1] if schema.count("/") == 2 else schema


def _looks_like(path: Path) -> str:
    with open(path, "rb") as handle:
        start = handle.read(2)
    if start == GZIP_MAGIC or start[:1] == b">":
        return " (a FASTA file?)"
    return ""


def read_matrices(paths: Sequence[Path]) -> list[NamedMatrix]:
    """Read matrices and bring all to the rows of the first.

    Raises
    ------
    UserError : a file is no matrix; ContractError : a row of the first is missing in another
    """
    matrices = [NamedMatrix.load(path, kind_of(path)) for path in paths]
    first = matrices[0]
    return [first, *(_rows_of(matrix, first) for matrix in matrices[1:])]


def _rows_of(matrix: NamedMatrix, first: NamedMatrix) -> NamedMatrix:
    """The rows of ``first``, in its order; the others are counted and left out."""
    if matrix.digest == first.digest:
        return matrix
    place = {name: row for row, name in enumerate(matrix.names)}
    rows = np.array([place.get(name, -1) for name in first.names], np.intp)
    if (rows < 0).any():
        missing = first.names[int(np.argmax(rows < 0))]
        raise ContractError(
            f"{matrix.source}: has no row '{missing}', one of {(rows < 0).sum():,} of "
            f"{first.source} that it lacks. Make both of the same catalogue, or name the matrix "
            "with fewer rows first.",
            expected=missing,
            actual=None,
        )
    if len(matrix.names) > len(first.names):
        logger.info(
            "%s: %d rows that %s lacks are left out",
            matrix.source,
            len(matrix.names) - len(first.names),
            first.source,
        )
    return matrix.take(rows)


def features(matrices: Sequence[NamedMatrix], options: InputOptions) -> Floats:
    """The values of all matrices side by side, scaled: (n_rows, n_columns).

    Abundances are taken as ln(1 + value): depths of a community spread over orders of magnitude.
    Columns that do not vary become 0. ``--equal-parts`` gives several matrices the same variance,
    summed over their columns; that of a column is 1 on average.

    Raises
    ------
    UserError : an abundance below 0; nothing varies
    """
    parts: list[Floats] = []
    for matrix in matrices:
        values = matrix.values
        if matrix.kind == "abundance":
            if (values < 0).any():
                row = int(np.argmax((values < 0).any(axis=1)))
                raise UserError(
                    f"{matrix.source}: '{matrix.names[row]}' has an abundance below 0. Make the "
                    "file again from sound input."
                )
            values = np.log1p(values)
        values = _scaled(values, scaling_of(matrix.kind, options.scale))
        parts.append(values)
    if options.equal_parts and len(parts) > 1:
        part = sum(values.shape[1] for values in parts) / len(parts)
        for place, values in enumerate(parts):
            variance = float(values.var(axis=0, dtype=np.float64).sum())
            parts[place] = values * np.float32((part / variance) ** 0.5 if variance else 1.0)
    joined = np.hstack(parts) if len(parts) > 1 else parts[0]
    if not joined.var(axis=0).any():
        raise UserError(
            f"{matrices[0].source}: all rows explored have the same values: nothing to explore."
        )
    return np.ascontiguousarray(joined, dtype=np.float32)


def scaling_of(kind: str, asked: str) -> str:
    """How a matrix is scaled: what was asked for, or what fits its kind.

    A latent's axes share one unit, and those that its training left unused must stay small.
    """
    if asked != BY_KIND:
        return asked
    return BY_MATRIX if "latent" in kind or "embedding" in kind else BY_COLUMN


def _scaled(values: Floats, how: str) -> Floats:
    if how == BY_COLUMN:
        return zscore(values)
    if how == BY_MATRIX:
        centred = values - values.mean(axis=0, dtype=np.float64)
        deviation = float(centred.var(axis=0).mean() ** 0.5)
        return (centred / (deviation or 1.0)).astype(np.float32)
    return values
