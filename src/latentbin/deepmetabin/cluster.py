"""From a latent to clusters, which are then split by their genes.

DeepMetaBin: a Gaussian mixture with 7/8 of the components that the single-copy genes count; then,
where a cluster has genes twice, constrained k-means with cannot-links between contigs of one gene
and the graph's must-links. Departures (docs/methods.md): by default the clusters are the prominent
peaks of density in the latent, at least 7/8 of the count, because a mixture sooner cuts a large
genome in two than it parts two small ones (``method="mixture"`` is the paper's way); clusters with
repeated genes are found by the genes that were searched anyway, without CheckM; and a split that
the genes do not reward is undone.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from latentbin.clusters import largest_first
from latentbin.deepmetabin.constrained import constrained_kmeans
from latentbin.deepmetabin.graph import Labels, nearest, neighbour_graph, propagate
from latentbin.deepmetabin.options import ClusterOptions
from latentbin.deepmetabin.peaks import prominent_peaks
from latentbin.gene_splits import Rows, Split, clusters_of, repeated_genes, split_by_genes
from latentbin.graph_file import Graph
from latentbin.mixture import fit_mixture
from latentbin.scg import Markers

logger = logging.getLogger(__name__)

_FITTED = 5000  # longest contigs of a cluster, to which the shape of its parts is fitted
_MIXTURE_FITTED = 30_000  # contigs to which the mixture of all contigs is fitted, or
_PER_COMPONENT = 50  # as many for each component
_MIXTURE_ROUNDS = 60
_BLOCK = 8192  # contigs scored at a time


def count_genomes(markers: Markers, sample: NDArray[np.integer] | None = None) -> int:
    """How many genomes the single-copy genes count: the median over genes of their copies.

    Genes that were found nowhere are left out. The same genome may be in several samples, so that
    the count is that of the sample with most. At least 1.

    Parameters
    ----------
    sample : (n_contigs,) of each contig, >= 0; without it, all are of one
    """
    if not len(markers.contig):
        return 1
    used = np.zeros(markers.n_contigs, np.int64) if sample is None else sample.astype(np.int64)
    n_samples = int(used.max()) + 1
    copies = markers.copies(used, n_samples)
    return max(1, *(round(float(np.median(row[row > 0]))) for row in copies if row.any()))


def cluster_latent(
    latent: NDArray[np.float32],
    lengths: NDArray[np.int64],
    markers: Markers,
    graph: Graph,
    sample: NDArray[np.integer],
    options: ClusterOptions,
    seed: int,
    threads: int,
) -> list[Rows]:
    """Cluster the rows of a latent; each row is in exactly one cluster.

    Parameters
    ----------
    latent : (n_contigs, n_latent)
    lengths : (n_contigs,) base pairs
    markers : single-copy genes of the same contigs
    graph : must-links of the same contigs
    sample : (n_contigs,) the assembly that each contig is of, >= 0
    options : see there

    Returns
    -------
    clusters : rows of each cluster, largest in base pairs first
    """
    count = count_genomes(markers, sample)
    components = options.components or max(1, round(options.component_share * count))
    components = min(components, len(latent))
    logger.info("the genes count %d genomes", count)
    if options.method == "mixture":
        labels = mixture_labels(latent, components, options.starts, seed)
    else:
        labels = density_labels(latent, components, options, seed, threads)
    clusters = clusters_of(labels)
    logger.info("%d clusters before any is split", len(clusters))
    if options.split == "constrained":
        split = constrained_splits(latent.astype(np.float64), lengths, graph, options.time_limit)
        clusters = split_by_genes(clusters, split, markers, sample)
    return largest_first(clusters, lengths)


def density_labels(
    latent: NDArray[np.float32], at_least: int, options: ClusterOptions, seed: int, threads: int
) -> Labels:
    """Labels of the prominent peaks of density; contigs at borders follow their neighbours."""
    around = neighbour_graph(*nearest(latent, options.neighbours, threads=threads, seed=seed))
    labels = prominent_peaks(around, options.prominence, at_least)
    return propagate(around, labels)[0]


def mixture_labels(latent: NDArray[np.float32], components: int, starts: int, seed: int) -> Labels:
    """Labels of the likeliest of several Gaussian mixtures of one covariance.

    It is fitted to a sample of large catalogues, so that memory stays bounded.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    n_fitted = max(_MIXTURE_FITTED, _PER_COMPONENT * components)
    rows = np.arange(len(latent))
    if len(latent) > n_fitted:
        rows = np.random.default_rng(seed).choice(rows, n_fitted, replace=False)
    mixture = GaussianMixture(
        components,
        covariance_type="tied",
        n_init=starts,
        max_iter=_MIXTURE_ROUNDS,
        reg_covar=1e-3,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # that the last rounds moved a border, or that some points are alike, is no news to users
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(latent[rows].astype(np.float64))
    blocks = range(0, len(latent), _BLOCK)
    labels: Labels = np.concatenate(
        [mixture.predict(latent[row : row + _BLOCK].astype(np.float64)) for row in blocks]
    )
    return labels.astype(np.int64)


def constrained_splits(
    points: NDArray[np.float64], lengths: NDArray[np.int64], graph: Graph, time_limit: float
) -> Split:
    """Splits by constrained k-means, one for each repeated gene.

    Distances are Mahalanobis distances in the shape that a mixture finds for the parts: k-means
    would ask for round ones.

    Parameters
    ----------
    points : (n_contigs, n_latent)
    lengths : (n_contigs,) base pairs
    graph : whose edges are the must-links
    time_limit : seconds for one cluster
    """
    adjacency = graph.adjacency()

    def split(
        rows: Rows, markers: Markers, sample: NDArray[np.integer]
    ) -> Iterator[NDArray[np.int64]]:
        weight = lengths[rows].astype(np.float64)
        inside = points[rows]
        longest = np.argsort(-weight, kind="stable")[:_FITTED]
        genes = repeated_genes(markers, sample, weight)
        apart = repeated_genes(markers, sample, weight, at_most=None)
        must, must_weights = must_links(graph, adjacency, rows)
        for seeds in genes:
            mixture = fit_mixture(inside[longest], weight[longest], inside[seeds])
            round_shape = np.linalg.inv(np.linalg.cholesky(mixture.covariance)).T
            found = constrained_kmeans(
                inside @ round_shape,
                mixture.means @ round_shape,
                must=must,
                must_weights=must_weights,
                cannot=apart,
                time_limit=time_limit / len(genes),
            )
            yield found.labels

    return split


def must_links(
    graph: Graph,
    adjacency: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    rows: Rows,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The edges among some contigs; takes time for these, not for the whole graph.

    Parameters
    ----------
    adjacency : of ``graph``
    rows : ascending

    Returns
    -------
    links : (n_links, 2) places in ``rows``, the smaller first, in ascending order
    weights : (n_links,) of the edges
    """
    begin, other, edge = adjacency
    degree = begin[rows + 1] - begin[rows]
    one = np.repeat(np.arange(len(rows)), degree)
    place = np.arange(len(one)) + np.repeat(begin[rows] - (np.cumsum(degree) - degree), degree)
    two = np.searchsorted(rows, other[place])
    inside = (two < len(rows)) & (one < two)
    inside[inside] = rows[two[inside]] == other[place[inside]]
    links = np.column_stack([one[inside], two[inside]])
    return links, graph.weight[edge[place[inside]]].astype(np.float64)
