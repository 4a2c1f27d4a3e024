"""Options of ``latentbin-report``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupOptions(Options):
    """What of a group goes into its summary."""

    separator: str | None = option(
        None, "text between sample and contig in contig names; adds the sample of each contig"
    )
    sample_id: str | None = option(
        None, "which @SampleID of a CAMI file of several samples the truth is"
    )
    points: int = option(
        5000, "contigs that are drawn in the map, at random; more make the page slow", low=2
    )
    best_bins: int = option(
        30, "bins of each binner whose single-copy genes are drawn, the best first", low=1
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteOptions(Options):
    """What of the summaries goes into the page."""

    title: str = option("Latentbin", "title of the page")
    total_points: int = option(
        30_000,
        "contigs that are drawn in all maps together: with many groups, each gets fewer",
        low=100,
    )
