"""``latentbin-genomeface``: embed contigs with trained networks, cut their tree by their genes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from latentbin.command import add_seed, add_separator, add_threads, later, new_parser, run
from latentbin.genomeface.abundance_options import AbundanceTrainOptions
from latentbin.genomeface.composition_options import CompositionTrainOptions
from latentbin.genomeface.options import ClusterOptions
from latentbin.learning.cli import add_checkpoint, add_device
from latentbin.options import add_options

EXAMPLES = """\
examples:
  latentbin-genomeface embed --fasta contigs.fna.gz --abundance abundance.npz \\
      --output embedding.npz
  latentbin-genomeface cluster --embedding embedding.npz --markers markers.tsv \\
      --output clusters.tsv
  latentbin-genomeface train composition --genomes genomes/ --labels genomes.tsv \\
      --group-column genus --output composition.npz --checkpoint training.npz
"""
_EMBED = """\
The networks are those of the package, unless others are given.

examples:
  latentbin-genomeface embed --fasta contigs.fna.gz --abundance abundance.npz \\
      --output embedding.npz
  latentbin-genomeface embed --fasta contigs.fna.gz --abundance abundance.npz \\
      --composition-weights composition.npz --output embedding.npz
"""
_CLUSTER = """\
Clusters are numbered from the largest down. Every contig is in one, be it alone.

examples:
  latentbin-genomeface cluster --embedding embedding.npz --markers markers.tsv \\
      --output clusters.tsv
  latentbin-genomeface cluster --embedding embedding.npz --markers markers.tsv --separator '~' \\
      --tune --output clusters.tsv
"""
_TRAIN = """\
examples:
  latentbin-genomeface train composition --genomes genomes/ --output composition.npz
  latentbin-genomeface train abundance --output abundance.npz

The pipeline takes the weights as --genomeface_composition_weights and
--genomeface_abundance_weights.
"""
_COMPOSITION = """\
With --checkpoint a second call of the same command goes on where the first one ended.

examples:
  latentbin-genomeface train composition --genomes genomes/ --labels genomes.tsv \\
      --group-column genus --checkpoint training.npz --output composition.npz
  latentbin-genomeface train composition --genomes genomes/ --labels genomes.tsv \\
      --group-column family --size paper --dropout 0.3 --steps 100000 --device cuda \\
      --checkpoint training.npz --output composition.npz
"""
_ABUNDANCE = """\
With --checkpoint a second call of the same command goes on where the first one ended.

examples:
  latentbin-genomeface train abundance --checkpoint training.npz --output abundance.npz
  latentbin-genomeface train abundance --max-samples 300 --steps 5000 --output abundance.npz
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-genomeface",
        "Embed contigs with networks trained on reference genomes and on simulated depths,\n"
        "and cut the tree of the contigs where single-copy genes show whole genomes.",
        EXAMPLES,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    embed = steps.add_parser(
        "embed",
        help="embed contigs with the trained networks",
        description="Embed contigs by their words and by their depths, with trained networks.",
        epilog=_EMBED,
    )
    embed.add_argument("--fasta", required=True, type=Path, help="contigs, .fna or .fna.gz")
    embed.add_argument(
        "--abundance",
        required=True,
        type=Path,
        metavar="NPZ",
        help="depths; its contigs are the ones that are embedded",
    )
    embed.add_argument(
        "--output", required=True, type=Path, metavar="NPZ", help="embedding, one row per contig"
    )
    for name in ("composition", "abundance"):
        embed.add_argument(
            f"--{name}-weights",
            type=Path,
            metavar="NPZ",
            help=f"of 'train {name}', its .json beside it [those of the package]",
        )
    _add_run_options(embed)
    embed.set_defaults(work=later("latentbin.genomeface.steps", "embed"))

    cluster = steps.add_parser(
        "cluster",
        help="cluster an embedding, write clusters.tsv",
        description="Make a tree of the contigs, and cut it where single-copy genes show genomes.",
        epilog=_CLUSTER,
    )
    cluster.add_argument(
        "--embedding", required=True, type=Path, metavar="NPZ", help="of the step 'embed'"
    )
    cluster.add_argument(
        "--markers", required=True, type=Path, metavar="TSV", help="of latentbin-markers"
    )
    cluster.add_argument(
        "--output", required=True, type=Path, metavar="TSV", help="contig and cluster, with header"
    )
    add_separator(
        cluster,
        ": genes of different samples are no repeats; the clusters are split by latentbin-bins",
    )
    add_options(cluster, ClusterOptions)
    add_seed(cluster)
    add_threads(cluster)
    cluster.set_defaults(work=later("latentbin.genomeface.steps", "cluster"))

    train = steps.add_parser(
        "train",
        help="train a network and write its weights",
        description="Train one of the two networks on data of your own, and write its weights.",
        epilog=_TRAIN,
    )
    networks = train.add_subparsers(dest="network", required=True, metavar="NETWORK")
    composition = networks.add_parser(
        "composition",
        help="on windows of reference genomes",
        description="Train the composition network on windows of reference genomes.",
        epilog=_COMPOSITION,
    )
    composition.add_argument(
        "--genomes",
        required=True,
        type=Path,
        metavar="PATH",
        help="a folder with a FASTA file per genome, or a FASTA file of records "
        "<genome>|<anything>",
    )
    composition.add_argument(
        "--labels",
        type=Path,
        metavar="TSV",
        help="a table with a column 'genome'; other genomes are left out [all genomes]",
    )
    composition.add_argument(
        "--group-column",
        metavar="NAME",
        help="its column with the genus or family, which is held out whole [each genome]",
    )
    composition.add_argument(
        "--judge",
        type=Path,
        metavar="PATH",
        help="other genomes to judge by, in place of held-out ones; none may be related to those "
        "of --genomes",
    )
    add_options(composition, CompositionTrainOptions)
    composition.set_defaults(work=later("latentbin.genomeface.training", "composition"))
    abundance = networks.add_parser(
        "abundance",
        help="on simulated depths",
        description="Train the co-abundance network on simulated depths.",
        epilog=_ABUNDANCE,
    )
    add_options(abundance, AbundanceTrainOptions)
    abundance.set_defaults(work=later("latentbin.genomeface.training", "abundance"))
    for network in (composition, abundance):
        network.add_argument(
            "--output",
            required=True,
            type=Path,
            metavar="NPZ",
            help="weights; a card with options and figures is written beside them (.json)",
        )
        add_checkpoint(network, "steps", 100, "NPZ")
        _add_run_options(network)
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    add_device(parser)
    add_seed(parser)
    add_threads(parser)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
