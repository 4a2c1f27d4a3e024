"""From a latent to clusters: arrays in, rows of each cluster out."""

from __future__ import annotations

import dataclasses
import logging

import numpy as np
from numpy.typing import NDArray

from latentbin.clusters import largest_first
from latentbin.scg import Markers
from latentbin.vamb.medoid import Rows, cluster_at_threshold, cluster_by_density, unit_rows
from latentbin.vamb.options import ClusterOptions
from latentbin.vamb.radius import global_threshold

logger = logging.getLogger(__name__)

# of both radii; single-copy genes choose among them
_RADIUS_FACTORS = (1.0, 0.5, 2.0)


def cluster_latent(
    latent: NDArray[np.float32],
    lengths: NDArray[np.int64],
    options: ClusterOptions,
    seed: int,
    markers: Markers | None = None,
    sample: NDArray[np.integer] | None = None,
) -> list[Rows]:
    """Cluster the rows of a latent; each row is in exactly one cluster.

    Parameters
    ----------
    latent : (n_contigs, n_latent)
    lengths : (n_contigs,) base pairs
    markers : single-copy genes, by which clusters are split; without them, none is
    sample : (n_contigs,) the assembly that each contig is of, >= 0; without it, all are of one

    Returns
    -------
    clusters : rows of each cluster, largest in base pairs first
    """
    if markers is not None:
        from latentbin.gene_splits import choose_by_genes, mixture_splits

        if sample is None:
            sample = np.zeros(len(latent), np.int64)
        clusters = choose_by_genes(
            (_medoids(latent, lengths, choice, seed) for choice in _choices(options)),
            mixture_splits(latent, lengths),
            markers,
            sample,
        )
    else:
        clusters = _medoids(latent, lengths, options, seed)
    return largest_first(clusters, lengths)


def _choices(options: ClusterOptions) -> list[ClusterOptions]:
    """The options as they are, and with other radii for the genes to choose from."""
    if options.method != "density":
        return [options]
    return [
        dataclasses.replace(
            options,
            medoid_radius=options.medoid_radius * factor,
            default_radius=options.default_radius * factor,
        )
        for factor in _RADIUS_FACTORS
    ]


def _medoids(
    latent: NDArray[np.float32], lengths: NDArray[np.int64], options: ClusterOptions, seed: int
) -> list[Rows]:
    rng = np.random.default_rng(seed)
    if options.method == "density":
        return cluster_by_density(latent, lengths, options, rng)
    centred = latent - latent.mean(axis=1, keepdims=True)
    threshold = options.threshold
    if threshold is None:
        threshold = global_threshold(unit_rows(centred), options, rng)
        logger.info("threshold: %.4f", threshold)
    return cluster_at_threshold(centred, threshold, options.patience, rng)
