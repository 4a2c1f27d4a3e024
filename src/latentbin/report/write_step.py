"""The work of ``latentbin-report write``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import check_output_folder, readable
from latentbin.options import from_args
from latentbin.report.options import WriteOptions
from latentbin.report.summary import SCHEMA
from latentbin.report.tables import read_json, read_table

logger = logging.getLogger(__name__)

# with their plurals
_KINDS = {"group": "groups", "study": "studies", "dataset": "data sets"}


def write_page(args: argparse.Namespace) -> None:
    """Read all summaries and write the page."""
    options = from_args(WriteOptions, args)
    check_output_folder(args.output)
    of_kind = read_summaries(args.summary)
    versions = _read_versions(args.versions) if args.versions else {}
    parameters = read_json(args.parameters, "table of parameters", (), "the pipeline")
    trace = (
        read_table(args.trace, "trace", ("name", "status", "realtime"), "nextflow run -with-trace")
        if args.trace
        else None
    )
    with stage("imported MultiQC"):
        from latentbin.report.page.render import render
    with stage(f"wrote {args.output}"):
        render(args.output, options, of_kind, versions, parameters, trace)
    size = args.output.stat().st_size
    counts = ", ".join(
        f"{len(found)} {kind if len(found) == 1 else _KINDS[kind]}"
        for kind, found in of_kind.items()
        if found
    )
    logger.info("%s: %s, %.1f MB", args.output, counts, size / 1e6)


def read_summaries(paths: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """Summaries by kind, each kind in the order of names.

    Raises
    ------
    UserError : not a summary, or two of the same name
    """
    of_kind: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _KINDS}
    seen: dict[tuple[str, str], Path] = {}
    for path in paths:
        found = read_json(path, "summary", (), "latentbin-report group")
        if found.get("schema") != SCHEMA or found.get("kind") not in of_kind:
            raise UserError(
                f"{path}: is '{found.get('schema')}', expected '{SCHEMA}'. Make it with "
                "latentbin-report group, study or dataset of this version."
            )
        key = (found["kind"], found["name"])
        if key in seen:
            raise UserError(
                f"{path}: {key[0]} '{key[1]}' is in {seen[key]}, too. Give each its own --name."
            )
        seen[key] = path
        of_kind[found["kind"]].append(found)
    for summaries in of_kind.values():
        summaries.sort(key=lambda summary: summary["name"])
    return of_kind


def _read_versions(path: Path) -> Mapping[str, Mapping[str, str]]:
    import yaml

    with readable(path, "table of versions"), open(path, encoding="utf-8") as handle:
        try:
            found = yaml.safe_load(handle) or {}
        except yaml.YAMLError as error:
            raise UserError(
                f"{path}: not YAML. Expected process, then program: version."
            ) from error
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise UserError(f"{path}: expected process, then program: version.")
    return found
