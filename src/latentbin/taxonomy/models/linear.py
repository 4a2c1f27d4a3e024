"""A linear discriminant: classes of one covariance, which is shrunk towards a sphere.

Friedman (1989), J. Am. Stat. Assoc. 84:165, with the shrinkage that the validation part likes best.
Species of a genus differ less in direction than in amount: what varies within all classes alike
is divided out, which no distance and no threshold on a single column can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.dense import class_weights
from latentbin.taxonomy.models.calibrate import Calibrated, calibrate
from latentbin.taxonomy.models.scaling import Scaling, blocks, class_means
from latentbin.taxonomy.models.task import Task

SHRINKAGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.9)


@dataclass(frozen=True, eq=False)
class Linear:
    """Logits that are linear in the columns.

    Attributes
    ----------
    kernel : (n_columns, n_classes) float64
    bias : (n_classes,) float64
    """

    kernel: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n_contigs, n_classes)."""
        return values.astype(np.float64) @ self.kernel + self.bias

    def colder(self, temperature: float) -> Linear:
        """The same with its logits divided by a temperature."""
        return Linear(self.kernel / temperature, self.bias / temperature)

    def members(self) -> dict[str, NDArray[Any]]:
        """Arrays for the file."""
        return {"kernel": self.kernel, "bias": self.bias}

    def facts(self) -> dict[str, Any]:
        """Facts for the file."""
        return {}

    @classmethod
    def of(cls, members: Mapping[str, NDArray[Any]], n_columns: int, n_classes: int) -> Linear:
        """From a file; a ValueError if it is damaged."""
        kernel, bias = members["kernel"], members["bias"]
        if kernel.shape != (n_columns, n_classes) or bias.shape != (n_classes,):
            raise ValueError("shape")
        if not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
            raise ValueError("kernel")
        return cls(kernel, bias)


def fit_linear(task: Task, power: float) -> tuple[Linear, list[tuple[float, Calibrated]]]:
    """The discriminant with the least log loss of the validation part.

    Parameters
    ----------
    power : a class of n contigs weighs n to minus ``power`` in the covariance, and its prior is n
        to 1 - ``power``

    Returns
    -------
    linear : see there
    tried : each shrinkage with the scores of the validation part
    """
    values, codes = task.train.values, task.train.codes
    scaling = Scaling.of(values)
    means, covariance = _moments(values, codes, task.n_classes, scaling, power)
    sphere = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
    priors = (1 - power) * np.log(task.class_counts())
    found, tried = [], []
    for share in SHRINKAGES:
        shrunk = (1 - share) * covariance + share * sphere
        kernel = np.linalg.solve(shrunk, means.T)
        bias = priors - 0.5 * (means.T * kernel).sum(axis=0)
        raw = kernel / scaling.deviation.astype(np.float64)[:, None]
        found.append(Linear(raw, bias - scaling.mean.astype(np.float64) @ raw))
        tried.append((share, calibrate(found[-1].logits, task.validation)))
    best = min(range(len(tried)), key=lambda number: tried[number][1].log_loss)
    return found[best], tried


def _moments(
    values: NDArray[np.float32],
    codes: NDArray[np.intp],
    n_classes: int,
    scaling: Scaling,
    power: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means of the classes (n_classes, n_columns) and covariance within them, of scaled values."""
    n_columns = values.shape[1]
    means = class_means(values, codes, n_classes, scaling)
    weights = class_weights(codes, power)
    covariance = np.zeros((n_columns, n_columns))
    for block in blocks(len(values)):
        deviation = scaling(values[block]) - means[codes[block]]
        covariance += (deviation * weights[block, None]).T @ deviation
    return means, covariance / len(codes)
