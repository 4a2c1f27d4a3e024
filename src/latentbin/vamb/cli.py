"""``latentbin-vamb``: embed contigs with VAMB's autoencoder, and cluster them."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.binning_inputs import read_binning_inputs
from latentbin.clusters import write_clusters
from latentbin.command import add_seed, add_threads, new_parser, positive_int, run, stage
from latentbin.contigs import sample_of_each
from latentbin.files import check_output_folder
from latentbin.matrix import NamedMatrix
from latentbin.options import add_options, as_dict, from_args
from latentbin.vamb.features import make_features
from latentbin.vamb.options import (
    CLUSTER_PRESETS,
    EMBED_PRESETS,
    PRESETS,
    ClusterOptions,
    EmbedOptions,
)

logger = logging.getLogger(__name__)

EXAMPLES = """\
examples:
  latentbin-vamb embed --composition composition.npz --abundance abundance.npz --output latent.npz
  latentbin-vamb cluster --latent latent.npz --output clusters.tsv
  latentbin-vamb cluster --latent latent.npz --markers markers.tsv --output clusters.tsv
  latentbin-vamb embed ... --checkpoint vamb.pt     a second call goes on where the first ended
  latentbin-vamb embed ... --preset preprint        the settings of the 2018 preprint
"""

_PRESET_HELP = "settings to start from; single options override them [default]"


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-vamb",
        "Embed contigs with VAMB's variational autoencoder, and cluster them around medoids.",
        EXAMPLES,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    embed = steps.add_parser("embed", help="train the autoencoder, write the latent")
    embed.add_argument("--composition", required=True, type=Path, metavar="NPZ")
    embed.add_argument("--abundance", required=True, type=Path, metavar="NPZ")
    embed.add_argument(
        "--output", required=True, type=Path, metavar="NPZ", help="the latent, one row per contig"
    )
    embed.add_argument("--preset", choices=PRESETS, default="default", help=_PRESET_HELP)
    add_options(embed, EmbedOptions, note={"alpha": "0.15, or 0.5 with one sample"})
    embed.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="[auto]")
    embed.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        help="keep the state of training here; if the file exists, go on from it",
    )
    embed.add_argument(
        "--checkpoint-every", type=positive_int, default=20, metavar="N", help="in epochs [20]"
    )
    _add_separator(embed)
    add_seed(embed)
    add_threads(embed)
    embed.set_defaults(work=embed_contigs)

    cluster = steps.add_parser("cluster", help="cluster a latent, write clusters.tsv")
    cluster.add_argument("--latent", required=True, type=Path, metavar="NPZ")
    cluster.add_argument(
        "--output", required=True, type=Path, metavar="TSV", help="contig and cluster, with header"
    )
    cluster.add_argument(
        "--markers",
        type=Path,
        metavar="TSV",
        help="single-copy genes, from latentbin-markers: clusters that have genes twice are split "
        "(with --separator, twice in one sample)",
    )
    cluster.add_argument("--preset", choices=PRESETS, default="default", help=_PRESET_HELP)
    add_options(cluster, ClusterOptions, note={"threshold": "estimated"})
    _add_separator(cluster)
    add_seed(cluster)
    add_threads(cluster)
    cluster.set_defaults(work=cluster_contigs)
    return parser


def _add_separator(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--separator",
        metavar="TEXT",
        help="text between sample and contig in the names; latentbin-bins splits clusters by it",
    )


def _samples(
    args: argparse.Namespace, names: Sequence[str], source: Path
) -> NDArray[np.intp] | None:
    """The sample of each contig; None without a separator."""
    if args.separator is None:
        return None
    samples, sample = sample_of_each(names, args.separator, source)
    logger.info("%d samples in the contigs' names", len(samples))
    return sample


def embed_contigs(args: argparse.Namespace) -> None:
    """Read composition and abundance, train, write the latent."""
    options = from_args(EmbedOptions, args, EMBED_PRESETS[args.preset])
    for output in (args.output, args.checkpoint):
        if output is not None:
            check_output_folder(output)
    inputs = read_binning_inputs(args.composition, args.abundance, options.min_length)
    _samples(args, inputs.names, args.composition)
    features = make_features(
        inputs.tnf,
        inputs.abundance,
        inputs.lengths,
        total_abundance=options.total_abundance,
        contig_weights=options.contig_weights,
    )
    names, lengths, report = inputs.names, inputs.lengths, inputs.report()
    del inputs  # its matrices are as large as the features
    # Threads that spin while they wait for each other starve whatever else runs on the node, and
    # each other when processors are short; must be said before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with stage("loaded torch"):
        import torch

        from latentbin.learning.training import choose_device
        from latentbin.vamb.model import TERMS, VaeEncoder
    torch.set_num_threads(args.threads)
    encoder = VaeEncoder(
        options,
        seed=args.seed,
        device=choose_device(args.device),
        checkpoint=args.checkpoint,
        checkpoint_every=args.checkpoint_every,
    )
    with stage(f"trained {options.epochs} epochs"):
        encoder.fit(features)
    latent = encoder.transform(features)
    NamedMatrix(
        "latent",
        names,
        tuple(f"latent_{number}" for number in range(1, options.latent_size + 1)),
        latent,
        {"lengths": lengths},
        {"method": "vamb"},
        {
            "version": __version__,
            "torch": torch.__version__,
            "seed": args.seed,
            "preset": args.preset,
            "options": as_dict(options),
            "device": encoder.device.type,
            "threads": args.threads,
            **report,
            "loss": {"terms": list(TERMS), "epochs": encoder.history_},
        },
    ).save(args.output)


def cluster_contigs(args: argparse.Namespace) -> None:
    """Read a latent, cluster it, write clusters.tsv."""
    options = from_args(ClusterOptions, args, CLUSTER_PRESETS[args.preset])
    check_output_folder(args.output)
    latent = NamedMatrix.load(args.latent, "latent")
    contigs = latent.contigs
    sample = _samples(args, contigs.names, args.latent)
    markers = None
    if args.markers is not None:
        from latentbin.scg import read_markers

        # the table may have contigs that were too short to be embedded
        markers = read_markers(args.markers, contigs.names, ignore_others=True)
    from threadpoolctl import threadpool_limits

    from latentbin.vamb.cluster import cluster_latent

    with threadpool_limits(args.threads), stage(f"clustered {len(contigs)} contigs"):
        clusters = cluster_latent(
            latent.values, contigs.lengths, options, args.seed, markers, sample
        )
    write_clusters(
        args.output,
        {contigs.names[row]: str(n) for n, rows in enumerate(clusters, 1) for row in rows},
    )
    large = sum(contigs.lengths[rows].sum() >= 200_000 for rows in clusters)
    logger.info("%d clusters, %d of them of 200,000 bp or more", len(clusters), large)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
