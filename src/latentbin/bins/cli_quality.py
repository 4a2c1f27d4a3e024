"""``latentbin-bins quality``: completeness and contamination of every bin."""

from __future__ import annotations

import argparse
import dataclasses
import logging
from pathlib import Path
from typing import Any

from latentbin.bins.options import NameOptions, QualityOptions
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import check_output_folder, file_digest
from latentbin.options import OptionError, add_options, flag, from_args

logger = logging.getLogger(__name__)

_EPILOG = """\
Every complete genome has each single-copy gene once. Completeness is the share of these genes that
a bin has, of those that the search finds in a complete genome; contamination the share of extra
copies among the copies it has. Neighbouring genes, which one missing contig takes away together,
count for less. Forty genes, worth 21 independent ones, prove little: see the intervals (95 %,
Wilson 1927) and the probability of the class. Bins of a good binner are cleaner than they can
prove: nearly all that are called NC are. What the genes cannot tell is not covered: a complete
archaeon may have only 36 of 40. CheckM2 looks at far more than these genes; give its table instead
where you have one.

columns of the table, best bin first:
  bin, class                        NC near-complete, MQ medium quality, LQ the rest
  completeness, contamination       in percent, and judged_by what: scg or checkm2
  probability                       of that class; from here to extra_copies empty with CheckM2
  completeness_low, _high           95 % interval
  contamination_low, _high          95 % interval
  genes_found, extra_copies         single-copy genes, and copies of them beyond the first
  contigs, bp, n50

examples:
  latentbin-bins quality --contig2bin bins/contig2bin.tsv --markers markers.tsv \\
      --fasta contigs.fna.gz --output quality.tsv
  latentbin-bins quality --clusters clusters.tsv --separator '~' --prefix vamb_ \\
      --markers markers.tsv --catalogue composition.npz --output quality.tsv --json quality.json
  checkm2 predict --input bins/bins -x gz --output-directory checkm2
  latentbin-bins quality --contig2bin bins/contig2bin.tsv --fasta contigs.fna.gz \\
      --checkm2 checkm2/quality_report.tsv --output quality.tsv
"""


def add_quality(steps: Any) -> None:
    """Add the step's command line."""
    parser = steps.add_parser(
        "quality",
        help="judge the completeness and contamination of each bin",
        description="Judge the completeness and contamination of each bin by its single-copy "
        "genes, or take CheckM2's judgement, and tell the classes of bins.",
        epilog=_EPILOG,
    )
    bins = parser.add_mutually_exclusive_group(required=True)
    bins.add_argument(
        "--contig2bin",
        type=Path,
        metavar="TSV",
        help="bins of any binner: contig, tab, bin, no header, as latentbin-bins write makes it",
    )
    bins.add_argument(
        "--clusters",
        type=Path,
        metavar="TSV",
        help="clusters, of which the bins are made as latentbin-bins write makes them",
    )
    contigs = parser.add_mutually_exclusive_group(required=True)
    contigs.add_argument(
        "--fasta", type=Path, metavar="FASTA", help="all contigs, plain or gzip'd: for lengths"
    )
    contigs.add_argument(
        "--catalogue", type=Path, metavar="NPZ", help="the composition, quicker to read"
    )
    judge = parser.add_mutually_exclusive_group(required=True)
    judge.add_argument(
        "--markers", type=Path, metavar="TSV", help="single-copy genes, from latentbin-markers"
    )
    judge.add_argument(
        "--checkm2", type=Path, metavar="TSV", help="CheckM2's quality_report.tsv of these bins"
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="TSV", help="the table; .gz compresses"
    )
    parser.add_argument("--json", type=Path, metavar="JSON", help="bins of each class, and options")
    add_options(parser, QualityOptions, title="classes, and what genes prove")
    note = {"separator": "clusters are not split"}
    add_options(parser, NameOptions, title="bins of --clusters; as for write", note=note)
    parser.set_defaults(work=_quality)


def _quality(args: argparse.Namespace) -> None:
    from latentbin.bins.checkm2 import judge_by_checkm2
    from latentbin.bins.plan import plan_bins
    from latentbin.bins.quality import judge_by_genes
    from latentbin.bins.quality_tables import quality_report, write_quality, write_quality_report
    from latentbin.bins.tables import n50
    from latentbin.clusters import read_clusters
    from latentbin.contig2bin import read_contig2bin
    from latentbin.contigs import read_contigs
    from latentbin.matrix import NamedMatrix
    from latentbin.scg import read_markers

    options, naming = from_args(QualityOptions, args), from_args(NameOptions, args)
    if args.contig2bin:
        _refuse_names(args)
        # the bins of the table, all of them, under their own names
        naming = NameOptions(min_bin_size=0, prefix="")
    for path in filter(None, (args.output, args.json)):
        check_output_folder(path)
    source = args.fasta or args.catalogue
    with stage("read contigs and bins"):
        contigs = (
            read_contigs(source) if args.fasta else NamedMatrix.load(source, "composition").contigs
        )
        read = read_contig2bin if args.contig2bin else read_clusters
        bins_of = read(args.contig2bin or args.clusters, contigs)
    plan = plan_bins(contigs, bins_of, naming, source)
    if args.markers:
        # the catalogue lacks contigs below its length limit; the FASTA must have them all
        markers = read_markers(args.markers, contigs.names, ignore_others=not args.fasta)
        if not markers.genes:
            raise UserError(
                f"{args.markers}: the first line names no gene, so that nothing can be judged. "
                "Make the table again with latentbin-markers."
            )
        copies = markers.copies(plan.bin_of, len(plan))
        judgement = judge_by_genes(markers.genes, copies, options)
    else:
        judgement = judge_by_checkm2(args.checkm2, plan.names, options)
    write_quality(args.output, plan, judgement, n50(contigs, plan))
    named = ("contig2bin", "clusters", "markers", "checkm2")
    inputs = {
        f"{name}_sha256": file_digest(getattr(args, name)) for name in named if getattr(args, name)
    }
    report = quality_report(plan, judgement, options, naming, inputs)
    if args.json:
        write_quality_report(args.json, report)
    counts = ", ".join(f"{count} {name}" for name, count in report["classes"].items())
    logger.info("%s: %d bins by %s: %s", args.output, len(plan), judgement.judged_by, counts)
    if plan.reason is not None:
        logger.warning("there is no bin: %s", plan.reason)


def _refuse_names(args: argparse.Namespace) -> None:
    for field in dataclasses.fields(NameOptions):
        if hasattr(args, field.name):
            raise OptionError(
                f"{flag(field.name)} is for --clusters: the bins of --contig2bin are taken as "
                "they are"
            )
