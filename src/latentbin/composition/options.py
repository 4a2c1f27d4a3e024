"""Options of `latentbin-composition`."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

PROJECTIONS = ("reduced", "canonical")


@dataclass(frozen=True, kw_only=True, slots=True)
class TnfOptions(Options):
    """Options of the tetranucleotide frequencies."""

    projection: str = option(
        "reduced",
        "reduced: the 103 dimensions that are free to vary; canonical: 136 frequencies, "
        "reverse complements merged",
        choices=PROJECTIONS,
    )
    min_length: int = option(1000, "leave out contigs shorter than this, in bp", low=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class KmersOptions(Options):
    """Options of the frequencies of words of ten lengths."""

    min_length: int = option(1000, "leave out contigs shorter than this, in bp", low=1)
