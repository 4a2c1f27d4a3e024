"""Options of ``latentbin-evaluate``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluateOptions(Options):
    """What counts as a bin, and which part of the truth is meant."""

    separator: str | None = option(
        None,
        "text between sample and contig in contig names: bins and genomes are split by sample, "
        "and a genome counts once if it is recovered in any sample",
    )
    min_bin_size: int = option(
        0, "bins with fewer base pairs of known genomes count as unbinned", low=0
    )
    sample_id: str | None = option(
        None, "which @SampleID of a CAMI file of several samples to evaluate"
    )
