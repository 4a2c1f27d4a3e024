"""The step ``prepare``: a table of protein quantities in, a named matrix and an account out."""

from __future__ import annotations

import argparse
import dataclasses
import logging
from pathlib import Path
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import check_output_folder, file_digest, write_json
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError, as_dict, flag, from_args
from latentbin.proteome.annotation import PROTEOME, Annotation
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.formats import read_table
from latentbin.proteome.tables.options import PrepareOptions, ReadOptions
from latentbin.proteome.tables.scaling import RULES, Prepared, prepare_values
from latentbin.proteome.tables.sheet import (
    FACTS,
    SampleSheet,
    annotate,
    counts,
    draw_tune,
    read_sheet,
)

logger = logging.getLogger(__name__)

_USUAL_LOG2 = 64


def prepare(args: argparse.Namespace) -> None:
    """Read, choose, scale; write a matrix of kind ``proteome`` and its account."""
    account_path: Path = args.account or args.output.with_suffix(".json")
    if account_path == args.output:
        raise OptionError("--output and --account are the same file; let --output end in .npz")
    for path in (args.output, account_path):
        check_output_folder(path)
    reference = NamedMatrix.load(args.like, PROTEOME) if args.like else None
    options = _options(args, reference)
    reading = from_args(ReadOptions, args)
    asked = {fact: getattr(args, f"{fact}_column") for fact in FACTS}
    with stage(f"read {args.table.name}"):
        sheet = read_sheet(args.samples) if args.samples else None
        table = read_table(
            args.table,
            args.format,
            reading,
            sheet.runs() if sheet else (),
            [column for column in asked.values() if column],
        )
    samples, annotation, without_row = annotate(table, sheet, asked, reading.metadata_prefix)
    table = dataclasses.replace(table, samples=samples)
    annotation = _with_tune(annotation, options, args.seed)
    prepared = prepare_values(table, options, reference.columns if reference else None)
    inputs = {
        path.name: file_digest(path) for path in (args.table, args.samples, args.like) if path
    }
    account = {
        "command": "latentbin-proteome prepare",
        "version": __version__,
        "inputs": inputs,
        "options": as_dict(options) | as_dict(reading) | _asked(asked) | {"seed": args.seed},
        "format": table.kind,
        **_account(table, prepared, annotation, sheet, without_row),
    }
    NamedMatrix(
        PROTEOME,
        samples,
        prepared.proteins,
        prepared.values,
        annotation.arrays(),
        {"quantities": options.quantities, "floor": options.floor},
        account,
        str(args.output),
    ).save(args.output)
    write_json(account_path, account)
    _say(table, prepared, account, reference)


def _options(args: argparse.Namespace, reference: NamedMatrix | None) -> PrepareOptions:
    """As given; with a reference its floor, its number of proteins and, unless given, its unit."""
    if reference is None:
        return from_args(PrepareOptions, args)
    for name in ("proteins", "floor"):
        if hasattr(args, name):
            raise OptionError(f"{flag(name)} is that of --like; leave it out")
    like = PrepareOptions(
        proteins=len(reference.columns),
        quantities=reference.attributes["quantities"],
        floor=reference.attributes["floor"],
    )
    return from_args(PrepareOptions, args, like)


def _with_tune(annotation: Annotation, options: PrepareOptions, seed: int) -> Annotation:
    if not options.tune_share:
        return annotation
    if annotation.tune.any():
        raise UserError(
            "--tune-share: the samples have tune flags already. Leave one of the two out."
        )
    if not (annotation.classes != "").any():
        raise UserError(
            "--tune-share: no sample has a class. Give classes with --samples or --class-column."
        )
    return draw_tune(annotation, options.tune_share, seed)


def _asked(asked: dict[str, str | None]) -> dict[str, str | None]:
    return {f"{fact}_column": column for fact, column in asked.items()}


def _account(
    table: ProteinTable,
    prepared: Prepared,
    annotation: Annotation,
    sheet: SampleSheet | None,
    without_row: int,
) -> dict[str, Any]:
    n_present = len(prepared.proteins) - prepared.n_absent
    return {
        "rules": list(RULES),
        "dropped_by_format": dict(table.dropped),
        "proteins": {
            "in_table": len(table.proteins),
            "missing_in_all_samples": len(table.proteins) - prepared.n_measured,
            "measured": prepared.n_measured,
            "kept": n_present,
            "absent_from_table": prepared.n_absent,
            "left_out": len(table.proteins) - n_present,
        },
        "quantities": {
            "missing_share": round(prepared.missing_share, 6),
            "missing_share_of_kept": round(prepared.missing_share_kept, 6),
            "below_floor": prepared.n_floored,
        },
        "samples": {
            "in_table": len(table.samples),
            "without_row_in_sheet": without_row,
            "with_class": int((annotation.classes != "").sum()),
            "tune": int(annotation.tune.sum()),
            "classes": counts(annotation.classes),
            "batches": counts(annotation.batches),
            "donors": len(counts(annotation.donors)),
            "missing": dict(zip(table.samples, prepared.missing.tolist(), strict=True)),
        },
    }


def _say(
    table: ProteinTable,
    prepared: Prepared,
    account: dict[str, Any],
    reference: NamedMatrix | None,
) -> None:
    proteins, quantities, samples = (
        account[what] for what in ("proteins", "quantities", "samples")
    )
    for rule, number in table.dropped.items():
        logger.info("%s: %s", rule, f"{number:,}")
    logger.info(
        "%d samples; %d proteins, %d of them missing in all samples; of the rest %.1f %% of the "
        "quantities are missing",
        len(table.samples),
        proteins["in_table"],
        proteins["missing_in_all_samples"],
        100 * quantities["missing_share"],
    )
    if reference is not None:
        logger.info(
            "kept the %d proteins of %s: %d are in the table, %d are not and are 0; %d proteins of "
            "the table are not among them",
            len(prepared.proteins),
            reference.source,
            proteins["kept"],
            proteins["absent_from_table"],
            proteins["left_out"],
        )
    else:
        logger.info(
            "kept the %d most abundant proteins, %.1f %% missing",
            proteins["kept"],
            100 * quantities["missing_share_of_kept"],
        )
    for what in ("classes", "batches"):
        if samples[what]:
            shown = ", ".join(f"{name} {number}" for name, number in samples[what].items())
            logger.info("%s: %s", what, shown)
    if samples["without_row_in_sheet"]:
        logger.info(
            "%d samples of the table are not in the sample sheet: they stay, nothing is known of "
            "them",
            samples["without_row_in_sheet"],
        )
    if account["options"]["quantities"] == "raw" and np.nanmax(table.quantities) < _USUAL_LOG2:
        logger.warning(
            "%s: no quantity is above %d. If they are logarithms already, give --quantities log2",
            table.source,
            _USUAL_LOG2,
        )
