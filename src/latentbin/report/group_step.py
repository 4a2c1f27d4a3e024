"""The work of ``latentbin-report group``."""

from __future__ import annotations

import argparse
import json
import logging

from latentbin.command import stage
from latentbin.files import atomic_output, check_output_folder
from latentbin.options import from_args
from latentbin.report.inputs import read_group
from latentbin.report.options import GroupOptions
from latentbin.report.summary import summarise

logger = logging.getLogger(__name__)


def summarise_group(args: argparse.Namespace) -> None:
    """Read a group, write its summary and, if asked for, results.h5ad."""
    options = from_args(GroupOptions, args)
    for path in filter(None, (args.output, args.h5ad)):
        check_output_folder(path)
    group = read_group(args, options)
    with stage("summarised"):
        summary = summarise(group, options, args.seed, args.threads)
    if args.h5ad:
        from latentbin.report.h5ad import write_h5ad

        with stage(f"wrote {args.h5ad}"):
            write_h5ad(args.h5ad, group)
    write_summary(args.output, summary)
    for name, found in summary["binners"].items():
        classes = ", ".join(f"{n} {kind}" for kind, n in found["classes"].items() if n is not None)
        logger.info("%s: %d bins: %s", name, len(found["bins"]), classes or "not judged")
    for note in summary["notes"]:
        logger.info("note: %s", note)


def write_summary(path: str, summary: dict[str, object]) -> None:
    """Write a summary: JSON without spaces, complete or not at all."""
    with atomic_output(path) as temporary:
        text = json.dumps(summary, separators=(",", ":"), ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
