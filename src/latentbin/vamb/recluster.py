"""Clusters improved by single-copy genes: those that have a gene twice are split.

A gene that a cluster has k times says that it holds k genomes, and its k contigs say where they
lie. Each repeated gene thus proposes a split: a mixture of normal distributions of one shape that
starts from its contigs. The proposal with the highest reward stands, if it beats the whole by
enough; its parts are looked at in turn.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latentbin.mixture import fit_mixture
from latentbin.scg import Markers
from latentbin.tree.samples import gene_totals, label_rewards
from latentbin.tree.select import Reward
from latentbin.vamb.medoid import Floats, Rows

logger = logging.getLogger(__name__)

# A split that gains less is more often one of a genome in two: genes that some genomes have twice
_MIN_GAIN = 0.05
_FITTED = 5000  # longest contigs of a cluster, to which mixtures are fitted
_PROPOSALS = 20  # genes of a cluster that may propose a split: those on the longest contigs
_PARTS = 200  # a cluster of more genomes is beyond help
_PER_PART = 3  # contigs that a part must have on average


def choose_by_genes(
    choices: Sequence[Sequence[Rows]],
    latent: Floats,
    lengths: NDArray[np.int64],
    markers: Markers,
    sample: NDArray[np.integer],
    reward: Reward | None = None,
) -> list[Rows]:
    """Of several clusterings, split by their genes, the one of the highest reward.

    Of equals the first. Other parameters as for `split_by_genes`.

    Parameters
    ----------
    choices : clusterings of the same contigs
    """
    reward = reward or Reward()
    best: list[Rows] = []
    highest = 0.0
    for number, choice in enumerate(choices):
        clusters = split_by_genes(choice, latent, lengths, markers, sample, reward)
        labels = np.full(len(latent), -1)
        for place, rows in enumerate(clusters):
            labels[rows] = place
        worth = float(label_rewards(labels, len(clusters), markers, reward, sample).sum())
        logger.info(
            "choice of radii %d of %d: reward %.2f genomes", number + 1, len(choices), worth
        )
        if number == 0 or worth > highest:
            best, highest = clusters, worth
    return best


def split_by_genes(
    clusters: Sequence[Rows],
    latent: Floats,
    lengths: NDArray[np.int64],
    markers: Markers,
    sample: NDArray[np.integer],
    reward: Reward | None = None,
) -> list[Rows]:
    """Split clusters with repeated single-copy genes; the summed reward never falls.

    Parameters
    ----------
    clusters : disjoint, rows of each
    latent : (n_contigs, n_latent)
    lengths : (n_contigs,) base pairs, the weight of a contig
    sample : (n_contigs,) of each contig, >= 0; copies in different samples are no repeats
    reward : what a cluster is worth; GenomeFace's without

    Returns
    -------
    clusters : those that were not split as they were, then the parts of the others
    """
    reward = reward or Reward()
    labels = np.full(len(latent), -1)
    for number, rows in enumerate(clusters):
        labels[rows] = number
    label, seen, copies = gene_totals(labels, markers, sample)
    suspects = set(label[copies > seen].tolist())
    kept = [rows for number, rows in enumerate(clusters) if number not in suspects]
    waiting = [np.sort(clusters[number]) for number in sorted(suspects)]
    n_split, gained = 0, 0.0
    while waiting:
        rows = waiting.pop()
        parts, gain = _split(
            latent[rows].astype(np.float64),
            lengths[rows].astype(np.float64),
            markers.take(rows),
            sample[rows],
            reward,
        )
        if parts is None:
            kept.append(rows)
            continue
        n_split, gained = n_split + 1, gained + gain
        waiting += [rows[parts == part] for part in np.unique(parts)]
    logger.info(
        "%d of %d clusters have a single-copy gene more than once; %d splits raise the reward "
        "by %.2f genomes",
        len(suspects),
        len(clusters),
        n_split,
        gained,
    )
    return kept


def _split(
    points: NDArray[np.float64],
    lengths: NDArray[np.float64],
    markers: Markers,
    sample: NDArray[np.integer],
    reward: Reward,
) -> tuple[NDArray[np.int64] | None, float]:
    """The best split of one cluster: part of each contig, or None, and what it gains."""
    whole = np.zeros(len(points), np.int64)
    worth = float(label_rewards(whole, 1, markers, reward, sample)[0])
    longest = np.argsort(-lengths, kind="stable")[:_FITTED]
    best, gain = None, _MIN_GAIN
    for seeds in _proposals(markers, sample, lengths):
        mixture = fit_mixture(points[longest], lengths[longest], points[seeds])
        parts = mixture.most_likely(points)
        found = label_rewards(parts, len(seeds), markers, reward, sample).sum() - worth
        if found > gain:
            best, gain = parts, float(found)
    return best, gain


def _proposals(
    markers: Markers, sample: NDArray[np.integer], lengths: NDArray[np.float64]
) -> list[NDArray[np.int64]]:
    """Contigs of each gene that a sample has more than once, where they are complete if possible.

    The genes whose shortest contig is longest come first: long contigs lie close to their genome.
    """
    key = sample[markers.contig].astype(np.int64) * len(markers.genes) + markers.gene
    halves = markers.halves()
    place, pair_of, n_pairs = np.unique(key, return_inverse=True, return_counts=True)
    total = np.bincount(pair_of, halves, len(place))
    order = np.argsort(pair_of, kind="stable")
    last = np.cumsum(n_pairs)
    found = []
    for repeated in np.flatnonzero(total > 2):
        hits = order[last[repeated] - n_pairs[repeated] : last[repeated]]
        complete = hits[halves[hits] == 2]
        seeds = markers.contig[complete if len(complete) > 1 else hits]
        if len(seeds) <= min(_PARTS, len(lengths) // _PER_PART):
            found.append(seeds)
    found.sort(key=lambda seeds: -lengths[seeds].min())
    return found[:_PROPOSALS]
