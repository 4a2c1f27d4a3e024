"""``latentbin-bins``: genome bins of clusters, and how good they are."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from latentbin.bins.cli_quality import add_quality
from latentbin.bins.cli_write import add_write
from latentbin.command import new_parser, run

_EPILOG = """\
examples:
  latentbin-bins write --fasta contigs.fna.gz --clusters clusters.tsv --output-dir bins
  latentbin-bins quality --contig2bin bins/contig2bin.tsv --fasta contigs.fna.gz \\
      --markers markers.tsv --output quality.tsv
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line of ``latentbin-bins``."""
    parser = new_parser("latentbin-bins", "Make genome bins of clusters, and judge them.", _EPILOG)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")
    add_write(steps)
    add_quality(steps)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
