"""Two plain models to compare with: the nearest class mean, and the nearest contigs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.taxonomy.models.calibrate import Calibrated, judge
from latentbin.taxonomy.models.options import NeighboursOptions
from latentbin.taxonomy.models.scaling import Scaling, class_means
from latentbin.taxonomy.models.task import Task

CANDIDATES = (1, 3, 5, 9, 15, 25, 41)
_MOST = 5_000  # contigs of the validation part by which the number of neighbours is chosen
# of a vote: what a class without any gets, and by how much the nearest outweighs the farthest
_SMOOTHING, _NEARER = 0.1, 1e-3


@dataclass(frozen=True, eq=False)
class Centroid:
    """Minus the squared distance from the mean of each class, in standardised columns.

    Attributes
    ----------
    scaling : see there
    means : (n_classes, n_columns) float32
    """

    scaling: Scaling
    means: NDArray[np.float32]

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n_contigs, n_classes)."""
        scaled, means = self.scaling(values).astype(np.float64), self.means.astype(np.float64)
        # what all classes have in common, the length of the contig's vector, does not matter
        return 2 * scaled @ means.T - (means**2).sum(axis=1)

    def members(self) -> dict[str, NDArray[Any]]:
        """Arrays for the file."""
        return {"mean": self.scaling.mean, "deviation": self.scaling.deviation, "means": self.means}

    def facts(self) -> dict[str, Any]:
        """Facts for the file."""
        return {}

    @classmethod
    def of(cls, members: Mapping[str, NDArray[Any]], n_columns: int, n_classes: int) -> Centroid:
        """From a file; a ValueError if it is damaged."""
        scaling = Scaling(members["mean"], members["deviation"])
        scaling.check(n_columns)
        means = members["means"]
        if means.shape != (n_classes, n_columns) or not np.isfinite(means).all():
            raise ValueError("means")
        return cls(scaling, means)

    @classmethod
    def fit(cls, task: Task) -> Centroid:
        """Means of the training part."""
        scaling = Scaling.of(task.train.values)
        means = class_means(task.train.values, task.train.codes, task.n_classes, scaling)
        return cls(scaling, means.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The logarithm of the shares of the nearest training contigs, in standardised columns.

    Attributes
    ----------
    scaling : see there
    vectors : (n_training, n_columns) float32, scaled; of length 1 for the cosine
    codes : (n_training,) their classes
    n_classes : how many there are
    k : neighbours that vote
    metric : ``euclidean`` or ``cosine``
    """

    scaling: Scaling
    vectors: NDArray[np.float32]
    codes: NDArray[np.int32]
    n_classes: int
    k: int
    metric: str

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n_contigs, n_classes)."""
        return vote(self.codes[self.nearest(values, self.k)], self.n_classes)

    def nearest(self, values: NDArray[np.float32], k: int) -> NDArray[np.intp]:
        """(n_contigs, k) rows of the training contigs, nearest first; exact."""
        from sklearn.neighbors import NearestNeighbors

        search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(self.vectors)
        queries = _vectors(self.scaling(values), self.metric)
        found: NDArray[np.intp] = search.kneighbors(queries, return_distance=False)
        return found

    def members(self) -> dict[str, NDArray[Any]]:
        """Arrays for the file."""
        return {
            "mean": self.scaling.mean,
            "deviation": self.scaling.deviation,
            "vectors": self.vectors,
            "codes": self.codes,
        }

    def facts(self) -> dict[str, Any]:
        """Facts for the file."""
        return {"k": self.k, "metric": self.metric}

    @classmethod
    def of(
        cls,
        members: Mapping[str, NDArray[Any]],
        facts: Mapping[str, Any],
        n_columns: int,
        n_classes: int,
    ) -> Neighbours:
        """From a file; a ValueError if it is damaged."""
        scaling = Scaling(members["mean"], members["deviation"])
        scaling.check(n_columns)
        vectors, codes, k = members["vectors"], members["codes"], int(facts["k"])
        if vectors.shape != (len(codes), n_columns) or not np.isfinite(vectors).all():
            raise ValueError("vectors")
        if not (1 <= k <= len(codes) and 0 <= codes.min() and codes.max() < n_classes):
            raise ValueError("codes")
        return cls(scaling, vectors, codes, n_classes, k, str(facts["metric"]))

    @classmethod
    def fit(
        cls, task: Task, options: NeighboursOptions
    ) -> tuple[Neighbours, list[tuple[int, Calibrated]]]:
        """Keep the training part; the best number of neighbours unless it is given.

        Returns
        -------
        neighbours : see there
        tried : each number with the scores of the validation part; the best is the one with the
            highest accuracy, the smallest of several
        """
        scaling = Scaling.of(task.train.values)
        n_training = len(task.train.codes)
        if options.neighbours_k > n_training:
            raise UserError(
                f"--neighbours-k {options.neighbours_k}: the training part has {n_training} "
                "contigs. Ask for fewer neighbours."
            )
        ks = [options.neighbours_k] if options.neighbours_k else list(CANDIDATES)
        ks = [k for k in ks if k <= n_training]
        model = cls(
            scaling,
            _vectors(scaling(task.train.values), options.neighbours_metric),
            task.train.codes.astype(np.int32),
            task.n_classes,
            ks[-1],
            options.neighbours_metric,
        )
        part = task.validation
        rows = np.arange(0, len(part.codes), -(-len(part.codes) // _MOST))
        nearest = model.codes[model.nearest(part.values[rows], ks[-1])]
        tried = [(k, judge(vote(nearest[:, :k], task.n_classes), part.codes[rows])) for k in ks]
        best = max(tried, key=lambda entry: (entry[1].accuracy, -entry[0]))[0]
        return cls(scaling, model.vectors, model.codes, task.n_classes, best, model.metric), tried


def vote(nearest: NDArray[np.int32], n_classes: int) -> NDArray[np.float64]:
    """Logarithm of smoothed shares (n_contigs, n_classes) of votes (n_contigs, k); nearest first.

    Of classes with as many votes the one whose contigs are nearer is ahead.
    """
    n_contigs, k = nearest.shape
    weights = 1 - _NEARER * np.arange(k) / k
    places = nearest + n_classes * np.arange(n_contigs)[:, None]
    votes = np.bincount(
        places.ravel(), np.broadcast_to(weights, places.shape).ravel(), n_contigs * n_classes
    ).reshape(n_contigs, n_classes)
    return np.log((votes + _SMOOTHING) / (k + _SMOOTHING * n_classes))


def _vectors(scaled: NDArray[np.float32], metric: str) -> NDArray[np.float32]:
    if metric == "cosine":  # of vectors of length 1 the two distances have the same order
        scaled = scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-12)
    return np.ascontiguousarray(scaled, np.float32)
