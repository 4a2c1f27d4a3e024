"""``latentbin-taxonomy``: from labelled contigs to a model, predictions, and how good they are."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import latentbin.taxonomy.judging.cli
import latentbin.taxonomy.models.cli
import latentbin.taxonomy.splitting.cli
from latentbin.command import new_parser, run

EXAMPLES = """\
examples:
  latentbin-composition tnf --fasta contigs.fna.gz --output composition.npz
  latentbin-taxonomy split --labels labels.tsv --by strain --output split.tsv
  latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv \\
      --model lightgbm --output-dir model
  latentbin-taxonomy predict --matrix composition.npz --model model/model.npz \\
      --output predictions.tsv
  latentbin-taxonomy evaluate --predictions predictions.tsv --labels labels.tsv \\
      --split split.tsv --output-dir scores

Contigs of one strain on both sides of a split make any model look good: split by strain (or
species, environment, ...), so that the scores are those of contigs to come.
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-taxonomy",
        "Learn the taxon of contigs from their composition, and say how far that can be trusted.",
        EXAMPLES,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    latentbin.taxonomy.splitting.cli.add_parsers(steps)
    latentbin.taxonomy.models.cli.add_parsers(steps)
    latentbin.taxonomy.judging.cli.add_parsers(steps)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
