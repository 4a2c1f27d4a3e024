"""Completeness and contamination of bins from their single-copy genes, with what is unsure.

Every complete genome has each single-copy gene once. With weights as below, a bin's *completeness*
is the weight of the genes that it has over that of the genes that the search finds in a complete
genome (98 % of all; at most 100 %); its *contamination* the weight of extra copies over that of all
copies it has. CheckM (Parks 2015) divides extra copies by the genes
of the set instead, which can exceed 100 %; the share of copies came closer to the share of base
pairs that are foreign (benchmarks/quality).

*Weights.* Ribosomal proteins stand side by side: one missing contig takes many of them away, so
they say less than as many genes elsewhere. CheckM counts neighbours as one gene. Here a gene with
n - 1 neighbours weighs 1 / (1 + (n - 1) r): the weights of least variance if neighbours are found
or missing together with correlation r (r = 1 is CheckM's rule, r = 0 plain counting). Their sum is
the number of independent genes by which uncertainty is reckoned (Kish 1965): 21 for the 40.

*Uncertainty.* Intervals are Wilson's (1927) for a share of that many independent genes; the
probability that a share is above a threshold is that of the same score test, the probability of a
class that both shares are on their sides. No knowledge of how clean bins usually are goes in. Genes
that a lineage lacks or has twice, or that are broken, are not covered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.bins.options import QualityOptions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES = ("NC", "MQ", "LQ")
# genes that are neighbours in most genomes (the order in Escherichia coli)
NEIGHBOURS = (
    # str, S10, spc and alpha operons
    "COG0048 COG0049 COG0087 COG0088 COG0090 COG0185 COG0091 COG0092 COG0197 COG0186 COG0093 "
    "COG0094 COG0096 COG0097 COG0256 COG0098 COG0200 COG0201 COG0099 COG0100 COG0522 COG0202",
    "COG0080 COG0081 COG0085",  # rplK, rplA, rpoB
    "COG0102 COG0103",  # rplM, rpsI
)
# Of 0, 0.1, 0.2, 0.3 and 1 the one by which most bins with known truth get their true class
# (benchmarks/quality)
CORRELATION = 0.2
_Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Judgement:
    """How good each bin is.

    Attributes
    ----------
    judged_by : ``scg`` or ``checkm2``
    completeness, contamination : (n_bins,) percent
    classes : (n_bins,) NC, MQ or LQ
    genes : what the single-copy genes say beyond that; None if they were not asked
    """

    judged_by: str
    completeness: Floats
    contamination: Floats
    classes: tuple[str, ...]
    genes: GeneEvidence | None = None


@dataclass(frozen=True, eq=False)
class GeneEvidence:
    """What single-copy genes say of each bin.

    Attributes
    ----------
    set_size : genes that were searched for
    found, extra : (n_bins,) genes of the set in the bin; further copies of them
    completeness, contamination : (n_bins, 2) 95 % interval, percent
    probability : (n_bins, 3) of each of ``CLASSES``
    """

    set_size: int
    found: Ints
    extra: Ints
    completeness: Floats
    contamination: Floats
    probability: Floats


def gene_weights(genes: tuple[str, ...], correlation: float = CORRELATION) -> Floats:
    """(n_genes,) what each gene counts: 1 without neighbours, less with some."""
    in_set = set(genes)
    weight = dict.fromkeys(genes, 1.0)
    for group in NEIGHBOURS:
        present = in_set.intersection(group.split())
        for gene in present:
            weight[gene] = 1 / (1 + (len(present) - 1) * correlation)
    return np.array([weight[gene] for gene in genes])


def judge_by_genes(
    genes: tuple[str, ...],
    copies: Ints,
    options: QualityOptions,
    correlation: float = CORRELATION,
) -> Judgement:
    """Judge bins by their single-copy genes.

    Parameters
    ----------
    genes : names of the set, found or not; at least one
    copies : (n_bins, n_genes) copies of each gene in the bin, two halves at contig ends as one
    correlation : of neighbours, r above
    """
    weights = gene_weights(genes, correlation)
    present = np.minimum(copies, 1)
    extra = copies - present
    n_found, n_extra = present @ weights, extra @ weights
    n_copies = n_found + n_extra
    # rounded, so that 45 of 50 genes are 90 % and not a hair more
    expected = options.gene_recall * weights.sum()
    complete = np.round(np.minimum(n_found / expected, 1), 9)
    foreign = np.round(n_extra / np.where(n_copies > 0, n_copies, 1), 9)
    sizes = np.full(len(copies), weights.sum())
    near, medium = (
        _chance_above(complete, sizes, completeness / 100)
        * (1 - _chance_above(foreign, n_copies, contamination / 100))
        for completeness, contamination in (
            (options.nc_completeness, options.nc_contamination),
            (options.mq_completeness, options.mq_contamination),
        )
    )
    return Judgement(
        "scg",
        100 * complete,
        100 * foreign,
        classify(100 * complete, 100 * foreign, options),
        GeneEvidence(
            len(genes),
            present.sum(axis=1),
            extra.sum(axis=1),
            100 * wilson(complete, sizes),
            100 * wilson(foreign, n_copies),
            np.column_stack([near, medium - near, 1 - medium]),
        ),
    )


def classify(
    completeness: Floats, contamination: Floats, options: QualityOptions
) -> tuple[str, ...]:
    """NC, MQ or LQ for each pair of percentages."""
    classes = np.full(len(completeness), "LQ")
    medium = completeness >= options.mq_completeness
    classes[medium & (contamination < options.mq_contamination)] = "MQ"
    near = completeness > options.nc_completeness
    classes[near & (contamination < options.nc_contamination)] = "NC"
    return tuple(str(name) for name in classes)


def wilson(shares: Floats, sizes: Floats) -> Floats:
    """Wilson's (1927) 95 % interval of shares observed among ``sizes`` things.

    Returns
    -------
    (n, 2) lower and upper end; (0, 1) where the size is 0
    """
    n = np.where(sizes > 0, sizes, 1)
    middle = shares + _Z95**2 / (2 * n)
    half = _Z95 * np.sqrt(shares * (1 - shares) / n + _Z95**2 / (4 * n**2))
    ends = np.column_stack([middle - half, middle + half]) / (1 + _Z95**2 / n)[:, None]
    ends[sizes <= 0] = (0, 1)
    return np.round(ends.clip(0, 1), 9)


def _chance_above(shares: Floats, sizes: Floats, threshold: float) -> Floats:
    """Probability that a share is above ``threshold`` (inside 0 .. 1): the score test's."""
    deviation = math.sqrt(threshold * (1 - threshold))
    scores = (shares - threshold) * np.sqrt(sizes) / deviation
    return np.array([(1 + math.erf(score / math.sqrt(2))) / 2 for score in scores])
