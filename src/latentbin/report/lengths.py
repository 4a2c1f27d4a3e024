"""Contigs by length: how many there are, and how much of them is in bins."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.report.group import Binner, Group

# lower ends of the classes, base pairs
_EDGES = (0, 500, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 50_000, 100_000, 500_000)


def length_classes(group: Group) -> dict[str, Any]:
    """Contigs, base pairs and share of mapped reads of each class of lengths that occurs."""
    edges, place = _places(group)
    n_classes = len(edges)
    reads = group.read_shares.mean(axis=1)
    return {
        "classes": [_label(edges, number) for number in range(n_classes)],
        "contigs": np.bincount(place, minlength=n_classes).tolist(),
        "bp": np.bincount(place, group.contigs.lengths, n_classes).astype(int).tolist(),
        "reads": [round(share, 6) for share in np.bincount(place, reads, n_classes).tolist()],
    }


def binned_shares(group: Group, binner: Binner) -> dict[str, Any]:
    """Which part of contigs, base pairs and mapped reads is in bins: of each class, and in all."""
    edges, place = _places(group)
    reads = group.read_shares
    weights = {
        "contigs": np.ones(len(place)),
        "bp": group.contigs.lengths.astype(np.float64),
        "reads": reads.mean(axis=1),
    }
    binned = binner.plan.bin_of >= 0
    found: dict[str, Any] = {}
    for name, weight in weights.items():
        whole = np.bincount(place, weight, len(edges))
        part = np.bincount(place[binned], weight[binned], len(edges))
        found[name] = [
            None if total == 0 else round(100 * share / total, 2)
            for share, total in zip(part.tolist(), whole.tolist(), strict=True)
        ]
        found[f"all_{name}"] = round(100 * float(part.sum() / max(whole.sum(), 1e-300)), 2)
    found["reads_of_samples"] = [round(100 * share, 2) for share in reads[binned].sum(axis=0)]
    return found


def _places(group: Group) -> tuple[list[int], NDArray[np.intp]]:
    """Lower ends of the classes from the first to the last that occurs; the class of each."""
    lengths = group.contigs.lengths
    place = np.searchsorted(_EDGES, lengths, "right") - 1
    first, last = int(place.min()), int(place.max())
    return list(_EDGES[first : last + 1]), place - first


def _label(edges: list[int], number: int) -> str:
    low = _short(edges[number])
    if edges[number] == _EDGES[-1]:
        return f"≥ {low} kb"
    high = _short(_EDGES[_EDGES.index(edges[number]) + 1])
    return f"{low}-{high} kb"


def _short(bp: int) -> str:
    return f"{bp / 1000:g}"
