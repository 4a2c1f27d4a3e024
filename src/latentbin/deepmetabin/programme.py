"""The assignment of contigs to clusters as an integer programme, solved by HiGHS.

``x_ic`` is 1 where contig i is in cluster c, and each contig is in one. A broken must-link costs
``sum over c of |x_ic - x_jc| / 2`` times its weight, which is tighter than the maximum over c of
the published form; a group costs ``max(0, sum of its x_ic - 1)`` penalties in each cluster.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from latentbin.deepmetabin.links import Floats, Labels, Links, lowest_set

_LARGE = 10_000  # places (contigs x clusters) from which on not all are looked at together
_NEAREST = 4  # cheapest clusters of each contig that are looked at first
_ASKED = 3  # times that minimum cuts look for places which are missing,
_ALL = 150_000  # before all of them are looked at, if they are no more than these
_WHOLE = 1e-5  # shares that are nearer to 0 and 1 than this are whole numbers
_TOLERANCE = 1e-7  # HiGHS's, of reduced costs
_LONG = 1e9  # seconds; HiGHS wants a number


def solve(
    cost: Floats,
    links: Links,
    vacant: NDArray[np.bool_],
    deadline: float,
    quick: NDArray[np.bool_] | None = None,
) -> tuple[Labels, bool]:
    """Labels of lowest cost; integer programmes only for connected components that need one.

    The linear relaxation of all components together comes first: its solution mostly is one of
    whole numbers already. Where it is large, only a few clusters of each contig are in it; minimum
    cuts find sets of contigs that a further cluster would attract at the prices of the solution
    (its dual values), until there are none, which proves the solution for all clusters.

    Parameters
    ----------
    cost : (n, k) of each contig in each cluster, infinite where it cannot be
    links : of these contigs
    vacant : (n_groups, k) the first member in the cluster costs nothing; where False, ``cost``
        already tells what members cost there
    deadline : time.monotonic() to which the relaxations take three quarters of the time (half of it
        if quick), and integer programmes half of what is left then
    quick : (n, k) look at these places and a few of the cheapest alone, and round the solution

    Returns
    -------
    labels : (n,) what was found until then
    optimal : they are proven to be of lowest cost; if quick, of those places
    """
    allowed = np.isfinite(cost)
    active = allowed
    if quick is not None or cost.size > _LARGE:
        last = min(_NEAREST, cost.shape[1]) - 1
        active = allowed & (cost <= np.partition(cost, last, axis=1)[:, last, None])
        active |= allowed & quick if quick is not None else False
    labels = np.argmin(cost, 1)
    relaxed = part_of(0.5 if quick is not None else 0.75, deadline)
    asked = 0
    while True:
        part = _Programme(np.where(active, cost, np.inf), links, vacant)
        share = part.relax(relaxed)
        if share is None:
            return labels, False
        labels = np.argmax(share, 1)
        if quick is not None:
            return labels, bool(share.max(1).min() > 1 - _WHOLE)
        missing = allowed & ~active
        if not missing.any():
            break
        missing &= part.attracted(cost, links, relaxed)
        if not missing.any():
            break
        asked += 1
        # the last few come one by one: then all together are sooner done, if they are not too many
        everything = asked >= _ASKED and allowed.sum() <= _ALL
        active = allowed if everything else active | missing
    if time.monotonic() > relaxed:
        return labels, False  # perhaps not all clusters have been asked

    split = share.max(1) < 1 - _WHOLE
    component = _components(links)
    half, optimal = part_of(0.5, deadline), True
    for number in np.unique(component[split]):
        rows = np.flatnonzero(component == number)
        some, groups = links.take(rows)
        share, proven = _Programme(cost[rows], some, vacant[groups]).solve(half)
        optimal &= proven
        if share is not None:
            labels[rows] = np.argmax(share, 1)
    return labels, optimal


def solve_without_empty(cost: Floats, links: Links, deadline: float) -> tuple[Labels | None, bool]:
    """Labels of lowest cost, each cluster with a contig; None if none were found in time."""
    vacant = np.ones((links.member.shape[0], cost.shape[1]), bool)
    share, proven = _Programme(cost, links, vacant).solve(deadline, no_empty=True)
    return (None if share is None else np.argmax(share, 1)), proven


@dataclass(eq=False)
class _Dual:
    contig: Floats  # (n,) what a contig pays at least
    group: Floats  # (n_groups, k) what a further member pays
    scale: float


class _Programme:
    """Minimise ``worth @ v`` where links and contigs allow it; the first of v are the x."""

    def __init__(self, cost: Floats, links: Links, vacant: NDArray[np.bool_]) -> None:
        self.shape = n, k = cost.shape
        self.allowed = allowed = np.isfinite(cost)
        contig, self.cluster = np.nonzero(allowed)
        self.n_x = len(contig)
        variable = np.full((n, k), -1)
        variable[allowed] = np.arange(self.n_x)
        self.base = cost.min(1)
        worth = (cost - self.base[:, None])[allowed]

        # must-links: z >= x_ic - x_jc; where j cannot be in c, that is x_ic itself
        pairs = links.must.tocoo()
        upper = pairs.row < pairs.col
        i, j, weight = pairs.row[upper], pairs.col[upper], pairs.data[upper]
        pair, both = np.nonzero(allowed[i] & allowed[j])
        lone, only = np.nonzero(allowed[i] & ~allowed[j])
        np.add.at(worth, variable[i[lone], only], weight[lone])
        # the sum over c of max(0, x_ic - x_jc) is the half of the sum of |x_ic - x_jc|
        self.shift = (np.bincount(j, weight, n) - np.bincount(i, weight, n)) / 2

        # groups: y >= sum of x_ic - 1
        self.group = np.nonzero(vacant & (links.member @ allowed.astype(float) > 1))
        number = np.full(vacant.shape, -1)
        number[self.group] = np.arange(len(self.group[0]))
        hits = links.member.tocoo()
        hit, seat = np.nonzero((number[hits.row] >= 0) & allowed[hits.col])

        self.n_pairs, n_links = len(pair), len(pair) + len(self.group[0])
        rows = np.arange(n_links)
        blocks = [
            (rows[: self.n_pairs], variable[i[pair], both], 1.0),
            (rows[: self.n_pairs], variable[j[pair], both], -1.0),
            (self.n_pairs + number[hits.row[hit], seat], variable[hits.col[hit], seat], 1.0),
            (rows, self.n_x + rows, -1.0),
        ]
        self.links = _matrix(blocks, (n_links, self.n_x + n_links))
        self.most = (rows >= self.n_pairs).astype(float)
        ones = [(contig, np.arange(self.n_x), 1.0)]
        self.contigs = _matrix(ones, (n, self.n_x + n_links))
        self.worth = np.concatenate(
            [worth, weight[pair], np.full(len(self.group[0]), links.penalty)]
        )
        # HiGHS's tolerances are absolute
        self.scale = max(float(self.worth.max()), float(np.finfo(float).tiny))
        self.vacant = vacant

    def relax(self, deadline: float) -> Floats | None:
        """(n, k) x, of lowest cost, each between 0 and 1; None if the time was too short."""
        result = linprog(
            self.worth / self.scale,
            A_ub=self.links if len(self.most) else None,
            b_ub=self.most if len(self.most) else None,
            A_eq=self.contigs,
            b_eq=np.ones(self.shape[0]),
            method="highs",
            options={"time_limit": _remaining(deadline)},
        )
        if result.status != 0:
            return None
        group = np.zeros(self.vacant.shape)
        if len(self.most):
            group[self.group] = -result.ineqlin.marginals[self.n_pairs :] * self.scale
        contig = result.eqlin.marginals * self.scale + self.base + self.shift
        self.dual = _Dual(contig, group, self.scale)
        return self._share(result.x)

    def attracted(self, cost: Floats, links: Links, deadline: float) -> NDArray[np.bool_]:
        """(n, k) contigs that a cluster would attract at the prices of the relaxation."""
        found = np.zeros(self.shape, bool)
        pairs = links.must.tocoo()
        reduced = cost + links.member.T @ self.dual.group - self.dual.contig[:, None]
        for cluster in range(self.shape[1]):
            if time.monotonic() > deadline:
                break
            rows = reduced[:, cluster]
            far = 2 * (pairs.data.sum() + np.abs(rows[np.isfinite(rows)]).sum() + 1)
            rows = np.where(np.isfinite(rows), rows, far)
            inside = lowest_set(rows, pairs.row, pairs.col, pairs.data / 2)
            leaves = inside[pairs.row] & ~inside[pairs.col]
            value = rows[inside].sum() + pairs.data[leaves].sum() / 2
            if value < -_TOLERANCE * self.dual.scale * (1 + inside.sum()):
                found[:, cluster] = inside
        return found

    def solve(self, deadline: float, no_empty: bool = False) -> tuple[Floats | None, bool]:
        """(n, k) x of whole numbers, None if none was found in time; and whether it is proven."""
        if time.monotonic() > deadline:
            return None, False
        constraints = [LinearConstraint(self.contigs, 1, 1)]
        if len(self.most):
            constraints.append(LinearConstraint(self.links, -np.inf, self.most))
        if no_empty:
            ones = [(self.cluster, np.arange(self.n_x), 1.0)]
            each = _matrix(ones, (self.shape[1], len(self.worth)))
            constraints.append(LinearConstraint(each, 1, np.inf))
        is_x = np.arange(len(self.worth)) < self.n_x
        result = milp(
            self.worth / self.scale,
            integrality=is_x,
            bounds=Bounds(0, np.where(is_x, 1, np.inf)),
            constraints=constraints,
            options={"time_limit": _remaining(deadline), "mip_rel_gap": 0},
        )
        if result.x is None:
            return None, False
        return self._share(result.x), result.status == 0

    def _share(self, solution: Floats) -> Floats:
        share = np.zeros(self.shape)
        share[self.allowed] = solution[: self.n_x]
        return share


def _matrix(blocks: list[tuple[Any, Any, float]], shape: tuple[int, int]) -> Any:
    value = np.concatenate([np.full(len(row), number) for row, _, number in blocks])
    row = np.concatenate([row for row, _, _ in blocks])
    column = np.concatenate([column for _, column, _ in blocks])
    return csr_array((value, (row, column)), shape=shape)


def part_of(share: float, deadline: float) -> float:
    """When that share of the time left is over: what is found by then can still be improved."""
    now = time.monotonic()
    return now + share * (deadline - now)


def _remaining(deadline: float) -> float:
    return min(max(deadline - time.monotonic(), 0.0), _LONG)


def _components(links: Links) -> NDArray[np.int64]:
    """Connected component of each contig, by must-links and groups."""
    n_groups, n = links.member.shape
    must, member = links.must.tocoo(), links.member.tocoo()
    heads = np.concatenate([must.row, member.row + n])
    tails = np.concatenate([must.col, member.col])
    graph = coo_array((np.ones(len(heads)), (heads, tails)), shape=(n + n_groups, n + n_groups))
    return connected_components(graph.tocsr(), directed=False)[1][:n].astype(np.int64)
