"""From truth and binning to figures and tables; per sample if names carry samples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.contigs import sample_of_each
from latentbin.evaluate.metrics import Overlaps, overlaps, quality, summarise
from latentbin.evaluate.options import EvaluateOptions
from latentbin.evaluate.tables import Truth
from latentbin.files import write_table
from latentbin.options import as_dict

MAIN_FIGURES = (
    "genomes",
    "bins",
    "near_complete",
    "medium_quality",
    "binned_bp",
    "precision_bp",
    "recall_bp",
    "f1_contigs",
    "adjusted_rand_bp",
)


@dataclass(frozen=True, eq=False)
class _Groups:
    """Genomes or bins, each within one sample: as many as there are, and what they are of."""

    of_contig: NDArray[np.int64]  # (n_contigs,), -1 is unbinned
    names: list[str]
    samples: NDArray[np.int64]
    whole: NDArray[np.int64]  # (n_groups,) the genome, or cluster, that the sample's part is of


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures of all samples together, of each sample (none without a separator), and tables."""

    figures: dict[str, float]
    of_samples: dict[str, dict[str, float]]
    shared: Overlaps
    samples: tuple[str, ...]
    genomes: _Groups
    bins: _Groups


def evaluate(
    truth: Truth,
    bin_names: Sequence[str],
    bins: NDArray[np.int64],
    options: EvaluateOptions,
    source: str | Path,
) -> Evaluation:
    """Compare the bins of the contigs (-1 is unbinned) with their genomes.

    With a separator, a bin and a genome are each taken apart into one per sample, and a genome
    counts as recovered once if it is so in any sample.

    Raises
    ------
    UserError : a contig of the truth (``source``) without the separator
    """
    samples: tuple[str, ...] = ("",)
    sample_of = np.zeros(len(truth.contigs), np.int64)
    if options.separator is not None:
        samples, codes = sample_of_each(truth.contigs.names, options.separator, source)
        sample_of = codes.astype(np.int64)
    genomes = _split(truth.codes, sample_of, truth.genomes, len(samples))
    parts = _split(bins, sample_of, bin_names, len(samples))
    shared = overlaps(
        parts.of_contig,
        genomes.of_contig,
        truth.contigs.lengths,
        len(parts.names),
        len(genomes.names),
        options.min_bin_size,
    )
    of_samples = {}
    if options.separator is not None:
        of_samples = {
            sample: _one_sample(truth, parts, genomes, sample_of == number, options.min_bin_size)
            for sample, number in sorted((name, number) for number, name in enumerate(samples))
        }
    figures = summarise(shared, genomes.whole)
    return Evaluation(figures, of_samples, shared, samples, genomes, parts)


def write_evaluation(
    folder: Path, result: Evaluation, options: EvaluateOptions, inputs: dict[str, Any]
) -> None:
    """Write metrics.tsv, metrics.json, genomes.tsv, bins.tsv and, with samples, samples.tsv."""
    write_table(folder / "metrics.tsv", ("metric", "value"), shown(result.figures).items())
    content = {
        "schema": "latentbin/evaluation/1",
        "version": __version__,
        "options": as_dict(options),
        "inputs": inputs,
        "metrics": result.figures,
    }
    if result.of_samples:
        content["samples"] = result.of_samples
        header = ("sample", *next(iter(result.of_samples.values())))
        rows = [(name, *shown(figures).values()) for name, figures in result.of_samples.items()]
        write_table(folder / "samples.tsv", header, rows)
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    (folder / "metrics.json").write_text(text, encoding="utf-8")
    _write_groups(folder / "genomes.tsv", result, "genome", "best_bin")
    _write_groups(folder / "bins.tsv", result, "bin", "genome")


def shown(figures: dict[str, float]) -> dict[str, str]:
    """Figures as text: counts whole, fractions with six decimals."""
    return {
        name: str(value) if isinstance(value, int) else f"{value:.6f}"
        for name, value in figures.items()
    }


def _split(
    codes: NDArray[np.int64], sample_of: NDArray[np.int64], names: Sequence[str], n_samples: int
) -> _Groups:
    named = codes >= 0
    keys, parts = np.unique(codes[named] * n_samples + sample_of[named], return_inverse=True)
    of_contig = np.full(len(codes), -1, np.int64)
    of_contig[named] = parts
    whole = keys // n_samples
    return _Groups(of_contig, [names[code] for code in whole], keys % n_samples, whole)


def _one_sample(
    truth: Truth, bins: _Groups, genomes: _Groups, rows: NDArray[np.bool_], min_bin_size: int
) -> dict[str, float]:
    """Figures of the contigs at ``rows``, renumbered so that only what is there counts."""
    known, genome_codes = np.unique(genomes.of_contig[rows], return_inverse=True)
    bin_codes = bins.of_contig[rows].copy()
    binned = bin_codes >= 0
    present, bin_codes[binned] = np.unique(bin_codes[binned], return_inverse=True)
    shared = overlaps(
        bin_codes,
        genome_codes,
        truth.contigs.lengths[rows],
        len(present),
        len(known),
        min_bin_size,
    )
    return summarise(shared, known)


def _write_groups(path: Path, result: Evaluation, what: str, other: str) -> None:
    """A table of genomes, or of bins, largest first, each with its best counterpart."""
    shared = result.shared
    of_genomes = what == "genome"
    groups, partners = (
        (result.genomes, result.bins) if of_genomes else (result.bins, result.genomes)
    )
    bp = shared.genome_bp if of_genomes else shared.bin_bp
    contigs = shared.genome_contigs if of_genomes else shared.bin_contigs
    best = shared.best_of_genome if of_genomes else shared.best_of_bin
    partner = shared.bin if of_genomes else shared.genome
    columns = [what, "bp", "contigs", other, "recall", "precision", "f1", "class"]
    with_samples = bool(result.of_samples)
    header = ["sample", *columns] if with_samples else columns
    classes = quality(shared.recall, shared.precision)
    rows = []
    for group in np.lexsort((np.arange(len(bp)), -bp)):
        if not contigs[group]:
            continue  # a bin below the minimum size
        sample = (result.samples[groups.samples[group]],) if with_samples else ()
        pair = best[group]
        judged = ("", "0.0000", "0.0000", "0.0000", "none")
        if pair >= 0:
            recall, precision = shared.recall[pair], shared.precision[pair]
            f1 = 2 * recall * precision / (recall + precision)
            judged = (
                partners.names[partner[pair]],
                f"{recall:.4f}",
                f"{precision:.4f}",
                f"{f1:.4f}",
                classes[pair],
            )
        rows.append((*sample, groups.names[group], bp[group], contigs[group], *judged))
    write_table(path, header, rows)
