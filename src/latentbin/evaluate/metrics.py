"""Arithmetic of the evaluation: arrays in, numbers out.

All figures come from the overlaps of bins and genomes: base pairs, and contigs, that a bin and a
genome share. A genome's *recall* is the part of it that a bin holds, a bin's *precision* the
part of it that is of one genome. Contigs that are in no bin count against recall, not precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEAR_COMPLETE = (0.9, 0.95)
MEDIUM_QUALITY = (0.5, 0.9)
# recall and precision of at least these, as VAMB's benchmark counts genomes
AT_LEAST = {
    "near_complete": NEAR_COMPLETE,
    "recall_90_precision_90": (0.9, 0.9),
    "recall_70_precision_95": (0.7, 0.95),
    "medium_quality": MEDIUM_QUALITY,
}
# completeness above, contamination below these, as AMBER counts bins
AMBER_COMPLETENESS = (0.5, 0.7, 0.9)
AMBER_CONTAMINATION = (0.1, 0.05)


@dataclass(frozen=True, eq=False)
class Overlaps:
    """What bins and genomes share.

    Attributes
    ----------
    bin, genome : (n_pairs,) the pairs that share at least one contig
    bp, contigs : (n_pairs,) how much they share
    bin_bp, bin_contigs : (n_bins,) of each bin; all zero for a bin below the minimum size
    genome_bp, genome_contigs : (n_genomes,) of each genome, binned or not
    """

    bin: Ints
    genome: Ints
    bp: Ints
    contigs: Ints
    bin_bp: Ints
    bin_contigs: Ints
    genome_bp: Ints
    genome_contigs: Ints

    @cached_property
    def recall(self) -> Floats:
        """(n_pairs,) part of the genome's base pairs that the bin holds."""
        return self.bp / self.genome_bp[self.genome]

    @cached_property
    def precision(self) -> Floats:
        """(n_pairs,) part of the bin's base pairs that are of the genome."""
        return self.bp / self.bin_bp[self.bin]

    @cached_property
    def best_of_genome(self) -> Ints:
        """(n_genomes,) the pair of largest recall, among equals of largest precision; or -1."""
        order = np.lexsort((self.bin, -self.precision, -self.bp, self.genome))
        return _first_of_each(self.genome, order, len(self.genome_bp))

    @cached_property
    def best_of_bin(self) -> Ints:
        """(n_bins,) the pair of the genome with most base pairs in the bin; or -1."""
        order = np.lexsort((self.genome, -self.recall, -self.bp, self.bin))
        return _first_of_each(self.bin, order, len(self.bin_bp))


def overlaps(
    bins: Ints, genomes: Ints, lengths: Ints, n_bins: int, n_genomes: int, min_bin_size: int = 0
) -> Overlaps:
    """Count what bins and genomes share.

    ``bins`` (-1 is unbinned), ``genomes`` and ``lengths`` have one entry for each contig of the
    truth. Bins of fewer than ``min_bin_size`` base pairs count as unbinned.
    """
    bin_bp = _sums(bins[bins >= 0], lengths[bins >= 0], n_bins)
    kept = bins >= 0
    kept[kept] = bin_bp[bins[kept]] >= min_bin_size
    pairs, pair_of = np.unique(bins[kept] * n_genomes + genomes[kept], return_inverse=True)
    return Overlaps(
        bin=pairs // n_genomes,
        genome=pairs % n_genomes,
        bp=_sums(pair_of, lengths[kept], len(pairs)),
        contigs=np.bincount(pair_of, minlength=len(pairs)),
        bin_bp=_sums(bins[kept], lengths[kept], n_bins),
        bin_contigs=np.bincount(bins[kept], minlength=n_bins),
        genome_bp=_sums(genomes, lengths, n_genomes),
        genome_contigs=np.bincount(genomes, minlength=n_genomes),
    )


