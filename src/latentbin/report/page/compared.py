"""Chapters that compare: single-copy genes of bins, binners with each other, and with a truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.report.page.bins import binner_names
from latentbin.report.page.chapters import Chapter, Section, colours_of
from latentbin.report.page.figures import axis, drawing, gallery, line, names_axis, squares
from latentbin.report.page.markup import grouped

Groups = Sequence[Mapping[str, Any]]


def genes_chapter(groups: Groups) -> Chapter | None:
    """Single-copy genes of the best bins, as a map."""
    figures = []
    for group in groups:
        for name, binner in group["binners"].items():
            genes = binner["genes"]
            if not genes:
                continue
            copies = [[min(value, 3) for value in row] for row in genes["copies"]]
            trace = squares(
                genes["bins"],
                genes["genes"],
                copies,
                "copies",
                "Copies",
                "%{y}<br>%{x}: %{z} copies",
                zmin=-0.5,
                zmax=3.5,
                key={"tickvals": [0, 1, 2, 3], "ticktext": ["0", "1", "2", "3 or more"]},
            )
            figures.append(
                drawing(
                    group["name"],
                    name,
                    [trace],
                    names_axis(tickangle=-90),
                    names_axis(10, autorange="reversed"),
                    160 + 18 * len(genes["bins"]),
                    f"{len(genes['bins'])} of {genes['of']} bins, the best at the top.",
                )
            )
    if not figures:
        return None
    description = (
        "A complete genome has each single-copy gene once. Empty: missing; green: once, as it "
        "should be; orange and red: more than once, a sign of contamination."
    )
    content = gallery("Group", "Binner", figures)
    return Chapter(
        "Single-copy genes", [Section("Genes of the best bins", description, content=content)]
    )


def agreement_chapter(groups: Groups) -> Chapter | None:
    """How far bins of one binner are bins of another."""
    rows, figures = [], []
    for group in groups:
        for pair in group["agreement"]:
            first, second = pair["binners"]
            for name, other, counts in (
                (first, second, pair["counts"][0]),
                (second, first, pair["counts"][1]),
            ):
                rows.append(
                    (group["name"], name, other, *counts.values(), pair["adjusted_rand_bp"])
                )
            if not pair["rows"] or not pair["columns"]:
                continue
            overlap = squares(
                pair["rows"],
                pair["columns"],
                pair["jaccard"],
                "blues",
                "Overlap",
                "%{y}<br>%{x}<br>overlap %{z}",
                zmin=0,
                zmax=1,
            )
            figures.append(
                drawing(
                    group["name"],
                    f"{first} and {second}",
                    [overlap],
                    names_axis(tickangle=-90),
                    names_axis(autorange="reversed"),
                    240 + 15 * len(pair["rows"]),
                    f"{len(pair['rows'])} bins of {first} (the largest) and "
                    f"{len(pair['columns'])} of {second} that share most with them. A diagonal of "
                    "strong colour: both found the same bins.",
                )
            )
    if not rows:
        return None
    chapter = Chapter("Agreement of the binners")
    header = ("Group", "Bins of", "compared with", "Same", "Similar", "Other", "Adjusted Rand")
    description = (
        "Two bins are the same if 90 % of the base pairs that either has are in both, similar from "
        "50 %. Bins that several binners find are the safer ones. Adjusted Rand index: by base "
        "pairs that are in bins of both; 1 is full agreement, 0 that of chance."
    )
    chapter.sections.append(
        Section("Bins in common", description, content=grouped(groups, header, rows, text=3))
    )
    if figures:
        chapter.sections.append(
            Section(
                "Bin by bin",
                "Overlap: base pairs of both over those of either.",
                content=gallery("Group", "Binners", figures),
            )
        )
    return chapter


def truth_chapter(groups: Groups) -> Chapter | None:
    """With a truth: genomes that were recovered, and curves of precision and recall."""
    known = [group for group in groups if any(b["evaluation"] for b in group["binners"].values())]
    if not known:
        return None
    colours = colours_of(binner_names(groups))
    curves = (
        ("recovered", "Genomes", "Recall in pure bins, %"),
        ("precision", "Bins", "Precision, %"),
        ("recall", "Genomes", "Recall, %"),
    )
    words = {
        "recovered": (
            "Genomes recovered",
            "For each genome the largest part of it that a bin with a precision of at least 95 % "
            "has; genomes from the most complete down. A curve that stays up far to the right is "
            "good.",
        ),
        "precision": (
            "Precision of the bins",
            "Part of each bin that is of one genome, the purest first; of each cluster, also the "
            "smallest, where the table above says that clusters were judged.",
        ),
        "recall": (
            "Recall of the genomes",
            "Part of each genome that is in the bin with most of it, the best first. Where bins "
            "are split by sample, a genome counts in each sample that has it.",
        ),
    }
    chapter = Chapter("Comparison with the truth")
    rows = []
    for group in known:
        for name, binner in group["binners"].items():
            figures = binner["evaluation"]["figures"]
            counts = [int(figures[key]) for key in ("genomes", "near_complete", "medium_quality")]
            shares = [
                figures[key]
                for key in (
                    "precision_bp",
                    "recall_bp",
                    "adjusted_rand_bp",
                    "precision_contigs",
                    "recall_contigs",
                    "f1_contigs",
                )
            ]
            rows.append((group["name"], name, binner["evaluation"]["judged"], *counts, *shares))
    header = (
        "Group",
        "Binner",
        "Judged",
        "Genomes",
        "NC genomes",
        "MQ genomes",
        "Precision",
        "Recall",
        "Adjusted Rand",
        "Precision, contigs",
        "Recall, contigs",
        "F1, contigs",
    )
    chapter.sections.append(
        Section(
            "Figures",
            "As latentbin-evaluate reckons them; by base pairs where contigs are not named.",
            content=grouped(groups, header, rows, text=3, whole=True),
        )
    )
    for key, xlab, ylab in curves:
        drawn = []
        for group in known:
            traces = []
            for name, binner in group["binners"].items():
                points = binner["evaluation"][key] if binner["evaluation"] else []
                ranks = [rank for rank, _ in points]
                percents = [round(100 * share, 2) for _, share in points]
                traces.append(line(name, ranks, percents, colours[name], cliponaxis=False))
            x, y = axis(f"{xlab}, by rank"), axis(ylab, range=[0, 102])
            drawn.append(drawing(group["name"], "", traces, x, y))
        title, description = words[key]
        chapter.sections.append(Section(title, description, content=gallery("Group", "", drawn)))
    return chapter
