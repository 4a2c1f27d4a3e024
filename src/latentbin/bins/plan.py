"""Which contig goes to which bin: clusters, split by sample, large enough, with names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.bins.options import NameOptions
from latentbin.contigs import Contigs, sample_of_each
from latentbin.errors import UserError

# what breaks a path, or what a shell reads as something else than a name
_UNSAFE = re.compile(r"""^[.-]|[\s/\\*?"'<>|;&$`(){}\[\]!]|[\x00-\x1f\x7f]""")
_MAX_NAME_BYTES = 240  # file systems take 255, with ".fna.gz" and what users append


@dataclass(frozen=True, eq=False)
class BinPlan:
    """The bins to write, largest first (equal sizes by name).

    Attributes
    ----------
    names, clusters, samples : (n_bins,) of each bin; samples are empty without a separator
    bin_of : (n_contigs,) bin of each contig of the catalogue, -1 if it is unbinned
    sizes, counts : (n_bins,) base pairs and contigs
    n_clusters : clusters in the table, before they are split by sample
    n_small, n_small_contigs, small_bp : what is too small to be written
    reason : why there is no bin, in plain words; None if there is one
    """

    names: tuple[str, ...]
    clusters: tuple[str, ...]
    samples: tuple[str, ...]
    bin_of: NDArray[np.int64]
    sizes: NDArray[np.int64]
    counts: NDArray[np.int64]
    n_clusters: int
    n_small: int
    n_small_contigs: int
    small_bp: int
    reason: str | None

    def __len__(self) -> int:
        return len(self.names)


def plan_bins(
    contigs: Contigs,
    clusters: Mapping[str, str],
    options: NameOptions,
    source: str | Path,
    max_bins: int | None = None,
) -> BinPlan:
    """Split clusters by sample if a separator is given, drop small ones, name the rest.

    ``clusters`` maps contigs, all of them among ``contigs``, to clusters; ``source`` says in
    messages where the contigs are from.

    Raises
    ------
    UserError : a contig (of any cluster or none) without the separator, too many bins, a name that
        cannot be a file name
    """
    sample_names: tuple[str, ...] = ("",)
    sample_of = np.zeros(len(contigs), np.intp)
    if options.separator is not None:
        sample_names, sample_of = sample_of_each(contigs.names, options.separator, source)

    rows = np.fromiter((contigs.index[name] for name in clusters), np.int64, len(clusters))
    cluster_names = tuple(dict.fromkeys(clusters.values()))
    code = {name: number for number, name in enumerate(cluster_names)}
    cluster_of = np.fromiter((code[name] for name in clusters.values()), np.int64, len(clusters))
    # a candidate is one cluster in one sample
    keys, candidate_of = np.unique(
        cluster_of * len(sample_names) + sample_of[rows], return_inverse=True
    )
    sizes = np.zeros(len(keys), np.int64)
    np.add.at(sizes, candidate_of, contigs.lengths[rows])
    counts = np.bincount(candidate_of, minlength=len(keys))
    large = np.flatnonzero(sizes >= options.min_bin_size)
    if max_bins is not None and len(large) > max_bins:
        raise UserError(
            f"{len(large):,} bins of at least {options.min_bin_size:,} bp would be written, more "
            f"than --max-bins {max_bins:,}. Raise --min-bin-size, or --max-bins if you "
            "want as many files."
        )
    named = sorted(
        (-int(sizes[key]), *_name(sample_names, cluster_names, int(keys[key]), options), int(key))
        for key in large
    )
    order = np.array([key for *_, key in named], np.int64)
    bin_of_candidate = np.full(len(keys), -1, np.int64)
    bin_of_candidate[order] = np.arange(len(order))
    bin_of = np.full(len(contigs), -1, np.int64)
    bin_of[rows] = bin_of_candidate[candidate_of]
    small = sizes < options.min_bin_size
    return BinPlan(
        names=tuple(name for _, name, *_ in named),
        clusters=tuple(cluster for *_, cluster, _, _ in named),
        samples=tuple(sample for *_, sample, _ in named),
        bin_of=bin_of,
        sizes=sizes[order],
        counts=counts[order],
        n_clusters=len(cluster_names),
        n_small=int(small.sum()),
        n_small_contigs=int(counts[small].sum()),
        small_bp=int(sizes[small].sum()),
        reason=None if len(order) else _reason(sizes, options),
    )


def _name(
    samples: tuple[str, ...], clusters: tuple[str, ...], key: int, options: NameOptions
) -> tuple[str, str, str]:
    """Name, cluster and sample of a bin; the cluster keeps its own name, to be traced by it."""
    cluster_number, sample_number = divmod(key, len(samples))
    cluster, sample = clusters[cluster_number], samples[sample_number]
    name = f"{options.prefix}{sample}{options.separator or ''}{cluster}"
    unsafe = _UNSAFE.search(name)
    if unsafe or len(name.encode()) > _MAX_NAME_BYTES:
        problem = f"the character {unsafe[0]!r}" if unsafe else f"over {_MAX_NAME_BYTES} bytes"
        raise UserError(
            f"bin '{name}' (cluster '{cluster}') cannot be a file name: it has {problem}. Expected "
            "letters, digits and any of _ - . ~ = + : % @ #. Rename the cluster or the sample, or "
            "change --prefix."
        )
    return name, cluster, sample


def _reason(sizes: NDArray[np.int64], options: NameOptions) -> str:
    if not len(sizes):
        return "the table of clusters lists no contig"
    of_a_sample = "" if options.separator is None else " of one sample"
    return (
        f"the largest cluster{of_a_sample} has {int(sizes.max()):,} bp, "
        f"--min-bin-size is {options.min_bin_size:,} bp"
    )
