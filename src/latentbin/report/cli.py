"""``latentbin-report``: one page about a run, and one file with everything about a group."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from latentbin.command import new_parser, run
from latentbin.report.cli_group import add_group
from latentbin.report.cli_tables import add_dataset, add_study
from latentbin.report.cli_write import add_write

_EPILOG = """\
group, study and dataset each read the results of one group (binning), study (proteomics) or data
set (taxonomy) and write a small summary; write makes one page of all summaries.

examples:
  latentbin-report group --name gut --fasta contigs.fna.gz --composition composition.npz \\
      --abundance abundance.npz --markers markers.tsv --contig2bin vamb=vamb/contig2bin.tsv \\
      --latent vamb=vamb/latent.npz --quality vamb=vamb/quality.tsv \\
      --h5ad results.h5ad --output gut.summary.json
  latentbin-report write --summary gut.summary.json --output report.html
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line of ``latentbin-report``."""
    parser = new_parser("latentbin-report", "One page about the results of a run.", _EPILOG)
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")
    add_group(steps)
    add_study(steps)
    add_dataset(steps)
    add_write(steps)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
