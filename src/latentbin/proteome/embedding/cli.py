"""The command line of ``embed``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import add_seed, add_threads, later
from latentbin.learning.cli import add_device
from latentbin.options import add_options
from latentbin.proteome.embedding.options import EmbedOptions

_EPILOG = """\
The model of the 2022/23 paper: --model paper. At least 8 samples are needed.

examples:
  latentbin-proteome embed --proteome proteome.npz --output latent.npz
  latentbin-proteome embed --proteome proteome.npz --model paper --latent-size 3 \\
      --output latent.npz
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the step to the command."""
    embed = steps.add_parser(
        "embed",
        help="train an autoencoder, write the latent of every sample",
        description="Train a variational autoencoder on a proteome; write each sample's latent.",
        epilog=_EPILOG,
    )
    embed.add_argument(
        "--proteome", required=True, type=Path, metavar="NPZ", help="of latentbin-proteome prepare"
    )
    embed.add_argument(
        "--output", required=True, type=Path, metavar="NPZ", help="latent, one row per sample"
    )
    add_options(embed, EmbedOptions, note={"epochs": "by model"})
    add_device(embed)
    add_seed(embed)
    add_threads(embed)
    embed.set_defaults(work=later("latentbin.proteome.embedding.steps", "embed"))
