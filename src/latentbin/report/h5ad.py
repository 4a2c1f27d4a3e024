"""results.h5ad: everything about the contigs of a group in one AnnData file, for scanpy."""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.files import atomic_output
from latentbin.report.group import Binner, Group

_TEXT = frozenset({"bin", "class", "judged_by", "sample", "cluster"})


def write_h5ad(path: str | os.PathLike[str], group: Group) -> None:
    """Write the contigs of the catalogue x composition, with all that is known of them.

    ``docs/output.md`` says where everything stands.
    """
    import pandas as pd
    from anndata import AnnData
    from scipy import sparse

    names = list(group.composition.names)
    with _plain_text(pd):
        obs = pd.DataFrame(_obs(group, pd), index=names)
        var = pd.DataFrame(index=list(group.composition.columns))
        obsm: dict[str, Any] = {
            f"X_{binner.name}": _spread(binner, names) for binner in group.binners if binner.latent
        }
        samples = list(group.abundance.columns)
        obsm[group.unit] = pd.DataFrame(group.abundance.values, index=names, columns=samples)
        uns: dict[str, Any] = {
            "latentbin": {
                "schema": "latentbin/results/1",
                "version": __version__,
                "group": group.name,
                "abundance_unit": group.unit,
                "composition": json.dumps(dict(group.composition.attributes), sort_keys=True),
                "names_sha256": group.composition.digest,
            }
        }
        if group.markers is not None:
            genes = group.markers.genes
            place = np.full(len(group.contigs), -1, np.int64)
            place[group.rows] = np.arange(len(names))
            at = place[group.markers.contig]
            shape = (len(names), len(genes))
            ones = np.ones(int((at >= 0).sum()), np.uint8)
            obsm["scg"] = sparse.csr_matrix(
                (ones, (at[at >= 0], group.markers.gene[at >= 0])), shape
            )
            obs["n_scg"] = np.bincount(at[at >= 0], minlength=len(names)).astype(np.int32)
            uns["scg_genes"] = np.array(genes, dtype=object)
        uns["bins"] = {binner.name: _bins(binner, pd) for binner in group.binners}
        data = AnnData(group.composition.values, obs=obs, var=var, obsm=obsm, uns=uns)
        with atomic_output(path) as temporary:
            data.write_h5ad(temporary, compression="gzip")


@contextlib.contextmanager
def _plain_text(pd: Any) -> Iterator[None]:
    """Text as every AnnData reads it: pandas 3 has a type of text of its own, older readers not."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The 'future.infer_string' option")
        with pd.option_context("future.infer_string", False):
            yield


def _obs(group: Group, pd: Any) -> dict[str, Any]:
    rows = group.rows
    columns: dict[str, Any] = {
        "length": group.contigs.lengths[rows],
        "gc": group.gc_percent[rows].astype(np.float32),
        f"mean_{group.unit}": group.mean_abundance[rows].astype(np.float32),
    }
    if group.sample is not None:
        columns["sample"] = pd.Categorical.from_codes(group.sample[rows], group.samples_in_names)
    for binner in group.binners:
        if binner.clusters is not None:
            found = [binner.clusters.get(name) for name in group.composition.names]
            columns[f"{binner.name}_cluster"] = _categories(found, pd)
        plan = binner.plan
        columns[f"{binner.name}_bin"] = pd.Categorical.from_codes(plan.bin_of[rows], plan.names)
        if binner.quality:
            quality = [row["class"] for row in binner.quality]
            found = [quality[code] if code >= 0 else None for code in plan.bin_of[rows].tolist()]
            columns[f"{binner.name}_class"] = _categories(found, pd)
    if group.predictions is not None:
        for name, cells in group.predictions.columns.items():
            if name.endswith("_probability"):
                columns[name] = _numbers(group.predictions.numbers(name))
            elif name != "contig":
                columns[name] = _categories(list(cells), pd)
    if group.known is not None:
        codes = group.known.codes[rows]
        columns["genome"] = pd.Categorical.from_codes(codes, group.known.truth.genomes)
    return columns


def _categories(values: Sequence[str | None], pd: Any) -> Any:
    """Categories in order of appearance; None is not known."""
    names = list(dict.fromkeys(value for value in values if value is not None))
    place = {name: code for code, name in enumerate(names)}
    return pd.Categorical.from_codes([-1 if v is None else place[v] for v in values], names)


def _numbers(values: Sequence[float | None]) -> NDArray[np.float32]:
    return np.array([np.nan if value is None else value for value in values], np.float32)


def _spread(binner: Binner, names: Sequence[str]) -> NDArray[np.float32]:
    """The latent with a row for each contig of the catalogue; NaN for those it lacks."""
    assert binner.latent is not None
    place = {name: row for row, name in enumerate(binner.latent.names)}
    rows = np.array([place.get(name, -1) for name in names], np.intp)
    spread = np.full((len(names), len(binner.latent.columns)), np.nan, np.float32)
    spread[rows >= 0] = binner.latent.values[rows[rows >= 0]]
    return spread


def _bins(binner: Binner, pd: Any) -> Any:
    """A row for each bin, largest first: what it is made of, then quality and taxa."""
    plan = binner.plan
    columns: dict[str, Any] = {"contigs": plan.counts, "bp": plan.sizes, "n50": binner.n50}
    for table in (binner.quality, binner.taxonomy):
        for name in table[0] if table else ():
            if name in columns or name == "bin":
                continue
            cells = [row[name] for row in table or ()]
            columns[name] = _column(cells) if name not in _TEXT else cells
    return pd.DataFrame(columns, index=list(plan.names))


def _column(cells: Sequence[str]) -> Any:
    """Numbers where all cells that are not empty are numbers."""
    try:
        return _numbers([float(cell) if cell else None for cell in cells])
    except ValueError:
        return list(cells)
