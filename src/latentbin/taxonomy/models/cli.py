"""The command line of ``train``, ``tune`` and ``predict``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import add_seed, add_threads, later
from latentbin.learning.cli import add_device
from latentbin.options import add_options
from latentbin.taxonomy.models.options import (
    LightgbmOptions,
    NeighboursOptions,
    NetworkOptions,
    PredictOptions,
    TrainOptions,
    TuneOptions,
)

_TRAIN = """\
written to DIR, which must not exist or be empty:
  model.npz       the model with its columns, classes, temperature and versions
  training.tsv    loss of the training and validation part by round, epoch, or value tried
  train.json      options, inputs, counts, scores of the validation part

The validation part tells when to stop and calibrates probabilities. The test part is not used:
its scores are told by latentbin-taxonomy predict and evaluate.

examples:
  latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv \\
      --output-dir model
  latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv \\
      --model network --network-dropout 0.4 --output-dir network
  latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv \\
      --parameters tuned/best.json --output-dir model
"""
_TUNE = """\
Each trial trains on the training part and is judged by the validation part. Interrupt it as you
like (Ctrl-C): finished trials are kept in --study, best.json is written, and the same command goes
on from there. A study of other inputs or options is refused.

examples:
  latentbin-taxonomy tune --matrix composition.npz --labels labels.tsv --split split.tsv \\
      --model lightgbm --trials 50 --minutes 120 --study study.log --output best.json
  latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv \\
      --parameters best.json --output-dir model
"""
_PREDICT = """\
columns of the table: contig, then of each rank from coarse to fine
  <rank>              the taxon; the most probable one within the taxon of the rank above
  <rank>_probability  sum of the probabilities of its classes

From the first rank whose probability is below --unknown-below on, the taxon is 'unknown'. The
probabilities are shares among the classes of the training: a contig of none of them has to be
taken for one of them, or to fall below the threshold.

examples:
  latentbin-composition tnf --fasta new.fna.gz --output new.npz
  latentbin-taxonomy predict --matrix new.npz --model model/model.npz --output predictions.tsv
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the steps to the command."""
    train = steps.add_parser(
        "train",
        help="train a model on the training part of a split",
        description="Train a model of the taxon of contigs, with calibrated probabilities.",
        epilog=_TRAIN,
    )
    _add_inputs(train)
    train.add_argument(
        "--output-dir", required=True, type=Path, metavar="DIR", help="new or empty folder"
    )
    train.add_argument(
        "--parameters",
        type=Path,
        metavar="JSON",
        help="best.json of tune; options that are given go before it",
    )
    add_options(train, TrainOptions)
    add_options(
        train, LightgbmOptions, title="--model lightgbm", note={"lightgbm_extra_trees": "on"}
    )
    add_options(train, NetworkOptions, title="--model network")
    add_options(train, NeighboursOptions, title="--model neighbours")
    _add_running(train)
    train.set_defaults(work=later("latentbin.taxonomy.models.train_step", "train"))

    tune = steps.add_parser(
        "tune",
        help="look for better options of a model",
        description="Look for options of a model with Optuna (TPE), judged by the validation part.",
        epilog=_TUNE,
    )
    _add_inputs(tune)
    tune.add_argument(
        "--study",
        required=True,
        type=Path,
        metavar="FILE",
        help="trials are kept here; if the file exists, go on from it",
    )
    tune.add_argument(
        "--output", required=True, type=Path, metavar="JSON", help="best options, for train"
    )
    add_options(tune, TuneOptions, note={"minutes": "no limit"})
    _add_running(tune)
    tune.set_defaults(work=later("latentbin.taxonomy.models.tune_step", "tune"))

    predict = steps.add_parser(
        "predict",
        help="predict the taxa of contigs",
        description="Predict the taxa of contigs at every rank, with probabilities.",
        epilog=_PREDICT,
    )
    _add_matrix(predict, "the columns that the model was trained on")
    predict.add_argument(
        "--model", required=True, type=Path, metavar="NPZ", help="of latentbin-taxonomy train"
    )
    predict.add_argument(
        "--output",
        required=True,
        type=Path,
        metavar="TSV",
        help="a row per contig; counts are written beside it (.json)",
    )
    predict.add_argument(
        "--probabilities", type=Path, metavar="NPZ", help="write those of all classes, too"
    )
    add_options(predict, PredictOptions)
    add_threads(predict)
    predict.set_defaults(work=later("latentbin.taxonomy.models.predict_step", "predict"))


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    _add_matrix(parser, "contigs x columns, of latentbin-composition; several are put side by side")
    parser.add_argument(
        "--labels", required=True, type=Path, metavar="TSV", help="contigs with their taxa"
    )
    parser.add_argument(
        "--split", required=True, type=Path, metavar="TSV", help="of latentbin-taxonomy split"
    )


def _add_matrix(parser: argparse.ArgumentParser, use: str) -> None:
    parser.add_argument(
        "--matrix", required=True, type=Path, action="extend", nargs="+", metavar="NPZ", help=use
    )


def _add_running(parser: argparse.ArgumentParser) -> None:
    add_device(parser)
    add_seed(parser)
    add_threads(parser)
