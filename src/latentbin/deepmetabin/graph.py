"""The must-link graph: nearest neighbours, and which of them are to be believed.

DeepMetaBin joins each contig to its 3 nearest and refines the graph: DBSCAN on the distances gives
seed labels, label propagation labels the rest, edges between labels go, and so do the edges of
contigs whose neighbours disagree. These steps are kept, with three departures (docs/methods.md):

- Labels are found on a wider graph than the one that is refined. With 3 neighbours each, a contig
  between two genomes has hardly a neighbour that could outvote the others.
- DBSCAN joins all core contigs in reach of each other, and so runs from one genome into the next
  wherever two of their contigs are close. Here a core contig joins the nearest of those in a denser
  place than its own (Koontz, Narendra & Fukunaga 1976), which ends at the valley between two
  genomes; and the propagation may change seed labels. ``seeds="dbscan"`` is the paper's way.
- The distance beyond which contigs are not neighbours is a quantile of those that occur, because
  the released program's 1.65 is tied to the scale of its features; longer edges go, too.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from latentbin.deepmetabin.options import GraphOptions
from latentbin.graph_file import Graph
from latentbin.tree.neighbours import EXACT_UP_TO, candidates

logger = logging.getLogger(__name__)

Labels = NDArray[np.int64]

_OPTIONS = GraphOptions()
_EPS_QUANTILE = 0.9  # of the distances of a graph's edges
_CHUNK = 1024  # rows whose candidates are compared at a time


def nearest(
    points: NDArray[np.float32], k: int, *, threads: int, seed: int, exact_up_to: int = EXACT_UP_TO
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The ``k`` nearest other points of each point, by Euclidean distance.

    Up to ``exact_up_to`` points every pair is compared; beyond that see
    `latentbin.tree.neighbours.neighbours`.

    Parameters
    ----------
    points : (n, width), finite
    k : >= 1; all other points where there are fewer

    Returns
    -------
    indices : (n, k) nearest first, of equals the first; -1 where the search found fewer
    distances : (n, k); infinity where there is no index
    """
    n = len(points)
    k = min(k, n - 1)
    if k < 1:
        return np.empty((n, 0), np.int32), np.empty((n, 0), np.float32)
    points = np.ascontiguousarray(points, np.float32)
    indices = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    for rows, found in candidates(
        points, k, threads=threads, seed=seed, exact_up_to=exact_up_to, chunk=_CHUNK
    ):
        # the search's own distances are differences of large sums: never 0 for equal points
        found = np.sort(found, axis=1)
        step = points[found] - points[rows, None]
        squared = np.einsum("ijk,ijk->ij", step, step)
        squared[(found < 0) | (found == np.arange(rows.start, rows.stop)[:, None])] = np.inf
        order = np.argsort(squared, axis=1, kind="stable")[:, :k]
        squared = np.take_along_axis(squared, order, 1)
        found = np.take_along_axis(found, order, 1)
        indices[rows] = np.where(squared < np.inf, found, -1)
        distances[rows] = np.sqrt(squared)
    return indices, distances


def neighbour_graph(indices: NDArray[np.int32], distances: NDArray[np.float32]) -> Graph:
    """Join two contigs if either is among the other's nearest.

    The weight of an edge is the Gaussian kernel ``exp(-d^2 / (2 s_u s_v))``, where the scale s of a
    contig is the distance to its k-th neighbour (Zelnik-Manor & Perona 2004): DeepMetaBin's
    ``exp(-d^2 / (2 s_u^2))`` (eq. 9) made alike for both ends.

    Parameters
    ----------
    indices, distances : (n, k) from `nearest`; its first columns give the graph of a smaller k
    """
    n = len(indices)
    known = indices >= 0
    scale = np.where(known, distances, 0).max(axis=1, initial=0).astype(np.float32)
    rows, places = np.nonzero(known)
    others = indices[rows, places].astype(np.int64)
    pair = np.minimum(rows, others) * n + np.maximum(rows, others)
    pair, first = np.unique(pair, return_index=True)
    distance = distances[rows, places][first].astype(np.float32)
    u, v = pair // max(n, 1), pair % max(n, 1)
    spread = 2 * scale[u].astype(np.float64) * scale[v]
    exponent = np.zeros(len(u))
    np.divide(np.square(distance, dtype=np.float64), spread, out=exponent, where=spread > 0)
    exponent[(spread == 0) & (distance > 0)] = np.inf  # one end has k neighbours where it stands
    weight = np.maximum(np.exp(-exponent), np.finfo(np.float32).tiny).astype(np.float32)
    return Graph(n, u, v, distance, weight, scale)


