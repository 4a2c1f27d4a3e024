"""The command line of ``latentbin-proteome prepare``."""

from __future__ import annotations

import argparse
from pathlib import Path

from latentbin.command import add_seed, later
from latentbin.options import add_options
from latentbin.proteome.tables.options import PrepareOptions, ReadOptions

_FORMATS = ("auto", "skyline", "maxquant", "diann", "matrix", "h5ad")
_EPILOG = """\
tables, recognised by their header; plain or gzip'd, and of text any of comma, semicolon and tab:
  skyline    report in long form; areas are summed per protein and replicate; decoys, standards,
             truncated peaks and, beside light ones, heavy peptides are left out
  maxquant   proteinGroups.txt, LFQ where there is any; reverse hits, contaminants and groups only
             identified by site are left out
  diann      report.pg_matrix.tsv; runs are called by their file, without folder and suffix
  matrix     a header of names and a name in front of each row, either way round
  h5ad       AnnData, samples in rows; what obs says can be used with --class-column etc.

sample sheet, CSV or TSV, by its header:
  sample     name of the sample
  run        what the table calls it, where that is something else
  class      what it is known to be, empty where it is not known
  tune       1 or 0: whether label may use the class to choose eps
  batch      what was measured together
  donor      the individual it is of

what is done: 0 and marks of missing are missing; proteins that are missing in all samples are left
out; the --proteins with the largest sums are kept; log2, divided by the sample's maximum; values
below --floor become 0, and so does what is missing. A quantity below 1, whose logarithm would be
negative, is refused.

examples:
  latentbin-proteome prepare --table report.pg_matrix.tsv --samples samples.csv \\
      --output proteome.npz
  latentbin-proteome prepare --table csf.csv.gz --class-column _diagnosis --batch-column _site \\
      --tune-share 0.2 --output proteome.npz
  latentbin-proteome prepare --table new.tsv --like proteome.npz --output new.npz
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the step to the command."""
    parser = steps.add_parser(
        "prepare",
        help="read a table of protein quantities, keep the most abundant, scale them",
        description="Read a table of protein quantities and what is known of its samples; keep the "
        "most\nabundant proteins and scale them to [0, 1].",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "--table", type=Path, required=True, metavar="FILE", help="the table of quantities"
    )
    parser.add_argument(
        "--format", choices=_FORMATS, default="auto", help="its format [auto: by its header]"
    )
    parser.add_argument("--samples", type=Path, metavar="FILE", help="the sample sheet")
    parser.add_argument(
        "--like",
        type=Path,
        metavar="NPZ",
        help="keep the proteins of this proteome, in its order and with its floor: for samples "
        "that a classifier made of it is to tell apart",
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="NPZ", help="the proteome, a named matrix"
    )
    parser.add_argument(
        "--account",
        type=Path,
        metavar="JSON",
        help="what was read, kept and dropped [the output's name with .json]",
    )
    add_options(parser, PrepareOptions, title="what is kept")
    add_options(
        parser,
        ReadOptions,
        title="how the table is read",
        note={"missing": "none", "layer": "X"},
    )
    columns = parser.add_argument_group(
        "columns", "of the sample sheet or of the table itself, where they are called otherwise"
    )
    for fact, what in (
        ("class", "the class"),
        ("tune", "the tune flag"),
        ("batch", "the batch"),
        ("donor", "the donor"),
    ):
        columns.add_argument(
            f"--{fact}-column", metavar="NAME", help=f"column with {what} of a sample [{fact}]"
        )
    add_seed(parser)
    parser.set_defaults(work=later("latentbin.proteome.tables.steps", "prepare"))
