"""A group: its contigs, what is known of them, and the bins that binners made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.bins.plan import BinPlan
from latentbin.contigs import Contigs
from latentbin.evaluate.tables import Truth
from latentbin.matrix import NamedMatrix
from latentbin.report.tables import Table
from latentbin.scg import Markers


@dataclass(frozen=True, eq=False)
class Known:
    """The truth, and the genome of each contig of the FASTA (-1 where it is not known)."""

    truth: Truth
    codes: NDArray[np.int64]
    path: Path


@dataclass(frozen=True, eq=False)
class Binner:
    """What one binner made of the contigs.

    Attributes
    ----------
    plan : its bins, of contigs of the FASTA
    clusters : contig -> cluster; None if not given
    latent : its latent or embedding; None if not given
    quality, taxonomy : a row for each bin, in the order of the plan; None if not given
    rank : of each bin, 0 the best: in the order of the quality table, else by base pairs
    n50 : (n_bins,) base pairs
    """

    name: str
    plan: BinPlan
    clusters: Mapping[str, str] | None
    latent: NamedMatrix | None
    quality: list[dict[str, str]] | None
    taxonomy: list[dict[str, str]] | None
    rank: NDArray[np.int64]
    n50: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Group:
    """Everything that is known of a group.

    Attributes
    ----------
    contigs : of the FASTA, all of them
    gc : (n_contigs,) bases of G or C; n_bases : those of A, C, G and T
    rows : (n_embedded,) rows in the FASTA of the catalogue, the contigs of at least the minimum
        length, in the order of ``composition``
    composition, abundance : of the catalogue, in the same order
    min_length : base pairs
    sample : (n_contigs,) index into ``samples_in_names``; None if names are not split
    markers : single-copy genes of the contigs of the FASTA
    predictions : taxa of the contigs of the catalogue: a row for each, in its order
    """

    name: str
    contigs: Contigs
    gc: NDArray[np.int64]
    n_bases: NDArray[np.int64]
    rows: NDArray[np.intp]
    composition: NamedMatrix
    abundance: NamedMatrix
    min_length: int
    samples_in_names: tuple[str, ...]
    sample: NDArray[np.intp] | None
    separator: str | None
    markers: Markers | None
    predictions: Table | None
    known: Known | None
    binners: tuple[Binner, ...]

    @property
    def unit(self) -> str:
        """Of the abundances: ``depth`` or ``rpkm``."""
        return str(self.abundance.attributes.get("unit"))

    @property
    def gc_percent(self) -> NDArray[np.float64]:
        """(n_contigs,) G and C among A, C, G and T; NaN for contigs of nothing but N."""
        with np.errstate(invalid="ignore"):
            return 100 * self.gc / self.n_bases

    @property
    def mean_abundance(self) -> NDArray[np.float64]:
        """(n_contigs,) mean over samples; NaN for contigs that are not in the catalogue."""
        mean = np.full(len(self.contigs), np.nan)
        mean[self.rows] = self.abundance.values.mean(axis=1, dtype=np.float64)
        return mean

    @property
    def read_shares(self) -> NDArray[np.float64]:
        """(n_contigs, n_samples) share of each sample's mapped bases that lie on each contig.

        Only contigs of the catalogue have any. A sample without reads has none.
        """
        shares = np.zeros((len(self.contigs), len(self.abundance.columns)))
        mass = self.abundance.values * self.contigs.lengths[self.rows, None].astype(np.float64)
        total = mass.sum(axis=0)
        shares[self.rows] = np.divide(mass, total, out=np.zeros_like(mass), where=total > 0)
        return shares
