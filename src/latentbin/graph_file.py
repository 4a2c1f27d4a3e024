"""A graph over contigs, and the file in which it travels.

A ``.npz`` without pickles, as that of the named matrix (`latentbin.matrix`), with the arrays

``row_lengths``      (n_contigs,) base pairs
``row_scale``        (n_contigs,) see `Graph`
``edge_u, edge_v``   (n_edges,) int64, rows of the two ends
``edge_distance``    (n_edges,) float32
``edge_weight``      (n_edges,) float32
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.contigs import Contigs
from latentbin.matrix import match_names, members_of, row_arrays, save_members

logger = logging.getLogger(__name__)

KIND = "graph"


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph over contigs: each edge once, no contig joined to itself.

    Attributes
    ----------
    n : number of contigs
    u, v : (n_edges,) int64, rows of the ends, ``u < v``; ascending by u, then v; unique
    distance : (n_edges,) float32, Euclidean
    weight : (n_edges,) float32 in (0, 1], falls with distance
    scale : (n,) float32, distance of each contig to its k-th neighbour: small where contigs are
        dense (s_i of DeepMetaBin's eq. 9)

    Raises
    ------
    ValueError : arrays that are not so
    """

    n: int
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    distance: NDArray[np.float32]
    weight: NDArray[np.float32]
    scale: NDArray[np.float32]

    def __post_init__(self) -> None:
        if not (self.u.shape == self.v.shape == self.distance.shape == self.weight.shape):
            raise ValueError("the arrays of edges differ in length")
        if self.u.ndim != 1 or self.scale.shape != (self.n,):
            raise ValueError("an array of the graph has the wrong shape")
        if not (self.u.dtype == self.v.dtype == np.int64):
            raise ValueError("the ends of edges are not whole numbers")
        if len(self.u) and not (
            self.u.min() >= 0 and self.v.max() < self.n and (self.u < self.v).all()
        ):
            raise ValueError("an edge does not join two different contigs, the smaller first")
        if not (np.diff(self.u * self.n + self.v) > 0).all():
            raise ValueError("edges are not in order, or one stands twice")
        if not ((self.distance >= 0) & (self.distance < np.inf)).all():
            raise ValueError("a distance is below 0 or not finite")
        if not ((self.weight > 0) & (self.weight <= 1)).all():
            raise ValueError("a weight is not in (0, 1]")
        if not ((self.scale >= 0) & (self.scale < np.inf)).all():
            raise ValueError("a scale is below 0 or not finite")

    def __len__(self) -> int:
        return len(self.u)

    def take(self, edges: NDArray[np.bool_] | NDArray[np.intp]) -> Graph:
        """The same contigs with some of the edges (a mask, or ascending places)."""
        return replace(
            self,
            u=self.u[edges],
            v=self.v[edges],
            distance=self.distance[edges],
            weight=self.weight[edges],
        )

    def degree(self) -> NDArray[np.int64]:
        """(n,) number of edges of each contig."""
        return np.bincount(self.u, minlength=self.n) + np.bincount(self.v, minlength=self.n)

    def adjacency(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Edges by contig, both ways.

        Returns
        -------
        begin : (n + 1,) the neighbours of ``row`` stand at ``begin[row]:begin[row + 1]``
        other : (2 n_edges,) rows of the neighbours, ascending for each contig
        edge : (2 n_edges,) places of the edges, for ``distance`` and ``weight``
        """
        row, other = np.concatenate((self.u, self.v)), np.concatenate((self.v, self.u))
        order = np.lexsort((other, row))
        begin = np.zeros(self.n + 1, np.int64)
        np.cumsum(self.degree(), out=begin[1:])
        return begin, other[order], order % max(len(self), 1)

    def renumbered(self, order: NDArray[np.intp]) -> Graph:
        """The same graph with its contigs in another order; ``order[i]`` was row i's number."""
        place = np.empty(self.n, np.int64)
        place[order] = np.arange(self.n)
        one, other = place[self.u], place[self.v]
        u, v = np.minimum(one, other), np.maximum(one, other)
        edges = np.lexsort((v, u))
        return Graph(
            self.n,
            u[edges],
            v[edges],
            self.distance[edges],
            self.weight[edges],
            self.scale[order],
        )


@dataclass(frozen=True, eq=False)
class GraphFile:
    """What a graph file holds.

    Attributes
    ----------
    graph : rows as in ``contigs``
    source : the file, for messages
    attributes : facts that a reader needs to use the graph
    report : how it was made: options, seed, versions, input digests, counts
    """

    graph: Graph
    contigs: Contigs
    attributes: Mapping[str, Any]
    report: Mapping[str, Any]
    source: str

    def in_order_of(self, names: Sequence[str], names_source: str) -> GraphFile:
        """The same with its contigs in the order of the names, if these are exactly its contigs.

        Parameters
        ----------
        names_source : where the names are from, for messages

        Raises
        ------
        ContractError : the graph is of other contigs; names the first that differs
        """
        if tuple(names) == self.contigs.names:
            return self
        order = match_names(self.contigs.names, self.source, tuple(names), names_source)
        logger.info("%s: contigs re-ordered to those of %s", self.source, names_source)
        return replace(self, contigs=self.contigs.take(order), graph=self.graph.renumbered(order))


def write_graph(
    path: str | os.PathLike[str],
    graph: Graph,
    names: Sequence[str],
    lengths: NDArray[np.int64],
    attributes: Mapping[str, Any],
    report: Mapping[str, Any],
) -> None:
    """Write a graph, complete or not at all; same content, same bytes.

    Parameters
    ----------
    names, lengths : of the graph's ``n`` contigs
    attributes, report : see `GraphFile`
    """
    assert len(names) == len(lengths) == graph.n
    save_members(
        path,
        KIND,
        tuple(names),
        {"attributes": dict(attributes), "report": dict(report)},
        {
            "row_lengths": lengths.astype(np.int64, copy=False),
            "row_scale": graph.scale,
            "edge_u": graph.u,
            "edge_v": graph.v,
            "edge_distance": graph.distance,
            "edge_weight": graph.weight,
        },
    )


def read_graph(
    path: str | os.PathLike[str],
    names: Sequence[str] | None = None,
    names_source: str = "the catalogue",
) -> GraphFile:
    """Read and check a graph.

    Parameters
    ----------
    names : of the contigs that are being binned: the graph comes in their order, if it is of
        exactly these contigs
    names_source : where the names are from, for messages

    Raises
    ------
    UserError : not such a file, another kind, a newer schema, damaged
    ContractError : the graph is of other contigs; names the first that differs
    """
    with members_of(path, KIND) as (header, have, members):
        arrays = row_arrays(members)
        if len(arrays["lengths"]) != len(have):
            raise ValueError("the lengths do not fit the names")
        contigs = Contigs(have, arrays["lengths"])
        graph = Graph(
            len(have),
            members["edge_u"],
            members["edge_v"],
            members["edge_distance"],
            members["edge_weight"],
            arrays["scale"],
        )
        attributes, report = header["attributes"], header["report"]
    made = GraphFile(graph, contigs, attributes, report, str(path))
    return made if names is None else made.in_order_of(names, names_source)
