"""Choosing eps: by the tune samples, or by the distances alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.density import NOISE, Density, knee
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.labelling.eps import eps_grid
from latentbin.proteome.labelling.scores import Agreement, agreement, silhouette

GIVEN, TUNED, KNEE = "given", "tune samples", "knee of the k-distances"


@dataclass(frozen=True, eq=False)
class AtEps:
    """The labels at one eps.

    Attributes
    ----------
    labels : (n_samples,) 0, 1, ... or NOISE
    tune, known : agreement with the classes of the tune samples, and of all that have one
    silhouette : of the samples that are no noise
    """

    eps: float
    labels: NDArray[np.intp]
    tune: Agreement | None
    known: Agreement | None
    silhouette: float | None

    @property
    def n_clusters(self) -> int:
        return int(self.labels.max(initial=NOISE)) + 1

    @property
    def n_noise(self) -> int:
        return int((self.labels == NOISE).sum())


@dataclass(frozen=True, eq=False)
class Choice:
    """All that were tried, in the order of eps, and the one that is kept.

    Attributes
    ----------
    how : what it was chosen by: ``GIVEN``, ``TUNED`` or ``KNEE``
    """

    tried: list[AtEps]
    place: int
    how: str

    @property
    def chosen(self) -> AtEps:
        return self.tried[self.place]


def tune_classes(annotation: Annotation) -> NDArray[np.str_]:
    """(n_samples,) the class of tune samples, empty for others."""
    return np.where(annotation.tune, annotation.classes, "")


def choose(
    density: Density, annotation: Annotation, n_steps: int, eps: float | None, seed: int = 0
) -> Choice:
    """Try a grid of eps and keep one: the one given, or the best by the tune samples, or the knee.

    Parameters
    ----------
    n_steps : how many values are tried
    eps : keep this one
    seed : of the sample of points whose silhouette is taken
    """
    tune = tune_classes(annotation)
    # one class alone cannot be told from anything
    tuned = eps is None and len(np.unique(tune[tune != ""])) > 1
    extent = float(np.ptp(density.points, axis=0).max())
    grid = eps_grid(density.core_distances, extent, n_steps)
    fixed = eps if eps is not None else None if tuned else knee(density.core_distances)
    if fixed is not None:
        grid = sorted({*grid, fixed})
    tried = [_at(density, value, tune, annotation.classes, seed) for value in grid]
    if fixed is not None:
        return Choice(tried, grid.index(fixed), KNEE if eps is None else GIVEN)
    scores = [at.tune.v_measure for at in tried if at.tune]
    return Choice(tried, best(scores, [at.n_noise for at in tried]), TUNED)


def best(scores: Sequence[float], noise: Sequence[int]) -> int:
    """The place of the largest score; of several those with least noise, and of these the middle
    of their longest run.

    In the middle of a run eps is farthest from where the labels change.

    Parameters
    ----------
    scores, noise : for each eps, in rising order: V-measure and noise samples
    """
    score, count = np.asarray(scores), np.asarray(noise)
    top = np.isclose(score, score.max(), rtol=0, atol=1e-9)
    top &= count == count[top].min()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], top.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int((starts[longest] + ends[longest] - 1) // 2)


def _at(
    density: Density, eps: float, tune: NDArray[np.str_], classes: NDArray[np.str_], seed: int
) -> AtEps:
    labels = density.dbscan(eps)
    return AtEps(
        eps,
        labels,
        agreement(tune, labels),
        agreement(classes, labels),
        silhouette(density.points, labels, seed),
    )
