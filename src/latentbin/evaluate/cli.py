"""``latentbin-evaluate``: compare a binning with the truth."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from latentbin.command import new_parser, run, stage
from latentbin.evaluate.options import EvaluateOptions
from latentbin.files import atomic_directory, file_digest
from latentbin.options import add_options, from_args

logger = logging.getLogger(__name__)

_EPILOG = """\
A genome's recall is the part of its base pairs that a bin holds, a bin's precision the part of its
base pairs that is of one genome. What is unbinned counts against recall. Figures are fractions.

figures in metrics.tsv:
  near_complete          genomes with recall >= 0.9 and precision >= 0.95 in one bin (NC), as VAMB's
                         benchmark counts; its class in the tables is NC
  medium_quality         the same with 0.5 and 0.9 (MQ); includes the near-complete ones
  recall_90_precision_90, recall_70_precision_95         the same with other thresholds
  amber_completeness_90_contamination_5, ...             bins with recall > 0.9 of the genome that
                         most of their base pairs are of, and less than 0.05 of others, as AMBER
  binned_bp, binned_contigs                              part of the truth that is in bins
  precision_bp           base pairs of the majority genome of their bin, over all that are binned
  recall_bp              base pairs in the bin with most of their genome, over all
  mean_precision_of_bins, mean_recall_of_genomes         each bin, each genome counts the same
  precision_contigs, recall_contigs, f1_contigs          the same by contigs, as in the paper of
                         DeepMetaBin: contigs of their bin's majority genome over those binned;
                         contigs in their genome's majority bin over all
  adjusted_rand_bp, adjusted_rand_contigs                agreement over what is binned

also written to DIR: metrics.json (the same, with options and input digests), genomes.tsv and
bins.tsv (each with its best counterpart) and, with --separator, samples.tsv (figures of samples)

examples:
  latentbin-evaluate --clusters clusters.tsv --truth gold_standard.binning --output-dir evaluation
  latentbin-evaluate --clusters bins/contig2bin.tsv --truth truth.tsv --separator '~' \\
      --output-dir evaluation
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line of ``latentbin-evaluate``."""
    parser = new_parser("latentbin-evaluate", "Compare a binning with the truth.", _EPILOG)
    parser.add_argument(
        "--clusters",
        type=Path,
        required=True,
        metavar="FILE",
        help="clusters.tsv, contig2bin.tsv (contig, tab, bin), a CAMI biobox file, or the "
        "clusters of vamb; recognised by content",
    )
    parser.add_argument(
        "--truth",
        type=Path,
        required=True,
        metavar="FILE",
        help="CAMI gold standard, or a table of contig, genome and length",
    )
    parser.add_argument(
        "--fasta",
        type=Path,
        metavar="FASTA",
        help="the contigs that were given to the binner: the truth of any other contig is left "
        "out, and lengths come from here if the truth has none",
    )
    parser.add_argument(
        "--output-dir", type=Path, required=True, metavar="DIR", help="new or empty folder"
    )
    note = {"separator": "names are not split", "sample_id": "the only one"}
    add_options(parser, EvaluateOptions, note=note)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(build_parser(), argv, _evaluate)


def _evaluate(args: argparse.Namespace) -> None:
    from latentbin.evaluate.report import MAIN_FIGURES, evaluate, shown, write_evaluation
    from latentbin.evaluate.tables import bins_of, read_binning, read_truth

    options = from_args(EvaluateOptions, args)
    with atomic_directory(args.output_dir) as folder:
        with stage("read truth and bins"):
            truth = read_truth(args.truth, args.fasta, options.sample_id)
            binning = read_binning(args.clusters, truth.sample_id)
            names, bins = bins_of(truth, binning, args.clusters)
        with stage("compare"):
            result = evaluate(truth, names, bins, options, args.truth)
        inputs = {
            "truth_sha256": file_digest(args.truth),
            "clusters_sha256": file_digest(args.clusters),
            "binned_contigs_without_truth": len(binning) - int((bins >= 0).sum()),
        }
        write_evaluation(folder, result, options, inputs)
    figures = shown(result.figures)
    for name in MAIN_FIGURES:
        print(f"{name}\t{figures[name]}")
