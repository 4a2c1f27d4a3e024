"""Clusters improved by single-copy genes: those that have a gene twice are split.

A gene that a cluster has k times says that it holds k genomes, and its k contigs say where they
lie. Repeated genes thus propose splits, which start from their contigs. The proposal with the
highest reward stands, if it beats the whole by enough; its parts are looked at in turn. How a
split is made of its start, each binner says: see `Split`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from latentbin.mixture import fit_mixture
from latentbin.scg import Markers
from latentbin.tree.samples import gene_totals, label_rewards
from latentbin.tree.select import Reward

logger = logging.getLogger(__name__)

Rows = NDArray[np.intp]
Split = Callable[[Rows, Markers, NDArray[np.integer]], Iterable[NDArray[np.int64]]]
"""From a cluster's rows, their markers and their samples to the part of each row, in several
ways."""

# A split that gains less is more often one of a genome in two: genes that some genomes have twice
_MIN_GAIN = 0.05
_FITTED = 5000  # longest contigs of a cluster, to which mixtures are fitted
_PROPOSALS = 20  # genes of a cluster that may propose a split: those on the longest contigs
_PARTS = 200  # a cluster of more genomes is beyond help
_PER_PART = 3  # contigs that a part must have on average


def choose_by_genes(
    choices: Iterable[Sequence[Rows]],
    split: Split,
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
    for number, choice in enumerate(choices, 1):
        clusters = split_by_genes(choice, split, markers, sample, reward)
        labels = labels_of(clusters, markers.n_contigs)
        worth = float(label_rewards(labels, len(clusters), markers, reward, sample).sum())
        logger.info("choice %d: %d clusters, reward %.2f genomes", number, len(clusters), worth)
        if number == 1 or worth > highest:
            best, highest = clusters, worth
    return best


def split_by_genes(
    clusters: Sequence[Rows],
    split: Split,
    markers: Markers,
    sample: NDArray[np.integer],
    reward: Reward | None = None,
) -> list[Rows]:
    """Split clusters with repeated single-copy genes; the summed reward never falls.

    Parameters
    ----------
    clusters : disjoint, rows of each
    split : proposes parts of a cluster
    markers : of all contigs
    sample : (n_contigs,) of each contig, >= 0; copies in different samples are no repeats
    reward : what a cluster is worth; GenomeFace's without

    Returns
    -------
    clusters : those that were not split as they were, then the parts of the others
    """
    reward = reward or Reward()
    label, seen, copies = gene_totals(labels_of(clusters, markers.n_contigs), markers, sample)
    suspects = set(label[copies > seen].tolist())
    kept = [rows for number, rows in enumerate(clusters) if number not in suspects]
    waiting = [np.sort(clusters[number]) for number in sorted(suspects)]
    n_split, gained = 0, 0.0
    while waiting:
        rows = waiting.pop()
        parts, gain = _best_split(rows, split, markers.take(rows), sample[rows], reward)
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


def labels_of(clusters: Sequence[Rows], n_contigs: int) -> NDArray[np.int64]:
    """(n_contigs,) the number of each contig's cluster, -1 for none."""
    labels = np.full(n_contigs, -1)
    for number, rows in enumerate(clusters):
        labels[rows] = number
    return labels


def clusters_of(labels: NDArray[np.int64]) -> list[Rows]:
    """The rows of each label >= 0 that occurs, ascending."""
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    parts: list[Rows] = np.split(order, ends)
    return [rows for rows in parts if len(rows) and labels[rows[0]] >= 0]


def _best_split(
    rows: Rows, split: Split, markers: Markers, sample: NDArray[np.integer], reward: Reward
) -> tuple[NDArray[np.int64] | None, float]:
    """The best split of one cluster: part of each contig, or None, and what it gains."""
    whole = np.zeros(len(rows), np.int64)
    worth = float(label_rewards(whole, 1, markers, reward, sample)[0])
    best, gain = None, _MIN_GAIN
    for parts in split(rows, markers, sample):
        n_parts = int(parts.max()) + 1
        found = label_rewards(parts, n_parts, markers, reward, sample).sum() - worth
        if found > gain:
            best, gain = parts, float(found)
    return best, gain


def mixture_splits(latent: NDArray[np.floating], lengths: NDArray[np.int64]) -> Split:
    """Splits by a mixture of normal distributions of one shape, one for each repeated gene.

    Parameters
    ----------
    latent : (n_contigs, n_latent)
    lengths : (n_contigs,) base pairs, the weight of a contig
    """

    def split(
        rows: Rows, markers: Markers, sample: NDArray[np.integer]
    ) -> Iterator[NDArray[np.int64]]:
        points, weight = latent[rows].astype(np.float64), lengths[rows].astype(np.float64)
        longest = np.argsort(-weight, kind="stable")[:_FITTED]
        for seeds in repeated_genes(markers, sample, weight):
            mixture = fit_mixture(points[longest], weight[longest], points[seeds])
            yield mixture.most_likely(points)

    return split


def repeated_genes(
    markers: Markers,
    sample: NDArray[np.integer],
    lengths: NDArray[np.float64],
    at_most: int | None = _PROPOSALS,
) -> list[NDArray[np.int64]]:
    """Contigs of each gene that a sample has more than once, where they are complete if possible.

    The genes whose shortest contig is longest come first: long contigs lie close to their genome.

    Parameters
    ----------
    markers : of a cluster's contigs
    sample, lengths : (n,) of the same contigs
    at_most : so many genes; None for all

    Returns
    -------
    seeds : of each gene, the rows of its contigs
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
    return found[:at_most]
