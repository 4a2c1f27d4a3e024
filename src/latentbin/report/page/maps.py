"""Chapters of what networks learned: maps of latents, curves of training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.colours import NOBODY, OTHERS, PALETTE
from latentbin.report.page.chapters import Chapter, Section, colours_of
from latentbin.report.page.figures import axis, drawing, gallery, line
from latentbin.report.page.markup import figure

_FEWEST_POINTS = 200  # of a group, however many groups there are


def map_chapter(groups: Sequence[Mapping[str, Any]], total_points: int) -> Chapter | None:
    """Contigs in two dimensions, by group and binner, to be coloured as one likes."""
    drawn = [group for group in groups if group["map"]["maps"]]
    if not drawn:
        return None
    most = max(_FEWEST_POINTS, total_points // len(drawn))
    data = {
        "groupLabel": "Group",
        "viewLabel": "Latent of",
        "palette": PALETTE,
        "others": OTHERS,
        "nobody": NOBODY,
        "groups": [points(group["name"], group["map"], most) for group in drawn],
    }
    description = (
        "Each point is a contig; contigs that a network finds alike lie together, larger points "
        "are longer contigs. Good bins are islands of one colour, one GC and one depth. Point at a "
        "contig for what is known of it; click a name in the legend to hide it, twice to see it "
        "alone."
    )
    return Chapter(
        "Map of the contigs", [Section("Contigs", description, content=figure("map", data))]
    )


def points(name: str, found: Mapping[str, Any], most: int, what: str = "contigs") -> dict[str, Any]:
    """What page.js draws of a map: its first points, which are a random choice."""
    n = min(found["drawn"], most)
    drawn = (
        f"{n:,} of {found['of']:,} {what}, drawn at random"
        if n < found["of"]
        else f"all {n:,} {what}"
    )
    colours = []
    sizes = None
    for each in found["colours"]:
        key = "values" if "values" in each else "codes"
        colours.append({**each, key: each[key][:n]})
        if each["title"].startswith("Length"):
            sizes = [_size(value) for value in each["values"][:n]]
    return {
        "group": name,
        "names": found["names"][:n],
        "sizes": sizes,
        "colours": colours,
        "maps": [
            {
                "name": binner,
                "x": each["x"][:n],
                "y": each["y"][:n],
                "caption": _caption(binner, each, drawn),
            }
            for binner, each in found["maps"].items()
        ],
    }


def _caption(binner: str, found: Mapping[str, Any], drawn: str) -> str:
    if found["how"] == "as it is":
        return f"{binner}: as it is; {drawn}."
    text = f"{binner}: {found['dimensions']} dimensions in two by {found['how']}; {drawn}."
    if found["how"] == "UMAP":
        text += " Near and far within an island mean something, distances between islands little."
    return text


_TERMS = {
    "tnf": "composition",
    "profile": "abundance profile",
    "total": "total abundance",
    "kl": "divergence (KL)",
}


def _size(length: float | None) -> float:
    """Diameter of a point, pixels: 4 for 1 kb, 14 for 1 Mb."""
    return round(min(14.0, max(3.0, 4 + 10 / 3 * math.log10(max(length or 1, 1) / 1000))), 1)


def training_chapter(summaries: Sequence[Mapping[str, Any]]) -> Chapter | None:
    """Losses by epoch of every network that was trained.

    ``summaries`` are of groups (a training for each binner) or of studies (one).
    """
    figures = []
    for summary in summaries:
        trainings = (
            {name: binner["training"] for name, binner in summary["binners"].items()}
            if "binners" in summary
            else {"autoencoder": summary.get("training")}
        )
        for name, training in trainings.items():
            if training is None:
                continue
            curves = {_TERMS.get(term, term): values for term, values in training["curves"].items()}
            if len(curves) > 1 and "held out" not in curves:
                total = [sum(values) for values in zip(*curves.values(), strict=True)]
                curves = {"whole loss": total, **curves}
            colours = colours_of(list(curves))
            lines = [
                line(term, list(range(1, len(values) + 1)), _rounded(values), colours[term])
                for term, values in curves.items()
            ]
            epochs = axis("Epoch")
            figures.append(drawing(summary["name"], name, lines, epochs, axis("Loss")))
    if not figures:
        return None
    whose = "Group" if any("binners" in summary for summary in summaries) else "Study"
    content = gallery(whose, "Network", figures, scale=True)
    description = (
        "Mean loss of each epoch, as a whole and by term. It should fall and level out; a curve "
        "that still falls at the end asks for more epochs. Networks that were trained beforehand "
        "(GenomeFace's) have no curve."
    )
    return Chapter("Training", [Section("Losses", description, content=content)])


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
