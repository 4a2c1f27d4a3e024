"""From quantities to values in [0, 1]: which proteins are kept, and how they are scaled.

METHODS.md, section 4: the most abundant proteins, log2, divided by the sample's maximum, small
values become 0. Where the paper takes absolute values before and after the logarithm, which would
make of a small quantity a large value, small and negative quantities are refused here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.options import PrepareOptions

_LARGEST_LOG2 = 100  # a mass spectrometer counts to about 2 ** 40

RULES = (
    "0 and marks of missing are missing; missing becomes 0",
    "proteins that are missing in all samples are left out",
    "the proteins with the largest sums over all samples are kept, of equal ones the first by name",
    "log2, divided by the largest of the kept proteins in the sample",
    "values below the floor become 0",
)


@dataclass(frozen=True, eq=False)
class Prepared:
    """The matrix, and what was counted on the way.

    Attributes
    ----------
    proteins : names of the columns
    values : (n_samples, n_proteins) float32 in [0, 1], 0 where missing
    missing : (n_samples,) how many of the measured proteins each sample lacks
    n_measured : proteins with a quantity in at least one sample
    missing_share : of the quantities of measured proteins
    missing_share_kept : of the quantities of kept proteins that the table has
    n_floored : values that became 0 because they were below the floor
    n_absent : kept proteins that the table lacks (with a reference)
    """

    proteins: tuple[str, ...]
    values: NDArray[np.float32]
    missing: NDArray[np.int64]
    n_measured: int
    missing_share: float
    missing_share_kept: float
    n_floored: int
    n_absent: int


def prepare_values(
    table: ProteinTable, options: PrepareOptions, reference: tuple[str, ...] | None = None
) -> Prepared:
    """Choose proteins and scale their quantities.

    Parameters
    ----------
    reference : proteins to be kept instead of the most abundant, in this order; those that the
        table lacks are 0

    Raises
    ------
    UserError : a negative quantity or one whose logarithm would be; log2 quantities that cannot
        be; a sample without any quantity, with too few, or with none of the kept proteins; a table
        that lacks too many proteins of the reference
    """
    quantities = table.quantities
    missing = np.isnan(quantities) | (quantities == 0)
    _check_quantities(table, missing, options.quantities)
    measured = ~missing.all(axis=0)
    n_measured = int(measured.sum())
    lacking = missing.sum(axis=1) - (len(table.proteins) - n_measured)
    _check_samples(table, lacking, n_measured, options.missing_limit)
    if reference is None:
        chosen = most_abundant(table, measured, options)
        kept = tuple(table.proteins[at] for at in chosen)
        present = np.ones(len(kept), bool)
    else:
        kept = reference
        place = {name: at for at, name in enumerate(table.proteins)}
        at = np.array([place.get(name, -1) for name in reference], np.intp)
        present = at >= 0
        _check_present(table, reference, present, options.absent_limit)
        chosen = at[present]
    values, n_floored = scale(table, quantities[:, chosen], missing[:, chosen], options)
    full = np.zeros((len(table.samples), len(kept)), np.float32)
    full[:, present] = values
    return Prepared(
        kept,
        full,
        lacking.astype(np.int64),
        n_measured,
        float(lacking.sum() / max(1, n_measured * len(lacking))),
        float(missing[:, chosen].mean()),
        n_floored,
        int((~present).sum()),
    )


def most_abundant(
    table: ProteinTable, measured: NDArray[np.bool_], options: PrepareOptions
) -> NDArray[np.intp]:
    """The proteins with the largest sums of quantities, largest first, ties by name."""
    sums = np.zeros(len(table.proteins))
    # sample by sample: the sums do not depend on how the table lies in memory
    for row in table.quantities:
        sums += np.nan_to_num(np.exp2(row) if options.quantities == "log2" else row, nan=0.0)
    order = sorted(np.flatnonzero(measured), key=lambda at: (-sums[at], table.proteins[at]))
    return np.array(order[: options.proteins], np.intp)


def scale(
    table: ProteinTable,
    quantities: NDArray[np.float64],
    missing: NDArray[np.bool_],
    options: PrepareOptions,
) -> tuple[NDArray[np.float32], int]:
    """Scale the quantities of the kept proteins; also says how many were below the floor."""
    logs = np.ascontiguousarray(np.where(missing, 1.0, quantities))
    if options.quantities == "raw":
        logs = np.log2(logs)
    logs[missing] = 0
    largest = logs.max(axis=1, initial=0, keepdims=True)
    if (largest <= 0).any():
        sample = table.samples[int(largest[:, 0].argmin())]
        raise UserError(
            f"{table.source}: sample '{sample}' has none of the {logs.shape[1]} proteins that are "
            "kept. Remove the sample, or keep more proteins."
        )
    values = logs / largest
    small = values < options.floor
    values[small] = 0
    return values.astype(np.float32), int((small & ~missing).sum())


def _check_quantities(table: ProteinTable, missing: NDArray[np.bool_], kind: str) -> None:
    quantities = table.quantities
    limit = 1 if kind == "raw" else 0
    small = (quantities < limit) & ~missing
    if small.any():
        value = quantities[np.unravel_index(int(small.argmax()), small.shape)]
        if kind == "log2":
            advice = (
                "is a negative logarithm, of a quantity below 1. Add a constant to all, so that "
                "all are positive"
            )
        else:
            advice = (
                f"is {'negative' if value < 0 else 'below 1, its logarithm negative'}. If the "
                "table holds logarithms give --quantities log2; if it was normalised, multiply all "
                "quantities by a constant; if it means missing, make the cell empty"
            )
        raise UserError(f"{table.at(small)}: {value:g} {advice}.")
    if kind == "log2":
        large = quantities > _LARGEST_LOG2
        if large.any():
            value = quantities[np.unravel_index(int(large.argmax()), large.shape)]
            raise UserError(
                f"{table.at(large)}: {value:g} is no log2 of a quantity. Give --quantities raw."
            )


def _check_samples(
    table: ProteinTable, lacking: NDArray[np.int64], n_measured: int, limit: float
) -> None:
    worst = int(lacking.argmax())
    if lacking[worst] == n_measured:
        raise UserError(
            f"{table.source}: sample '{table.samples[worst]}' has no quantity at all. Remove it."
        )
    if lacking[worst] > limit * n_measured:
        raise UserError(
            f"{table.source}: sample '{table.samples[worst]}' lacks {lacking[worst]} of "
            f"{n_measured} quantities, more than --missing-limit {limit:g} allows. Remove it, or "
            "allow more."
        )


def _check_present(
    table: ProteinTable, reference: tuple[str, ...], present: NDArray[np.bool_], limit: float
) -> None:
    n_absent = int((~present).sum())
    if n_absent > limit * len(reference) or not present.any():
        raise UserError(
            f"{table.source}: lacks {n_absent} of the {len(reference)} proteins of --like, the "
            f"first '{reference[int(present.argmin())]}'; --absent-limit {limit:g} allows fewer. "
            "Are they named in the same way (accessions, protein groups)?"
        )
