"""``latentbin-proteome``: from tables of protein quantities to labels, and to a classifier."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import latentbin.proteome.classifier.cli
import latentbin.proteome.embedding.cli
import latentbin.proteome.labelling.cli
import latentbin.proteome.spectra.cli
import latentbin.proteome.tables.cli
from latentbin.command import new_parser, run

EXAMPLES = """\
examples:
  latentbin-proteome prepare --table report.pg_matrix.tsv --samples samples.csv \\
      --output proteome.npz
  latentbin-proteome embed --proteome proteome.npz --output latent.npz
  latentbin-proteome label --latent latent.npz --output-dir labels
  latentbin-proteome train --proteome proteome.npz --labels labels/labels.tsv \\
      --output-dir classifier
  latentbin-proteome prepare --table new.tsv --like proteome.npz --output new.npz
  latentbin-proteome classify --proteome new.npz --classifier classifier/classifier.npz \\
      --output predictions.tsv

The table may come from spectra: search and quantify each run, identify and tabulate all of them
(see the help of each).
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-proteome",
        "Label groups of samples by their proteomes: an autoencoder and DBSCAN, and a classifier\n"
        "for samples to come.",
        EXAMPLES,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    latentbin.proteome.tables.cli.add_parsers(steps)
    latentbin.proteome.embedding.cli.add_parsers(steps)
    latentbin.proteome.labelling.cli.add_parsers(steps)
    latentbin.proteome.classifier.cli.add_parsers(steps)
    latentbin.proteome.spectra.cli.add_parsers(steps)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
