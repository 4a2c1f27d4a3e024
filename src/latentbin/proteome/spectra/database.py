"""The proteins that spectra are searched against."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from latentbin.errors import UserError
from latentbin.files import open_text_reader
from latentbin.proteome.spectra.options import USUAL_DECOYS


class Database(NamedTuple):
    """Counts of a FASTA's proteins and decoys; ``decoy_prefix`` is None where it has no decoys."""

    proteins: int
    decoys: int
    decoy_prefix: str | None


def copy_database(
    fasta: str | os.PathLike[str], plain: Path, decoy_prefix: str | None = None
) -> Database:
    """Write a FASTA, plain or gzip'd, as plain text, and say what decoys it has.

    Parameters
    ----------
    decoy_prefix : what decoys' names begin with; None to look for the usual prefixes; "none" if
        there are no decoys

    Raises
    ------
    UserError : no proteins; none with the given prefix; fewer or more decoys than proteins (within
        10 %), for which a competition between them says nothing
    """
    prefixes: tuple[str, ...] = USUAL_DECOYS if decoy_prefix is None else (decoy_prefix,)
    if decoy_prefix == "none":
        prefixes = ()
    counts: Counter[str] = Counter()
    total = 0
    with open_text_reader(fasta, "FASTA") as source, open(plain, "w") as target:
        for number, line in enumerate(source, 1):
            if line.startswith(">"):
                total += 1
                # the longest that fits: REV__ is not REV_
                fitting = [prefix for prefix in prefixes if line.startswith(prefix, 1)]
                if fitting:
                    counts[max(fitting, key=len)] += 1
            elif not total and line.strip():
                raise UserError(
                    f"{fasta}: line {number}: expected '>' and a name. Give a FASTA of proteins."
                )
            target.write(line)
    if not total:
        raise UserError(f"{fasta}: has no proteins. Give a FASTA of proteins.")
    if not counts:
        if decoy_prefix not in (None, "none"):
            raise UserError(
                f"{fasta}: no name begins with {decoy_prefix!r}. Give the prefix of its decoys, or "
                "--decoy-prefix none if it has none."
            )
        return Database(total, 0, None)
    prefix, decoys = counts.most_common(1)[0]
    proteins = total - decoys
    if not 0.9 * proteins <= decoys <= 1.1 * proteins:
        raise UserError(
            f"{fasta}: {proteins} proteins and {decoys} decoys ({prefix!r}). Expected as many "
            "decoys as proteins: give another --decoy-prefix, or 'none' to have them made."
        )
    return Database(proteins, decoys, prefix)
