"""Chapters that compare: single-copy genes of bins, binners with each other, and with a truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.report.page.bins import binner_names
from latentbin.report.page.chapters import Chapter, Section, colours_of
from latentbin.report.page.markup import figure, grouped, safe

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
            figures.append(
                {
                    "group": group["name"],
                    "view": name,
                    "caption": f"{len(genes['bins'])} of {genes['of']} bins, the best at the top.",
                    "traces": [_gene_map(genes, copies)],
                    "layout": {
                        "height": 160 + 18 * len(genes["bins"]),
                        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
                        "xaxis": {
                            "automargin": True,
                            "tickangle": -90,
                            "tickfont": {"size": 9},
                            "dtick": 1,
                            "showgrid": False,
                        },
                        "yaxis": {
                            "automargin": True,
                            "autorange": "reversed",
                            "dtick": 1,
                            "tickfont": {"size": 10},
                            "showgrid": False,
                        },
                    },
                }
            )
    if not figures:
        return None
    content = figure("gallery", {"groupLabel": "Group", "viewLabel": "Binner", "figures": figures})
    description = (
        "A complete genome has each single-copy gene once. White: missing; green: once, as it "
        "should be; orange and red: more than once, a sign of contamination."
    )
    return Chapter(
        "Single-copy genes", [Section("Genes of the best bins", description, content=content)]
    )


def _gene_map(genes: Mapping[str, Any], copies: list[list[int]]) -> dict[str, Any]:
    shades = ("#F2F2F2", "#009E73", "#E69F00", "#C1272D")
    scale = [[end, shade] for n, shade in enumerate(shades) for end in (n / 4, (n + 1) / 4)]
    return {
        "type": "heatmap",
        "x": genes["genes"],
        "y": genes["bins"],
        "z": copies,
        "zmin": -0.5,
        "zmax": 3.5,
        "colorscale": scale,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "title": {"text": "Copies"},
            "tickvals": [0, 1, 2, 3],
            "ticktext": ["0", "1", "2", "3 or more"],
            "thickness": 14,
            "len": 0.6,
        },
        "hovertemplate": "%{y}<br>%{x}: %{z} copies<extra></extra>",
    }


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
            figures.append(
                {
                    "group": group["name"],
                    "view": f"{first} and {second}",
                    "caption": f"{len(pair['rows'])} bins of {first} (the largest) and "
                    f"{len(pair['columns'])} of {second} that share most with them. A diagonal of "
                    "dark squares: both found the same bins.",
                    "traces": [
                        {
                            "type": "heatmap",
                            "x": pair["columns"],
                            "y": pair["rows"],
                            "z": pair["jaccard"],
                            "zmin": 0,
                            "zmax": 1,
                            "xgap": 1,
                            "ygap": 1,
                            "colorscale": [[0, "#F4F6F8"], [0.5, "#6BAED6"], [1, "#08306B"]],
                            "colorbar": {"title": {"text": "Overlap"}, "thickness": 14, "len": 0.6},
                            "hovertemplate": "%{y}<br>%{x}<br>overlap %{z}<extra></extra>",
                        }
                    ],
                    "layout": {
                        "height": 240 + 15 * len(pair["rows"]),
                        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
                        "xaxis": {
                            "automargin": True,
                            "tickangle": -90,
                            "dtick": 1,
                            "tickfont": {"size": 9},
                            "showgrid": False,
                        },
                        "yaxis": {
                            "automargin": True,
                            "autorange": "reversed",
                            "dtick": 1,
                            "tickfont": {"size": 9},
                            "showgrid": False,
                        },
                    },
                }
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
        content = figure(
            "gallery", {"groupLabel": "Group", "viewLabel": "Binners", "figures": figures}
        )
        chapter.sections.append(
            Section(
                "Bin by bin", "Overlap: base pairs of both over those of either.", content=content
            )
        )
    return chapter


def truth_chapter(groups: Groups) -> Chapter | None:
    """With a truth: genomes that were recovered, and curves of precision and recall."""
    from multiqc.plots import linegraph

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
            content=grouped(groups, header, rows, text=3),
        )
    )
    for key, xlab, ylab in curves:
        data = [
            {
                name: {rank: 100 * share for rank, share in binner["evaluation"][key]}
                for name, binner in group["binners"].items()
                if binner["evaluation"] and binner["evaluation"][key]
            }
            for group in known
        ]
        title, description = words[key]
        config: dict[str, Any] = {
            "id": f"plot_truth_{key}",
            "title": title,
            "xlab": f"{xlab}, by rank",
            "ylab": ylab,
            "ymin": 0,
            "ymax": 102,
            "xmin": 1,
            "style": "lines+markers",
            "showlegend": True,
            "colors": colours,
        }
        if len(known) > 1:
            config["data_labels"] = [{"name": safe(group["name"])} for group in known]
        chapter.sections.append(Section(title, description, linegraph.plot(data, config)))
    return chapter
