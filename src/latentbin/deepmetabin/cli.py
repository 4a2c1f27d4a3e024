"""``latentbin-deepmetabin``: link contigs, embed them with their links, cluster by their genes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from latentbin.command import add_seed, add_separator, add_threads, later, new_parser, run
from latentbin.deepmetabin.options import ClusterOptions, EmbedOptions, GraphOptions
from latentbin.learning.cli import add_checkpoint, add_device
from latentbin.options import add_options

EXAMPLES = """\
examples:
  latentbin-deepmetabin graph --composition composition.npz --abundance abundance.npz \\
      --output graph.npz
  latentbin-deepmetabin embed --composition composition.npz --abundance abundance.npz \\
      --graph graph.npz --markers markers.tsv --output latent.npz
  latentbin-deepmetabin cluster --latent latent.npz --graph graph.npz --markers markers.tsv \\
      --output clusters.tsv
"""
_GRAPH = """\
examples:
  latentbin-deepmetabin graph --composition composition.npz --abundance abundance.npz \\
      --output graph.npz
  latentbin-deepmetabin graph --composition composition.npz --abundance abundance.npz \\
      --truth truth.binning --output graph.npz
"""
_EMBED = """\
With --checkpoint a second call of the same command goes on where the first one ended.

examples:
  latentbin-deepmetabin embed --composition composition.npz --abundance abundance.npz \\
      --graph graph.npz --markers markers.tsv --output latent.npz
  latentbin-deepmetabin embed --composition composition.npz --abundance abundance.npz \\
      --graph graph.npz --markers markers.tsv --separator '~' --checkpoint deepmetabin.pt \\
      --output latent.npz
"""
_CLUSTER = """\
Clusters are numbered from the largest down; a contig that is not listed is in none.

examples:
  latentbin-deepmetabin cluster --latent latent.npz --graph graph.npz --markers markers.tsv \\
      --output clusters.tsv
  latentbin-deepmetabin cluster --latent latent.npz --graph graph.npz --markers markers.tsv \\
      --method mixture --split none --output clusters.tsv
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-deepmetabin",
        "Link contigs to their neighbours, embed them with a graph Gaussian-mixture autoencoder,\n"
        "and cluster them, heeding links and single-copy genes.",
        EXAMPLES,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    graph = steps.add_parser(
        "graph",
        help="link contigs to their nearest neighbours",
        description="Link contigs to their nearest neighbours, and drop links that do not fit.",
        epilog=_GRAPH,
    )
    _add_features(graph)
    graph.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="genome of each contig (CAMI, or a table): report how many links join one genome",
    )
    graph.add_argument(
        "--sample-id", metavar="TEXT", help="which sample of a CAMI file of several [the only one]"
    )
    graph.add_argument(
        "--output", required=True, type=Path, metavar="NPZ", help="graph with edge weights"
    )
    add_separator(graph, ": checked only")
    add_options(graph, GraphOptions, note={"eps": "90 % quantile of the links' lengths"})
    add_seed(graph)
    add_threads(graph)
    graph.set_defaults(work=later("latentbin.deepmetabin.steps", "graph"))

    embed = steps.add_parser(
        "embed",
        help="train the autoencoder, write the latent",
        description="Train an autoencoder, whose latent is a mixture, on contigs and links.",
        epilog=_EMBED,
    )
    _add_features(embed)
    _add_links(embed)
    embed.add_argument(
        "--output", required=True, type=Path, metavar="NPZ", help="the latent, one row per contig"
    )
    add_separator(embed, ": genes of different samples do not count as different genomes")
    add_options(embed, EmbedOptions, note={"components": "as many genomes as the genes count"})
    add_device(embed)
    add_checkpoint(embed, "epochs", 20)
    add_seed(embed)
    add_threads(embed)
    embed.set_defaults(work=later("latentbin.deepmetabin.steps", "embed"))

    cluster = steps.add_parser(
        "cluster",
        help="cluster a latent, write clusters.tsv",
        description="Cluster a latent, and split clusters that have single-copy genes twice.",
        epilog=_CLUSTER,
    )
    cluster.add_argument(
        "--latent", required=True, type=Path, metavar="NPZ", help="of the step 'embed'"
    )
    _add_links(cluster)
    cluster.add_argument(
        "--output", required=True, type=Path, metavar="TSV", help="contig and cluster, with header"
    )
    add_separator(
        cluster,
        ": genes of different samples are no repeats; the clusters are split by latentbin-bins",
    )
    add_options(
        cluster, ClusterOptions, note={"components": "--component-share of the genes' count"}
    )
    add_seed(cluster)
    add_threads(cluster)
    cluster.set_defaults(work=later("latentbin.deepmetabin.steps", "cluster"))
    return parser


def _add_features(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--composition", required=True, type=Path, metavar="NPZ", help="of latentbin-composition"
    )
    parser.add_argument(
        "--abundance",
        required=True,
        type=Path,
        metavar="NPZ",
        help="depths; of latentbin-abundance",
    )


def _add_links(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--graph", required=True, type=Path, metavar="NPZ", help="of the step 'graph'"
    )
    parser.add_argument(
        "--markers", required=True, type=Path, metavar="TSV", help="of latentbin-markers"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))