@dataclass(frozen=True, eq=False)
class Refined:
    """A refined graph.

    Attributes
    ----------
    graph : the edges that are left, of the same contigs
    labels : (n,) 0, 1, ... in order of each label's first contig; -1 for none
    eps : the longest distance of neighbours that was used
    counts : ``contigs``, ``edges``; ``core_contigs``, ``seed_labels``, ``labels``, ``rounds`` of
        the propagation; edges removed, each counted at the first step that removes it:
        ``edges_too_long``, ``edges_between_labels``, ``edges_of_disagreeing_contigs``;
        ``disagreeing_contigs``, ``edges_kept``, ``contigs_with_edges``
    """

    graph: Graph
    labels: Labels
    eps: float
    counts: dict[str, int]


def refine(
    graph: Graph,
    wide: Graph | None = None,
    *,
    eps: float | None = None,
    min_samples: int = _OPTIONS.min_samples,
    seeds: Literal["peaks", "dbscan"] = "peaks",
    disagreement: float = _OPTIONS.disagreement,
    rounds: int = 50,
) -> Refined:
    """Remove edges that probably join two genomes.

    Parameters
    ----------
    graph : whose edges are judged
    wide : graph of the same contigs with more neighbours, on which labels are found
    eps : distance up to which contigs are neighbours; by default the 90 % quantile of the
        distances in ``graph``. Longer edges are removed
    min_samples : a contig with as many neighbours within ``eps``, itself counted, is core and
        gets a seed label (DBSCAN)
    seeds : peaks: see `peak_labels`. dbscan: see `dbscan_labels`; only contigs that are not core
        get their label by propagation (paper)
    disagreement : a contig loses all its edges if more than this share of its neighbours in
        ``wide`` has another label
    rounds : of label propagation at the most

    Raises
    ------
    ValueError : the two graphs differ in their number of contigs
    """
    wide = graph if wide is None else wide
    if wide.n != graph.n:
        raise ValueError(f"the wide graph has {wide.n} contigs, expected {graph.n}")
    if eps is None:
        eps = float(np.quantile(graph.distance, _EPS_QUANTILE)) if len(graph) else 0.0
    core = core_contigs(wide, eps, min_samples)
    if seeds == "peaks":
        seed_labels = peak_labels(wide, core)
        labels, n_rounds = propagate(wide, seed_labels, rounds=rounds)
    else:
        seed_labels = dbscan_labels(wide, core, eps)
        labels, n_rounds = propagate(wide, seed_labels, fixed=core, rounds=rounds)

    other = labels[wide.u] != labels[wide.v]
    others = np.bincount(wide.u[other], minlength=wide.n)
    others += np.bincount(wide.v[other], minlength=wide.n)
    disagrees = others > disagreement * wide.degree()

    short = graph.distance <= eps
    alike = (labels[graph.u] == labels[graph.v]) & (labels[graph.u] >= 0)
    agreed = ~(disagrees[graph.u] | disagrees[graph.v])
    kept = graph.take(short & alike & agreed)
    known = labels >= 0
    labels[known] = _numbered(labels[known])
    counts: dict[str, int | np.integer] = {
        "contigs": graph.n,
        "edges": len(graph),
        "core_contigs": np.count_nonzero(core),
        "seed_labels": len(np.unique(seed_labels[core])),
        "labels": int(labels.max(initial=-1)) + 1,
        "rounds": n_rounds,
        "edges_too_long": np.count_nonzero(~short),
        "edges_between_labels": np.count_nonzero(short & ~alike),
        "edges_of_disagreeing_contigs": np.count_nonzero(short & alike & ~agreed),
        "disagreeing_contigs": np.count_nonzero(disagrees),
        "edges_kept": len(kept),
        "contigs_with_edges": np.count_nonzero(kept.degree()),
    }
    return Refined(kept, labels, eps, {step: int(count) for step, count in counts.items()})


def core_contigs(graph: Graph, eps: float, min_samples: int) -> NDArray[np.bool_]:
    """(n,) contigs with at least ``min_samples`` within ``eps``, themselves counted (DBSCAN)."""
    return graph.take(graph.distance <= eps).degree() + 1 >= min_samples


