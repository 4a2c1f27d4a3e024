"""The first chapter: what came out, in a table and in plain words."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.report.page.chapters import CLASS_COLOURS, CLASS_NAMES, Chapter, Section
from latentbin.report.page.markup import Html, bullets, grouped, percent, table

_JUDGES = {"scg": "single-copy genes", "checkm2": "CheckM2"}
_MOST_SENTENCES = 6  # of groups; of more, one sentence says it of all
_MOST_NAMES = 6  # that are said before a warning
_MOST_NOTES = 12


def glance(
    groups: Sequence[Mapping[str, Any]],
    studies: Sequence[Mapping[str, Any]],
    datasets: Sequence[Mapping[str, Any]],
) -> Chapter:
    """The results of all groups, studies and data sets, and what to know of them."""
    chapter = Chapter("At a glance")
    if groups:
        if len(groups) > _MOST_SENTENCES:
            found = f"<p>{_verdict_of_all(groups)}</p>"
        else:
            found = "".join(f"<p>{_verdict(group)}</p>" for group in groups)
        content = f'<div class="lb-verdict">{found}</div>'
        content += _totals(groups) if len(groups) > _MOST_SENTENCES else ""
        content += _table(groups)
        chapter.sections.append(Section("Bins that were found", content=content))
    if studies:
        content = "".join(f"<p>{_study(study)}</p>" for study in studies)
        chapter.sections.append(
            Section("Labels of samples", content=f'<div class="lb-verdict">{content}</div>')
        )
    if datasets:
        content = "".join(f"<p>{_dataset(dataset)}</p>" for dataset in datasets)
        chapter.sections.append(
            Section("Taxa of contigs", content=f'<div class="lb-verdict">{content}</div>')
        )
    notes = _notes([*groups, *studies, *datasets])
    if notes:
        chapter.sections.append(Section("What to know before you trust it", content=notes))
    return chapter


def _notes(summaries: Sequence[Mapping[str, Any]]) -> str:
    """Warnings; one that holds for several is said once, those that hold for most come first."""
    found: dict[str, list[str]] = {}
    for summary in summaries:
        for note in summary["notes"]:
            found.setdefault(note, []).append(summary["name"])
    lines = []
    for note, names in sorted(found.items(), key=lambda each: -len(each[1])):
        text, whose = html.escape(note), html.escape(", ".join(names))
        if len(names) == len(summaries):
            lines.append(Html(text))
        elif len(names) <= _MOST_NAMES:
            lines.append(Html(f"<b>{whose}</b>: {text}"))
        else:
            count = f"{len(names)} of {len(summaries)}"
            lines.append(Html(f"<b>{count}</b>: {text} {_folded('Which', whose)}"))
    more = lines[_MOST_NOTES:]
    shown = bullets(lines[:_MOST_NOTES]) if lines else ""
    return shown + (_folded(f"{len(more)} more", bullets(more)) if more else "")


def _folded(title: str, content: str) -> str:
    return f'<details class="lb-more"><summary>{title}</summary>{content}</details>'


def _good(binner: Mapping[str, Any]) -> tuple[int, int]:
    return binner["classes"]["NC"] or 0, binner["classes"]["MQ"] or 0


def _judges(groups: Sequence[Mapping[str, Any]]) -> set[str]:
    """What bins were judged by; those of different judges cannot be compared."""
    return {b["judged_by"] for g in groups for b in g["binners"].values()} - {None}


def best_binners(group: Mapping[str, Any]) -> list[str]:
    """The binners with most near-complete bins, of equals those with most of medium quality.

    None if bins were not judged, or not by the same.
    """
    binners = group["binners"]
    if len(_judges([group])) != 1:
        return []
    most = max(_good(binner) for binner in binners.values())
    return [name for name, binner in binners.items() if _good(binner) == most and most > (0, 0)]


def _verdict_of_all(groups: Sequence[Mapping[str, Any]]) -> str:
    """Of many groups: what all have together, and those that have nothing."""
    contigs, binnable = (
        sum(group["contigs"][key] for group in groups) for key in ("contigs", "long_enough")
    )
    text = (
        f"<b>{len(groups)} groups</b>: {binnable:,} of {contigs:,} contigs were long enough to be "
        "binned. "
    )
    totals = _sums(groups)
    most = max(_good(found) for found in totals.values())
    if most > (0, 0) and len(_judges(groups)) == 1:
        best = [name for name, found in totals.items() if _good(found) == most]
        text += _whose(best, most, len(totals) > 1) + " "
    empty = [
        html.escape(group["name"])
        for group in groups
        if not any(binner["bins"] for binner in group["binners"].values())
    ]
    if empty:
        which = ", ".join(empty) if len(empty) <= _MOST_NAMES else f"{len(empty)} groups"
        text += f"No bin was found in {which}."
    return text


def _sums(groups: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of each binner, over all groups: groups, bins of each class, groups in which it is best."""
    totals: dict[str, dict[str, Any]] = {}
    for group in groups:
        best = best_binners(group)
        for name, binner in group["binners"].items():
            found = totals.setdefault(
                name, {"groups": 0, "best": 0, "bins": 0, "classes": dict.fromkeys(CLASS_NAMES, 0)}
            )
            found["groups"] += 1
            found["best"] += name in best
            found["bins"] += len(binner["bins"])
            for key, count in binner["classes"].items():
                found["classes"][key] += count or 0
    return totals


