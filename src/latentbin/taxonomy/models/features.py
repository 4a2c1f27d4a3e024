"""The columns of one or several matrices, side by side, and whether others fit them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import ContractError, UserError
from latentbin.matrix import NamedMatrix

logger = logging.getLogger(__name__)

# what must be the same for the numbers of two matrices of a kind to mean the same
_MEANING = {"composition": ("features", "projection"), "abundance": ("unit",)}
_SAMPLES = "abundance"


@dataclass(frozen=True, eq=False)
class Joined:
    """Contigs with the columns of all matrices.

    Attributes
    ----------
    names : contigs
    values : (n_contigs, n_columns) float32
    columns : unique names
    facts : of each matrix its kind, its columns, and what its numbers mean
    source : the files, for messages
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]
    columns: tuple[str, ...]
    facts: tuple[dict[str, Any], ...]
    source: str


def join(matrices: Sequence[NamedMatrix]) -> Joined:
    """Put the columns of matrices of the same contigs side by side.

    Raises
    ------
    UserError : two matrices have a column of the same name
    ContractError : they do not have the same contigs
    """
    first = matrices[0]
    owner: dict[str, str] = {}
    for matrix in matrices:
        for column in matrix.columns:
            if column in owner:
                raise UserError(
                    f"{matrix.source}: column '{column}' is in {owner[column]}, too. Give each "
                    "matrix once; two of a kind need different column names."
                )
        owner |= dict.fromkeys(matrix.columns, matrix.source)
    parts = [first.values, *(matrix.in_order_of(first).values for matrix in matrices[1:])]
    return Joined(
        first.names,
        parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1),
        tuple(owner),
        tuple(facts_of(matrix) for matrix in matrices),
        ", ".join(matrix.source for matrix in matrices),
    )


def facts_of(matrix: NamedMatrix) -> dict[str, Any]:
    """What another matrix must have in common with this one."""
    meaning = {
        name: matrix.attributes[name]
        for name in _MEANING.get(matrix.kind, ())
        if name in matrix.attributes
    }
    return {"kind": matrix.kind, "columns": len(matrix.columns), "meaning": meaning}


def warn_of_samples(facts: Sequence[Mapping[str, Any]]) -> None:
    """Abundances say something of these samples; other samples have others."""
    if any(each["kind"] == _SAMPLES for each in facts):
        logger.warning(
            "note: abundance columns are features. A model learns from them what lives in these "
            "samples; it can be used for contigs of the same samples only."
        )


def select(
    joined: Joined, columns: Sequence[str], facts: Sequence[Mapping[str, Any]], model: str
) -> tuple[NDArray[np.float32], int]:
    """The values of the columns that a model was trained on.

    Parameters
    ----------
    columns, facts : those of the training
    model : where it was read from, for messages

    Returns
    -------
    values : (n_contigs, n_columns) in the model's order
    unknown : columns at hand that the model does not know

    Raises
    ------
    ContractError : a column is missing, or its numbers mean something else
    """
    place = {name: column for column, name in enumerate(joined.columns)}
    lacking = [name for name in columns if name not in place]
    if lacking:
        raise ContractError(
            f"{joined.source}: lacks {len(lacking)} of the {len(columns)} columns of {model}, "
            f"first '{lacking[0]}'. The model was trained on {_described(facts)}; here is "
            f"{_described(joined.facts)}. Make the matrices as those of training were made.",
            expected=tuple(columns),
            actual=joined.columns,
        )
    have = {each["kind"]: each["meaning"] for each in joined.facts}
    for each in facts:
        if each["kind"] not in have or have[each["kind"]] != each["meaning"]:
            raise ContractError(
                f"{joined.source}: {_described(joined.facts)} does not fit {model}, which was "
                f"trained on {_described(facts)}. Make the matrices as those of training were "
                "made.",
                expected=list(facts),
                actual=list(joined.facts),
            )
    order = np.array([place[name] for name in columns], np.intp)
    if len(order) == len(place) and (order == np.arange(len(order))).all():
        return joined.values, 0
    return joined.values[:, order], len(place) - len(order)


def _described(facts: Sequence[Mapping[str, Any]]) -> str:
    return " and ".join(
        f"{each['kind']} ("
        + ", ".join(f"{name} {value}" for name, value in sorted(each["meaning"].items()))
        + (", " if each["meaning"] else "")
        + f"{each['columns']} columns)"
        for each in facts
    )
