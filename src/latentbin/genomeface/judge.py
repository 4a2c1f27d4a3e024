"""How well an embedding tells genomes apart: pairs of windows, and the nearest window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import rankdata

from latentbin.composition.kmers import profiles
from latentbin.errors import UserError
from latentbin.genomeface.genomes import Genomes

LENGTHS = (2_000, 5_000)
_OF_EACH = 100  # windows of a genome, at most
_AT_MOST = 4_000  # windows
_PAIRS = 400_000
_TURNS = 20

Embed = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def judge_windows(genomes: Genomes, embed: Embed, seed: int = 1) -> dict[str, Any]:
    """AUROC of pairs, and how often the right genome is found, for windows of 2 kb and of 5 kb.

    Parameters
    ----------
    genomes : not seen in training
    embed : (n, 1712) frequencies to vectors, compared by their cosines
    """
    figures: dict[str, Any] = {"genomes": len(genomes.names)}
    for length in LENGTHS:
        frequencies, genome = windows_of(genomes, length, seed)
        vectors = embed(frequencies)
        figures[f"auroc_{length}"] = round(auroc(vectors, genome, seed), 4)
        figures[f"rank1_{length}"] = round(rank1(vectors, genome, seed), 4)
        figures[f"nearest_{length}"] = round(nearest(vectors, genome), 4)
    return figures


def check_judged(genomes: Genomes) -> None:
    """Refuse genomes that cannot judge: two of them must have two windows of each length.

    Raises
    ------
    UserError : they have not
    """
    for length in LENGTHS:
        windows = np.bincount(
            genomes.genome, genomes.lengths // length, minlength=len(genomes.names)
        )
        if (windows >= 2).sum() < 2:
            raise UserError(
                f"{(windows >= 2).sum()} of the genomes to judge by hold two windows of {length} "
                "bp, expected two or more. Give more genomes, or with longer scaffolds, by "
                "--genomes or --judge."
            )


def windows_of(
    genomes: Genomes, length: int, seed: int, of_each: int = _OF_EACH
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Windows of one length that do not overlap, at random, up to ``of_each`` of a genome.

    Genomes with fewer than two such windows are left out.
    """
    n_windows = genomes.lengths // length
    scaffold = np.repeat(np.arange(len(n_windows)), n_windows)
    number = np.arange(len(scaffold)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
    starts = genomes.starts[scaffold] + number * length
    genome = genomes.genome[scaffold]
    # the first of each genome in a random order
    order = np.lexsort((np.random.default_rng(seed).random(len(genome)), genome))
    place = np.arange(len(order)) - np.searchsorted(genome[order], genome[order], "left")
    most = min(of_each, max(2, _AT_MOST // max(1, len(np.unique(genome)))))
    chosen = order[place < most]
    chosen = chosen[np.bincount(genome[chosen])[genome[chosen]] > 1]
    return profiles(genomes.codes, starts[chosen], starts[chosen] + length), genome[chosen]


def auroc(vectors: NDArray[np.float32], genome: NDArray[np.int64], seed: int = 1) -> float:
    """Chance that a pair of one genome is closer than a pair of two; each window counts alike."""
    generator = np.random.default_rng(seed)
    unit = _unit(vectors)
    order = np.argsort(genome, kind="stable")
    first = np.searchsorted(genome[order], genome, "left")
    count = np.bincount(genome)[genome]
    one = generator.integers(0, len(genome), _PAIRS)
    other = generator.integers(0, len(genome), _PAIRS)
    mate = order[first[one] + (generator.random(_PAIRS) * count[one]).astype(np.int64)]
    same, apart = mate != one, genome[one] != genome[other]
    near = np.einsum("ij,ij->i", unit[one[same]], unit[mate[same]])
    far = np.einsum("ij,ij->i", unit[one[apart]], unit[other[apart]])
    ranks = rankdata(np.concatenate([near, far]))[: len(near)]
    return float((ranks.mean() - (len(near) + 1) / 2) / len(far))


def rank1(vectors: NDArray[np.float32], genome: NDArray[np.int64], seed: int = 1) -> float:
    """Share of windows that find their mate: the closest in a gallery of one window per genome.

    As faces are identified (one mate, the rest distractors), over `_TURNS` galleries drawn anew.
    """
    generator = np.random.default_rng(seed)
    unit = _unit(vectors)
    order = np.argsort(genome, kind="stable")
    names, first, count = np.unique(genome[order], return_index=True, return_counts=True)
    hits = queries = 0
    for _ in range(_TURNS):
        gallery = order[first + (generator.random(len(names)) * count).astype(np.int64)]
        closest = genome[gallery[(unit @ unit[gallery].T).argmax(axis=1)]]
        asked = np.ones(len(genome), bool)
        asked[gallery] = False
        hits += int((closest == genome)[asked].sum())
        queries += int(asked.sum())
    return hits / queries


def nearest(vectors: NDArray[np.float32], genome: NDArray[np.int64]) -> float:
    """Share of windows whose nearest among all other windows is of their genome."""
    unit = _unit(vectors)
    closeness = unit @ unit.T
    np.fill_diagonal(closeness, -np.inf)
    return float((genome[closeness.argmax(axis=1)] == genome).mean())


def fit_scale(genomes: Genomes, embed: Embed, seed: int = 1) -> float:
    """The factor of cosines under which a window best tells its partner from other genomes.

    ``factor * cosine`` is then a log-likelihood of "one genome", in nats: the maximum-likelihood
    scale of a softmax over one window of every genome, for windows of 2 kb and of 5 kb.
    """
    cosines = []
    for length in LENGTHS:
        for turn in range(_TURNS):
            frequencies, _ = windows_of(genomes, length, seed + turn, of_each=2)
            vectors = embed(frequencies).astype(np.float64)
            cosines.append(vectors[::2] @ vectors[1::2].T)

    def loss(log_scale: float) -> float:
        total = 0.0
        for matrix in cosines:
            logits = np.exp(log_scale) * matrix
            highest = logits.max(axis=1, keepdims=True)
            norm = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
            total += float((norm - np.diag(logits)).mean())
        return total

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 7), method="bounded").x))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
