"""Options of the split: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option
from latentbin.taxonomy.labels import RANKS


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitOptions(Options):
    """What is kept apart, and how much judges."""

    rank: str = option("genus", "Rank that models are to tell apart.", choices=RANKS)
    test_share: float = option(
        0.2, "Share of the contigs that judge; approached by whole groups.", low=0.001, high=0.9
    )
    validation_share: float = option(
        0.1, "Share by which training stops and probabilities are calibrated.", low=0, high=0.5
    )
    min_contigs: int = option(1, "Leave out taxa with fewer contigs at --rank.", low=1)
