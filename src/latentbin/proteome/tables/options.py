"""Options of ``latentbin-proteome prepare``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class PrepareOptions(Options):
    """What the table holds, and what of it is kept."""

    proteins: int = option(
        1296, "how many proteins are kept: those with the largest sums over all samples", low=2
    )
    quantities: str = option(
        "raw",
        "what the cells hold: quantities as they were measured, or their log2",
        choices=("raw", "log2"),
    )
    floor: float = option(
        0.05, "values below this, of 1 for a sample's maximum, become 0", low=0, high=0.99
    )
    missing_limit: float = option(
        0.99, "share of the quantities that a sample may lack before it is refused", low=0, high=1
    )
    absent_limit: float = option(
        0.5,
        "with --like: share of its proteins that the table may lack before it is refused",
        low=0,
        high=1,
    )
    tune_share: float = option(
        0.0,
        "share of the samples of each class, drawn by --seed, that become tune samples",
        low=0,
        high=1,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadOptions(Options):
    """How the table is read."""

    orientation: str = option(
        "auto",
        "of a plain matrix: which way round it is",
        choices=("auto", "samples-in-rows", "samples-in-columns"),
    )
    intensity: str = option(
        "auto",
        "which columns of MaxQuant: auto takes LFQ where there is any",
        choices=("auto", "lfq", "intensity"),
    )
    layer: str | None = option(None, "which layer of an h5ad file")
    metadata_prefix: str = option(
        "_", "columns of a plain matrix that start so say something of the samples"
    )
    missing: str = option(
        "",
        "further words, with commas between, for a quantity that is missing; known are an empty "
        "cell, 0, NA, N/A, #N/A, NaN, null, None, Filtered and -",
    )
