"""The summary of a group: everything that the page shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.bins.tables import mean_abundance
from latentbin.options import as_dict
from latentbin.report.agreement import agreement
from latentbin.report.drawing import draw_contigs, training
from latentbin.report.group import Binner, Group
from latentbin.report.judged import judged
from latentbin.report.lengths import binned_shares, length_classes
from latentbin.report.notes import group_notes
from latentbin.report.options import GroupOptions

SCHEMA = "latentbin/summary/1"
CLASSES = ("NC", "MQ", "LQ")


def summarise(group: Group, options: GroupOptions, seed: int, threads: int) -> dict[str, Any]:
    """Everything that the page shows of a group, as plain values."""
    return {
        "schema": SCHEMA,
        "kind": "group",
        "name": group.name,
        "version": __version__,
        "options": as_dict(options) | {"seed": seed},
        "contigs": _contigs(group),
        "samples": _samples(group),
        "lengths": length_classes(group),
        "binners": {
            binner.name: _binner(group, binner, options.best_bins) for binner in group.binners
        },
        "agreement": agreement(group),
        "map": draw_contigs(group, options.points, seed, threads),
        "notes": group_notes(group),
    }


def _contigs(group: Group) -> dict[str, Any]:
    lengths = group.contigs.lengths
    falling = np.sort(lengths)[::-1]
    half = int(np.searchsorted(2 * np.cumsum(falling), falling.sum()))
    return {
        "contigs": len(lengths),
        "bp": int(lengths.sum()),
        "n50": int(falling[half]),
        "longest": int(falling[0]),
        "min_length": group.min_length,
        "long_enough": len(group.rows),
        "long_enough_bp": int(lengths[group.rows].sum()),
    }


def _samples(group: Group) -> dict[str, Any]:
    lengths = group.contigs.lengths[group.rows].astype(np.float64)
    means = lengths @ group.abundance.values.astype(np.float64) / lengths.sum()
    return {
        "names": list(group.abundance.columns),
        "unit": group.unit,
        "means": [round(float(mean), 3) for mean in means],
        "min_identity": _min_identity(group.abundance.report),
    }


def _min_identity(report: Mapping[str, Any]) -> float | None:
    """Of alignments that counted, percent; None if some abundance is from a table of depths."""
    found = {
        (one.get("options") or {}).get("min_identity") for one in report.get("merged", [report])
    }
    return found.pop() if len(found) == 1 else None


def _binner(group: Group, binner: Binner, best_bins: int) -> dict[str, Any]:
    rows = _bins(group, binner)
    return {
        "bins": rows,
        "classes": {
            name: sum(row["class"] == name for row in rows) if binner.quality else None
            for name in CLASSES
        },
        "judged_by": binner.quality[0]["judged_by"] if binner.quality else None,
        "clusters": binner.plan.n_clusters,
        "binned": binned_shares(group, binner),
        "training": training(binner.latent) if binner.latent else None,
        "genes": _genes(group, binner, best_bins),
        "evaluation": judged(group, binner) if group.known else None,
    }


def _bins(group: Group, binner: Binner) -> list[dict[str, Any]]:
    """A row for each bin, the best first."""
    plan = binner.plan
    inside = plan.bin_of >= 0
    gc, bases = (
        np.bincount(plan.bin_of[inside], counts[inside], len(plan))
        for counts in (group.gc, group.n_bases)
    )
    means = mean_abundance(group.contigs, plan, group.abundance).mean(axis=1)
    rows = []
    for bin_row in np.argsort(binner.rank):
        quality = binner.quality[bin_row] if binner.quality else {}
        taxa = binner.taxonomy[bin_row] if binner.taxonomy else {}
        ranks = [name for name in taxa if f"{name}_share" in taxa]
        known = [taxa[rank] for rank in ranks if taxa[rank] != "unknown"]
        rows.append(
            {
                "bin": plan.names[bin_row],
                "contigs": int(plan.counts[bin_row]),
                "bp": int(plan.sizes[bin_row]),
                "n50": int(binner.n50[bin_row]),
                "gc": round(100 * float(gc[bin_row] / max(bases[bin_row], 1)), 2),
                "abundance": round(float(means[bin_row]), 3),
                "class": quality.get("class"),
                "completeness": float(quality["completeness"]) if quality else None,
                "contamination": float(quality["contamination"]) if quality else None,
                "taxon": known[-1] if known else ("unknown" if ranks else None),
            }
        )
    return rows


def _genes(group: Group, binner: Binner, best_bins: int) -> dict[str, Any] | None:
    """Copies of each single-copy gene in the best bins."""
    if group.markers is None or not len(binner.plan):
        return None
    copies = group.markers.copies(binner.plan.bin_of, len(binner.plan))
    best = np.argsort(binner.rank)[:best_bins]
    return {
        "genes": list(group.markers.genes),
        "bins": [binner.plan.names[row] for row in best],
        "copies": copies[best].tolist(),
        "of": len(binner.plan),
    }
