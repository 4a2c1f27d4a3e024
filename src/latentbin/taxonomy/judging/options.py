"""Options of ``evaluate`` and ``vote``: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

PARTS = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluateOptions(Options):
    """What is judged."""

    part: str = option("test", "part of --split that is judged", choices=PARTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class VoteOptions(Options):
    """When a bin gets a taxon."""

    least_share: float = option(
        0.5,
        "share of a bin's base pairs that must back a taxon; below it the bin is 'unknown' at this "
        "rank and all finer ones",
        low=0,
        high=1,
    )
