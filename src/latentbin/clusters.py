"""clusters.tsv: which contig is in which cluster; the one file that all binners hand on.

Header ``contig<TAB>cluster``; each contig at most once; a contig that is not listed is unbinned.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from latentbin.contigs import Contigs
from latentbin.errors import UserError
from latentbin.files import open_text_reader, write_table

logger = logging.getLogger(__name__)

HEADER = ("contig", "cluster")
_LARGE = 200_000  # bp


def write_clusters(path: str | os.PathLike[str], clusters: Mapping[str, str]) -> None:
    """Write contig -> cluster in the order of the mapping; header only if it is empty."""
    write_table(path, HEADER, clusters.items())


def write_rows(
    path: str | os.PathLike[str], contigs: Contigs, clusters: Sequence[NDArray[np.intp]]
) -> None:
    """Write clusters that are given by their rows, numbered 1, 2, ... in the order given."""
    write_clusters(
        path,
        {contigs.names[row]: str(n) for n, rows in enumerate(clusters, 1) for row in rows.tolist()},
    )
    large = sum(int(contigs.lengths[rows].sum()) >= _LARGE for rows in clusters)
    logger.info("%d clusters, %d of them of %s bp or more", len(clusters), large, f"{_LARGE:,}")


def largest_first(
    clusters: Sequence[NDArray[np.intp]], lengths: NDArray[np.int64]
) -> list[NDArray[np.intp]]:
    """Clusters, given by their rows, by their base pairs; of equals in the order given."""
    size = np.array([lengths[rows].sum() for rows in clusters])
    return [clusters[place] for place in np.argsort(-size, kind="stable")]


def read_clusters(path: str | os.PathLike[str], catalogue: Contigs | None = None) -> dict[str, str]:
    """Read contig -> cluster, in file order.

    Raises
    ------
    UserError : no such header, a row without two cells, a contig twice, or one that is not in
        ``catalogue``; says the line
    """
    clusters: dict[str, str] = {}
    with open_text_reader(path, "clusters table") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        if tuple(header) != HEADER:
            raise UserError(
                f"{path}, line 1: header is {header}, expected {list(HEADER)} separated by a tab."
            )
        for number, line in enumerate(handle, 2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != 2 or not all(cells):
                raise UserError(f"{path}, line {number}: expected contig, tab, cluster.")
            contig, cluster = cells
            if contig in clusters:
                raise UserError(f"{path}, line {number}: contig '{contig}' stands twice.")
            if catalogue is not None and contig not in catalogue.index:
                raise UserError(
                    f"{path}, line {number}: contig '{contig}' is not among the contigs. "
                    "Give the FASTA that was binned."
                )
            clusters[contig] = cluster
    return clusters
