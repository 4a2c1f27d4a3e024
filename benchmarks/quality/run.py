"""Do completeness, contamination and class of bins by single-copy genes agree with the truth?

The truth of a bin: its contamination is the share of its base pairs that are not of the genome
that most of them are of; its completeness the share of that genome, all of it and not only what
was assembled, that the bin holds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from latentbin.bins.options import NameOptions, QualityOptions
from latentbin.bins.plan import plan_bins
from latentbin.bins.quality import CLASSES, CORRELATION, classify, judge_by_genes
from latentbin.clusters import read_clusters
from latentbin.contigs import read_contigs, sample_of_each
from latentbin.evaluate.tables import read_truth
from latentbin.scg import read_markers

OPTIONS = QualityOptions()


class Bins(NamedTuple):
    """What is known of each bin of a binning."""

    genes: tuple[str, ...]
    copies: np.ndarray
    completeness: np.ndarray
    contamination: np.ndarray


def genome_lengths(path: Path) -> dict[str, int]:
    """From a table of genome and length, or a folder of genomes."""
    if path.is_dir():
        return {
            file.name.split(".f")[0]: int(read_contigs(file).lengths.sum())
            for file in path.iterdir()
        }
    rows = (line.split("\t") for line in path.read_text().splitlines())
    return {name: int(length) for name, length in rows}


def read_bins(
    truth_path: str, genomes: str, markers_path: str, clusters_path: str, separator: str
) -> Bins:
    truth = read_truth(truth_path)
    contigs = truth.contigs
    markers = read_markers(markers_path, contigs.names, ignore_others=True)
    clusters = read_clusters(clusters_path)
    clusters = {name: clusters[name] for name in clusters if name in contigs.index}
    naming = NameOptions(separator=None if separator == "-" else separator)
    plan = plan_bins(contigs, clusters, naming, truth_path)
    sample_of = np.zeros(len(contigs), np.int64)
    if naming.separator:
        sample_of = sample_of_each(contigs.names, naming.separator, truth_path)[1]
    genome_of = truth.codes + len(truth.genomes) * sample_of  # a sample's part is its own genome
    shared = np.zeros((len(plan), genome_of.max() + 1))
    binned = plan.bin_of >= 0
    np.add.at(shared, (plan.bin_of[binned], genome_of[binned]), contigs.lengths[binned])
    whole = genome_lengths(Path(genomes))
    majority = shared.argmax(axis=1)
    of_majority = shared.max(axis=1)
    lengths = np.array([whole[truth.genomes[code % len(truth.genomes)]] for code in majority])
    return Bins(
        markers.genes,
        markers.copies(plan.bin_of, len(plan)),
        100 * of_majority / lengths,
        100 * (1 - of_majority / plan.sizes),
    )


def compare(bins: Bins, correlation: float) -> dict[str, Any]:
    """Figures of one binning under one correlation of neighbours."""
    judged = judge_by_genes(bins.genes, bins.copies, OPTIONS, correlation)
    true = classify(bins.completeness, bins.contamination, OPTIONS)
    assert judged.genes is not None
    chance = judged.genes.probability
    held = [
        (ends[:, 0] <= values) & (values <= ends[:, 1])
        for ends, values in (
            (judged.genes.completeness, bins.completeness),
            (judged.genes.contamination, bins.contamination),
        )
    ]
    stated = [chance[row, CLASSES.index(name)] for row, name in enumerate(judged.classes)]
    right = np.array(judged.classes) == np.array(true)
    return {
        "bins": len(true),
        "confusion": confusion(judged.classes, true),
        "right": int(right.sum()),
        "mean_probability_of_class": round(float(np.mean(stated)), 3),
        "completeness_rms_error": rms(judged.completeness - bins.completeness),
        "completeness_mean_error": round(
            float((judged.completeness - bins.completeness).mean()), 2
        ),
        "completeness_within_interval": int(held[0].sum()),
        "contamination_within_interval": int(held[1].sum()),
        "contamination_mean_abs_error": contamination_errors(bins, judged.contamination),
    }


def contamination_errors(bins: Bins, ours: np.ndarray) -> dict[str, float]:
    """Of ours, and of extra copies over genes of the set (CheckM) or genes found."""
    found = (bins.copies > 0).sum(axis=1)
    extra = bins.copies.sum(axis=1) - found
    estimates = {
        "over_copies": ours,
        "over_genes_of_set": 100 * extra / len(bins.genes),
        "over_genes_found": 100 * extra / np.maximum(found, 1),
    }
    return {
        name: round(float(np.abs(values - bins.contamination).mean()), 2)
        for name, values in estimates.items()
    }


def confusion(judged: Sequence[str], true: Sequence[str]) -> dict[str, dict[str, int]]:
    """Bins by judged class, then by true class."""
    pairs = list(zip(judged, true, strict=True))
    return {ours: {real: pairs.count((ours, real)) for real in CLASSES} for ours in CLASSES}


def rms(errors: np.ndarray) -> float:
    return round(float(np.sqrt((errors**2).mean())), 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--binning",
        nargs=6,
        action="append",
        required=True,
        metavar=("NAME", "TRUTH", "GENOMES", "MARKERS", "CLUSTERS", "SEPARATOR"),
        help="GENOMES: table of genome and length, or folder of FASTA; SEPARATOR: - for none",
    )
    parser.add_argument("--correlations", type=float, nargs="+", default=[0, 0.1, 0.2, 0.3, 1])
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    binnings = {name: read_bins(*files) for name, *files in args.binning}
    by_correlation = {
        correlation: {name: compare(bins, correlation) for name, bins in binnings.items()}
        for correlation in sorted({CORRELATION, *args.correlations})
    }
    result = {"correlation_used": CORRELATION, "by_correlation": by_correlation}
    args.output.write_text(json.dumps(result, indent=1) + "\n")
    for name, figures in by_correlation[CORRELATION].items():
        print(name, figures["bins"], "bins; judged class (down) by true class (across):")
        for ours, row in figures["confusion"].items():
            print("  " + "  ".join([ours, *(f"{real} {n}" for real, n in row.items())]))


if __name__ == "__main__":
    main()
