"""Chapters about bins: quality, what was binned, single-copy genes, agreement, truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.report.page.chapters import (
    CLASS_COLOURS,
    CLASS_NAMES,
    Chapter,
    Section,
    colours_of,
)
from latentbin.report.page.markup import figure, grouped, percent

Groups = Sequence[Mapping[str, Any]]
_MOST_IN_TABLE = 50


def binner_names(groups: Groups) -> list[str]:
    """The binners of all groups, in order of appearance."""
    return list(dict.fromkeys(name for group in groups for name in group["binners"]))


def bins_chapter(groups: Groups) -> Chapter:
    """Quality, size, GC and N50 of the bins."""
    chapter = Chapter("Bins")
    judged = any(b["judged_by"] for g in groups for b in g["binners"].values())
    if judged:
        chapter.sections += [_classes(groups), _completeness(groups)]
    chapter.sections += [_sizes(groups), _n50(groups), _best(groups)]
    return chapter


def _classes(groups: Groups) -> Section:
    from multiqc.plots import bargraph

    data = {
        f"{group['name']}: {name}": {key: binner["classes"][key] or 0 for key in CLASS_COLOURS}
        for group in groups
        for name, binner in group["binners"].items()
    }
    categories = {
        key: {"name": f"{key}, {CLASS_NAMES[key]}", "color": colour}
        for key, colour in CLASS_COLOURS.items()
    }
    plot = bargraph.plot(
        data,
        categories,
        {
            "id": "plot_bins_by_class",
            "title": "Bins by quality",
            "ylab": "Bins",
            "hide_zero_cats": False,
            "sort_samples": False,
        },
    )
    return Section("Bins by quality", "How many bins of each class every binner made.", plot)


def _points(groups: Groups, x: str, y: str, scale: float = 1) -> list[dict[str, Any]]:
    colours = colours_of(binner_names(groups))
    datasets = []
    for group in groups:
        points: dict[str, Any] = {}
        for name, binner in group["binners"].items():
            for row in binner["bins"]:
                if row[x] is None or row[y] is None:
                    continue
                points[row["bin"]] = {
                    "x": row[x] * scale,
                    "y": row[y],
                    "color": colours[name],
                    "group": name,
                }
        datasets.append(points)
    return datasets


def _scatter(groups: Groups, datasets: list[dict[str, Any]], **settings: Any) -> Any:
    from multiqc.plots import scatter

    names = [group["name"] for group in groups]
    labels = [{"name": name, **({"title": settings["title"]})} for name in names]
    config = {
        "marker_size": 9,
        "marker_line_width": 0,
        "showlegend": True,
        "opacity": 0.75,
        "height": 480,
        **settings,
    }
    if len(names) > 1:
        config["data_labels"] = labels
    return scatter.plot(datasets, config)


def _completeness(groups: Groups) -> Section:
    plot = _scatter(
        groups,
        _points(groups, "completeness", "contamination"),
        id="plot_completeness_contamination",
        title="Completeness and contamination",
        xlab="Completeness, %",
        ylab="Contamination, %",
        xmin=0,
        xmax=102,
        ymin=-1,
    )
    return Section(
        "Completeness and contamination",
        "Each point is a bin. Good bins are at the lower right: complete, and of one genome.",
        plot,
    )


def _sizes(groups: Groups) -> Section:
    plot = _scatter(
        groups,
        _points(groups, "bp", "gc", 1e-6),
        id="plot_size_gc",
        title="Size and GC",
        xlab="Size, Mbp",
        ylab="GC, %",
        xmin=0,
    )
    return Section("Size and GC", "Each point is a bin.", plot)


def _n50(groups: Groups) -> Section:
    from multiqc.plots import box

    data = {
        f"{group['name']}: {name}": [row["n50"] / 1000 for row in binner["bins"]]
        for group in groups
        for name, binner in group["binners"].items()
        if binner["bins"]
    }
    plot = (
        box.plot(
            data,
            {
                "id": "plot_n50",
                "title": "N50 of the bins",
                "xlab": "N50, kb",
                "sort_samples": False,
            },
        )
        if data
        else None
    )
    return Section(
        "N50",
        "Half of a bin's base pairs are in contigs of at least this length. Long contigs make good "
        "genomes; a low N50 says that the assembly is in pieces, whatever the binner.",
        plot,
    )


def _best(groups: Groups) -> Section:
    rows: list[tuple[Any, ...]] = []
    taxa = any(
        row["taxon"] for group in groups for b in group["binners"].values() for row in b["bins"]
    )
    n_bins = 0
    for group in groups:
        for name, binner in group["binners"].items():
            n_bins += len(binner["bins"])
            for row in binner["bins"]:
                rows.append(
                    (
                        group["name"],
                        name,
                        row["bin"],
                        row["class"],
                        row["taxon"],
                        percent(row["completeness"]),
                        percent(row["contamination"]),
                        row["bp"],
                        row["contigs"],
                        row["n50"],
                        percent(row["gc"]),
                        row["abundance"],
                    )
                )
    order = {"NC": 0, "MQ": 1, "LQ": 2, None: 3}
    rows.sort(key=lambda r: (order[r[3]], 5 * float(r[6] or 0) - float(r[5] or 0), -r[7]))
    unit = {"depth": "Depth", "rpkm": "RPKM"}.get(groups[0]["samples"]["unit"], "Abundance")
    header = ["Group", "Binner", "Bin", "Class", "Taxon", "Completeness, %", "Contamination, %"]
    header += ["Size, bp", "Contigs", "N50, bp", "GC, %", unit]
    shown = rows[:_MOST_IN_TABLE]
    if not taxa:
        header.pop(4)
        shown = [(*row[:4], *row[5:]) for row in shown]
    content = grouped(groups, header, shown, text=5 if taxa else 4)
    what = (
        "All bins" if n_bins <= _MOST_IN_TABLE else f"The best {_MOST_IN_TABLE} of {n_bins:,} bins"
    )
    return Section(
        "The best bins", f"{what}, best first. bins.tsv and quality.tsv have all.", content=content
    )


def binned_chapter(groups: Groups) -> Chapter:
    """Share of base pairs and reads that is in bins, by length of contigs, and of each sample."""
    from multiqc.plots import linegraph

    colours = colours_of(binner_names(groups))
    data, labels = [], []
    for group in groups:
        classes = group["lengths"]["classes"]
        for key, what in (("bp", "base pairs"), ("reads", "mapped reads")):
            lines = {}
            for name, binner in group["binners"].items():
                shares = binner["binned"][key]
                lines[name] = {
                    label: share
                    for label, share in zip(classes, shares, strict=True)
                    if share is not None
                }
            data.append(lines)
            label = what if len(groups) == 1 else f"{group['name']}: {what}"
            labels.append(
                {
                    "name": label.capitalize() if len(groups) == 1 else label,
                    "ylab": f"{what.capitalize()} in bins, %",
                }
            )
    plot = linegraph.plot(
        data,
        {
            "id": "plot_binned_by_length",
            "title": "Share in bins by contig length",
            "xlab": "Length of contigs",
            "ylab": "In bins, %",
            "ymin": 0,
            "ymax": 102,
            "categories": True,
            "style": "lines+markers",
            "showlegend": True,
            "colors": colours,
            "data_labels": labels,
        },
    )
    chapter = Chapter("What is in bins")
    chapter.sections.append(
        Section(
            "By length of contigs",
            "Short contigs are hard to place: few 4-mers, an unsure depth. Reads are those that "
            "map to contigs of at least the minimum length.",
            plot,
        )
    )
    chapter.sections.append(
        Section(
            "Contigs by length",
            "What the assembly is made of. Contigs below the minimum length are never binned.",
            content=_length_table(groups),
        )
    )
    chapter.sections.append(
        Section(
            "Reads of each sample",
            "Share of each sample's mapped reads that lies on contigs in bins.",
            content=_sample_table(groups),
        )
    )
    return chapter


def _length_table(groups: Groups) -> str:
    rows = []
    for group in groups:
        found = group["lengths"]
        total = sum(found["bp"]) or 1
        for number, label in enumerate(found["classes"]):
            share, reads = 100 * found["bp"][number] / total, 100 * found["reads"][number]
            rows.append(
                (
                    group["name"],
                    label,
                    found["contigs"][number],
                    found["bp"][number],
                    percent(share),
                    percent(reads),
                )
            )
    header = ("Group", "Length", "Contigs", "Base pairs", "Base pairs, %", "Mapped reads, %")
    return grouped(groups, header, rows[:200], text=2)


def _sample_table(groups: Groups) -> str:
    names = binner_names(groups)
    unit = {"depth": "Mean depth", "rpkm": "Mean RPKM"}.get(groups[0]["samples"]["unit"], "Mean")
    rows = []
    for group in groups:
        samples = group["samples"]
        for number, sample in enumerate(samples["names"]):
            shares = [
                percent(group["binners"][name]["binned"]["reads_of_samples"][number])
                if name in group["binners"]
                else None
                for name in names
            ]
            rows.append((group["name"], sample, samples["means"][number], *shares))
    header = ("Group", "Sample", unit, *(f"In bins of {name}, %" for name in names))
    more = f'<p class="lb-caption">The first 200 of {len(rows):,} samples.</p>'
    return grouped(groups, header, rows[:200], text=2) + (more if len(rows) > 200 else "")


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
            "Part of each bin that is of one genome, the purest bins first.",
        ),
        "recall": (
            "Recall of the genomes",
            "Part of each genome that is in the bin with most of it, the best first.",
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
            config["data_labels"] = [{"name": group["name"]} for group in known]
        chapter.sections.append(Section(title, description, linegraph.plot(data, config)))
    return chapter
