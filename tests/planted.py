"""Planted genomes: features whose clusters are known, and sequences and genes of the same contigs.

Each genome has its own composition and its own depth in every sample; contigs scatter around
both, the shorter the wider, as k-mer counts and read counts do. Its sequences are three letters
at a time, with the genome's own frequencies; its genes are on some of its contigs, one on each.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from latentbin.matrix import NamedMatrix
from latentbin.scg import Hit, write_markers

CODONS = np.array([list(w) for w in itertools.product(b"ACGT", repeat=3)], np.uint8)
GENES = tuple(f"gene{number}" for number in range(20))


def planted_matrices(
    *, genomes: int = 3, contigs: int = 60, samples: int = 4, seed: int = 5
) -> tuple[NamedMatrix, NamedMatrix, np.ndarray]:
    """Composition and abundance of ``genomes * contigs`` contigs, and the genome of each."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(genomes), contigs)
    rng.shuffle(truth)
    n_contigs = len(truth)
    lengths = np.exp(rng.normal(np.log(8000), 0.6, n_contigs)).astype(np.int64).clip(1500)
    centres = rng.normal(0, 0.004, (genomes, 103))
    noise = 0.03 / np.sqrt(lengths)[:, None]
    tnf = centres[truth] + rng.normal(0, 1, (n_contigs, 103)) * noise
    depth = rng.lognormal(2, 1, (genomes, samples))[truth]
    depth = depth * rng.gamma(60, 1 / 60, depth.shape)
    names = tuple(f"k{number}" for number in range(n_contigs))
    composition = NamedMatrix(
        "composition",
        names,
        tuple(f"tnf_{number}" for number in range(103)),
        tnf.astype(np.float32),
        {"lengths": lengths, "n_kmers": lengths - 3},
        {"features": "tnf", "projection": "reduced", "min_length": 1000},
    )
    abundance = NamedMatrix(
        "abundance",
        names,
        tuple(f"S{number + 1}" for number in range(samples)),
        depth.astype(np.float32),
        {"lengths": lengths},
        {"unit": "depth"},
    )
    return composition, abundance, truth


def planted_genome(rng: np.random.Generator, lengths: list[int]) -> list[bytes]:
    """Sequences of one genome: triplets drawn with frequencies of its own."""
    share = rng.dirichlet(np.full(64, 3.0))
    return [
        CODONS[rng.choice(64, length // 3 + 1, p=share)].ravel()[:length].tobytes()
        for length in lengths
    ]


def save_sequences(
    folder: Path, matrix: NamedMatrix, truth: np.ndarray, seed: int = 6
) -> tuple[Path, Path]:
    """``contigs.fna`` and ``markers.tsv`` for the contigs of a planted matrix."""
    rng = np.random.default_rng(seed)
    sequence_of: dict[int, bytes] = {}
    gene_of: dict[int, str] = {}
    for genome in np.unique(truth):
        rows = np.flatnonzero(truth == genome)
        lengths = matrix.arrays["lengths"][rows].tolist()
        sequence_of |= zip(rows.tolist(), planted_genome(rng, lengths), strict=True)
        gene_of |= zip(rng.permutation(rows).tolist(), GENES, strict=False)
    with (folder / "contigs.fna").open("wb") as handle:
        for row, name in enumerate(matrix.names):
            handle.write(b">%b\n%b\n" % (name.encode(), sequence_of[row]))
    hits = [
        Hit(matrix.names[row], gene_of[row], 100.0, 1, 300, "+", False) for row in sorted(gene_of)
    ]
    write_markers(folder / "markers.tsv", GENES, hits)
    return folder / "contigs.fna", folder / "markers.tsv"


def save_planted(folder: Path, **kwargs: int) -> tuple[Path, Path, np.ndarray]:
    """Both matrices as files in a folder, and the genome of each contig."""
    composition, abundance, truth = planted_matrices(**kwargs)
    composition.save(folder / "composition.npz")
    abundance.save(folder / "abundance.npz")
    return folder / "composition.npz", folder / "abundance.npz", truth
