"""Options of ``latentbin-bins``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import OptionError, Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class NameOptions(Options):
    """Which clusters become bins, and how they are named."""

    separator: str | None = option(
        None,
        "text between sample and contig in contig names: clusters are split by sample, at the "
        "first occurrence in each name",
    )
    min_bin_size: int = option(
        200_000, "base pairs that a bin must have; smaller clusters are left unbinned", low=0
    )
    prefix: str = option("bin_", "text in front of the cluster in the names of bins")


@dataclass(frozen=True, kw_only=True, slots=True)
class BinsOptions(NameOptions):
    """The same, and what is written."""

    max_bins: int = option(
        50_000, "refuse to write more bins, each of them a file, than this", low=1
    )
    sample_id: str = option(
        "catalogue", "@SampleID of bins.binning: AMBER wants that of its gold standard"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class QualityOptions(Options):
    """How genes are reckoned, and where classes part (MIMAG's, Bowers 2017, without RNA genes)."""

    # complete genomes of the benchmark in one bin: 36 to 40 genes of 40, 39.5 on average
    gene_recall: float = option(
        0.98,
        "share of the single-copy genes of a complete genome that the search finds",
        low=0.5,
        high=1,
    )
    nc_completeness: float = option(
        90.0, "a near-complete bin (NC) is more complete than this, in percent", low=1, high=99
    )
    nc_contamination: float = option(
        5.0, "... and less contaminated than this, in percent", low=1, high=99
    )
    mq_completeness: float = option(
        50.0, "a bin of medium quality (MQ) is at least this complete, in percent", low=1, high=99
    )
    mq_contamination: float = option(
        10.0, "... and less contaminated than this, in percent", low=1, high=99
    )

    def __post_init__(self) -> None:
        Options.__post_init__(self)
        if self.nc_completeness < self.mq_completeness:
            raise OptionError("--nc-completeness must be at least --mq-completeness")
        if self.nc_contamination > self.mq_contamination:
            raise OptionError("--nc-contamination must be at most --mq-contamination")
