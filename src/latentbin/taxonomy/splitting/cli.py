"""The command line of ``split``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import add_seed, later
from latentbin.options import add_options
from latentbin.taxonomy.splitting.options import SplitOptions

_EXAMPLES = """\
examples:
  latentbin-taxonomy split --labels labels.tsv --by strain --output split.tsv
  latentbin-taxonomy split --labels labels.tsv --by environment --test-groups gut,soil \\
      --output split.tsv
  latentbin-taxonomy split --labels labels.tsv --by random --output random.tsv

labels.tsv has a header: contig, then ranks (domain to strain) and groups (environment, sample,
genome, ...) in any order; an empty cell is what is not known. Contigs without a taxon at --rank,
or without a group, are left out and counted.

By random, contigs of one genome come to lie on both sides. Scores are then those of genomes that
the model has seen; what it will do with others is told by a split by strain, species or
environment.
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the step to the command."""
    split = steps.add_parser(
        "split",
        help="which contigs train a model, and which judge it",
        description="Divide labelled contigs into a training, a validation and a test part whose\n"
        "groups (strains, environments, ...) are kept apart, and check what they share.",
        epilog=_EXAMPLES,
    )
    split.add_argument(
        "--labels", required=True, type=Path, metavar="TSV", help="contigs with taxa and groups"
    )
    split.add_argument(
        "--by",
        required=True,
        metavar="COLUMN",
        help="what no part shares: strain, species, environment, any column; or 'random', contigs",
    )
    split.add_argument("--output", required=True, type=Path, metavar="TSV", help="contig and part")
    split.add_argument(
        "--report", type=Path, metavar="JSON", help="counts and leaks [beside --output]"
    )
    split.add_argument(
        "--matrix",
        type=Path,
        metavar="NPZ",
        help="split the contigs of this matrix only [all that have labels]",
    )
    split.add_argument(
        "--test-groups",
        metavar="A,B",
        help="the test part is these groups, instead of --test-share of them",
    )
    split.add_argument(
        "--validation-by", metavar="COLUMN", help="what training and validation do not share [--by]"
    )
    split.add_argument(
        "--check",
        metavar="A,B",
        help="columns to look for on both sides [finer ranks, genome, sample, environment]",
    )
    add_options(split, SplitOptions)
    add_seed(split)
    split.set_defaults(work=later("latentbin.taxonomy.splitting.split_step", "split"))
