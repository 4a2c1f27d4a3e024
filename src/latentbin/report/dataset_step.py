"""The work of ``latentbin-report dataset``: what is known of the taxonomy of a data set."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latentbin import __version__
from latentbin.errors import UserError
from latentbin.files import check_output_folder
from latentbin.options import OptionError
from latentbin.report.arguments import by_name
from latentbin.report.group_step import write_summary
from latentbin.report.summary import SCHEMA
from latentbin.report.tables import Table, read_json, read_table

_MOST_CLASSES = 30
_SCORES = (
    "contigs", "classes", "accuracy", "macro_f1", "calibration_error", "unknown", "never_predicted",
)  # fmt: skip


def summarise_dataset(args: argparse.Namespace) -> None:
    """Read what there is of a data set and write its summary."""
    check_output_folder(args.output)
    files = {
        kind: by_name(f"--{kind}", getattr(args, kind))
        for kind in ("evaluation", "training", "classes", "confusion")
    }
    for kind in ("classes", "confusion"):
        for name in files[kind]:
            if name not in files["evaluation"]:
                raise OptionError(f"--{kind} is given for '{name}', --evaluation is not")
    names = list(dict.fromkeys([*files["evaluation"], *files["training"]]))
    models = {name: _model({kind: of.get(name) for kind, of in files.items()}) for name in names}
    splits = [model["split"] for model in models.values() if model["split"]]
    predictions = args.predictions and read_table(
        args.predictions, "predictions table", ("contig",), "latentbin-taxonomy predict"
    )
    bins = args.bin_taxonomy and read_table(
        args.bin_taxonomy, "table of taxa of bins", ("bin",), "latentbin-taxonomy vote"
    )
    summary: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "dataset",
        "name": args.name,
        "version": __version__,
        "models": models,
        "split_by": splits[0]["by"] if splits else None,
        "leaks": splits[0]["leaks"] if splits else None,
        "contigs": _taxa(predictions) if predictions else None,
        "bins": _taxa(bins) if bins else None,
    }
    summary["verdict"] = _verdict(summary)
    summary["notes"] = [*(args.note or ()), *_notes(summary)]
    write_summary(args.output, summary)


def _model(files: Mapping[str, Path | None]) -> dict[str, Any]:
    evaluation, training = files["evaluation"], files["training"]
    judged = read_json(
        evaluation, "report of an evaluation", ("ranks", "split"), "latentbin-taxonomy evaluate"
    )
    ranks = {
        rank: {key: scores.get(key) for key in _SCORES}
        for rank, scores in judged.get("ranks", {}).items()
    }
    split = judged.get("split") or {}
    finest = list(ranks)[-1] if ranks else None
    return {
        "ranks": ranks,
        "finest": finest,
        "split": {"by": split.get("by"), "leaks": split.get("leaks")} if split.get("by") else None,
        "training": _training(training) if training else None,
        "classes": _classes(files["classes"], finest) if files["classes"] else None,
        "confusion": _confusion(files["confusion"], finest) if files["confusion"] else None,
    }


def _training(path: Path) -> dict[str, Any]:
    table = read_table(path, "table of losses", (), "latentbin-taxonomy train")
    first, *others = table.columns
    curves = [name for name in others if "loss" in name]
    if not curves:
        raise UserError(
            f"{path}, line 1: no column of losses: not a table of losses. Give the training.tsv of "
            "latentbin-taxonomy train."
        )
    return {
        "step": first,
        "at": table.numbers(first),
        "curves": {name: table.numbers(name) for name in curves},
    }


def _classes(path: Path, rank: str | None) -> list[dict[str, Any]]:
    """Scores of the classes of a rank, those with most contigs first."""
    columns = ("rank", "class", "support", "precision", "recall", "f1")
    table = read_table(path, "table of classes", columns, "latentbin-taxonomy evaluate")
    rows: list[dict[str, Any]] = []
    numbers = {name: table.numbers(name) for name in columns[2:]}
    for row, (at, name) in enumerate(
        zip(table.columns["rank"], table.columns["class"], strict=True)
    ):
        if at == rank:
            rows.append({"class": name} | {key: values[row] for key, values in numbers.items()})
    rows.sort(key=lambda each: (-(each["support"] or 0), each["class"]))
    return rows[:_MOST_CLASSES]


def _confusion(path: Path, rank: str | None) -> dict[str, Any]:
    """Contigs by class and predicted class, of the classes with most contigs."""
    columns = ("rank", "class", "predicted", "contigs")
    table = read_table(path, "confusion table", columns, "latentbin-taxonomy evaluate")
    counts: dict[tuple[str, str], float] = {}
    numbers = table.numbers("contigs")
    for row, at in enumerate(table.columns["rank"]):
        if at == rank:
            key = (table.columns["class"][row], table.columns["predicted"][row])
            counts[key] = counts.get(key, 0) + (numbers[row] or 0)
    sizes: dict[str, float] = {}
    for (name, _), number in counts.items():
        sizes[name] = sizes.get(name, 0) + number
    rows = sorted(sizes, key=lambda name: (-sizes[name], name))[:_MOST_CLASSES]
    others = sorted({guess for name, guess in counts if name in rows and guess not in rows})
    shown = [*rows, *(["unknown"] if "unknown" in others else [])]
    rest = [guess for guess in others if guess != "unknown"]
    table_rows = []
    for name in rows:
        line = [counts.get((name, guess), 0) for guess in shown]
        if rest:
            line.append(sum(counts.get((name, guess), 0) for guess in rest))
        table_rows.append([round(100 * value / sizes[name], 1) for value in line])
    return {
        "rows": rows,
        "columns": shown + (["other taxa"] if rest else []),
        "percent": table_rows,
        "of": len(sizes),
    }


def _taxa(table: Table) -> dict[str, Any]:
    """Of each rank how many have a taxon, and the most frequent taxa."""
    ends = ("_probability", "_share")
    ranks = [name for name in table.columns if any(f"{name}{end}" in table.columns for end in ends)]
    if not ranks:
        raise UserError(
            f"{table.source}, line 1: no column of a rank with its probability or share. Give the "
            "table of latentbin-taxonomy predict (contigs) or vote (bins)."
        )
    found: dict[str, Any] = {"rows": len(table), "ranks": {}}
    for rank in ranks:
        counts: dict[str, int] = {}
        for taxon in table.columns[rank]:
            counts[taxon] = counts.get(taxon, 0) + 1
        known = {name: count for name, count in counts.items() if name not in ("unknown", "")}
        most = sorted(known.items(), key=lambda each: (-each[1], each[0]))[:_MOST_CLASSES]
        found["ranks"][rank] = {"known": sum(known.values()), "taxa": dict(most)}
    return found


def _verdict(summary: Mapping[str, Any]) -> str:
    parts = []
    judged = {name: model for name, model in summary["models"].items() if model["ranks"]}
    if judged:
        scores = {name: model["ranks"][model["finest"]] for name, model in judged.items()}
        best = max(scores, key=lambda name: scores[name]["accuracy"] or 0)
        found, rank = scores[best], judged[best]["finest"]
        by = f" of {summary['split_by']}s it has not seen" if summary["split_by"] not in (
            None, "random") else ""  # fmt: skip
        parts.append(
            f"{best} tells the {rank} of {found['accuracy'] or 0:.0%} of the test contigs{by} "
            f"(macro F1 {found['macro_f1'] or 0:.2f})."
        )
    for what, key in (("contigs", "contigs"), ("bins", "bins")):
        taxa = summary[key]
        if taxa and taxa["ranks"]:
            rank = list(taxa["ranks"])[-1]
            parts.append(
                f"{taxa['ranks'][rank]['known']:,} of {taxa['rows']:,} {what} have a {rank}."
            )
    return " ".join(parts) or "Nothing was judged or predicted."


def _notes(summary: Mapping[str, Any]) -> list[str]:
    notes = []
    leaks = summary["leaks"]
    if leaks and leaks not in ("none", "not checked"):
        notes.append(
            f"The split has names on both sides ({leaks}): scores tell how well the model knows "
            "what it has seen, not how well it does on new ones."
        )
    if summary["split_by"] == "random":
        notes.append(
            "The split is at random: contigs of one genome are on both sides, and scores are "
            "better than they will be on new genomes. Split by strain or species."
        )
    for name, model in summary["models"].items():
        scores = model["ranks"].get(model["finest"], {}) if model["ranks"] else {}
        never = scores.get("never_predicted")
        if never:
            notes.append(f"{name} never predicts {never} of {scores['classes']} classes.")
    return notes
