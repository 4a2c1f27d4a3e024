"""Constrained k-means: clusters of contigs that keep together, or apart, what is known to be so.

BH-kmeans of Baumann and Hochbaum ("A k-means algorithm for clustering with soft must-link and
cannot-link constraints", ICPRAM 2022; with shares for links: PCCC, INFORMS Journal on Computing,
arXiv 2212.14437): k-means whose step of assignment is an integer programme, in which broken links
cost a penalty. Departures: squared distances, as in k-means, so that no step raises the objective;
a group of contigs of which each cluster should have one counts its members after the first in a
cluster, not all their pairs (the same for pairs); HiGHS in place of a commercial solver.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from latentbin.deepmetabin.assignment import assign
from latentbin.deepmetabin.links import Floats, Labels, make_links

_FALLS = 1e-9  # an objective that falls by a smaller share stands
# From more places (contigs x clusters) on, rounds first look at few clusters for each contig: while
# centres still move far, an exact assignment takes long and is worth little
_LARGE = 10_000
_FALLS_QUICKLY = 1e-3


@dataclass(frozen=True, eq=False)
class Constrained:
    """Clusters of constrained k-means.

    Attributes
    ----------
    labels : (n,) 0 .. k - 1, none of the clusters empty
    centres : (k, d) weighted means of the clusters
    objective : weighted sum of squared distances to the centres, and penalties of broken links
    rounds : steps of assignment
    optimal : no labels are better for these centres, and these are proven to be so: neither
        rounds nor time ended the search
    penalty : of a broken link
    """

    labels: Labels
    centres: Floats
    objective: float
    rounds: int
    optimal: bool
    penalty: float


def constrained_kmeans(
    points: Floats,
    centres: Floats,
    *,
    weights: Floats | None = None,
    must: NDArray[np.integer] | None = None,
    must_weights: Floats | None = None,
    cannot: Sequence[NDArray[np.integer]] = (),
    penalty: float | None = None,
    rounds: int = 100,
    time_limit: float = 60.0,
) -> Constrained:
    """Clusters around the centres given that cost least in distances and broken links.

    The same input gives the same labels, unless time ran out.

    Parameters
    ----------
    points : (n, d)
    centres : (k, d) to start from, k <= n
    weights : (n,) > 0, of a contig's distance; only their proportions matter. None is 1
    must : (m, 2) pairs of contigs that belong together
    must_weights : (m,) 0 .. 1, share of the penalty that a pair in two clusters costs. None is 1
    cannot : groups of contigs of which each cluster should have one at most; each further one
        costs the penalty
    penalty : what a broken link costs, in squared distances of a contig of mean weight. None: the
        mean of all contigs to all centres at the start (PCCC's scale). It stays the same in all
        rounds
    rounds : most steps of assignment
    time_limit : seconds; labels are what was found until then

    Raises
    ------
    ValueError : arrays that do not fit each other, numbers out of bounds
    """
    deadline = time.monotonic() + time_limit
    n, k = len(points), len(centres)
    weights = np.ones(n) if weights is None else np.asarray(weights, np.float64)
    if not 1 <= k <= n or centres.shape[1] != points.shape[1]:
        raise ValueError(f"centres {centres.shape} do not fit points {points.shape}")
    if weights.shape != (n,) or not np.all((weights > 0) & np.isfinite(weights)):
        raise ValueError("weights: expected a positive number for each point")
    if not np.isfinite(points).all():
        raise ValueError("points: expected finite numbers")
    weights = weights / weights.mean()
    middle = np.average(points, axis=0, weights=weights)
    points = points - middle  # squares of numbers near 0 lose fewer digits
    cost = _cost(points, centres - middle, weights)
    penalty = float(cost.mean()) if penalty is None else float(penalty)
    if not 0 <= penalty < np.inf:
        raise ValueError(f"penalty {penalty}: expected a number of at least 0")
    pairs = np.zeros((0, 2), np.int64) if must is None else must
    links = make_links(n, pairs, must_weights, cannot, penalty)

    best = Constrained(np.zeros(0, np.int64), centres, np.inf, 0, False, penalty)
    quick = n * k > _LARGE
    for number in range(1, rounds + 1):
        start = best.labels if number > 1 else None
        labels, proven = assign(cost, links, start, deadline, quick)
        means = _means(points, labels, weights, k)
        following = _cost(points, means, weights)
        total, before = links.total(following, labels), best.objective
        if total < before * (1 - _FALLS):
            best = Constrained(labels, means + middle, total, number, False, penalty)
            cost = following
        elif not quick:
            return replace(best, rounds=number, optimal=proven)
        quick = quick and total < before * (1 - _FALLS_QUICKLY)
        if time.monotonic() > deadline:
            break
    return best


def first_centres(
    points: Floats,
    k: int,
    *,
    weights: Floats | None = None,
    cannot: Sequence[NDArray[np.integer]] = (),
    seed: int = 0,
) -> Floats:
    """Centres to start from: contigs that a group sets apart, and k-means++ for the rest.

    Of the groups of at most k contigs, the first of the largest is taken: order them by how much
    you trust them.

    Parameters
    ----------
    points : (n, d)
    k : number of centres, 1 .. n
    weights : (n,) > 0; None is 1
    cannot : groups of contigs of which each cluster should have one at most
    seed : of the draws of k-means++ (Arthur and Vassilvitskii 2007), weighted

    Returns
    -------
    centres : (k, d)
    """
    if not 1 <= k <= len(points):
        raise ValueError(f"{k} centres of {len(points)} points")
    weights = np.ones(len(points)) if weights is None else weights
    rng = np.random.default_rng(seed)
    groups = [np.unique(group) for group in cannot]
    fitting = [group for group in groups if len(group) <= k]
    chosen = max(fitting, key=len, default=np.zeros(0, np.int64)).tolist()
    if not chosen:
        chosen = [int(rng.choice(len(points), p=weights / weights.sum()))]
    nearest = np.full(len(points), np.inf)
    for row in chosen:
        nearest = np.minimum(nearest, ((points - points[row]) ** 2).sum(1))
    while len(chosen) < k:
        share = nearest * weights
        if share.sum() == 0:
            share = np.ones(len(points))
        row = int(rng.choice(len(points), p=share / share.sum()))
        chosen.append(row)
        nearest = np.minimum(nearest, ((points - points[row]) ** 2).sum(1))
    return points[chosen]


def _cost(points: Floats, centres: Floats, weights: Floats) -> Floats:
    """(n, k) weighted squared distances."""
    squared = (points**2).sum(1)[:, None] - 2 * points @ centres.T + (centres**2).sum(1)
    return np.maximum(squared, 0) * weights[:, None]


def _means(points: Floats, labels: Labels, weights: Floats, k: int) -> Floats:
    """(k, d) weighted means."""
    order = np.argsort(labels, kind="stable")
    first = np.searchsorted(labels[order], np.arange(k))
    sums = np.add.reduceat((points * weights[:, None])[order], first, axis=0)
    return sums / np.bincount(labels, weights, k)[:, None]
