"""The embed step's input files, checked against each other and cut to what can be embedded."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix
from latentbin.samples import samples_with_reads
from latentbin.vamb.features import Features, make_features
from latentbin.vamb.options import EmbedOptions

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """Features of the contigs that are embedded, with their names.

    Attributes
    ----------
    names, lengths : of the n_contigs rows of ``features``
    samples : names of the samples that have reads
    n_left_out : contigs of the catalogue that are not embedded
    digests : SHA-256 of each input file

    """

    features: Features
    names: tuple[str, ...]
    lengths: NDArray[np.int64]
    samples: tuple[str, ...]
    n_left_out: int
    digests: dict[str, str]


def read_inputs(composition_path: Path, abundance_path: Path, options: EmbedOptions) -> Inputs:
    """Read composition and abundance and bring them to the same rows.

    Left out, with a log line: contigs shorter than ``min_length``, contigs without any counted
    k-mer (nothing but N), samples without any read.

    Raises
    ------
    UserError : no tetranucleotide frequencies; the two differ in their contigs; fewer than two
        contigs, or no sample, are left

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
    long_enough = lengths >= options.min_length
    counted = composition.arrays["n_kmers"] > 0
    kept = long_enough & counted
    for reason, count in (
        (f"shorter than {options.min_length} bp", int((~long_enough).sum())),
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
    features = make_features(
        chosen.values,
        abundance.values[:, has_reads],
        lengths[kept],
        total_abundance=options.total_abundance,
        contig_weights=options.contig_weights,
    )
    return Inputs(
        features,
        chosen.names,
        lengths[kept],
        samples,
        int((~kept).sum()),
        {"composition": file_digest(composition_path), "abundance": file_digest(abundance_path)},
    )
