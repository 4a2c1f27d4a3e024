"""``latentbin-explore``: what groups does a matrix show, and which methods find them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from latentbin.command import add_seed, add_threads, later, new_parser, run
from latentbin.explore.options import ClusterOptions, EmbeddingOptions, InputOptions
from latentbin.learning.cli import add_device
from latentbin.options import add_options

_OUTPUTS = """\
the folder gets
  metrics.tsv          each embedding with each clustering: how well clusters agree with the
                       classes (with --truth or --class-column), silhouette, clusters, noise
  metrics.json         the same with options, versions, counts, and what was chosen how
  <embedding>.npz      coordinates, as a latent that other commands read
  clusters/            <embedding>.<clustering>.tsv: row and cluster; noise is not listed
  <embedding>.svg .png rows by class and by clusters, in the plane of largest variance
  metrics.svg .png     the table as a map
  explore.html         all of it to turn and to point at; needs no network
  elbow.tsv .svg .png  held-out loss by latent size (--elbow)

examples:
  latentbin-explore --matrix composition.npz --output-dir explore
  latentbin-explore --matrix composition.npz --matrix abundance.npz --truth truth.tsv \\
      --class-column genus --output-dir explore
  latentbin-explore --matrix composition.npz --truth truth.tsv --sub-sample balanced \\
      --per-class 1000 --clusters classes --output-dir balanced
  latentbin-explore --matrix proteome.npz --class-column class --output-dir proteome
  latentbin-explore --matrix latent.npz --embeddings pca,umap --output-dir latent
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line, its defaults read from the option dataclasses."""
    parser = new_parser(
        "latentbin-explore",
        "Explore a matrix: PCA, UMAP and a VAE, each with k-means, DBSCAN, HDBSCAN and a Gaussian\n"
        "mixture, as one table, plots and a page to look at.",
        _OUTPUTS,
    )
    parser.add_argument(
        "--matrix",
        required=True,
        action="append",
        type=Path,
        metavar="NPZ",
        help="composition, abundance, latent, embedding, proteome: any matrix of these commands. "
        "Several are joined by the names of their rows; the rows are those of the first",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="table (tabs or commas) with a header and names in the first column, or a CAMI "
        "binning file",
    )
    parser.add_argument(
        "--class-column",
        metavar="NAME",
        help="column of the truth that holds the classes [its only one, or BINID]; without "
        "--truth what the matrix says of its rows (proteomes: class, batch, donor)",
    )
    parser.add_argument(
        "--output-dir", required=True, type=Path, help="folder to make; must not exist, or be empty"
    )
    add_options(parser, InputOptions, title="rows and values", note={"max_rows": "all"})
    note = {"epochs": "by rows", "elbow": "off"}
    add_options(parser, EmbeddingOptions, title="embeddings", note=note)
    note = {"eps": "knee", "min_samples": "3 to 10", "min_cluster_size": "5 to 30"}
    add_options(parser, ClusterOptions, title="clusterings", note=note)
    add_seed(parser)
    add_device(parser)
    add_threads(parser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, later("latentbin.explore.steps", "explore"))
