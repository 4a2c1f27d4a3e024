"""Chapters about bins: their quality, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from typing import Any

from latentbin.report.page.chapters import (
    CLASS_COLOURS,
    CLASS_NAMES,
    Chapter,
    Section,
    colours_of,
)
from latentbin.report.page.figures import axis, drawing, gallery, line
from latentbin.report.page.markup import by_group, grouped, percent, safe

Groups = Sequence[Mapping[str, Any]]
_MOST_IN_TABLE = 50
_MOST_SAMPLES = 200  # in a table, of a group
_MOST_SIDE_BY_SIDE = 12  # groups, with the bars of all binners


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


def _labels(groups: Groups) -> tuple[list[list[tuple[str, Mapping[str, Any]]]], list[str]]:
    """Bars of a plot of MultiQC's, named binners, and the names of its views.

    All groups and binners are in one view as long as these are few, else a view for each binner.
    """
    names = binner_names(groups)
    if len(groups) > _MOST_SIDE_BY_SIDE:
        of_binner = [
            [(safe(group["name"]), group["binners"][name]) for group in groups
             if name in group["binners"]]
            for name in names
        ]  # fmt: skip
        return of_binner, names
    one = len(groups) == 1
    return [
        [
            (name if one else f"{safe(group['name'])}: {name}", binner)
            for group in groups
            for name, binner in group["binners"].items()
        ]
    ], []


def _tall(plot: Any, views: Sequence[Sized]) -> Any:
    """The plot, tall enough for the name of every bar; MultiQC leaves out some of many."""
    most = max(map(len, views), default=0)
    plot.layout.height = max(plot.layout.height, 140 + 16 * most)
    return plot


def _classes(groups: Groups) -> Section:
    from multiqc.plots import bargraph

    views, labels = _labels(groups)
    data = [
        {
            label: {key: binner["classes"][key] or 0 for key in CLASS_COLOURS}
            for label, binner in view
        }
        for view in views
    ]
    categories = {
        key: {"name": f"{key}, {CLASS_NAMES[key]}", "color": colour}
        for key, colour in CLASS_COLOURS.items()
    }
    config: dict[str, Any] = {
        "id": "plot_bins_by_class",
        "title": "Bins by quality",
        "ylab": "Bins",
        "hide_zero_cats": False,
        "sort_samples": False,
    }
    if len(labels) > 1:
        config["data_labels"] = [{"name": name} for name in labels]
    plot = _tall(bargraph.plot(data, [categories] * len(data), config), views)
    # at the side it would lie on the bars where the window is narrow
    plot.layout.legend.update(
        {"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"}
    )
    return Section("Bins by quality", "How many bins of each class every binner made.", plot)


def _scatter(
    groups: Groups, x: str, y: str, x_axis: Any, y_axis: Any, hover: str, scale: float = 1
) -> str:
    """A point for each bin: a figure for each group, a colour for each binner."""
    colours = colours_of(binner_names(groups))
    figures = []
    for group in groups:
        traces = []
        for name, binner in group["binners"].items():
            rows = [row for row in binner["bins"] if None not in (row[x], row[y])]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": [round(row[x] * scale, 4) for row in rows],
                    "y": [row[y] for row in rows],
                    "text": [safe(row["bin"]) for row in rows],
                    "hovertemplate": f"<b>%{{text}}</b><br>{hover}<extra></extra>",
                    "cliponaxis": False,
                    "marker": {"size": 9, "opacity": 0.75, "color": colours[name]},
                }
            )
        figures.append(drawing(group["name"], "", traces, x_axis, y_axis))
    return gallery("Group", "", figures)


def _completeness(groups: Groups) -> Section:
    content = _scatter(
        groups,
        "completeness",
        "contamination",
        axis("Completeness, %", range=[0, 102]),
        axis("Contamination, %"),
        "%{x:.1f} % complete, %{y:.1f} % contaminated",
    )
    return Section(
        "Completeness and contamination",
        "Each point is a bin. Good bins are at the lower right: complete, and of one genome.",
        content=content,
    )


def _sizes(groups: Groups) -> Section:
    content = _scatter(
        groups,
        "bp",
        "gc",
        axis("Size, Mbp", rangemode="tozero"),
        axis("GC, %"),
        "%{x:.2f} Mbp, GC %{y:.1f} %",
        1e-6,
    )
    return Section("Size and GC", "Each point is a bin.", content=content)


def _n50(groups: Groups) -> Section:
    from multiqc.plots import box

    views, labels = _labels(groups)
    data: list[Any] = [
        {label: [row["n50"] / 1000 for row in binner["bins"]] for label, binner in view
         if binner["bins"]}
        for view in views
    ]  # fmt: skip
    found = [number for number, view in enumerate(data) if view]
    config: dict[str, Any] = {
        "id": "plot_n50",
        "title": "N50 of the bins",
        "xlab": "N50, kb",
        "sort_samples": False,
    }
    if len(found) > 1:
        config["data_labels"] = [{"name": labels[number]} for number in found]
    data = [data[number] for number in found]
    plot = _tall(box.plot(data, config), data) if data else None
    return Section(
        "N50",
        "Half of a bin's base pairs are in contigs of at least this length. Long contigs make good "
        "genomes; a low N50 says that the assembly is in pieces, whatever the binner.",
        plot,
    )


def _best(groups: Groups) -> Section:
    taxa = any(
        row["taxon"] for group in groups for b in group["binners"].values() for row in b["bins"]
    )
    unit = {"depth": "Depth", "rpkm": "RPKM"}.get(groups[0]["samples"]["unit"], "Abundance")
    header = ["Group", "Binner", "Bin", "Class", "Taxon", "Completeness, %", "Contamination, %"]
    header += ["Size, bp", "Contigs", "N50, bp", "GC, %", unit]
    rows = []
    for group in groups:
        for name, binner in group["binners"].items():
            for row in binner["bins"]:
                shares = [percent(row[key]) for key in ("completeness", "contamination")]
                sizes = [row[key] for key in ("bp", "contigs", "n50")]
                names = [group["name"], name, row["bin"], row["class"], row["taxon"]]
                rows.append((*names, *shares, *sizes, percent(row["gc"]), row["abundance"]))
    order = {"NC": 0, "MQ": 1, "LQ": 2, None: 3}
    rows.sort(key=lambda r: (order[r[3]], 5 * float(r[6] or 0) - float(r[5] or 0), -r[7]))
    n_bins = len(rows)
    if not taxa:
        header.pop(4)
        rows = [(*row[:4], *row[5:]) for row in rows]
    text = 5 if taxa else 4
    if len(groups) == 1 or n_bins <= _MOST_IN_TABLE:
        content = grouped(groups, header, rows[:_MOST_IN_TABLE], text)
    else:
        content = by_group(groups, header, rows, text, most=_MOST_IN_TABLE, everything=True)
    what = "All bins"
    if n_bins > _MOST_IN_TABLE:
        what = f"The best {_MOST_IN_TABLE} of {n_bins:,} bins"
        what += ", or of the bins of a group" if len(groups) > 1 else ""
    return Section(
        "The best bins", f"{what}, best first. bins.tsv and quality.tsv have all.", content=content
    )


def binned_chapter(groups: Groups) -> Chapter:
    """Share of base pairs and reads that is in bins, by length of contigs, and of each sample."""
    colours = colours_of(binner_names(groups))
    figures = []
    for group in groups:
        classes = group["lengths"]["classes"]
        for key, what in (("bp", "Base pairs"), ("reads", "Mapped reads")):
            traces = []
            for name, binner in group["binners"].items():
                found = [
                    (label, share)
                    for label, share in zip(classes, binner["binned"][key], strict=True)
                    if share is not None
                ]
                labels, shares = zip(*found, strict=True) if found else ((), ())
                traces.append(line(name, labels, shares, colours[name], cliponaxis=False))
            of_length = axis("Length of contigs", type="category", categoryorder="array",
                             categoryarray=classes)  # fmt: skip
            share_axis = axis(f"{what} in bins, %", range=[0, 102])
            figures.append(drawing(group["name"], what, traces, of_length, share_axis))
    chapter = Chapter("What is in bins")
    chapter.sections.append(
        Section(
            "By length of contigs",
            "Short contigs are hard to place: few 4-mers, an unsure depth. Reads are those that "
            "map to contigs of at least the minimum length.",
            content=gallery("Group", "Share of", figures),
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
    return grouped(groups, header, rows, text=2)


def _sample_table(groups: Groups) -> str:
    names = binner_names(groups)
    unit = {"depth": "Mean depth", "rpkm": "Mean RPKM"}.get(groups[0]["samples"]["unit"], "Mean")
    rows = []
    cut = 0
    for group in groups:
        samples = group["samples"]
        for number, sample in enumerate(samples["names"][:_MOST_SAMPLES]):
            shares = [
                percent(group["binners"][name]["binned"]["reads_of_samples"][number])
                if name in group["binners"]
                else None
                for name in names
            ]
            rows.append((group["name"], sample, samples["means"][number], *shares))
        cut = max(cut, len(samples["names"]))
    header = ("Group", "Sample", unit, *(f"In bins of {name}, %" for name in names))
    more = (
        f'<p class="lb-caption">The first {_MOST_SAMPLES} samples of a group, which has up to '
        f"{cut:,}.</p>"
    )
    return grouped(groups, header, rows, text=2) + (more if cut > _MOST_SAMPLES else "")
