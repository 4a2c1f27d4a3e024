"""Defaults of the abundance commands; the command line is built from these."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import OptionError, Options, option

UNITS = ("depth", "rpkm")


@dataclass(frozen=True, kw_only=True, slots=True)
class BamOptions(Options):
    """How mapped reads are counted."""

    unit: str = option(
        "depth",
        "depth: mean coverage and its variance, as MetaBAT's jgi table; "
        "rpkm: reads per kilobase and million mapped reads, as VAMB's paper",
        choices=UNITS,
    )
    score: str = option(
        "mapq",
        "mapping score that --min-score looks at: mapq, or the aligner's score in the tag AS",
        choices=("mapq", "AS"),
    )
    min_score: int | None = option(None, "lowest mapping score of a read that counts")
    min_identity: float = option(
        97.0, "depth: lowest identity (percent) of a read that counts", low=0, high=100
    )
    max_edge: int = option(
        75,
        "depth: bases at both ends of a contig to leave out (never more than a read's length)",
        low=0,
    )

    def __post_init__(self) -> None:
        """Check the bounds, and that a threshold on AS has a value."""
        Options.__post_init__(self)
        if self.score == "AS" and self.min_score is None:
            raise OptionError("--score AS needs --min-score")


@dataclass(frozen=True, kw_only=True, slots=True)
class TableOptions(Options):
    """How depth tables are read."""

    format: str = option(
        "auto",
        "jgi (also coverm's metabat method), coverm, aemb (strobealign); auto: by the header",
        choices=("auto", "jgi", "coverm", "aemb"),
    )
    unit: str | None = option(
        None, "which columns of a coverm table to take (the others have depth)", choices=UNITS
    )
