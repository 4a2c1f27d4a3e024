"""Options of embedding and clustering with GenomeFace: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterOptions(Options):
    """What shapes the tree and its cut."""

    linkage: str = option(
        "average",
        "average: mean distance over a graph of neighbours; single: the paper's spanning tree.",
        choices=("average", "single"),
    )
    neighbours: int = option(100, "Nearest contigs that each contig is compared with.", low=1)
    exact_tree: int = option(
        20_000,
        "Most contigs for which the spanning tree of all pairs is made, with single linkage.",
        low=0,
    )
    abundance_factor: float = option(
        0.7, "Factor of the fitted weight of abundance against composition.", low=0, high=100
    )
    tune: bool = option(
        False, "Try several such factors and keep the one with the largest reward of markers."
    )
    per_sample: bool = option(
        False, "Cluster the contigs of each sample on their own, as the paper does."
    )
    min_purity: float = option(
        0.85,
        "Share of single-copy genes that are no repeats, below which a set is no bin.",
        low=0,
        high=1,
    )
    beta: float = option(1.0, "Above 1 missing genes weigh more than repeated ones.", low=0.01)
    power: float = option(4.0, "How much one good bin counts above several poor ones.", low=0.1)
    max_height: float = option(
        0.98,
        "Share of the tree's height up to which contigs without effect on the genes are joined.",
        low=0,
        high=1,
    )
