"""The steps ``train composition`` and ``train abundance``: genomes in, weights and card out."""

from __future__ import annotations

import argparse
import logging

from latentbin.command import stage
from latentbin.genomeface.abundance_options import AbundanceTrainOptions
from latentbin.genomeface.composition_options import CompositionTrainOptions
from latentbin.learning.cli import check_outputs
from latentbin.options import from_args

logger = logging.getLogger(__name__)


def composition(args: argparse.Namespace) -> None:
    """Train the composition network on reference genomes."""
    options = from_args(CompositionTrainOptions, args)
    check_outputs(args)
    from latentbin.genomeface.genomes import read_genomes, read_labels

    groups = read_labels(args.labels, args.group_column) if args.labels else None
    limits = (options.min_window, options.min_genome, options.max_per_group)
    with stage("read the genomes"):
        genomes = read_genomes(args.genomes, groups, *limits)
        judged = read_genomes(args.judge, None, *limits) if args.judge else None
    from latentbin.learning.keras_runtime import load_tensorflow

    device = load_tensorflow(args.threads, args.device)
    from latentbin.genomeface.composition_train import train_composition
    from latentbin.genomeface.composition_weights import training_card
    from latentbin.genomeface.weights_file import save_weights

    with stage(f"trained {options.steps} steps"):
        trained = train_composition(
            genomes,
            judged,
            options,
            args.seed,
            args.threads,
            args.checkpoint,
            args.checkpoint_every,
            device,
        )
    for name, value in trained.figures.items():
        logger.info("judged by genomes that were not trained on: %s %s", name, value)
    save_weights(args.output, trained.weights, training_card(options, args.seed, trained))


def abundance(args: argparse.Namespace) -> None:
    """Train the co-abundance network on simulated depths."""
    options = from_args(AbundanceTrainOptions, args)
    check_outputs(args)
    from latentbin.learning.keras_runtime import load_tensorflow

    load_tensorflow(args.threads, args.device)
    from latentbin.genomeface.abundance_train import train_abundance, training_card
    from latentbin.genomeface.abundance_weights import save_abundance_weights

    with stage(f"trained {options.steps} steps"):
        trained = train_abundance(
            options, args.seed, args.checkpoint, args.checkpoint_every, args.device
        )
    card = training_card(options, args.seed, trained)
    save_abundance_weights(args.output, trained.weights, trained.balance, card)
