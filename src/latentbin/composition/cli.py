"""`latentbin-composition`: composition of contigs."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from latentbin import __version__
from latentbin.command import add_prefix, add_threads, new_parser, run, stage
from latentbin.composition.options import KmersOptions, TnfOptions
from latentbin.options import add_options, as_dict, from_args

logger = logging.getLogger(__name__)

_EPILOG = """\
examples:
  latentbin-composition tnf --fasta contigs.fna.gz --output composition.npz
  latentbin-composition tnf --fasta contigs.fna --min-length 2000 --projection canonical \\
      --output tnf136.npz
  latentbin-composition kmers --fasta contigs.fna.gz --output kmers.npz
  latentbin-composition merge --composition S1.npz S2.npz --output composition.npz

The output is a named matrix (.npz): one row per contig of at least --min-length, in the order of
the FASTA file. It is the catalogue that the other steps keep to.
"""
_TNF = """\
examples:
  latentbin-composition tnf --fasta contigs.fna.gz --output composition.npz
  latentbin-composition tnf --fasta contigs.fna --min-length 2000 --projection canonical \\
      --output tnf136.npz
  latentbin-composition tnf --fasta S1.fna.gz --prefix S1~ --output S1.npz
"""
_KMERS = """\
examples:
  latentbin-composition kmers --fasta contigs.fna.gz --output kmers.npz
"""
_MERGE = """\
The same rows as of one run over the catalogue that latentbin-catalogue makes of the assemblies, if
they are given in the same order and each was counted with its sample and separator as --prefix.

examples:
  latentbin-composition merge --composition S1.npz S2.npz --output composition.npz
"""


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = new_parser(
        "latentbin-composition",
        "Composition of contigs: how often each short word occurs.",
        _EPILOG,
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    tnf = steps.add_parser(
        "tnf",
        help="tetranucleotide (4-mer) frequencies",
        description="Tetranucleotide frequencies of each contig, both strands counted as one. "
        "Words with ambiguous bases are skipped; lower case counts.",
        epilog=_TNF,
    )
    tnf.set_defaults(kind=TnfOptions, words="4-mer", threads=1)
    kmers = steps.add_parser(
        "kmers",
        help="frequencies of words of 1 to 10 bases",
        description="GenomeFace's 1,712 frequencies: 1- to 5-mers of bases, 6- to 10-mers of "
        "purines and pyrimidines, both strands counted as one. Words with ambiguous bases are "
        "skipped; lower case counts. latentbin-genomeface reads the FASTA file itself: this file "
        "is for methods of your own.",
        epilog=_KMERS,
    )
    kmers.set_defaults(kind=KmersOptions, words="word")
    for step, options in ((tnf, TnfOptions), (kmers, KmersOptions)):
        step.add_argument("--fasta", required=True, type=Path, help="contigs, .fna or .fna.gz")
        step.add_argument("--output", required=True, type=Path, help="composition file, .npz")
        add_prefix(step)
        add_options(step, options)
        step.set_defaults(work=_compose)
    add_threads(kmers)
    merge = steps.add_parser(
        "merge",
        help="join assemblies",
        description="Join the compositions of several assemblies to that of their catalogue.",
        epilog=_MERGE,
    )
    merge.add_argument(
        "--composition",
        nargs="+",
        required=True,
        type=Path,
        metavar="FILE",
        help="composition files of one kind; their contigs follow one another",
    )
    merge.add_argument("--output", required=True, type=Path, help="composition file, .npz")
    merge.set_defaults(work=_merge)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return run(build_parser(), argv, lambda args: args.work(args))


def _compose(args: argparse.Namespace) -> None:
    from latentbin.composition.model import FEWEST, compose
    from latentbin.contigs import contigs_of
    from latentbin.files import check_output_folder, file_digest
    from latentbin.matrix import NamedMatrix

    options = from_args(args.kind, args)
    check_output_folder(args.output)
    part = args.prefix is not None
    records = contigs_of(args.fasta, args.prefix)
    with stage(f"counted {args.words}s"):
        found = compose(records, options, str(args.fasta), args.threads, 0 if part else FEWEST)
    empty = [name for name, n in zip(found.names, found.n_kmers, strict=True) if n == 0]
    logger.info(
        "%d contigs, %d bp; %d shorter than %d bp left out",
        len(found.names),
        found.lengths.sum(),
        found.n_short,
        options.min_length,
    )
    if empty:
        logger.warning(
            "%d contigs hold no %s without ambiguous bases and will stay unbinned: %s%s",
            len(empty),
            args.words,
            ", ".join(empty[:5]),
            ", ..." if len(empty) > 5 else "",
        )
    NamedMatrix(
        "composition",
        found.names,
        found.columns,
        found.values,
        {"lengths": found.lengths, "n_kmers": found.n_kmers},
        {"features": args.step, **as_dict(options)},
        {
            "command": f"latentbin-composition {args.step}",
            "version": __version__,
            "options": as_dict(options),
            "inputs": {args.fasta.name: file_digest(args.fasta)},
            "counts": {
                "contigs": len(found.names),
                "bp": int(found.lengths.sum()),
                "short": found.n_short,
                "without_kmers": len(empty),
            },
        },
        str(args.output),
    ).save(args.output)


def _merge(args: argparse.Namespace) -> None:
    from latentbin.composition.merge import merge
    from latentbin.files import check_output_folder
    from latentbin.matrix import NamedMatrix

    check_output_folder(args.output)
    merged = merge([NamedMatrix.load(path, "composition") for path in args.composition])
    logger.info("%d files: %d contigs", len(args.composition), len(merged.names))
    merged.save(args.output)
