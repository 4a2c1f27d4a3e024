"""``latentbin-vamb``: embed contigs with VAMB's autoencoder, and cluster them."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from latentbin import __version__
from latentbin.binning_inputs import read_binning_inputs
from latentbin.clusters import write_rows
from latentbin.command import add_seed, add_separator, add_threads, new_parser, run, stage
from latentbin.files import check_output_folder
from latentbin.learning.cli import add_checkpoint, add_device, check_outputs, load_torch
from latentbin.matrix import NamedMatrix
from latentbin.options import add_options, as_dict, from_args
from latentbin.samples import samples_in_names
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
  latentbin-vamb cluster --latent latent.npz --markers markers.tsv --output clusters.tsv
"""
_EMBED = """\
With --checkpoint a second call of the same command goes on where the first one ended, to the same
latent. The settings of the 2018 preprint: --preset preprint, of canonical composition and RPKM.

examples:
  latentbin-vamb embed --composition composition.npz --abundance abundance.npz --output latent.npz
  latentbin-vamb embed --composition composition.npz --abundance abundance.npz \\
      --epochs 300 --device cuda --checkpoint vamb.pt --output latent.npz
  latentbin-vamb embed --composition tnf136.npz --abundance rpkm.npz --preset preprint \\
      --output latent.npz
"""
_CLUSTER = """\
Clusters are numbered from the largest down; a contig that is not listed is in none.

examples:
  latentbin-vamb cluster --latent latent.npz --output clusters.tsv
  latentbin-vamb cluster --latent latent.npz --markers markers.tsv --output clusters.tsv
  latentbin-vamb cluster --latent latent.npz --markers markers.tsv --separator '~' \\
      --output clusters.tsv
"""

_SEPARATOR_USE = "; latentbin-bins splits clusters by it"
_PRESET_HELP = "settings to start from; single options override them [default]"


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-vamb",
        "Embed contigs with VAMB's variational autoencoder, and cluster them around medoids.",
        EXAMPLES,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    embed = steps.add_parser(
        "embed",
        help="train the autoencoder, write the latent",
        description="Train a variational autoencoder on composition and abundance; write the "
        "latent of every contig.",
        epilog=_EMBED,
    )
    embed.add_argument(
        "--composition", required=True, type=Path, metavar="NPZ", help="of latentbin-composition"
    )
    embed.add_argument(
        "--abundance", required=True, type=Path, metavar="NPZ", help="of latentbin-abundance"
    )
    embed.add_argument(
        "--output", required=True, type=Path, metavar="NPZ", help="the latent, one row per contig"
    )
    embed.add_argument("--preset", choices=PRESETS, default="default", help=_PRESET_HELP)
    add_options(embed, EmbedOptions, note={"alpha": "0.15, or 0.5 with one sample"})
    add_device(embed)
    add_checkpoint(embed, "epochs", 20)
    add_separator(embed, _SEPARATOR_USE)
    add_seed(embed)
    add_threads(embed)
    embed.set_defaults(work=embed_contigs)

    cluster = steps.add_parser(
        "cluster",
        help="cluster a latent, write clusters.tsv",
        description="Cluster contigs around medoids of the latent; with --markers, split clusters "
        "that hold several genomes by their single-copy genes.",
        epilog=_CLUSTER,
    )
    cluster.add_argument(
        "--latent", required=True, type=Path, metavar="NPZ", help="of the step 'embed'"
    )
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
    add_separator(cluster, _SEPARATOR_USE)
    add_seed(cluster)
    add_threads(cluster)
    cluster.set_defaults(work=cluster_contigs)
    return parser


def embed_contigs(args: argparse.Namespace) -> None:
    """Read composition and abundance, train, write the latent."""
    options = from_args(EmbedOptions, args, EMBED_PRESETS[args.preset])
    check_outputs(args)
    inputs = read_binning_inputs(args.composition, args.abundance, options.min_length)
    samples_in_names(inputs.names, args.separator, args.composition)  # wrong names are refused now
    features = make_features(
        inputs.tnf,
        inputs.abundance,
        inputs.lengths,
        total_abundance=options.total_abundance,
        contig_weights=options.contig_weights,
    )
    names, lengths, report = inputs.names, inputs.lengths, inputs.report()
    del inputs  # its matrices are as large as the features
    load_torch(args.threads)
    import torch

    from latentbin.learning.training import choose_device
    from latentbin.vamb.model import TERMS, VaeEncoder

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
    sample = samples_in_names(contigs.names, args.separator, args.latent)
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
    write_rows(args.output, contigs, clusters)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
