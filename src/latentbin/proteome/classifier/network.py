"""The trained network as arrays: what it says of samples needs numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.dense import Layers, dense_logits

# Samples to come may lie anywhere in a protein that hardly varied among those of training.
_LARGEST_SCORE = 5.0
# A quantity is missing mostly because it was too small to see. Taking the 0 as a measured value
# would put it far below the others, and a protein's few zeros would drown its differences.
_MISSING_SCORE = -1.5
# a protein's deviation is at least this share of the median protein's
_LEAST_DEVIATION = 0.5


@dataclass(frozen=True, eq=False)
class Scaling:
    """Standard scores of the quantities above 0, less their mean in each sample.

    Taking the sample's mean away removes most of what comes from how much of a sample was loaded
    or how well the instrument saw that day.

    Attributes
    ----------
    mean, deviation : (n_proteins,) float32, of the training samples that have the protein
    """

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> Scaling:
        """From the training samples (n_samples, n_proteins), 0 where missing."""
        present = values > 0
        counts = np.maximum(present.sum(axis=0), 1)
        mean = values.sum(axis=0, dtype=np.float64) / counts
        squares = np.einsum("ij,ij->j", values, values, dtype=np.float64)
        deviation = np.sqrt(np.maximum(squares / counts - mean**2, 0))
        least = _LEAST_DEVIATION * np.median(deviation)
        # quantities that differ by rounding alone must not be blown up
        deviation = np.maximum(deviation, max(least, 1e-4))
        return cls(mean.astype(np.float32), deviation.astype(np.float32))

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standard scores, (n_samples, n_proteins)."""
        scores = (values - self.mean) / self.deviation
        np.clip(scores, -_LARGEST_SCORE, _LARGEST_SCORE, out=scores)
        scores[values <= 0] = _MISSING_SCORE
        scores -= scores.mean(axis=1, keepdims=True)
        return scores


@dataclass(frozen=True, eq=False)
class Network:
    """Dense layers with relu between them.

    Attributes
    ----------
    scaling : of the quantities
    layers : kernel (n_in, n_out) and bias (n_out,) of each, float32
    """

    scaling: Scaling
    layers: Layers

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Unnormalised log probabilities (n_samples, n_classes) of quantities in [0, 1]."""
        return dense_logits(values, self.layers, self.scaling)
