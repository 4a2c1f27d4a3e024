"""From the embeddings to clusters: a tree of the contigs, and the cut that their genes choose.

GenomeFace cuts the single-linkage tree. Single linkage chains: one stray pair of contigs joins
two genomes. The default is average linkage over a graph of neighbours, with the pairs that are
not in the graph at its longest distance.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.genomeface.options import ClusterOptions
from latentbin.scg import Markers
from latentbin.tree.average import average_linkage
from latentbin.tree.connect import connected_tree
from latentbin.tree.dendrogram import Linkage, linkage_of_tree
from latentbin.tree.distance import Composite, composite
from latentbin.tree.mst import exact_tree
from latentbin.tree.neighbours import graph_edges, neighbours
from latentbin.tree.samples import sample_rewards
from latentbin.tree.select import Reward, best_cut, labels_of_cut

logger = logging.getLogger(__name__)

_FACTORS = (0.5, 0.7, 1.0, 1.4, 2.0)  # of the factor of abundance that is given, when tuning
# tuning leaves the factor that is given only for a reward larger by more than this share
_WORTH = 0.02


@dataclass(frozen=True, eq=False)
class Embedding:
    """Contigs of a catalogue, or of a part of it, as unit vectors.

    Attributes
    ----------
    blocks : (n, width) each: composition and abundance
    weights : of the squared angle in each block, before ``abundance_factor`` and scaling
    rows : (n,) row in the catalogue
    """

    blocks: tuple[NDArray[np.float32], NDArray[np.float32]]
    weights: tuple[float, float]
    rows: NDArray[np.int64]

    def take(self, chosen: NDArray[np.bool_]) -> Embedding:
        """The contigs of a mask."""
        one, two = self.blocks
        return Embedding((one[chosen], two[chosen]), self.weights, self.rows[chosen])


def cluster_contigs(
    embedding: Embedding,
    markers: Markers,
    sample: NDArray[np.int64],
    options: ClusterOptions,
    seed: int,
    threads: int,
) -> NDArray[np.int64]:
    """Cluster; every contig of the embedding in exactly one cluster.

    Parameters
    ----------
    markers : of the whole catalogue
    sample : (n_contigs,) of each contig of the catalogue; all 0 for a single assembly. Genes
        repeat without blame in contigs of different samples

    Returns
    -------
    labels : (n_contigs,) cluster, or -1 for a contig that is not in the embedding
    """
    labels = np.full(len(sample), -1, np.int64)
    own = sample[embedding.rows]
    parts = [own == number for number in np.unique(own)] if options.per_sample else [own >= 0]
    for mask in parts:
        part = embedding.take(mask)
        if len(part.rows) < 2:
            found = np.zeros(len(part.rows), np.int64)
        else:
            found = _cut(part, markers, sample, options, seed, threads)
        labels[part.rows] = np.unique(found, return_inverse=True)[1] + labels.max() + 1
    return labels


def _cut(
    part: Embedding,
    markers: Markers,
    sample: NDArray[np.int64],
    options: ClusterOptions,
    seed: int,
    threads: int,
) -> NDArray[np.int64]:
    reward = Reward(min_purity=options.min_purity, beta=options.beta, power=options.power)
    best: tuple[float, NDArray[np.int64]] | None = None
    factors = [1.0, *(f for f in _FACTORS if f != 1.0)] if options.tune else [1.0]
    for factor in factors:
        points = _points(part, options.abundance_factor * factor)
        linkage, highest = _tree(points, options, seed, threads)
        rewards = sample_rewards(linkage, markers, reward, sample, part.rows)
        limit = options.max_height * highest
        cut = best_cut(linkage, rewards, limit, limit)
        total = float(rewards[cut].sum())
        logger.info(
            "abundance factor %.2f: reward %.2f, %d clusters with genes",
            options.abundance_factor * factor,
            total,
            np.count_nonzero(rewards[cut]),
        )
        if best is None or total > best[0] * (1 + _WORTH):
            best = (total, labels_of_cut(linkage, cut))
    assert best is not None
    return best[1]


def _points(part: Embedding, factor: float) -> Composite:
    """Composition and abundance, their weights scaled to a sum of 2 (GenomeFace)."""
    one, two = part.weights[0], part.weights[1] * factor
    return composite(part.blocks, [2 * one / (one + two), 2 * two / (one + two)])


def _tree(
    points: Composite, options: ClusterOptions, seed: int, threads: int
) -> tuple[Linkage, float]:
    """The tree, and its height."""
    n = len(points.vectors)
    if options.linkage == "single" and n <= options.exact_tree:
        linkage = linkage_of_tree(n, *exact_tree(points))
        return linkage, float(linkage[-1, 2])
    indices, distances = neighbours(points, options.neighbours, threads=threads, seed=seed)
    one, other, distance = graph_edges(indices, distances)
    if options.linkage == "single":
        linkage = linkage_of_tree(n, *connected_tree(points, one, other, distance))
        return linkage, float(linkage[-1, 2])
    longest = float(distance.max())
    return average_linkage(n, one, other, distance, missing=longest), longest
