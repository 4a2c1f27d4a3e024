"""Options of `latentbin-simulate`."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

MODES = ("co", "multi")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommunityOptions(Options):
    """Options of the synthetic community."""

    genome_count: int = option(8, "genomes to make; ignored with --genomes", low=2)
    genome_length: int = option(
        500_000, "mean length of the genomes, in bp; ignored with --genomes", low=100_000
    )
    divergence: float = option(
        0.05,
        "differences per base between the last genome and the first, of which it is a relative; "
        "0: no relative",
        low=0,
        high=0.2,
    )
    samples: int = option(4, "samples, named S1, S2, ...", low=1)
    mode: str = option(
        "co", "co: one assembly of all samples; multi: one assembly per sample", choices=MODES
    )
    separator: str = option("~", "between sample and contig in the catalogue's names (multi)")
    depth: float = option(10.0, "mean depth of a genome in a sample", low=0.1)
    spread: float = option(
        0.9, "of a genome's depth over samples: standard deviation of its logarithm", low=0
    )
    dropout: float = option(0.25, "how often a genome is absent from a sample", low=0, high=0.95)
    n50: int = option(
        15_000, "N50 of the contigs, in bp, before they break for want of reads", low=1000
    )
    min_contig_length: int = option(500, "shortest contig of an assembly, in bp", low=200)
    fastq: bool = option(False, "write the reads as FASTQ as well")
