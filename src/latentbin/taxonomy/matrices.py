"""Reading a named matrix of whatever kind: composition, abundance, a latent."""

from __future__ import annotations

import json
import os
import re
import zipfile
from pathlib import Path

import numpy as np

from latentbin.errors import UserError
from latentbin.files import readable
from latentbin.matrix import NamedMatrix


def load_matrix(path: str | os.PathLike[str]) -> NamedMatrix:
    """Read a matrix whose rows are contigs; its kind is what the file says.

    Raises
    ------
    UserError : not such a file, damaged
    """
    kind = "matrix"
    try:
        with readable(path, "matrix"), np.load(Path(path), allow_pickle=False) as members:
            schema = str(json.loads(members["header"].tobytes())["schema"])
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, AttributeError, TypeError):
        schema = ""  # the reader says what is wrong
    if found := re.fullmatch(r"latentbin/(.+)/\d+", schema):
        kind = found[1]
    matrix = NamedMatrix.load(path, kind)
    if not matrix.names or not matrix.columns:
        raise UserError(f"{path}: the matrix is empty. Give one with contigs and columns.")
    return matrix
