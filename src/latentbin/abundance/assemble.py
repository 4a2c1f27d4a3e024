"""Abundance matrices: put together from samples, and merged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.contigs import Contigs
from latentbin.errors import ContractError, UserError
from latentbin.matrix import NamedMatrix

logger = logging.getLogger(__name__)


def sample_names(given: Sequence[str] | None, derived: Sequence[str], what: str) -> tuple[str, ...]:
    """The names of the samples: those given, else those derived from files or headers.

    Raises
    ------
    UserError : not as many as there are samples; an empty name; a name twice
    """
    if given is not None and len(given) != len(derived):
        raise UserError(
            f"--sample gives {len(given)} names, but there are {len(derived)} samples in {what}. "
            "Give one name per sample, in the same order."
        )
    names = tuple(given if given is not None else derived)
    for name in names:
        if not name.strip():
            raise UserError("a sample has no name. Give names with --sample.")
        if names.count(name) > 1:
            raise UserError(f"two samples are named '{name}'. Give different names with --sample.")
    return names


def build_matrix(
    contigs: Contigs,
    samples: tuple[str, ...],
    values: NDArray[np.float32],
    variance: NDArray[np.float32] | None,
    unit: str,
    report: Mapping[str, Any],
    lengths_known: bool = True,
) -> NamedMatrix:
    """An abundance matrix; samples in which nothing is found are named in a warning."""
    for sample in np.flatnonzero(~values.any(axis=0)):
        logger.warning("sample '%s' has abundance 0 in every contig", samples[sample])
    arrays: dict[str, NDArray[Any]] = {}
    if lengths_known:
        arrays["lengths"] = contigs.lengths
    if variance is not None:
        arrays["variance"] = variance
    return NamedMatrix(
        "abundance",
        contigs.names,
        samples,
        values,
        arrays,
        {"unit": unit},
        {"version": __version__, **report},
    )


def merge(matrices: Iterable[NamedMatrix]) -> NamedMatrix:
    """Join the samples of several abundance matrices of one catalogue, in the given order.

    Of each matrix only the numbers are kept: with the names of a thousand of them, memory would be
    a thousand times that of one catalogue.

    Raises
    ------
    ContractError : the contigs, their lengths or the unit differ; UserError : a sample name twice
    """
    remaining = iter(matrices)
    first = next(remaining)
    lengths = first.arrays.get("lengths")
    with_lengths = first.source
    seen: dict[str, str] = {}
    values, variances, reports = [], [], []
    for matrix in chain((first,), remaining):
        if matrix.attributes["unit"] != first.attributes["unit"]:
            raise ContractError(
                f"{matrix.source}: holds {matrix.attributes['unit']}, but {first.source} "
                f"{first.attributes['unit']}. Count all samples in one unit.",
                expected=first.attributes["unit"],
                actual=matrix.attributes["unit"],
            )
        for sample in matrix.columns:
            if sample in seen:
                raise UserError(
                    f"{matrix.source}: sample '{sample}' is in {seen[sample]} too. "
                    "Give the sample another name, or leave one file out."
                )
            seen[sample] = matrix.source
        aligned = matrix.in_order_of(first)
        have = aligned.arrays.get("lengths")
        if lengths is None:
            lengths, with_lengths = have, matrix.source
        elif have is not None and not np.array_equal(have, lengths):
            row = int(np.argmax(have != lengths))
            raise ContractError(
                f"{matrix.source}: contig '{first.names[row]}' has {have[row]} bp, but "
                f"{lengths[row]} in {with_lengths}. Count all samples on the same contigs.",
                expected=int(lengths[row]),
                actual=int(have[row]),
            )
        values.append(aligned.values)
        variances.append(aligned.arrays.get("variance"))
        reports.append(dict(matrix.report))
    known = [variance for variance in variances if variance is not None]
    arrays: dict[str, NDArray[Any]] = {}
    if lengths is not None:
        arrays["lengths"] = lengths
    if len(known) == len(variances):
        arrays["variance"] = np.hstack(known)
    elif known:
        logger.info("variance left out: not all files have it")
    return NamedMatrix(
        "abundance",
        first.names,
        tuple(seen),
        np.hstack(values),
        arrays,
        {"unit": first.attributes["unit"]},
        {"version": __version__, "merged": reports},
    )
