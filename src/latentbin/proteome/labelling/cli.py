"""The command line of ``label``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import add_seed, add_threads, later
from latentbin.options import add_options
from latentbin.proteome.labelling.options import LabelOptions

_OUTPUTS = """\
the folder gets
  labels.tsv         label of each sample: 1, 2, ... by size, or noise; the class that most tune
                     samples of the label have is suggested for all of them
  eps.tsv            clusters, noise and scores for every eps tried
  follows.tsv        how well the labels agree with class, batch and donor
  methods.tsv        other clusterings of the same latent
  summary.json       the same in short, with options and versions
  latent, eps, methods   as .svg and .png

examples:
  latentbin-proteome label --latent latent.npz --output-dir labels
  latentbin-proteome label --latent latent.npz --samples tune.csv --output-dir labels
  latentbin-proteome label --latent latent.npz --eps 0.2 --min-samples 10 --output-dir labels
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the step to the command."""
    label = steps.add_parser(
        "label",
        help="label groups of samples with DBSCAN, compare with other methods",
        description="Label groups of samples: DBSCAN on the latent, with the eps that brings the\n"
        "labels closest to the classes of the tune samples (largest V-measure).",
        epilog=_OUTPUTS,
    )
    label.add_argument(
        "--latent", required=True, type=Path, metavar="NPZ", help="of latentbin-proteome embed"
    )
    label.add_argument(
        "--samples",
        type=Path,
        metavar="FILE",
        help="sample sheet that replaces what was known when the table was prepared",
    )
    label.add_argument(
        "--output-dir", required=True, type=Path, help="folder to make; must not exist, or be empty"
    )
    note = {"eps": "chosen", "min_samples": "3 to 10"}
    add_options(label, LabelOptions, note=note)
    add_seed(label)
    add_threads(label)
    label.set_defaults(work=later("latentbin.proteome.labelling.steps", "label"))
