"""`latentbin-markers`: single-copy genes of contigs."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from latentbin.command import add_prefix, add_threads, new_parser, run, stage
from latentbin.markers.options import MarkerOptions
from latentbin.options import add_options, from_args

logger = logging.getLogger(__name__)

_EPILOG = """\
examples:
  latentbin-markers find --fasta contigs.fna.gz --output markers.tsv
  latentbin-markers merge --markers S1.tsv S2.tsv --output markers.tsv

The output is a table: the names of all genes that were searched for in its first line, then one
row per gene that was found, with its score in bits and its place.
"""
_FIND = """\
examples:
  latentbin-markers find --fasta contigs.fna.gz --output markers.tsv
  latentbin-markers find --fasta contigs.fna --hmm my_profiles.hmm --cutoffs cutoffs.tsv \\
      --output markers.tsv
  latentbin-markers find --fasta contigs.fna --gff genes.gff.gz --proteins genes.faa.gz \\
      --output markers.tsv
  latentbin-markers find --fasta S1.fna.gz --prefix S1~ --output S1.tsv

The genes are called by Prodigal (meta mode), those that run over an end of a contig too; a gene
counts for the profile that it scores highest with, if it reaches that profile's cut-off.

By default all six reading frames are searched first, quickly, and genes are called only around
what looks like a profile: this finds over 99 % of what --exhaustive finds, and nothing else, in a
fraction of the time. Profiles with cut-offs below 30 bits lose most: search with --exhaustive.
"""
_MERGE = """\
The same table as of one search of the catalogue that latentbin-catalogue makes of the assemblies,
if they are given in the same order and each was searched with its sample and separator as --prefix.

examples:
  latentbin-markers merge --markers S1.tsv S2.tsv --output markers.tsv
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = new_parser(
        "latentbin-markers",
        "Single-copy genes of contigs: the 40 universal ones of fetchMGs, or your own profiles.",
        _EPILOG,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    find = steps.add_parser(
        "find",
        help="search contigs",
        description="Search contigs for single-copy genes.",
        epilog=_FIND,
    )
    find.add_argument("--fasta", required=True, type=Path, help="contigs, .fna or .fna.gz")
    find.add_argument("--output", required=True, type=Path, help="table of the genes, .tsv")
    add_prefix(find)
    add_options(find, MarkerOptions)
    find.add_argument(
        "--hmm",
        type=Path,
        metavar="FILE_OR_FOLDER",
        help="profiles of your own (HMMER 3): a file with any number, or a folder of *.hmm "
        "[the 40 genes of fetchMGs]",
    )
    find.add_argument(
        "--cutoffs",
        type=Path,
        metavar="TSV",
        help="least scores for --hmm: name, tab, bits [the TC, GA or NC lines of the profiles]",
    )
    find.add_argument(
        "--gff", type=Path, help="write all genes, .gff or .gff.gz; implies --exhaustive"
    )
    find.add_argument(
        "--proteins", type=Path, help="write all proteins, .faa or .faa.gz; implies --exhaustive"
    )
    add_threads(find)
    find.set_defaults(work=_find)

    merge = steps.add_parser(
        "merge",
        help="join assemblies",
        description="Join the tables of several assemblies to that of their catalogue.",
        epilog=_MERGE,
    )
    merge.add_argument(
        "--markers",
        nargs="+",
        required=True,
        type=Path,
        metavar="TSV",
        help="tables of one set of genes; their contigs follow one another",
    )
    merge.add_argument("--output", required=True, type=Path, help="table of the genes, .tsv")
    merge.set_defaults(work=_merge)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))


def _find(args: argparse.Namespace) -> None:
    from tqdm import tqdm

    from latentbin.contigs import Record, contigs_of
    from latentbin.errors import UserError
    from latentbin.files import check_output_folder
    from latentbin.markers.model import Found, MarkerFinder
    from latentbin.markers.profiles import read_profiles, universal_profiles
    from latentbin.scg import Hit, write_markers

    options = from_args(MarkerOptions, args)
    if args.cutoffs and not args.hmm:
        raise UserError("--cutoffs goes with --hmm: the built-in profiles have calibrated ones.")
    for path in filter(None, (args.output, args.gff, args.proteins)):
        check_output_folder(path)
    profiles = read_profiles(args.hmm, args.cutoffs) if args.hmm else universal_profiles()
    exhaustive = options.exhaustive
    if (args.gff or args.proteins) and not exhaustive:
        logger.info("calling the genes of every contig in full, for --gff and --proteins")
        exhaustive = True
    logger.info("searching for %d genes", len(profiles.names))
    finder = MarkerFinder(profiles, exhaustive, bool(args.gff), bool(args.proteins))
    n_contigs = n_bases = n_short = n_hits = 0
    genes: set[str] = set()

    def long_enough() -> Iterator[Record]:
        nonlocal n_short
        for record in contigs_of(args.fasta, args.prefix):
            if len(record.sequence) >= options.min_length:
                yield record
            else:
                n_short += 1

    def hits(
        batches: Iterator[Found], gff: IO[bytes] | None, faa: IO[bytes] | None
    ) -> Iterator[Hit]:
        nonlocal n_contigs, n_bases, n_hits
        bar = tqdm(unit="bp", unit_scale=True, disable=not sys.stderr.isatty())
        with bar:
            for found in batches:
                bar.update(found.n_bases)
                n_contigs += found.n_contigs
                n_bases += found.n_bases
                n_hits += len(found.hits)
                genes.update(hit.gene for hit in found.hits)
                if gff:
                    gff.write(found.gff.encode())
                if faa:
                    faa.write(found.proteins.encode())
                yield from found.hits

    with stage("searched"), contextlib.ExitStack() as outputs:
        gff = outputs.enter_context(_writer(args.gff)) if args.gff else None
        faa = outputs.enter_context(_writer(args.proteins)) if args.proteins else None
        if gff:
            gff.write(b"##gff-version 3\n")
        batches = finder.find(long_enough(), args.threads)
        write_markers(args.output, profiles.names, hits(batches, gff, faa))
    logger.info(
        "%d contigs, %d bp; %d shorter than %d bp left out",
        n_contigs,
        n_bases,
        n_short,
        options.min_length,
    )
    logger.info(
        "%d single-copy genes found, of %d of the %d kinds", n_hits, len(genes), len(profiles.names)
    )


def _merge(args: argparse.Namespace) -> None:
    from latentbin.files import check_output_folder
    from latentbin.scg import merge_markers

    check_output_folder(args.output)
    n_hits, n_contigs = merge_markers(args.markers, args.output)
    logger.info("%d tables: %d genes on %d contigs", len(args.markers), n_hits, n_contigs)


@contextlib.contextmanager
def _writer(path: Path) -> Iterator[IO[bytes]]:
    from latentbin.files import atomic_output, open_gzip_writer

    with atomic_output(path) as temporary:
        opener = open_gzip_writer(temporary) if path.name.endswith(".gz") else open(temporary, "wb")
        with opener as handle:
            yield handle
