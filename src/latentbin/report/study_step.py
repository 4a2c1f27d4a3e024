"""The work of ``latentbin-report study``: what is known of a proteomics study."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.command import available_threads
from latentbin.errors import UserError
from latentbin.files import check_output_folder
from latentbin.matrix import NamedMatrix
from latentbin.report.drawing import codes_of, groups_of, layout, training
from latentbin.report.group_step import write_summary
from latentbin.report.summary import SCHEMA
from latentbin.report.tables import Table, read_json, read_table

_KNOWN = ("class", "batch", "donor")
_MOST_SAMPLES = 5000
_FEW_SAMPLES = 40
_MANY_MISSING = 0.5  # share of all quantities


def summarise_study(args: argparse.Namespace) -> None:
    """Read what there is of a study and write its summary."""
    check_output_folder(args.output)
    table = read_json(
        args.proteome_report,
        "report of a proteome",
        ("samples", "proteins", "quantities"),
        "latentbin-proteome prepare",
    )
    labelled = read_json(
        args.labels_report,
        "report of labels",
        ("labels", "noise", "eps", "eps_by", "follows", "follows_most"),
        "latentbin-proteome label",
    )
    trained = read_json(
        args.classifier_report,
        "report of a classifier",
        ("targets", "split_by", "scores"),
        "latentbin-proteome train",
    )
    spectra = read_json(
        args.identification,
        "report of an identification",
        ("spectra", "psms", "peptides", "proteins", "fdr"),
        "latentbin-proteome identify",
    )
    labels = args.labels and read_table(
        args.labels, "table of labels", ("sample", "label"), "latentbin-proteome label"
    )
    latent = args.latent and NamedMatrix.load(args.latent, "proteome-latent")
    eps = args.eps and read_table(
        args.eps, "table of eps", ("eps", "chosen", "clusters", "noise"), "latentbin-proteome label"
    )
    predictions = args.predictions and read_table(
        args.predictions,
        "table of predictions",
        ("sample", "predicted", "probability"),
        "latentbin-proteome classify",
    )
    summary: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "study",
        "name": args.name,
        "version": __version__,
        "samples": _samples(table, labels),
        "proteins": (table.get("proteins") or {}).get("kept"),
        "spectra": _spectra(spectra),
        "labels": _labels(labelled),
        "eps": _eps(eps) if eps else None,
        "classifier": _classifier(trained),
        "confusion": read_confusion(args.confusion) if args.confusion else None,
        "predictions": _counts(predictions.columns["predicted"]) if predictions else None,
        "training": training(latent) if latent else None,
        "map": _map(latent, labels) if latent and labels else None,
    }
    summary["verdict"] = _verdict(summary)
    summary["notes"] = [*(args.note or ()), *_notes(summary, table)]
    write_summary(args.output, summary)


def _samples(table: Mapping[str, Any], labels: Table | None) -> int | None:
    if labels is not None:
        return len(labels)
    found = (table.get("samples") or {}).get("in_table")
    return int(found) if found is not None else None


def _spectra(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if not found:
        return None
    accepted = {name: (found.get(name) or {}).get("accepted") for name in ("psms", "peptides",
                                                                         "proteins")}  # fmt: skip
    return {"ms2": (found.get("spectra") or {}).get("ms2"), **accepted, "fdr": found.get("fdr")}


def _labels(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if not found:
        return None
    follows = {
        name: {key: score.get(key) for key in ("adjusted_mutual_info", "v_measure")}
        for name, score in (found.get("follows") or {}).items()
    }
    wanted = ("labels", "noise", "eps", "eps_by", "follows_most")
    return {name: found.get(name) for name in wanted} | {"follows": follows}


def _eps(table: Table) -> dict[str, Any]:
    columns = [
        name
        for name in ("clusters", "noise", "tune_v_measure", "class_v_measure", "silhouette")
        if name in table.columns
    ]
    chosen = [flag == "1" for flag in table.columns["chosen"]]
    return {
        "eps": table.numbers("eps"),
        "chosen": next((e for e, is_it in zip(table.numbers("eps"), chosen, strict=True) if is_it),
                       None),
        **{name: table.numbers(name) for name in columns},
    }  # fmt: skip


def _classifier(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if not found:
        return None
    scores = {
        model: {
            split: {key: values.get(key) for key in ("accuracy", "accuracy_sd", "macro_f1",
                                                     "calibration_error")}
            for split, values in splits.items()
            if isinstance(values, Mapping)
        }
        for model, splits in (found.get("scores") or {}).items()
    }  # fmt: skip
    return {"targets": found.get("targets"), "split_by": found.get("split_by"), "scores": scores}


def read_confusion(path: Any) -> dict[str, Any]:
    """A square table: names in the first column, a column for each predicted class.

    Raises
    ------
    UserError : a cell is no number
    """
    table = read_table(path, "confusion table", (), "the command that judged the model")
    first, *names = table.columns
    counts = [table.numbers(name) for name in names]
    return {
        "rows": list(table.columns[first]),
        "columns": names,
        "counts": [list(row) for row in zip(*counts, strict=True)],
    }


def _counts(values: Sequence[str]) -> dict[str, int]:
    names, counts = np.unique(np.array(list(values), dtype=object).astype(str), return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True)}


def _map(latent: NamedMatrix, labels: Table) -> dict[str, Any]:
    place = {name: row for row, name in enumerate(latent.names)}
    wanted = labels.columns["sample"]
    missing = next((name for name in wanted if name not in place), None)
    if missing is not None:
        raise UserError(
            f"{labels.source}: sample '{missing}' is not in {latent.source}. Give the labels of "
            "the same latent."
        )
    order = np.random.default_rng(1).permutation(len(wanted))[:_MOST_SAMPLES].tolist()
    names = [wanted[row] for row in order]
    rows = np.array([place[name] for name in names], np.intp)
    at, how = layout(latent, rows, 1, available_threads())
    colours = []
    for column, nobody in (("label", "noise"), *((name, "") for name in _KNOWN)):
        cells = [labels.columns[column][row] for row in order] if column in labels.columns else []
        if any(cell not in ("", nobody) for cell in cells):
            known, codes = codes_of([cell or nobody for cell in cells], nobody)
            title = column.capitalize()
            colours.append(groups_of(title, codes, known, nobody or "not known"))
    if not colours:
        nobody_has_one = np.full(len(names), -1, np.int64)
        colours.append(groups_of("Label", nobody_has_one, [], "noise"))
    return {
        "drawn": len(names),
        "of": len(wanted),
        "names": names,
        "colours": colours,
        "maps": {
            "latent": {"x": at[0], "y": at[1], "how": how, "dimensions": latent.values.shape[1]}
        },
    }


def _verdict(summary: Mapping[str, Any]) -> str:
    if summary["labels"] is None:
        spotted = summary["spectra"]
        if spotted:
            return f"{spotted['proteins'] or 0:,} protein groups were identified; no labels."
        return "No labels were made."
    found = summary["labels"]
    noise = f", {found['noise']} without a label" if found["noise"] else ""
    text = f"{summary['samples']} samples have {found['labels']} labels{noise}. "
    most = found["follows_most"]
    if most:
        score = found["follows"].get(most, {}).get("adjusted_mutual_info")
        agree = f" (adjusted mutual information {score:.2f})" if score is not None else ""
        text += f"The labels follow the {most}{agree}. "
    elif found["follows"]:
        text += "The labels follow nothing that is known of the samples. "
    else:
        text += "Nothing is known of the samples that labels could be compared with. "
    scores = (summary["classifier"] or {}).get("scores", {})
    right = scores.get("network", {}).get("out-of-fold", {}).get("accuracy")
    if right is not None:
        chance = scores.get("largest class", {}).get("out-of-fold", {}).get("accuracy")
        beside = f"; always saying the largest class: {chance:.0%}" if chance is not None else ""
        text += f"A classifier is right for {right:.0%} of samples it has not seen{beside}. "
    if summary["predictions"]:
        text += f"{sum(summary['predictions'].values())} new samples were classified."
    return text.strip()


def _notes(summary: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    notes = []
    n_samples = summary["samples"]
    if n_samples is not None and n_samples < _FEW_SAMPLES:
        notes.append(f"There are few samples ({n_samples}): labels may hang on single ones.")
    scores = (summary["classifier"] or {}).get("scores", {})
    network, plain = (
        scores.get(model, {}).get("out-of-fold", {}).get("accuracy")
        for model in ("network", "logistic regression")
    )
    if network is not None and plain is not None and plain > network:
        notes.append(
            f"A logistic regression tells the labels better than the network ({plain:.0%} right, "
            f"the network {network:.0%})."
        )
    missing = (table.get("quantities") or {}).get("missing_share", 0)
    if missing > _MANY_MISSING:
        notes.append(f"{missing:.0%} of all quantities are missing.")
    return notes
