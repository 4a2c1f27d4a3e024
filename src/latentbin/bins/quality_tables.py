"""The table and the report of the quality of bins."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.bins.options import NameOptions, QualityOptions
from latentbin.bins.plan import BinPlan
from latentbin.bins.quality import CLASSES, Judgement
from latentbin.bins.tables import write_report
from latentbin.files import atomic_output, write_table
from latentbin.options import as_dict

_HEADER = (
    "bin",
    "class",
    "completeness",
    "contamination",
    "judged_by",
    "probability",
    "completeness_low",
    "completeness_high",
    "contamination_low",
    "contamination_high",
    "genes_found",
    "extra_copies",
    "contigs",
    "bp",
    "n50",
)


def write_quality(
    path: str | os.PathLike[str], plan: BinPlan, judgement: Judgement, n50: NDArray[np.int64]
) -> None:
    """Write a row for each bin, best first.

    Best is the class, then completeness less five times contamination (Parks 2017), base pairs,
    the name. What only genes can say is empty if they were not asked.
    """
    score = judgement.completeness - 5 * judgement.contamination
    order = sorted(
        range(len(plan)),
        key=lambda row: (
            CLASSES.index(judgement.classes[row]),
            -score[row],
            -plan.sizes[row],
            plan.names[row],
        ),
    )
    genes = judgement.genes
    rows = []
    for row in order:
        evidence: tuple[Any, ...] = ("",) * 7
        if genes is not None:
            chance = genes.probability[row, CLASSES.index(judgement.classes[row])]
            ends = (*genes.completeness[row], *genes.contamination[row])
            evidence = (
                f"{chance:.3f}",
                *(f"{end:.2f}" for end in ends),
                genes.found[row],
                genes.extra[row],
            )
        rows.append(
            (
                plan.names[row],
                judgement.classes[row],
                f"{judgement.completeness[row]:.2f}",
                f"{judgement.contamination[row]:.2f}",
                judgement.judged_by,
                *evidence,
                plan.counts[row],
                plan.sizes[row],
                n50[row],
            )
        )
    write_table(path, _HEADER, rows)


def quality_report(
    plan: BinPlan,
    judgement: Judgement,
    options: QualityOptions,
    naming: NameOptions | None,
    inputs: dict[str, str],
) -> dict[str, Any]:
    """What ``--json`` says: how many bins of each class, options, digests of the inputs."""
    counts = {name: judgement.classes.count(name) for name in CLASSES}
    genes = judgement.genes
    return {
        "schema": "latentbin/quality/1",
        "version": __version__,
        "options": as_dict(options) | ({} if naming is None else as_dict(naming)),
        "inputs": inputs,
        "judged_by": judgement.judged_by,
        "genes": None if genes is None else genes.set_size,
        "bins": len(plan),
        "classes": counts,
        "reason_for_no_bins": plan.reason,
    }


def write_quality_report(path: str | os.PathLike[str], content: dict[str, Any]) -> None:
    """JSON with sorted keys, complete or not at all."""
    with atomic_output(path) as temporary:
        write_report(temporary, content)
