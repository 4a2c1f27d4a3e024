"""Samples of an abundance file that say anything about the contigs."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

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
