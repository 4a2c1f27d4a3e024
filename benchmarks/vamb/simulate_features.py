"""Features of a large simulated metagenome, straight from a seed: no sequence, no reads.

Writes composition.npz and abundance.npz (the files that `latentbin-vamb embed` takes), markers.tsv
and truth.tsv (contig, genome, length; no header).

Genomes lie in genera: a genus has a GC content and a profile of 4-mers, from which its genomes
deviate. A contig's 4-mers are drawn from its genome's profile, Dirichlet-multinomial: more
scattered than chance alone, by an amount that differs from contig to contig, as in real genomes
(distances within and between genomes were set beside those of simulated contigs of real genomes).
A genome's depth is log-normal over samples and absent from some; a contig's reads are
negative-binomial around it. Each genome has each of 40 single-copy genes on one contig, the longer
the likelier.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from latentbin import __version__
from latentbin.composition.count import project
from latentbin.composition.tnf import CANONICAL, canonical_index, reduced_projection
from latentbin.files import atomic_output
from latentbin.matrix import NamedMatrix
from latentbin.scg import Hit, write_markers

READ = 150
GENOMES_PER_GENUS = 3
# 4-mers after which chance no longer explains a contig's scatter: median, and spread of the log
PROFILE_CONCENTRATION = 5000
PROFILE_SPREAD = 1.2
GENES = tuple(f"gene{number:02}" for number in range(1, 41))
OVERDISPERSION = 0.03  # squared coefficient of variation of depth beyond Poisson


def lengths_of(rng: np.random.Generator, n: int, min_length: int) -> np.ndarray:
    """Log-normal lengths, those below the filter folded back onto it as an exponential."""
    lengths = np.exp(rng.normal(np.log(2500), 1.1, n))
    short = lengths < min_length
    lengths[short] = min_length + rng.exponential(700, short.sum())
    return lengths.astype(np.int64)


def profiles_of(rng: np.random.Generator, n_genomes: int) -> np.ndarray:
    """(n_genomes, 136) frequencies of the canonical 4-mers."""
    genus = np.arange(n_genomes) // GENOMES_PER_GENUS
    gc = rng.uniform(0.28, 0.70, genus[-1] + 1)[genus]
    n_gc = np.array([sum(base in "GC" for base in word) for word in CANONICAL])
    word = (gc[:, None] / 2) ** n_gc * ((1 - gc[:, None]) / 2) ** (4 - n_gc)
    word *= np.bincount(canonical_index())
    of_genus = rng.normal(0, 0.25, (genus[-1] + 1, len(CANONICAL)))[genus]
    own = rng.normal(0, 0.06, word.shape)
    word *= np.exp(of_genus + own)
    return word / word.sum(axis=1, keepdims=True)


def depths_of(rng: np.random.Generator, n_genomes: int, n_samples: int) -> np.ndarray:
    """(n_genomes, n_samples) mean depth; every genome is somewhere."""
    depth = np.exp(rng.normal(np.log(8), 1.3, (n_genomes, n_samples)))
    present = rng.random(depth.shape) < 0.6
    present[np.arange(n_genomes), rng.integers(0, n_samples, n_genomes)] = True
    return depth * present


def simulate(n: int, n_samples: int, n_genomes: int, seed: int, min_length: int) -> tuple:
    """Lengths, genome of each contig, frequencies (n, 136), depth and variance (n, n_samples)."""
    rng = np.random.default_rng(seed)
    share = rng.gamma(3, 1, n_genomes)
    genome = np.sort(rng.choice(n_genomes, n, p=share / share.sum()))
    lengths = lengths_of(rng, n, min_length)
    profile = profiles_of(rng, n_genomes)
    depth = depths_of(rng, n_genomes, n_samples)

    frequencies = np.empty((n, len(CANONICAL)))
    for start in range(0, n, 20_000):
        rows = slice(start, start + 20_000)
        spread = np.exp(rng.normal(0, PROFILE_SPREAD, (len(genome[rows]), 1)))
        own = rng.standard_gamma(PROFILE_CONCENTRATION * spread * profile[genome[rows]])
        own /= own.sum(axis=1, keepdims=True)
        n_words = lengths[rows] - 3
        frequencies[rows] = rng.multinomial(n_words, own) / n_words[:, None]

    mean_reads = depth[genome] * lengths[:, None] / READ
    rate = rng.gamma(1 / OVERDISPERSION, OVERDISPERSION, mean_reads.shape)
    found = rng.poisson(mean_reads * rate) * READ / lengths[:, None]
    variance = found + OVERDISPERSION * found**2
    order = rng.permutation(n)  # neighbours in the file must not be of one genome
    return tuple(array[order] for array in (lengths, genome, frequencies, found, variance))


def genes_of(
    names: tuple[str, ...], lengths: np.ndarray, genome: np.ndarray, seed: int
) -> list[Hit]:
    """Each gene once in each genome that has any contig, in the order of the contigs."""
    rng = np.random.default_rng([seed, 1])  # a stream of its own: the features stay as they were
    hits = []
    order = np.argsort(genome, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(genome[order])) + 1):
        share = lengths[rows] / lengths[rows].sum()
        for gene, row in zip(GENES, rng.choice(rows, len(GENES), p=share), strict=True):
            hits.append((row, Hit(names[row], gene, 300.0, 1, 900, "+", False)))
    return [hit for _, hit in sorted(hits, key=lambda pair: (pair[0], pair[1].gene))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contigs", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--genomes", type=int, help="[one for 150 contigs]")
    parser.add_argument("--min-length", type=int, default=1000)
    parser.add_argument("--projection", choices=("reduced", "canonical"), default="reduced")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output-dir", type=Path, required=True)
    args = parser.parse_args()

    n_genomes = args.genomes or max(2, args.contigs // 150)
    lengths, genome, frequencies, depth, variance = simulate(
        args.contigs, args.samples, n_genomes, args.seed, args.min_length
    )
    names = tuple(f"contig{number}" for number in range(1, args.contigs + 1))
    report = {
        "command": "simulate_features.py",
        "version": __version__,
        "seed": args.seed,
        "genomes": n_genomes,
    }
    reduced = args.projection == "reduced"
    values = project(frequencies, reduced_projection()) if reduced else frequencies
    columns = tuple(f"tnf{i}" for i in range(1, 104)) if reduced else CANONICAL
    args.output_dir.mkdir(parents=True, exist_ok=True)
    NamedMatrix(
        "composition",
        names,
        columns,
        values.astype(np.float32),
        {"lengths": lengths, "n_kmers": lengths - 3},
        {"features": "tnf", "projection": args.projection, "min_length": args.min_length},
        report,
    ).save(args.output_dir / "composition.npz")
    NamedMatrix(
        "abundance",
        names,
        tuple(f"S{number}" for number in range(1, args.samples + 1)),
        depth.astype(np.float32),
        {"lengths": lengths, "variance": variance.astype(np.float32)},
        {"unit": "depth"},
        report,
    ).save(args.output_dir / "abundance.npz")
    write_markers(
        args.output_dir / "markers.tsv", GENES, genes_of(names, lengths, genome, args.seed)
    )
    with atomic_output(args.output_dir / "truth.tsv") as temporary:
        rows = zip(names, genome + 1, lengths, strict=True)
        temporary.write_text("".join(f"{name}\tgenome{g}\t{bp}\n" for name, g, bp in rows))


if __name__ == "__main__":
    main()