def summarise(shared: Overlaps, species: Ints) -> dict[str, float]:
    """All figures of a binning, by name; `latentbin-evaluate --help` says what each means.

    ``species`` (n_genomes,) says which genomes, seen in several samples, are to be counted once.
    Where there is no bin, precision, recall and what follows from them are 0.
    """
    n_bins = int((shared.bin_contigs > 0).sum())
    figures: dict[str, float] = {
        "genomes": len(np.unique(species)),
        "contigs": int(shared.genome_contigs.sum()),
        "bp": int(shared.genome_bp.sum()),
        "bins": n_bins,
        "binned_contigs": _ratio(shared.contigs.sum(), shared.genome_contigs.sum()),
        "binned_bp": _ratio(shared.bp.sum(), shared.genome_bp.sum()),
    }
    for name, (recall, precision) in AT_LEAST.items():
        good = (shared.recall >= recall) & (shared.precision >= precision)
        figures[name] = len(np.unique(species[shared.genome[good]]))
    major = shared.best_of_bin[shared.best_of_bin >= 0]
    for completeness in AMBER_COMPLETENESS:
        for contamination in AMBER_CONTAMINATION:
            name = f"amber_completeness_{completeness:.0%}_contamination_{contamination:.0%}"
            good = (shared.recall[major] > completeness) & (
                shared.precision[major] > 1 - contamination
            )
            figures[name.replace("%", "")] = int(good.sum())
    best = shared.best_of_genome[shared.best_of_genome >= 0]
    figures["precision_bp"] = _ratio(shared.bp[major].sum(), shared.bin_bp.sum())
    figures["recall_bp"] = _ratio(shared.bp[best].sum(), shared.genome_bp.sum())
    figures["f1_bp"] = _f1(figures["precision_bp"], figures["recall_bp"])
    figures["mean_precision_of_bins"] = _ratio(shared.precision[major].sum(), n_bins)
    figures["mean_recall_of_genomes"] = _ratio(shared.recall[best].sum(), len(shared.genome_bp))
    most_in_bin = _maxima(shared.bin, shared.contigs, len(shared.bin_bp))
    most_of_genome = _maxima(shared.genome, shared.contigs, len(shared.genome_bp))
    figures["precision_contigs"] = _ratio(most_in_bin.sum(), shared.contigs.sum())
    figures["recall_contigs"] = _ratio(most_of_genome.sum(), shared.genome_contigs.sum())
    figures["f1_contigs"] = _f1(figures["precision_contigs"], figures["recall_contigs"])
    figures["adjusted_rand_contigs"] = adjusted_rand(shared, shared.contigs)
    figures["adjusted_rand_bp"] = adjusted_rand(shared, shared.bp)
    return figures


def adjusted_rand(shared: Overlaps, weights: Ints) -> float:
    """Adjusted Rand index (Hubert & Arabie 1985) of bins and genomes over what is binned.

    ``weights`` (n_pairs,) counts the things compared: contigs, or base pairs as AMBER does. 1 if
    bins are genomes, about 0 for bins by chance, 0 if nothing is binned.
    """

    def n_pairs(counts: Ints) -> float:
        exact = counts.astype(np.float64)
        return float((exact * (exact - 1) / 2).sum())

    if not len(weights):
        return 0.0
    total = n_pairs(weights.sum(keepdims=True))
    together = n_pairs(weights)
    of_bins = n_pairs(_sums(shared.bin, weights, len(shared.bin_bp)))
    of_genomes = n_pairs(_sums(shared.genome, weights, len(shared.genome_bp)))
    by_chance = of_bins * (of_genomes / total) if total else 0.0
    at_most = (of_bins + of_genomes) / 2
    return (together - by_chance) / (at_most - by_chance) if at_most != by_chance else 1.0


def quality(recall: Floats, precision: Floats) -> list[str]:
    """``NC``, ``MQ`` or ``low`` for each pair of recall and precision."""
    classes = np.full(len(recall), "low", dtype="<U3")
    for name, (at_least, precise) in (("MQ", MEDIUM_QUALITY), ("NC", NEAR_COMPLETE)):
        classes[(recall >= at_least) & (precision >= precise)] = name
    return [str(name) for name in classes]


def _first_of_each(groups: Ints, order: NDArray[np.intp], n_groups: int) -> Ints:
    present, first = np.unique(groups[order], return_index=True)
    chosen = np.full(n_groups, -1, np.int64)
    chosen[present] = order[first]
    return chosen


def _sums(groups: Ints, values: Ints, n_groups: int) -> Ints:
    sums = np.zeros(n_groups, np.int64)
    np.add.at(sums, groups, values)
    return sums


def _maxima(groups: Ints, values: Ints, n_groups: int) -> Ints:
    maxima = np.zeros(n_groups, np.int64)
    np.maximum.at(maxima, groups, values)
    return maxima


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return _ratio(2 * precision * recall, precision + recall)
