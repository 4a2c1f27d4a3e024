"""``latentbin-report write``: one page of all summaries."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from latentbin.command import later
from latentbin.options import add_options
from latentbin.report.options import WriteOptions

_EPILOG = """\
The page is a MultiQC report. It holds all that it needs and opens without a network.

examples:
  latentbin-report write --summary gut.summary.json soil.summary.json --output report.html
  latentbin-report write --summary *.summary.json --versions versions.yml \\
      --parameters params.json --trace execution_trace.tsv --title 'Gut, 2024' \\
      --output report.html
"""


def add_write(steps: Any) -> None:
    """Add the step's command line."""
    parser: argparse.ArgumentParser = steps.add_parser(
        "write",
        help="make one page of all summaries",
        description="Make one page of the summaries of groups, studies and data sets.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "--summary",
        type=Path,
        nargs="+",
        required=True,
        metavar="JSON",
        help="from latentbin-report group, study or dataset, in any order",
    )
    parser.add_argument(
        "--versions", type=Path, metavar="YAML", help="process, then program and version"
    )
    parser.add_argument("--parameters", type=Path, metavar="JSON", help="of the run, by name")
    parser.add_argument(
        "--trace", type=Path, metavar="TSV", help="Nextflow's execution trace, for run times"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="HTML", help="the page")
    add_options(parser, WriteOptions)
    parser.set_defaults(work=later("latentbin.report.write_step", "write_page"))
