"""The tables and reports beside the bins: what people and other programs read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.bins.options import BinsOptions
from latentbin.bins.plan import BinPlan
from latentbin.contigs import Contigs
from latentbin.errors import ContractError
from latentbin.files import write_table
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict


def n50(contigs: Contigs, plan: BinPlan) -> NDArray[np.int64]:
    """N50 of each bin: the length at which contigs that long or longer hold half of its bp.

    Returns
    -------
    (n_bins,) base pairs
    """
    rows = np.flatnonzero(plan.bin_of >= 0)
    order = rows[np.lexsort((-contigs.lengths[rows], plan.bin_of[rows]))]
    lengths, bins = contigs.lengths[order], plan.bin_of[order]
    before_bin = np.concatenate(([0], np.cumsum(plan.sizes)[:-1])) if len(plan) else plan.sizes
    within = np.cumsum(lengths) - before_bin[bins]
    reaches_half = np.flatnonzero(2 * within >= plan.sizes[bins])
    _, first = np.unique(bins[reaches_half], return_index=True)
    return lengths[reaches_half[first]]


def mean_abundance(contigs: Contigs, plan: BinPlan, abundance: NamedMatrix) -> NDArray[np.float64]:
    """Mean over the contigs of each bin, weighted by their lengths: (n_bins, n_samples).

    Raises
    ------
    ContractError : a binned contig is not among the rows, or has another length there
    """
    rows = np.flatnonzero(plan.bin_of >= 0)
    index = abundance.contigs.index
    found = np.array([index.get(contigs.names[row], -1) for row in rows], np.intp)
    wrong = found < 0
    wrong |= abundance.contigs.lengths[found] != contigs.lengths[rows]
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        name, length = contigs.names[rows[at]], int(contigs.lengths[rows[at]])
        actual = int(abundance.contigs.lengths[found[at]]) if found[at] >= 0 else None
        has = "lacks it" if actual is None else f"has it with {actual} bp"
        raise ContractError(
            f"{abundance.source} and the FASTA disagree: contig '{name}' has {length} bp in the "
            f"FASTA, the abundance {has}. Give the abundance of the contigs that were binned.",
            expected=length,
            actual=actual,
        )
    means = np.empty((len(plan), len(abundance.columns)))
    for column in range(means.shape[1]):
        weighted = contigs.lengths[rows] * abundance.values[found, column].astype(np.float64)
        sums = np.bincount(plan.bin_of[rows], weighted, minlength=len(plan))
        means[:, column] = sums / plan.sizes
    return means


def write_tables(
    folder: Path,
    contigs: Contigs,
    plan: BinPlan,
    gc: NDArray[np.float64],
    abundance: NamedMatrix | None,
    options: BinsOptions,
) -> None:
    """Write ``bins.tsv``, ``contig2bin.tsv`` and ``bins.binning``.

    ``contig2bin.tsv`` has no header because DAS_Tool and Binette take the first line as data;
    ``bins.binning`` follows the biobox binning format 0.9.1, which AMBER reads.
    """
    header = ["bin", "cluster", "sample", "contigs", "bp", "n50", "gc"]
    columns: list[list[Any]] = [
        list(plan.names),
        list(plan.clusters),
        list(plan.samples),
        plan.counts.tolist(),
        plan.sizes.tolist(),
        n50(contigs, plan).tolist(),
        [f"{value:.2f}" for value in gc],
    ]
    if abundance is not None:
        unit = abundance.attributes["unit"]
        means = mean_abundance(contigs, plan, abundance)
        header += [f"mean_{unit}", *(f"{unit}_{sample}" for sample in abundance.columns)]
        for values in (means.mean(axis=1), *means.T):
            columns.append([f"{value:.4f}" for value in values])
    write_table(folder / "bins.tsv", header, zip(*columns, strict=True))

    def lines() -> Iterator[str]:
        for row in np.flatnonzero(plan.bin_of >= 0):
            yield f"{contigs.names[row]}\t{plan.names[plan.bin_of[row]]}\n"

    with open(folder / "contig2bin.tsv", "w", encoding="utf-8") as handle:
        handle.writelines(lines())
    with open(folder / "bins.binning", "w", encoding="utf-8") as handle:
        handle.write(f"@Version:0.9.1\n@SampleID:{options.sample_id}\n\n@@SEQUENCEID\tBINID\n")
        handle.writelines(lines())


def report(
    contigs: Contigs,
    plan: BinPlan,
    options: BinsOptions,
    n_clustered: int,
    clusters_sha256: str,
    abundance: NamedMatrix | None,
) -> dict[str, Any]:
    """What ``bins.json`` says: counts, options, and why there is no bin if there is none."""
    total, binned = int(contigs.lengths.sum()), int(plan.sizes.sum())
    n_binned = int(plan.counts.sum())
    return {
        "schema": "latentbin/bins/1",
        "version": __version__,
        "options": as_dict(options),
        "catalogue": {"contigs": len(contigs), "bp": total, "names_sha256": contigs.digest},
        "clusters": {
            "clusters": plan.n_clusters,
            "contigs": n_clustered,
            "sha256": clusters_sha256,
        },
        "abundance_unit": None if abundance is None else abundance.attributes["unit"],
        "bins": {"bins": len(plan), "contigs": n_binned, "bp": binned},
        "unbinned": {"contigs": len(contigs) - n_binned, "bp": total - binned},
        "too_small": {
            "bins": plan.n_small,
            "contigs": plan.n_small_contigs,
            "bp": plan.small_bp,
        },
        "reason_for_no_bins": plan.reason,
    }


def write_report(path: Path, content: dict[str, Any]) -> None:
    """JSON with sorted keys: same content, same bytes."""
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
