"""``latentbin-report group``: what is known of the contigs of a group, and of their bins."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from latentbin.command import add_seed, add_threads, later
from latentbin.options import add_options
from latentbin.report.arguments import named_file
from latentbin.report.options import GroupOptions

_EPILOG = """\
Files of a binner are given as NAME=FILE, once for each binner: --contig2bin says which binners
there are, all other files are as far as there are any. Bins of any other program are welcome.

results.h5ad is an AnnData file, for scanpy: contigs x composition; the depth of each sample, each
latent and single-copy genes in obsm; length, GC, clusters, bins and taxa in obs; tables of bins in
uns. docs/output.md describes all of it.

examples:
  latentbin-report group --name gut --fasta contigs.fna.gz --composition composition.npz \\
      --abundance abundance.npz --markers markers.tsv \\
      --contig2bin vamb=vamb/contig2bin.tsv --contig2bin metabat=metabat.tsv \\
      --clusters vamb=vamb/clusters.tsv --latent vamb=vamb/latent.npz \\
      --quality vamb=vamb/quality.tsv --quality metabat=metabat.quality.tsv \\
      --h5ad results.h5ad --output gut.summary.json
  latentbin-report group --name gut --fasta contigs.fna.gz --composition composition.npz \\
      --abundance abundance.npz --contig2bin vamb=contig2bin.tsv --truth truth.binning \\
      --output gut.summary.json
"""
# flag, metavar, help: one file for each binner
_OF_BINNERS = (
    ("--contig2bin", "TSV", "its bins: contig, tab, bin, without a header"),
    ("--clusters", "TSV", "its clusters; with --truth, these are judged rather than the bins"),
    ("--latent", "NPZ", "its latent or embedding, for the map and for the training curve"),
    ("--quality", "TSV", "quality of its bins, from latentbin-bins quality"),
    ("--bin-taxonomy", "TSV", "taxa of its bins, from latentbin-taxonomy vote"),
)


def add_group(steps: Any) -> None:
    """Add the step's command line."""
    parser: argparse.ArgumentParser = steps.add_parser(
        "group",
        help="summarise one group of contigs and its bins; write results.h5ad",
        description="Summarise the contigs of a group and the bins that binners made of them.",
        epilog=_EPILOG,
    )
    parser.add_argument("--name", required=True, metavar="TEXT", help="of the group")
    parser.add_argument(
        "--fasta",
        type=Path,
        required=True,
        metavar="FASTA",
        help="all contigs, those below the length limit too, plain or gzip'd",
    )
    for name in ("composition", "abundance"):
        parser.add_argument(
            f"--{name}", type=Path, required=True, metavar="NPZ", help=f"{name} of the contigs"
        )
    parser.add_argument(
        "--markers", type=Path, metavar="TSV", help="single-copy genes, from latentbin-markers"
    )
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="TSV",
        help="taxa of the contigs, from latentbin-taxonomy predict",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="FILE",
        help="genome of each contig, as for latentbin-evaluate",
    )
    parser.add_argument(
        "--h5ad", type=Path, metavar="H5AD", help="also write everything into one AnnData file"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="JSON", help="the summary")
    binners = parser.add_argument_group("files of binners, each NAME=FILE")
    for flag, metavar, text in _OF_BINNERS:
        binners.add_argument(
            flag,
            type=named_file,
            action="append",
            required=flag == "--contig2bin",
            metavar=f"NAME={metavar}",
            help=text,
        )
    note = {"separator": "names are not split", "sample_id": "the only one"}
    add_options(parser, GroupOptions, title="what is drawn and judged", note=note)
    add_seed(parser)
    add_threads(parser)
    parser.set_defaults(work=later("latentbin.report.group_step", "summarise_group"))
