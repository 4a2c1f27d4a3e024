"""A search with Comet: its own parameters, with some replaced, and one run of the program."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from latentbin.errors import UserError
from latentbin.proteome.spectra.options import COMET_DECOYS, SearchOptions

# as Debian, Bioconda and the authors call it
NAMES = ("comet-ms", "comet", "comet.exe")
LINE = re.compile(r"^(\w+)( *=)([^#\n]*)(.*)$", re.M)


def find_comet(given: str | None = None) -> str:
    """The program: the one given, else the first of its usual names on PATH.

    Raises
    ------
    UserError : there is none
    """
    for name in (given,) if given else NAMES:
        if found := shutil.which(name):
            return str(Path(found).absolute())
    where = f"{given}: no such program." if given else f"Comet ({', '.join(NAMES)}) is not on PATH."
    raise UserError(
        f"{where} Install it (Debian: comet-ms; Bioconda: comet-ms; or scripts/setup-debian.sh "
        "comet-ms in a copy of the project), or give --comet."
    )


def default_parameters(comet: str, folder: Path) -> str:
    """The text of ``comet -p``, which fits the program's version.

    Raises
    ------
    UserError : the program is not Comet
    """
    done = run(comet, "-p", folder=folder)
    written = folder / "comet.params.new"
    if not written.exists():
        raise UserError(
            f"{comet}: wrote no parameters when called with -p, so it is not Comet. It said: "
            f"{_end_of(done)}"
        )
    return written.read_text()


def version_of(parameters: str) -> str:
    """The version of Comet that wrote the parameters."""
    found = re.search(r"comet_version +(.+)", parameters)
    return found[1].strip() if found else "unknown"


def overrides(
    options: SearchOptions, defaults: str, *, decoy_prefix: str | None, threads: int
) -> dict[str, str]:
    """What replaces Comet's defaults.

    One match per spectrum (and charge, where that is not known) with all proteins that have the
    peptide, as Percolator's input. Decoys compete with proteins in one search.

    Raises
    ------
    UserError : Comet does not know the enzyme
    """
    enzymes = dict(re.findall(r"^(\d+)\. +(\S+)", defaults, re.M))
    numbers = [number for number, name in enzymes.items() if name == options.enzyme]
    if not numbers:
        raise UserError(
            f"--enzyme {options.enzyme}: Comet does not know it. It knows "
            f"{', '.join(enzymes.values())}."
        )
    high = options.fragments == "high"
    tolerance = f"{options.precursor_tolerance:g}"
    if re.search(r"^peptide_mass_tolerance_upper\b", defaults, re.M):  # Comet since 2023
        masses = {
            "peptide_mass_tolerance_upper": tolerance,
            "peptide_mass_tolerance_lower": f"-{tolerance}",
        }
    else:
        masses = {"peptide_mass_tolerance": tolerance}
    return masses | {
        "peptide_mass_units": "2",
        "fragment_bin_tol": "0.02" if high else "1.0005",
        "fragment_bin_offset": "0.0" if high else "0.4",
        "theoretical_fragment_ions": "0" if high else "1",
        "search_enzyme_number": numbers[0],
        "sample_enzyme_number": numbers[0],
        "allowed_missed_cleavage": str(options.missed_cleavages),
        "variable_mod01": f"{15.9949 if options.oxidation else 0.0} M 0 3 -1 0 0 0.0",
        "add_C_cysteine": "57.021464" if options.carbamidomethyl else "0.0",
        "decoy_search": "0" if decoy_prefix else "1",
        "decoy_prefix": decoy_prefix or COMET_DECOYS,
        "max_duplicate_proteins": "-1",
        "num_output_lines": "1",
        "output_percolatorfile": "1",
        "output_pepxmlfile": "0",
        "output_txtfile": "0",
        "num_threads": str(threads),
    }


def replace(defaults: str, values: Mapping[str, str]) -> str:
    """Comet's parameters with some values replaced.

    Raises
    ------
    UserError : Comet has no such parameter
    """
    known = {match[1] for match in LINE.finditer(defaults)}
    if unknown := sorted(set(values) - known):
        raise UserError(
            f"Comet {version_of(defaults)} has no parameter {unknown[0]!r}. `comet -p` writes all "
            "that it has."
        )
    return LINE.sub(
        lambda match: f"{match[1]} = {values[match[1]]}" if match[1] in values else match[0],
        defaults,
    )


def search(comet: str, parameters: str, fasta: Path, spectra: Path) -> Path:
    """Run Comet in the folder of the spectra; the table of matches (PIN) that it wrote there.

    Raises
    ------
    UserError : Comet failed; the message has the end of what it said
    """
    folder = spectra.parent
    (folder / "comet.params").write_text(parameters)
    done = run(comet, f"-D{fasta.name}", spectra.name, folder=folder)
    pins = list(folder.glob("*.pin"))
    if done.returncode or len(pins) != 1:
        raise UserError(f"Comet failed. It said: {_end_of(done)}")
    return pins[0]


def run(comet: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Comet in a folder; stdout and stderr are kept."""
    return subprocess.run(
        [comet, *words],
        cwd=folder,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _end_of(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return " / ".join(lines[-4:]) or f"nothing (exit code {done.returncode})"
