"""The command line of ``train`` and ``classify``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import add_seed, add_threads, later
from latentbin.learning.cli import add_device
from latentbin.options import add_options
from latentbin.proteome.classifier.options import ClassifyOptions, TrainOptions

_TRAIN = """\
examples:
  latentbin-proteome train --proteome proteome.npz --labels labels/labels.tsv \\
      --output-dir classifier
  latentbin-proteome train --proteome proteome.npz --group-by donor --output-dir classifier

Scores are of samples that a network has not seen, nor others of their donor or batch; the
classifier that is written is then trained on all samples that have a label or class.
"""
_CLASSIFY = """\
examples:
  latentbin-proteome prepare --table new.tsv --like proteome.npz --output new.npz
  latentbin-proteome classify --proteome new.npz --classifier classifier/classifier.npz \\
      --output predictions.tsv
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the steps to the command."""
    train = steps.add_parser(
        "train",
        help="train a classifier on labels or classes, with honest scores",
        description="Train a classifier on labels or classes, and judge it by cross-validation\n"
        "and by a part held out.",
        epilog=_TRAIN,
    )
    _add_proteome(train)
    train.add_argument(
        "--labels",
        type=Path,
        metavar="TSV",
        help="of latentbin-proteome label; noise is left out [the classes of the proteome]",
    )
    train.add_argument(
        "--output-dir", required=True, type=Path, metavar="DIR", help="new or empty folder"
    )
    add_options(train, TrainOptions, note={"class_weights": "on"})
    add_device(train)
    add_seed(train)
    add_threads(train)
    train.set_defaults(work=later("latentbin.proteome.classifier.train_step", "train"))

    classify = steps.add_parser(
        "classify",
        help="predict the classes of new samples",
        description="Predict the classes of new samples, with calibrated probabilities.",
        epilog=_CLASSIFY,
    )
    _add_proteome(classify)
    classify.add_argument(
        "--classifier", required=True, type=Path, metavar="NPZ", help="of latentbin-proteome train"
    )
    classify.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="TSV",
        help="a row per sample; counts are written beside it (.json)",
    )
    add_options(classify, ClassifyOptions, note={"unknown_below": "off"})
    add_threads(classify)
    classify.set_defaults(work=later("latentbin.proteome.classifier.classify_step", "classify"))


def _add_proteome(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--proteome",
        required=True,
        type=Path,
        metavar="NPZ",
        help="of latentbin-proteome prepare",
    )
