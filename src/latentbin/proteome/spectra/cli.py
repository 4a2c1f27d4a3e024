"""The command line of the steps from spectra to protein quantities."""

from __future__ import annotations

import argparse

from latentbin.command import add_seed, add_threads, later
from latentbin.options import add_options
from latentbin.proteome.spectra.options import IdentifyOptions, QuantifyOptions, SearchOptions

STEPS = "latentbin.proteome.spectra.steps"
SEARCH = """\
Each MS2 spectrum's best peptide, by Comet. The FASTA may hold decoys, as many as proteins; if it
has none, Comet makes them. Comet's own parameters (comet -p) are taken but for the options below;
--set replaces any other.

examples:
  latentbin-proteome search --mzml S1.mzML.gz --fasta proteins.fasta --output S1.pin \\
      --json S1.search.json
"""
IDENTIFY = """\
PSMs, peptides and protein groups of all runs together, each within the false-discovery rate. A
model is trained by mokapot; too few PSMs to train are ranked by Comet's expectation value, and the
log and identification.json say so. A protein group is proteins that no peptide tells apart; the
fewest groups that explain all peptides are kept, a shared peptide counts for the group with most
peptides, and each protein competes with its own decoy.

examples:
  latentbin-proteome identify --pin S1.pin S2.pin --search S1.search.json S2.search.json \\
      --output-dir identified
"""
QUANTIFY = """\
How much there is of each protein in one run: the areas of its peptides' elution peaks, or the
number of their spectra where there are no MS1 spectra.

examples:
  latentbin-proteome quantify --psms identified/psms.tsv --mzml S1.mzML.gz \\
      --output S1.quantities.tsv --json S1.quantities.json
"""
TABULATE = """\
The quantities of all runs as one table, proteins in rows and samples in columns, as
latentbin-proteome prepare reads it.

examples:
  latentbin-proteome tabulate --quantities S1.quantities.tsv S2.quantities.tsv \\
      --output proteins.tsv --json proteins.json
"""


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the steps to the command."""
    parser = _add(steps, "search", "search the spectra of an mzML file with Comet", SEARCH)
    _add_run(parser)
    parser.add_argument("--fasta", required=True, metavar="FILE", help="proteins, plain or gzip'd")
    parser.add_argument("--output", required=True, metavar="FILE", help="matches (PIN) to write")
    _add_json(parser)
    add_options(parser, SearchOptions, note={"decoy_prefix": "the usual ones are looked for"})
    parser.add_argument(
        "--set",
        type=_pair,
        action="append",
        metavar="NAME=VALUE",
        help="another parameter of Comet's; may be given several times",
    )
    parser.add_argument("--comet", metavar="PROGRAM", help="Comet [comet-ms or comet, on PATH]")
    add_threads(parser)

    parser = _add(
        steps, "identify", "PSMs, peptides and proteins at a false-discovery rate", IDENTIFY
    )
    parser.add_argument(
        "--pin", nargs="+", required=True, metavar="FILE", help="matches of each run"
    )
    parser.add_argument(
        "--search",
        nargs="+",
        metavar="FILE",
        help="JSON of each search: numbers of spectra, and the decoys' prefix",
    )
    parser.add_argument("--output-dir", required=True, metavar="DIR", help="new folder to write")
    add_options(parser, IdentifyOptions)
    add_seed(parser)

    parser = _add(steps, "quantify", "quantities of the proteins of a run", QUANTIFY)
    parser.add_argument("--psms", required=True, metavar="FILE", help="psms.tsv of identify")
    _add_run(parser)
    parser.add_argument("--output", required=True, metavar="FILE", help="quantities (TSV) to write")
    _add_json(parser)
    add_options(parser, QuantifyOptions)
    add_threads(parser)

    parser = _add(steps, "tabulate", "join the quantities of runs into one table", TABULATE)
    parser.add_argument(
        "--quantities", nargs="+", required=True, metavar="FILE", help="tables of quantify"
    )
    parser.add_argument("--output", required=True, metavar="FILE", help="table (TSV) to write")
    _add_json(parser)

    for name in ("search", "identify", "quantify", "tabulate"):
        steps.choices[name].set_defaults(work=later(STEPS, name))


def _add(
    steps: argparse._SubParsersAction[argparse.ArgumentParser], name: str, help: str, text: str
) -> argparse.ArgumentParser:
    description, epilog = text.split("\nexamples:\n")
    return steps.add_parser(name, help=help, description=description, epilog=f"examples:\n{epilog}")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mzml", required=True, metavar="FILE", help="spectra, plain or gzip'd")
    parser.add_argument("--sample", metavar="NAME", help="name of the sample [that of the mzML]")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", required=True, metavar="FILE", help="what was done, to write")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    return name.strip(), value.strip()
