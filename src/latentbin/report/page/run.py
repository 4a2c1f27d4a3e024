"""The last chapter: how the results were made."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from latentbin import __version__
from latentbin.report.page.chapters import Chapter, Section
from latentbin.report.page.markup import Html, bullets, table
from latentbin.report.page.methods import REFERENCES, methods
from latentbin.report.tables import Table

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
# how the names begin of parameters that one workflow alone has
_OF_WORKFLOW = {
    "binning": ("abundance_", "binners", "deepmetabin_", "genomeface_", "mag_", "mapper",
                "min_bin_size", "min_identity", "minimap2_", "save_bam", "separator",
                "truth", "vamb_"),
    "proteomics": ("proteome_", "spectra_"),
    "taxonomy": ("taxonomy_models", "taxonomy_rank", "taxonomy_split", "taxonomy_test_share",
                 "taxonomy_tune_trials"),
}  # fmt: skip
Summaries = Sequence[Mapping[str, Any]]


def run_chapter(
    groups: Summaries,
    studies: Summaries,
    datasets: Summaries,
    versions: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, Any],
    trace: Table | None,
) -> Chapter:
    """Methods to paste, citations, run times, parameters, versions."""
    text, cited = methods(groups, studies, datasets, versions, parameters)
    chapter = Chapter("How it was made")
    chapter.sections.append(
        Section(
            "Methods, ready to paste",
            "Check it before you publish it: it knows of this run only.",
            content=f'<p class="lb-paste">{html.escape(text)}</p>',
        )
    )
    lines = [Html(_linked(REFERENCES[name])) for name in cited]
    chapter.sections.append(
        Section("Please cite", content=f'<div class="lb-cite">{bullets(lines)}</div>')
    )
    # the pipeline puts the times there when it ends: it cannot know them before
    times = _times(trace) if trace is not None else "<!-- run times -->"
    chapter.sections.append(
        Section(
            "Run times",
            "Of each step, over all its tasks. Steps that were taken from an earlier run are "
            "counted with the time that they took then."
            if trace is not None or "Workflow" in versions
            else "Not known.",
            content=times,
        )
    )
    if parameters:
        chapter.sections.append(
            Section(
                "Parameters",
                "Those that were not given and have no default are left out, and those of other "
                "workflows.",
                content=table(("Parameter", "Value"), _given(parameters), text=2),
            )
        )
    chapter.sections.append(Section("Versions", content=_versions(versions)))
    return chapter


def _given(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values of the parameters that this run could use."""
    workflow = parameters.get("workflow")
    others = tuple(
        prefix
        for of, prefixes in _OF_WORKFLOW.items()
        for prefix in prefixes
        if workflow in _OF_WORKFLOW and of != workflow
    )
    return [
        (name, str(value))
        for name, value in sorted(parameters.items())
        if value is not None
        and not isinstance(value, Mapping)
        and name not in ("help", "version")
        and not name.startswith(others)
    ]


def _linked(reference: str) -> str:
    """A reference as HTML, its DOI or address a link."""
    text = html.escape(reference)
    text = re.sub(
        r"doi:(10\.[^\s,]+[^\s,.])",
        r'<a href="https://doi.org/\1" target="_blank">doi:\1</a>',
        text,
    )
    return re.sub(
        r'(?<!")(https://(?!doi)[^\s,]+[^\s,.])', r'<a href="\1" target="_blank">\1</a>', text
    )


def _times(trace: Table) -> str:
    """A row for each process: tasks, time, memory; those that took longest first."""
    steps: dict[str, dict[str, float]] = {}
    for row in trace.rows():
        if row.get("status") not in ("COMPLETED", "CACHED"):
            continue
        process = row["name"].split(" ")[0].split(":")[-1]
        step = steps.setdefault(process, {"tasks": 0, "seconds": 0, "longest": 0, "memory": 0})
        seconds = quantity(row.get("realtime", ""), _SECONDS)
        step["tasks"] += 1
        step["seconds"] += seconds
        step["longest"] = max(step["longest"], seconds)
        step["memory"] = max(step["memory"], quantity(row.get("peak_rss", ""), _BYTES))
    rows = [
        (
            name,
            int(step["tasks"]),
            _time(step["seconds"]),
            _time(step["longest"]),
            f"{step['memory'] / (1 << 30):.2f}" if step["memory"] else "",
        )
        for name, step in sorted(steps.items(), key=lambda each: -each[1]["seconds"])
    ]
    header = ("Step", "Tasks", "Time of all", "Longest task", "Most memory, GiB")
    return table(header, rows)


def quantity(text: str, units: Mapping[str, float]) -> float:
    """A sum of numbers with units, such as ``1h 2m 3s`` or ``1.5 GB``; 0 for what is none."""
    return sum(
        float(number) * units[unit]
        for number, unit in re.findall(r"([\d.]+) ?([A-Za-z]+)", text)
        if unit in units
    )


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _versions(versions: Mapping[str, Mapping[str, str]]) -> str:
    steps: dict[tuple[str, str], list[str]] = {("latentbin", __version__): []}
    for process, tools in versions.items():
        for tool, version in tools.items():
            steps.setdefault((tool, str(version)), []).append(process)
    rows = [
        (tool, version, ", ".join(name for name in processes if name != "Workflow"))
        for (tool, version), processes in steps.items()
    ]
    return table(("Program", "Version", "Used by"), rows, text=2, wrap=(2,))
