"""``latentbin-bins write``: a FASTA file for every bin, and tables about them."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from latentbin.bins.options import BinsOptions
from latentbin.command import add_threads, stage
from latentbin.files import atomic_directory, file_digest
from latentbin.options import add_options, from_args

logger = logging.getLogger(__name__)

_EPILOG = """\
written to DIR, which must not exist or be empty:
  bins/<bin>.fna.gz   the contigs of each bin; a bin is named <prefix><cluster>, or
                      <prefix><sample><separator><cluster> if clusters are split by sample
  unbinned.fna.gz     the contigs that are in no bin
  bins.tsv            a row for each bin, largest first: contigs, bp, N50, GC percent; with
                      --abundance the mean over samples, and of each, weighted by contig length
  contig2bin.tsv      contig, tab, bin, without a header: for DAS_Tool and Binette
  bins.binning        the same as a CAMI biobox: for AMBER
  bins.json           counts, options, and why there is no bin if there is none (exit code 0)

examples:
  latentbin-bins write --fasta contigs.fna.gz --clusters clusters.tsv --output-dir bins
  latentbin-bins write --fasta catalogue.fna.gz --clusters clusters.tsv --separator '~' \\
      --abundance abundance.npz --min-bin-size 500000 --prefix vamb_ --output-dir bins
"""


def add_write(steps: Any) -> None:
    """Add the step's command line."""
    write = steps.add_parser(
        "write",
        help="write the contigs of each cluster to a FASTA file",
        description="Write the contigs of each cluster to a FASTA file.",
        epilog=_EPILOG,
    )
    write.add_argument(
        "--fasta",
        type=Path,
        required=True,
        metavar="FASTA",
        help="all contigs, plain or gzip'd; it is read twice",
    )
    write.add_argument(
        "--clusters",
        type=Path,
        required=True,
        metavar="TSV",
        help="contig and cluster, with a header",
    )
    write.add_argument(
        "--abundance", type=Path, metavar="NPZ", help="adds mean depths (or RPKM) to bins.tsv"
    )
    write.add_argument(
        "--output-dir", type=Path, required=True, metavar="DIR", help="new or empty folder"
    )
    add_options(write, BinsOptions, note={"separator": "clusters are not split"})
    add_threads(write)
    write.set_defaults(work=_write)


def _write(args: argparse.Namespace) -> None:
    from latentbin.bins.plan import plan_bins
    from latentbin.bins.sequences import write_sequences
    from latentbin.bins.tables import report, write_report, write_tables
    from latentbin.clusters import read_clusters
    from latentbin.contigs import read_contigs
    from latentbin.matrix import NamedMatrix

    options = from_args(BinsOptions, args)
    with atomic_directory(args.output_dir) as folder:
        with stage("read contigs and clusters"):
            contigs = read_contigs(args.fasta)
            clusters = read_clusters(args.clusters, contigs)
            abundance = args.abundance and NamedMatrix.load(args.abundance, "abundance")
        plan = plan_bins(contigs, clusters, options, args.fasta, options.max_bins)
        with stage("write sequences"):
            gc = write_sequences(folder, args.fasta, contigs, plan, args.threads)
        write_tables(folder, contigs, plan, gc, abundance, options)
        digest = file_digest(args.clusters)
        counts = report(contigs, plan, options, len(clusters), digest, abundance)
        write_report(folder / "bins.json", counts)
    for what in ("bins", "too_small", "unbinned"):
        shown = ", ".join(f"{value:,} {unit}" for unit, value in counts[what].items())
        logger.info("%s: %s", what.replace("_", " "), shown)
    if plan.reason is not None:
        logger.warning("no bin was written: %s", plan.reason)
