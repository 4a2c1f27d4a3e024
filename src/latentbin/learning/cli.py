"""What the commands that train or apply a network have in common."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from latentbin.command import positive_int, stage
from latentbin.files import check_output_folder


def add_device(parser: argparse.ArgumentParser) -> None:
    """``--device``."""
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where to compute; auto: on a GPU if there is one [auto]",
    )


def add_checkpoint(
    parser: argparse.ArgumentParser, unit: str, every: int, metavar: str = "FILE"
) -> None:
    """``--checkpoint`` and ``--checkpoint-every``, by default every so many epochs or steps."""
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar=metavar,
        help="keep the state of training here; if the file exists, go on from it",
    )
    parser.add_argument(
        "--checkpoint-every",
        type=positive_int,
        default=every,
        metavar="N",
        help=f"how often, in {unit} [{every}]",
    )


def check_outputs(args: argparse.Namespace) -> None:
    """Refuse ``--output`` and ``--checkpoint`` where nothing can be written, before any work."""
    for path in (args.output, args.checkpoint):
        if path is not None:
            check_output_folder(path)


def load_torch(threads: int) -> None:
    """Import torch, with the threads that were asked for; call before anything that needs it."""
    # Threads that spin while they wait for each other starve whatever else runs on the node, and
    # each other when processors are short; must be said before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with stage("loaded torch"):
        import torch
    torch.set_num_threads(threads)
