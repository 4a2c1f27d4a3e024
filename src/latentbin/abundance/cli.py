"""latentbin-abundance: how much of each contig is in each sample."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from latentbin.abundance.options import BamOptions, TableOptions
from latentbin.command import add_threads, new_parser, run, stage
from latentbin.files import check_output_folder, file_digest
from latentbin.options import OptionError, add_options, as_dict, from_args

_EPILOG = """\
examples:
  latentbin-abundance bam --bam S1.bam S2.bam --catalogue composition.npz --output abundance.npz
  latentbin-abundance bam --bam S1.bam --catalogue contigs.fna.gz --unit rpkm --output S1.npz
  latentbin-abundance table --table depth.tsv --catalogue composition.npz --output abundance.npz
  latentbin-abundance merge --abundance S1.npz S2.npz --output abundance.npz

The output is a named matrix (.npz): a row for each contig of the catalogue, a column for each
sample. Files whose contigs are not those of the catalogue are refused, naming the first contig.
"""
_BAM = """\
depth is the mean coverage of a contig's bases, and its variance, as MetaBAT's
jgi_summarize_bam_contig_depths defines them; rpkm counts reads by kb of contig and million reads.

examples:
  latentbin-abundance bam --bam S1.bam S2.bam --catalogue composition.npz --output abundance.npz
  latentbin-abundance bam --bam long.bam --min-identity 85 --catalogue composition.npz \\
      --output abundance.npz
  latentbin-abundance bam --bam S1.cram --reference contigs.fna --unit rpkm --sample day1 \\
      --output S1.npz
"""
_TABLE = """\
A table may hold one sample or many; which program made it is told by its header.

examples:
  latentbin-abundance table --table depth.tsv --catalogue composition.npz --output abundance.npz
  latentbin-abundance table --table S1.aemb.tsv S2.aemb.tsv --sample day1 day2 \\
      --catalogue composition.npz --output abundance.npz
"""
_MERGE = """\
examples:
  latentbin-abundance merge --abundance S1.npz S2.npz --output abundance.npz
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = new_parser(
        "latentbin-abundance",
        "Abundance of every contig in every sample: from reads mapped to the contigs, or from "
        "tables that other programs made. The rows are those of the catalogue.",
        _EPILOG,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")

    bam = steps.add_parser(
        "bam",
        help="count mapped reads",
        description="Depth or RPKM of every contig, from reads mapped to the contigs.",
        epilog=_BAM,
    )
    bam.add_argument(
        "--bam",
        nargs="+",
        required=True,
        metavar="FILE",
        help="coordinate-sorted BAM files, one per sample (CRAM and SAM too, slower)",
    )
    _add_common(bam)
    bam.add_argument(
        "--reference",
        metavar="FASTA",
        help="the FASTA that the reads were mapped to; needed for CRAM",
    )
    add_options(bam, BamOptions, note={"min_score": "every read counts"})
    add_threads(bam)

    table = steps.add_parser(
        "table",
        help="read depth tables",
        description="Depths of every contig, from the tables of other programs.",
        epilog=_TABLE,
    )
    table.add_argument(
        "--table",
        nargs="+",
        required=True,
        metavar="FILE",
        help="tables of jgi_summarize_bam_contig_depths, 'coverm contig' or strobealign --aemb",
    )
    _add_common(table)
    add_options(table, TableOptions, note={"unit": "depth if there is any"})

    merge = steps.add_parser(
        "merge",
        help="join samples",
        description="Join the samples of several abundance files of one catalogue.",
        epilog=_MERGE,
    )
    merge.add_argument(
        "--abundance",
        nargs="+",
        required=True,
        metavar="FILE",
        help="abundance files of one catalogue; their samples follow one another",
    )
    merge.add_argument("--output", required=True, metavar="FILE", help="abundance file to write")
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sample", nargs="+", metavar="NAME", help="names of the samples [from files or headers]"
    )
    parser.add_argument(
        "--catalogue",
        metavar="FILE",
        help="composition file (.npz) or FASTA whose contigs are the rows, in this order "
        "[all contigs of the first input]",
    )
    parser.add_argument("--output", required=True, metavar="FILE", help="abundance file to write")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    return run(build_parser(), argv, _work)


def _work(args: argparse.Namespace) -> None:
    steps = {"bam": _bam, "table": _table, "merge": _merge}
    steps[args.step](args)


def _bam(args: argparse.Namespace) -> None:
    options = from_args(BamOptions, args)
    if options.unit == "rpkm":
        for name in ("min_identity", "max_edge"):
            if hasattr(args, name):
                raise OptionError(f"--{name.replace('_', '-')} is for --unit depth")
    check_output_folder(args.output)
    from latentbin.abundance.assemble import build_matrix, sample_names
    from latentbin.abundance.catalogue import load_catalogue
    from latentbin.abundance.counting import count_files
    from latentbin.abundance.layout import sample_name

    samples = sample_names(args.sample, [sample_name(path) for path in args.bam], "--bam")
    catalogue = load_catalogue(args.catalogue) if args.catalogue else None
    with stage(f"{len(samples)} samples counted"):
        contigs, values, variance, counted = count_files(
            args.bam, catalogue, options, args.reference, args.threads
        )
    report = {
        "options": as_dict(options),
        "inputs": [Path(path).name for path in args.bam],
        "records": [sample.records for sample in counted],
        "reads_mapped": [sample.mapped for sample in counted],
        "reads_counted": [sample.counted for sample in counted],
    }
    build_matrix(contigs, samples, values, variance, options.unit, report).save(args.output)


def _table(args: argparse.Namespace) -> None:
    options = from_args(TableOptions, args)
    check_output_folder(args.output)
    import numpy as np

    from latentbin.abundance.assemble import build_matrix, sample_names
    from latentbin.abundance.catalogue import load_catalogue
    from latentbin.abundance.tables import read_tables

    wanted = load_catalogue(args.catalogue) if args.catalogue else None
    with stage(f"{len(args.table)} tables read"):
        catalogue, known, tables = read_tables(args.table, wanted, options.format, options.unit)
    derived = [sample for table in tables for sample in table.layout.samples]
    samples = sample_names(args.sample, derived, "--table")
    variances = [table.variance for table in tables if table.variance is not None]
    build_matrix(
        catalogue.contigs,
        samples,
        np.hstack([table.values for table in tables]),
        np.hstack(variances) if len(variances) == len(tables) else None,
        tables[0].layout.unit,
        {
            "options": as_dict(options),
            "inputs": [Path(path).name for path in args.table],
            "inputs_sha256": [file_digest(path) for path in args.table],
        },
        lengths_known=known,
    ).save(args.output)


def _merge(args: argparse.Namespace) -> None:
    check_output_folder(args.output)
    from latentbin.abundance.assemble import merge
    from latentbin.matrix import NamedMatrix

    merge(NamedMatrix.load(path, "abundance") for path in args.abundance).save(args.output)
