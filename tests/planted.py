"""Planted genomes: features whose clusters are known, made without any sequence.

Each genome has its own composition and its own depth in every sample; contigs scatter around
both, the shorter the wider, as k-mer counts and read counts do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from latentbin.matrix import NamedMatrix


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


def save_planted(folder: Path, **kwargs: int) -> tuple[Path, Path, np.ndarray]:
    """Both matrices as files in a folder, and the genome of each contig."""
    composition, abundance, truth = planted_matrices(**kwargs)
    composition.save(folder / "composition.npz")
    abundance.save(folder / "abundance.npz")
    return folder / "composition.npz", folder / "abundance.npz", truth
