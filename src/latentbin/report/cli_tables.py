"""``latentbin-report study`` and ``dataset``: summaries of proteomics and of taxonomy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from latentbin.command import later
from latentbin.report.arguments import named_file

_STUDY = """\
examples:
  latentbin-report study --name plaques --proteome-report proteome.json --latent latent.npz \\
      --labels labels/labels.tsv --labels-report labels/summary.json --eps labels/eps.tsv \\
      --classifier-report classifier/summary.json --confusion classifier/confusion.tsv \\
      --predictions predictions.tsv --output plaques.summary.json
"""
_DATASET = """\
Files of a model are given as NAME=FILE, once for each model.

examples:
  latentbin-report dataset --name known --training lightgbm=lightgbm/training.tsv \\
      --evaluation lightgbm=lightgbm/evaluation/evaluation.json \\
      --classes lightgbm=lightgbm/evaluation/classes.tsv \\
      --confusion lightgbm=lightgbm/evaluation/confusion.tsv --output known.summary.json
  latentbin-report dataset --name gut --predictions predictions.tsv \\
      --bin-taxonomy bin_taxonomy.tsv --output gut.taxa.json
"""
# flag, metavar, help
_OF_STUDY = (
    ("--identification", "JSON", "of spectra: what was identified (identification.json)"),
    ("--proteome-report", "JSON", "what was read of the table (proteome.json)"),
    ("--latent", "NPZ", "latent of the samples, for the map and for the training curve"),
    ("--labels", "TSV", "labels of the samples (labels/labels.tsv)"),
    ("--labels-report", "JSON", "how they were chosen, what they follow (labels/summary.json)"),
    ("--eps", "TSV", "every eps that was tried (labels/eps.tsv)"),
    ("--classifier-report", "JSON", "how well the classifier does (classifier/summary.json)"),
    ("--confusion", "TSV", "its confusion table (classifier/confusion.tsv)"),
    ("--predictions", "TSV", "what it says of new samples (predictions.tsv)"),
)
_OF_MODELS = (
    ("--evaluation", "JSON", "its scores (evaluation/evaluation.json)"),
    ("--training", "TSV", "its losses (training.tsv)"),
    ("--classes", "TSV", "scores of each class (evaluation/classes.tsv)"),
    ("--confusion", "TSV", "its confusion table (evaluation/confusion.tsv)"),
)
_OF_DATASET = (
    ("--predictions", "TSV", "taxa of contigs without labels (predictions.tsv)"),
    ("--bin-taxonomy", "TSV", "taxa of bins (bin_taxonomy.tsv)"),
)


def add_study(steps: Any) -> None:
    """Add the step's command line."""
    parser: argparse.ArgumentParser = steps.add_parser(
        "study",
        help="summarise one proteomics study",
        description="Summarise a proteomics study; every file is as far as there is one.",
        epilog=_STUDY,
    )
    _add_common(parser, "study")
    for flag, metavar, text in _OF_STUDY:
        parser.add_argument(flag, type=Path, metavar=metavar, help=text)
    parser.set_defaults(work=later("latentbin.report.study_step", "summarise_study"))


def add_dataset(steps: Any) -> None:
    """Add the step's command line."""
    parser: argparse.ArgumentParser = steps.add_parser(
        "dataset",
        help="summarise one taxonomy data set",
        description="Summarise the taxonomy of a data set; every file is as far as there is one.",
        epilog=_DATASET,
    )
    _add_common(parser, "data set")
    for flag, metavar, text in _OF_DATASET:
        parser.add_argument(flag, type=Path, metavar=metavar, help=text)
    models = parser.add_argument_group("files of models, each NAME=FILE")
    for flag, metavar, text in _OF_MODELS:
        models.add_argument(
            flag, type=named_file, action="append", metavar=f"NAME={metavar}", help=text
        )
    parser.set_defaults(work=later("latentbin.report.dataset_step", "summarise_dataset"))


def _add_common(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--name", required=True, metavar="TEXT", help=f"of the {what}")
    parser.add_argument(
        "--note",
        action="append",
        metavar="TEXT",
        help="what a reader must know of it; may be given several times",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="JSON", help="the summary")
