"""Two genomes side by side in a latent, and single-copy genes of planted genomes."""

from __future__ import annotations

import numpy as np

from latentbin.scg import Markers

N_GENES = 40
GENES = tuple(f"COG{number:04}" for number in range(N_GENES))


def flat_pair(rng, n=100):
    """Two genomes apart along a direction in which they scatter least, and lengths."""
    truth = np.repeat([0, 1], n)
    latent = rng.normal(0, 1, (2 * n, 6)) * [1, 1, 1, 1, 1, 0.2]
    latent[:, 0] += 10  # one direction from the origin: one cluster to VAMB
    latent[:, 5] += 1.5 * truth
    return latent.astype(np.float32), rng.integers(2000, 50_000, 2 * n), truth


def genes_of(rng, truth, n_genes=N_GENES):
    """Each genome has each gene once, complete, on one of its contigs."""
    hits = {
        (int(rng.choice(np.flatnonzero(truth == genome))), gene)
        for genome in np.unique(truth)
        for gene in range(n_genes)
    }
    contig, gene = np.array(sorted(hits)).T
    return Markers(GENES, contig, gene, len(truth))
