"""Samples: which have reads, and from which each contig comes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.contigs import sample_of_each
from latentbin.errors import UserError
from latentbin.matrix import NamedMatrix

logger = logging.getLogger(__name__)


def samples_with_reads(abundance: NamedMatrix) -> NDArray[np.bool_]:
    """(n_samples,) which samples have reads on any contig; the others are named in the log.

    Raises
    ------
    UserError : no sample has
    """
    has_reads: NDArray[np.bool_] = abundance.values.sum(axis=0) > 0
    for name in sorted(np.array(abundance.columns)[~has_reads]):
        logger.warning("sample '%s' has no reads on any contig: left out", name)
    if not has_reads.any():
        raise UserError(
            f"{abundance.source}: no sample has reads on any contig. "
            "Map the reads to this assembly, or check the table."
        )
    return has_reads


def samples_in_names(
    names: Sequence[str], separator: str | None, source: str | Path
) -> NDArray[np.intp] | None:
    """(n_contigs,) the sample that each contig comes from; None without a separator.

    Raises
    ------
    UserError : a name does not have the separator inside; names ``source``
    """
    if separator is None:
        return None
    samples, sample = sample_of_each(names, separator, source)
    logger.info("%d samples in the contigs' names", len(samples))
    return sample
