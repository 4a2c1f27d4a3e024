"""The command line of ``evaluate`` and ``vote``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import later
from latentbin.options import add_options
from latentbin.taxonomy.judging.options import EvaluateOptions, VoteOptions

_EVALUATE = """\
written to DIR, which must not exist or be empty:
  scores.tsv             a row per rank: contigs, accuracy, balanced accuracy, F1, share unknown,
                         calibration error; with --probabilities also top-3, top-5, log loss and
                         AUC; with --composition also the accuracy of base pairs
  classes.tsv            a row per rank and class: support, precision, recall, F1, AUC, and
                         whether the class is never predicted
  confusion.tsv          contigs by rank, class and predicted class
  confusion_<rank>.svg   the same of the largest classes; .png
  f1_<rank>.svg          F1 of the largest classes; .png
  reliability.svg        probabilities against the share that is right; .png
  evaluation.json        scores, classes never predicted, contigs whose taxa contradict each other
                         (by the lineages of --labels), and what the split leaks

Contigs of a class that the model has not seen can only be right as 'unknown': they are counted in
columns of their own (new_contigs, new_unknown) and in no other score. What the model has seen is
read from --probabilities, else from the train part of --split.

examples:
  latentbin-taxonomy evaluate --predictions predictions.tsv --labels labels.tsv \\
      --split split.tsv --probabilities probabilities.npz --output-dir scores
  latentbin-taxonomy evaluate --predictions other_tool.tsv --labels labels.tsv --output-dir scores
"""
_VOTE = """\
Each contig votes with its length, from the coarsest rank down: at each rank the taxon with most
base pairs among the contigs that agree with the taxa chosen above it. From the first rank at which
it has less than --least-share of the bin on, the bin is 'unknown'.

columns of the table, largest bin first; of each rank
  <rank>              the taxon, or unknown
  <rank>_share        share of the bin's base pairs that back it (of the best taxon, if unknown)
  <rank>_unknown      share of the bin's base pairs without a taxon at this rank
With --quality these stand behind the columns of that table, in its order.

examples:
  latentbin-taxonomy vote --contig2bin bins/contig2bin.tsv --predictions predictions.tsv \\
      --composition composition.npz --quality quality.tsv --output bin_taxonomy.tsv
  latentbin-taxonomy vote --clusters clusters.tsv --predictions predictions.tsv \\
      --composition composition.npz --output cluster_taxonomy.tsv
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the steps to the command."""
    evaluate = steps.add_parser(
        "evaluate",
        help="scores of predictions at every rank, tables and plots",
        description="Compare predictions with labels, rank by rank and class by class.",
        epilog=_EVALUATE,
    )
    _add_predictions(evaluate)
    evaluate.add_argument(
        "--labels", required=True, type=Path, metavar="TSV", help="what contigs are known to be"
    )
    evaluate.add_argument(
        "--output-dir", required=True, type=Path, metavar="DIR", help="new or empty folder"
    )
    evaluate.add_argument(
        "--split",
        type=Path,
        metavar="TSV",
        help="of latentbin-taxonomy split: judge one part only [all contigs with labels]",
    )
    add_options(evaluate, EvaluateOptions)
    evaluate.add_argument(
        "--split-report",
        type=Path,
        metavar="JSON",
        help="how the split was made and what leaks [beside --split, if it is there]",
    )
    evaluate.add_argument(
        "--probabilities",
        type=Path,
        metavar="NPZ",
        help="of latentbin-taxonomy predict: for the scores that need those of all classes",
    )
    evaluate.add_argument(
        "--composition", type=Path, metavar="NPZ", help="for the lengths of contigs"
    )
    evaluate.set_defaults(work=later("latentbin.taxonomy.judging.evaluate_step", "evaluate"))

    vote = steps.add_parser(
        "vote",
        help="the taxon of each bin, by the votes of its contigs",
        description="Give each bin the taxa that most of its base pairs are predicted to be.",
        epilog=_VOTE,
    )
    bins = vote.add_mutually_exclusive_group(required=True)
    bins.add_argument(
        "--contig2bin",
        type=Path,
        metavar="TSV",
        help="bins: contig, tab, bin, no header, as latentbin-bins write makes it",
    )
    bins.add_argument(
        "--clusters", type=Path, metavar="TSV", help="clusters of a binner, each taken as a bin"
    )
    _add_predictions(vote)
    vote.add_argument(
        "--composition",
        required=True,
        type=Path,
        metavar="NPZ",
        help="all contigs, for their lengths",
    )
    vote.add_argument(
        "--quality",
        type=Path,
        metavar="TSV",
        help="of latentbin-bins quality: the taxa are set beside its columns, in its order",
    )
    vote.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="TSV",
        help="a row per bin; counts are written beside it (.json)",
    )
    add_options(vote, VoteOptions)
    vote.set_defaults(work=later("latentbin.taxonomy.judging.vote_step", "vote"))


def _add_predictions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--predictions",
        required=True,
        type=Path,
        metavar="TSV",
        help="of latentbin-taxonomy predict, or of another program with the same columns",
    )
