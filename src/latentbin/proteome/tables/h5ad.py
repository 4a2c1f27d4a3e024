"""AnnData files (h5ad): samples in rows, proteins in columns."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from latentbin.errors import UserError
from latentbin.files import readable
from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.text import in_words

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


def is_h5ad(path: str | os.PathLike[str]) -> bool:
    """Whether the file is HDF5."""
    with readable(path, "table of protein quantities"), open(path, "rb") as handle:
        return handle.read(len(HDF5_MAGIC)) == HDF5_MAGIC


def read_h5ad(path: str | os.PathLike[str], layer: str | None) -> ProteinTable:
    """Quantities of ``X`` or of a layer; ``obs`` is the metadata. What a sparse X leaves out is 0.

    Raises
    ------
    UserError : not AnnData, no such layer, no X, numbers of another kind
    """
    if not is_h5ad(path):
        raise UserError(f"{path}: is not HDF5, expected an h5ad file of AnnData.")
    import anndata

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of older files, and of how names are stored
            data = anndata.read_h5ad(path)
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: is damaged, or not an h5ad file of AnnData ({error}).") from error
    if layer is not None and layer not in data.layers:
        raise UserError(
            f"{path}: has no layer '{layer}'; it has {in_words(tuple(data.layers)) or 'none'}."
        )
    cells: Any = data.X if layer is None else data.layers[layer]
    if cells is None:
        raise UserError(
            f"{path}: has no X. Choose a layer with --layer: "
            f"{in_words(tuple(data.layers)) or 'there is none'}."
        )
    dense = cells.toarray() if hasattr(cells, "toarray") else np.asarray(cells)
    if dense.dtype.kind not in "fiu":
        raise UserError(f"{path}: the quantities are of type {dense.dtype}, expected numbers.")
    metadata = {
        str(name): np.array(["" if missing else str(cell).strip() for cell, missing in pairs])
        for name, column in data.obs.items()
        for pairs in [zip(column, column.isna(), strict=True)]
    }
    return ProteinTable(
        "h5ad",
        str(path),
        tuple(str(name).strip() for name in data.obs_names),
        tuple(str(name).strip() for name in data.var_names),
        dense.astype(np.float64),
        metadata,
    )
