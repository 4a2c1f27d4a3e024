"""Chapters about bins: their quality, and what is in them."""

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
from latentbin.report.page.markup import grouped, percent, safe

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
        f"{safe(group['name'])}: {name}": {
            key: binner["classes"][key] or 0 for key in CLASS_COLOURS
        }
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

    names = [safe(group["name"]) for group in groups]
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
        f"{safe(group['name'])}: {name}": [row["n50"] / 1000 for row in binner["bins"]]
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
            label = what if len(groups) == 1 else f"{safe(group['name'])}: {what}"
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