def _totals(groups: Sequence[Mapping[str, Any]]) -> str:
    totals = _sums(groups)
    most = max(found["bins"] for found in totals.values()) or 1
    judged = len(_judges(groups)) == 1
    rows: list[tuple[Any, ...]] = []
    for name, found in totals.items():
        classes = found["classes"]
        row = (name, found["groups"], found["best"], found["bins"], *classes.values())
        rows.append((*row, _bar(classes, most)) if judged else (row[0], row[1], row[3]))
    header = ("Binner", "Groups", "Best in", "Bins", "NC", "MQ", "LQ", "")
    return table(header if judged else ("Binner", "Groups", "Bins"), rows)


def _verdict(group: Mapping[str, Any]) -> str:
    name = f"<b>{html.escape(group['name'])}</b>"
    contigs = group["contigs"]
    lead = (
        f"{name}: {contigs['long_enough']:,} of {contigs['contigs']:,} contigs were long enough "
        f"to be binned ({contigs['long_enough_bp'] / 1e6:,.1f} of {contigs['bp'] / 1e6:,.1f} Mbp). "
    )
    binners = group["binners"]
    if not any(binner["bins"] for binner in binners.values()):
        return lead + "No bin was found."
    best = best_binners(group)
    if len(_judges([group])) > 1:
        return lead + "Bins were judged by different means, and are not compared."
    if not best:
        most = max(binners, key=lambda key: len(binners[key]["bins"]))
        judged = any(binner["judged_by"] for binner in binners.values())
        rest = "none of which is of medium quality" if judged else "whose quality was not judged"
        return lead + f"{html.escape(most)} made {len(binners[most]['bins'])} bins, {rest}."
    found = binners[best[0]]
    return (
        f"{lead}{_whose(best, _good(found), len(binners) > 1)} Its bins hold "
        f"{found['binned']['all_bp']:.0f} % of the base pairs and "
        f"{found['binned']['all_reads']:.0f} % of the mapped reads."
    )


def _whose(best: Sequence[str], good: tuple[int, int], many: bool) -> str:
    """The good bins of the best binners, of one or many."""
    n_nc, n_mq = good
    whom = html.escape(" and ".join(best))
    how = (
        f"Most {'near-complete' if n_nc else 'medium-quality'} bins are {whom}'s: "
        if many and len(best) == 1
        else (f"{whom} are level: " if many else f"{whom} found ")
    )
    return f"{how}<b>{n_nc:,} near-complete</b> and <b>{n_mq:,} medium-quality</b> bins."


def _bar(classes: Mapping[str, int | None], most: int) -> Html:
    """Bins of each class as a bar, as long as there are bins."""
    parts = "".join(
        f'<span style="width:{100 * (classes[name] or 0) / most:.2f}%;background:{colour}" '
        f'title="{classes[name] or 0} {CLASS_NAMES[name]}"></span>'
        for name, colour in CLASS_COLOURS.items()
    )
    return Html(f'<span class="lb-bar">{parts}</span>')


def _table(groups: Sequence[Mapping[str, Any]]) -> str:
    judged = any(binner["evaluation"] for group in groups for binner in group["binners"].values())
    most = max((len(b["bins"]) for g in groups for b in g["binners"].values()), default=0) or 1
    judges = sorted(_judges(groups))
    header = ["Group", "Binner", "Bins", "NC", "MQ", "LQ", ""]
    header += ["bp in\u00a0bins,\u00a0%", "Reads in\u00a0bins,\u00a0%"]
    header += ["Judged by"] * (len(judges) > 1)
    if judged:
        header += ["NC genomes", "MQ genomes", "Precision, %", "Recall, %"]
    rows: list[list[Any]] = []
    best: list[int] = []
    for group in groups:
        for name, binner in group["binners"].items():
            if name in best_binners(group) and len(group["binners"]) > 1:
                best.append(len(rows))
            classes = binner["classes"]
            row: list[Any] = [group["name"], name, len(binner["bins"]), *classes.values()]
            row.append(_bar(classes, most) if binner["judged_by"] else None)
            row += [percent(binner["binned"][key]) for key in ("all_bp", "all_reads")]
            if len(judges) > 1:
                row.append(_JUDGES.get(binner["judged_by"], binner["judged_by"]))
            if judged:
                figures = (binner["evaluation"] or {}).get("figures", {})
                for key in ("near_complete", "medium_quality"):
                    row.append(int(figures[key]) if key in figures else None)
                for key in ("precision_bp", "recall_bp"):
                    row.append(percent(100 * figures[key]) if key in figures else None)
            rows.append(row)
    key = "".join(
        f'<span class="lb-key" style="background:{colour}"></span>{name}: {CLASS_NAMES[name]}'
        for name, colour in CLASS_COLOURS.items()
    )
    caption = (
        "NC: completeness above 90 %, contamination below 5 %. MQ: from 50 %, below 10 %. LQ: the "
        f"rest. Judged by {' and '.join(_JUDGES.get(name, name) for name in judges) or 'nothing'}."
    )
    if judged:
        caption += (
            " NC genomes: true genomes of which one bin has 90 % at a precision of 95 %; MQ "
            "genomes: 50 % at 90 %, the former included. Precision and recall are by base pairs."
        )
    return (
        grouped(groups, header, rows, 2, best, whole=True)
        + f'<p class="lb-caption"><span style="margin-left:-.9rem">{key}</span><br>{caption}</p>'
    )


def _study(study: Mapping[str, Any]) -> str:
    return f"<b>{html.escape(study['name'])}</b>: {html.escape(study['verdict'])}"


def _dataset(dataset: Mapping[str, Any]) -> str:
    return f"<b>{html.escape(dataset['name'])}</b>: {html.escape(dataset['verdict'])}"
