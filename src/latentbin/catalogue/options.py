"""Options of ``latentbin-catalogue``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueOptions(Options):
    """How the contigs of the samples are named and chosen."""

    separator: str = option("~", "text between sample and contig in the new names")
    min_length: int = option(
        0,
        "leave out contigs shorter than this many base pairs; 0 keeps all, so that their reads "
        "have a place to map to, and later steps choose by their own --min-length",
        low=0,
    )
