"""Composition and abundance of the contigs that can be binned, checked against each other."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix
from latentbin.samples import samples_with_reads

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class BinningInputs:
    """What is known of the contigs that are embedded, row by row the same contigs.

    Attributes
    ----------
    names, lengths : (n_contigs,) lengths in base pairs
    tnf : (n_contigs, n_features) tetranucleotide frequencies as they stand in the file
    n_kmers : (n_contigs,) how many k-mers were counted, at least 1
    abundance : (n_contigs, n_samples) depth or RPKM as in the file; every sample has reads
    unit : of the abundances, ``depth`` or ``rpkm``
    samples : names of the samples that have reads
    n_left_out : contigs of the catalogue that are not embedded
    digests : SHA-256 of each input file

    """

    names: tuple[str, ...]
    lengths: NDArray[np.int64]
    tnf: NDArray[np.float32]
    n_kmers: NDArray[np.int64]
    abundance: NDArray[np.float32]
    unit: str
    samples: tuple[str, ...]
    n_left_out: int
    digests: dict[str, str]

    def report(self) -> dict[str, Any]:
        """What an output's report says of its inputs."""
        return {
            "inputs": self.digests,
            "contigs": len(self.names),
            "contigs_left_out": self.n_left_out,
            "samples": list(self.samples),
        }


def read_binning_inputs(
    composition_path: Path, abundance_path: Path, min_length: int
) -> BinningInputs:
    """Read composition and abundance and bring them to the same rows.

    Left out, with a log line: contigs shorter than ``min_length`` base pairs, contigs without
    any counted k-mer (nothing but N), samples without any read.

    Raises
    ------
    UserError : no tetranucleotide frequencies; the two differ in their contigs; fewer than two
        contigs, or no sample, are left; an abundance below 0

    """
    composition = NamedMatrix.load(composition_path, "composition")
    features = composition.attributes.get("features")
    if features != "tnf":
        raise UserError(
            f"{composition_path}: holds features '{features}', expected 'tnf'. "
            "Make it with latentbin-composition tnf."
        )
    abundance = NamedMatrix.load(abundance_path, "abundance").in_order_of(composition)
    if (abundance.values < 0).any():
        row = int(np.flatnonzero((abundance.values < 0).any(axis=1))[0])
        raise UserError(f"{abundance_path}: contig '{abundance.names[row]}' has a value below 0.")
    lengths = composition.contigs.lengths
    long_enough = lengths >= min_length
    counted = composition.arrays["n_kmers"] > 0
    kept = long_enough & counted
    for reason, count in (
        (f"shorter than {min_length} bp", int((~long_enough).sum())),
        ("without a countable k-mer (nothing but N?)", int((long_enough & ~counted).sum())),
    ):
        if count:
            logger.info("%d contigs %s are left unbinned", count, reason)
    if kept.sum() < 2:
        raise UserError(
            f"{composition_path}: {kept.sum()} of {len(kept)} contigs can be embedded, at least 2 "
            f"are needed (the longest has {lengths.max() if len(lengths) else 0} bp). "
            "Lower --min-length, or give a larger assembly."
        )
    abundance = abundance.take(kept)
    has_reads = samples_with_reads(abundance)
    samples = tuple(name for name, full in zip(abundance.columns, has_reads, strict=True) if full)
    chosen = composition.take(kept)
    logger.info(
        "%d contigs (%d bp), %d composition features, %d samples",
        len(chosen.names),
        lengths[kept].sum(),
        len(chosen.columns),
        len(samples),
    )
    return BinningInputs(
        chosen.names,
        lengths[kept],
        chosen.values,
        chosen.arrays["n_kmers"],
        abundance.values[:, has_reads],
        str(abundance.attributes.get("unit")),
        samples,
        int((~kept).sum()),
        {"composition": file_digest(composition_path), "abundance": file_digest(abundance_path)},
    )
