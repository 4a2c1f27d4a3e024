"""Options of ``latentbin-bins``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class BinsOptions(Options):
    """Which clusters become bins, and how they are named."""

    separator: str | None = option(
        None,
        "text between sample and contig in contig names: clusters are split by sample, at the "
        "first occurrence in each name",
    )
    min_bin_size: int = option(
        200_000, "base pairs that a bin must have; smaller ones go to unbinned.fna.gz", low=0
    )
    prefix: str = option("bin_", "text in front of the cluster in the names of bins")
    max_bins: int = option(
        50_000, "refuse to write more bins, each of them a file, than this", low=1
    )
    sample_id: str = option(
        "catalogue", "@SampleID of bins.binning: AMBER wants that of its gold standard"
    )
