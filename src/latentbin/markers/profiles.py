"""Sets of profiles with their cut-offs: the 40 genes of fetchMGs, or the user's own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from latentbin.errors import UserError
from latentbin.files import open_text_reader, readable

_UNCALIBRATED = "COG0086"


@dataclass(frozen=True, eq=False)
class ProfileSet:
    """Profiles of single-copy genes.

    Attributes
    ----------
    names : of the genes, unique
    hmms : pyhmmer's profiles
    cutoffs : least score of a gene's protein against each profile, bits
    """

    names: tuple[str, ...]
    hmms: tuple[Any, ...]
    cutoffs: tuple[float, ...]


def universal_profiles() -> ProfileSet:
    """The 40 universal single-copy genes with fetchMGs' calibrated cut-offs for all hits.

    (Ciccarelli 2006; Sorek 2007; Creevey 2011.) Its 41st profile, COG0086, has no calibrated
    cut-off and is left out, as fetchMGs leaves it out of its results.
    """
    folder = resources.files("fetchmgs") / "data"
    table = (folder / "MG_BitScoreCutoffs.allhits.txt").read_text()
    cells = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    cutoffs = {row[0]: float(row[1]) for row in cells if row[0] != _UNCALIBRATED}
    hmms = []
    for name in sorted(cutoffs):
        with resources.as_file(folder / f"{name}.hmm") as path:
            (hmm,) = _read_hmms(path)
        hmms.append(hmm)
    return ProfileSet(
        tuple(sorted(cutoffs)), tuple(hmms), tuple(cutoffs[n] for n in sorted(cutoffs))
    )


def read_profiles(path: Path, cutoffs: Path | None) -> ProfileSet:
    """A set of the user's own.

    Parameters
    ----------
    path : a file of one or more profiles in HMMER's format, or a folder of such files (``*.hmm``)
    cutoffs : table of name and least score; without it the profiles' own TC, GA or NC lines count,
        the first of them that is there

    Raises
    ------
    UserError : no profile, not one of proteins, a name twice, one without a cut-off
    """
    files = sorted(path.glob("*.hmm")) if path.is_dir() else [path]
    if not files:
        raise UserError(f"{path}: holds no file named *.hmm. Give the profiles or their folder.")
    hmms: dict[str, Any] = {}
    for file in files:
        for hmm in _read_hmms(file):
            if hmm.name in hmms:
                raise UserError(
                    f"{file}: profile '{hmm.name}' stands twice. Names must be unique; "
                    "rename or remove one."
                )
            hmms[hmm.name] = hmm
    if not hmms:
        raise UserError(f"{path}: holds no profile. Expected HMMER's text format.")
    given = _own_cutoffs(hmms) if cutoffs is None else _read_cutoffs(cutoffs)
    missing = [name for name in hmms if name not in given]
    if missing:
        shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        if cutoffs is None:
            raise UserError(
                f"{path}: {len(missing)} of {len(hmms)} profiles have no TC, GA or NC line: "
                f"{shown}. Give their least scores with --cutoffs."
            )
        raise UserError(
            f"{cutoffs}: no score for {len(missing)} of the {len(hmms)} profiles of {path}: "
            f"{shown}. Add a line for each."
        )
    return ProfileSet(tuple(hmms), tuple(hmms.values()), tuple(given[name] for name in hmms))


def _read_hmms(path: Path) -> Iterator[Any]:
    from pyhmmer.plan7 import HMMFile

    with readable(path, "file of profiles"), open(path, "rb") as handle:
        handle.read(1)  # pyhmmer's own errors for a path that cannot be read say less
    try:
        with HMMFile(path) as file:
            for hmm in file:
                if not hmm.alphabet.is_amino():
                    raise UserError(
                        f"{path}: profile '{hmm.name}' is one of nucleotides. Expected proteins."
                    )
                yield hmm
    except (ValueError, EOFError) as error:
        raise UserError(
            f"{path}: not profiles in HMMER's format ({error}). Expected HMMER 3's text format."
        ) from error


def _own_cutoffs(hmms: dict[str, Any]) -> dict[str, float]:
    found = {}
    for name, hmm in hmms.items():
        own = hmm.cutoffs
        for pair in (own.trusted, own.gathering, own.noise):
            if pair is not None:
                found[name] = float(pair[0])  # that of the whole protein; then of one domain
                break
    return found


def _read_cutoffs(path: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    with open_text_reader(path, "table of cut-offs") as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith("#") or not line.strip():
                continue
            cells = line.rstrip("\n").split("\t")
            try:
                name, score = cells[0], float(cells[1])
            except (IndexError, ValueError) as error:
                raise UserError(
                    f"{path}, line {number}: expected a profile's name, a tab and its least score "
                    f"in bits, got {line.rstrip()!r}."
                ) from error
            if not math.isfinite(score):
                raise UserError(f"{path}, line {number}: the score of '{name}' is not a number.")
            if name in found:
                raise UserError(f"{path}, line {number}: '{name}' stands twice. Remove one line.")
            found[name] = score
    return found
