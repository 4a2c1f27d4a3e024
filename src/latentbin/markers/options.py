"""Options of `latentbin-markers`."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkerOptions(Options):
    """Options of the search for single-copy genes."""

    min_length: int = option(1000, "leave out contigs shorter than this, in bp", low=1)
    exhaustive: bool = option(
        False,
        "call the genes of every contig in full, instead of only around stretches that look like "
        "a profile; --gff and --proteins switch this on",
    )