def dbscan_labels(graph: Graph, core: NDArray[np.bool_], eps: float) -> Labels:
    """DBSCAN: core contigs that chains of edges within ``eps`` connect have one label.

    Contigs that are not core have -1: those at the border of a label are left to the propagation,
    where DBSCAN would give them to whichever label it reached first.
    """
    joined = (graph.distance <= eps) & core[graph.u] & core[graph.v]
    ends = (graph.u[joined], graph.v[joined])
    shape = (graph.n, graph.n)
    _, part = connected_components(coo_array((np.ones(len(ends[0])), ends), shape), directed=False)
    return np.where(core, part.astype(np.int64), -1)


def peak_labels(graph: Graph, core: NDArray[np.bool_]) -> Labels:
    """One label for each peak of density: core contigs climb to the nearest denser neighbour.

    A contig is denser than another if its scale is smaller; of equals, the first. The label is the
    row of the peak; contigs that are not core have -1.
    """
    rank = np.empty(graph.n, np.int64)
    rank[np.argsort(graph.scale, kind="stable")] = np.arange(graph.n)
    both = core[graph.u] & core[graph.v]
    u, v = graph.u[both], graph.v[both]
    climbs = rank[v] < rank[u]
    low, high = np.where(climbs, u, v), np.where(climbs, v, u)
    order = np.lexsort((high, graph.distance[both], low))
    low, first = np.unique(low[order], return_index=True)
    above = np.arange(graph.n)
    above[low] = high[order][first]
    while True:
        further = above[above]
        if np.array_equal(further, above):
            return np.where(core, above, -1)
        above = further


def propagate(
    graph: Graph, labels: Labels, *, fixed: NDArray[np.bool_] | None = None, rounds: int = 50
) -> tuple[Labels, int]:
    """Label propagation (Raghavan, Albert & Kumara 2007) with edge weights, all contigs at once.

    Each contig takes the label with the greatest weight among its neighbours and itself; it counts
    for itself as a neighbour at distance 0 does, without which two neighbours may swap labels for
    ever. Of equals the smallest label is taken. Ends when no label changes.

    Parameters
    ----------
    labels : (n,) of the start, < n; -1 for none
    fixed : (n,) contigs that keep their label

    Returns
    -------
    labels : (n,) -1 for contigs that no label reached
    rounds : that were needed
    """
    n = graph.n
    rows = np.arange(n)
    edges = csr_array(
        (
            np.concatenate((graph.weight, graph.weight, np.ones(n, np.float32))),
            (
                np.concatenate((graph.u, graph.v, rows)),
                np.concatenate((graph.v, graph.u, rows)),
            ),
        ),
        shape=(n, n),
        dtype=np.float64,
    )
    for done in range(rounds):
        known = labels >= 0
        begin = np.concatenate(([0], np.cumsum(known)))
        of_label = csr_array((np.ones(begin[-1]), labels[known], begin), shape=(n, n))
        votes = edges @ of_label
        heard = np.flatnonzero(np.diff(votes.indptr))
        new = np.full(n, -1)
        if len(heard):
            starts = votes.indptr[heard]
            most = np.repeat(np.maximum.reduceat(votes.data, starts), np.diff(votes.indptr)[heard])
            named = np.where(votes.data == most, votes.indices, n)
            new[heard] = np.minimum.reduceat(named, starts)
        if fixed is not None:
            new[fixed] = labels[fixed]
        if np.array_equal(new, labels):
            return labels, done
        labels = new
    return labels, rounds


def edge_report(graph: Graph, genome: NDArray[np.int64]) -> dict[str, float | int | None]:
    """How good the edges are, given the truth.

    Parameters
    ----------
    genome : (n,) true genome of each contig; -1 where it is not known

    Returns
    -------
    report : ``edges``; ``judged_edges`` whose two ends have a known genome; the share of them that
        join ``same_genome`` (None without any); the share of contigs ``with_edges``
    """
    judged = (genome[graph.u] >= 0) & (genome[graph.v] >= 0)
    same = int(np.count_nonzero(judged & (genome[graph.u] == genome[graph.v])))
    n_judged = int(np.count_nonzero(judged))
    return {
        "edges": len(graph),
        "judged_edges": n_judged,
        "same_genome": same / n_judged if n_judged else None,
        "with_edges": float(np.mean(graph.degree() > 0)) if graph.n else None,
    }


def _numbered(labels: Labels) -> Labels:
    """Labels as 0, 1, ... in order of appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[inverse]
