"""Files of one of several binners or models on the command line: ``vamb=clusters.tsv``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from latentbin.options import OptionError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


class NamedFile(NamedTuple):
    """A file, and the binner or model that it is of."""

    name: str
    path: Path


def named_file(text: str) -> NamedFile:
    """Parse ``NAME=FILE``; the name is of letters, digits and any of ``_ . + -``."""
    name, found, path = text.partition("=")
    if not (found and path and _NAME.fullmatch(name)):
        raise argparse.ArgumentTypeError(
            f"expected NAME=FILE, such as vamb=clusters.tsv, got '{text}'"
        )
    return NamedFile(name, Path(path))


def by_name(flag: str, given: Sequence[NamedFile] | None) -> dict[str, Path]:
    """The files of a flag by name.

    Raises
    ------
    OptionError : two files of one name
    """
    files: dict[str, Path] = {}
    for name, path in given or ():
        if name in files:
            raise OptionError(f"{flag} is given twice for '{name}'")
        files[name] = path
    return files
