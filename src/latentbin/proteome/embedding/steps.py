"""The step ``embed``: a proteome in, a latent out."""

from __future__ import annotations

import argparse
import logging

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import check_output_folder, file_digest
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.proteome.annotation import LATENT, PROTEOME, Annotation
from latentbin.proteome.embedding.options import EmbedOptions

logger = logging.getLogger(__name__)

_FEWEST = 8


def embed(args: argparse.Namespace) -> None:
    """Train on the samples of ``--proteome``; write their latent with what is known of them."""
    options = from_args(EmbedOptions, args)
    check_output_folder(args.output)
    proteome = NamedMatrix.load(args.proteome, PROTEOME)
    annotation = Annotation.of(proteome)
    if len(proteome.names) < _FEWEST:
        raise UserError(
            f"{args.proteome}: has {len(proteome.names)} samples; an autoencoder needs at least "
            f"{_FEWEST}, and groups show from some dozens on."
        )
    logger.info("%d samples x %d proteins", *proteome.values.shape)
    from latentbin.learning.keras_runtime import load_tensorflow

    device = load_tensorflow(args.threads, args.device)
    import keras
    import tensorflow as tf

    from latentbin.proteome.embedding.training import train_latent

    with tf.device(device), stage("trained"):
        made = train_latent(proteome, options, args.seed)
    logger.info("weights of epoch %d of %d", made.best_epoch, len(made.history))
    NamedMatrix(
        LATENT,
        proteome.names,
        tuple(f"z{i + 1}" for i in range(options.latent_size)),
        made.latent,
        annotation.arrays(),
        {"model": options.model},
        {
            "command": "latentbin-proteome embed",
            "options": as_dict(options) | {"epochs": options.n_epochs()},
            "seed": args.seed,
            "versions": {
                "latentbin": __version__,
                "keras": keras.__version__,
                "tensorflow": tf.__version__,
            },
            "inputs": {args.proteome.name: file_digest(args.proteome)},
            "proteins": len(proteome.columns),
            "loss": [round(loss, 4) for loss in made.history],
            "loss_held_out": [round(loss, 4) for loss in made.held_out],
            "best_epoch": made.best_epoch,
            "noise": made.noise,
        },
        str(args.output),
    ).save(args.output)
