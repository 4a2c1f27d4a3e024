"""Probabilities that mean what they say: temperature scaling (Guo et al. 2017, ICML)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# a class that a model has never seen: far below any logit that it gives
UNSEEN = -1e4
_BINS = 10
_SMALLEST, _LARGEST = 1e-2, 1e2  # temperatures
_HALVINGS = 60


def log_probabilities(
    logits: NDArray[np.float64], temperature: float | NDArray[np.float64] = 1.0
) -> NDArray[np.float64]:
    """Logarithm of the softmax of ``logits / temperature``.

    Parameters
    ----------
    logits : (n_samples, n_classes)
    temperature : one, or one per sample (n_samples, 1)
    """
    scaled = logits / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    return scaled - np.log(np.exp(scaled).sum(axis=1, keepdims=True))


def fit_temperature(logits: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    """The temperature with the least negative log-likelihood of smoothed targets.

    Targets are smoothed as if there was one sample more that belongs to all classes alike (Platt
    1999 does it for two): a few samples that are all predicted right do not make the next one
    certain, and of hundreds the smoothing is not felt, however many classes there are. Convex in
    ``1 / temperature``, so halving finds the one place where the slope is 0.

    Parameters
    ----------
    logits : (n_samples, n_classes) of models that did not see these samples
    codes : (n_samples,) the true classes

    Returns
    -------
    temperature : between 0.01 and 100; 1 without samples
    """
    if not len(codes):
        return 1.0
    targets = smooth_targets(logits, codes)
    coldest, hottest = np.log(_SMALLEST), np.log(_LARGEST)
    for _ in range(_HALVINGS):
        middle = 0.5 * (coldest + hottest)
        probabilities = np.exp(log_probabilities(logits, np.exp(middle)))
        if ((probabilities - targets) * logits).sum() > 0:  # too sure of itself
            coldest = middle
        else:
            hottest = middle
    return float(np.exp(0.5 * (coldest + hottest)))


def smooth_targets(logits: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """(n_samples, n_classes): how likely each class is taken to be; 0 for those never seen."""
    seen = logits > UNSEEN / 2
    targets = seen / seen.sum(axis=1, keepdims=True)
    rows = np.arange(len(codes))
    targets[rows, codes] += len(codes) * seen[rows, codes]
    targets /= len(codes) + 1
    return targets


def reliability(
    probabilities: NDArray[np.float64], codes: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Confidence against accuracy in ten bins of equal width.

    Parameters
    ----------
    probabilities : (n_samples, n_classes)
    codes : (n_samples,) the true classes

    Returns
    -------
    counts : (10,) samples by their largest probability
    confidence, accuracy : (10,) means of each bin; 0 where it is empty
    """
    return binned(probabilities.max(axis=1), probabilities.argmax(axis=1) == codes)


def binned(
    confidence: NDArray[np.floating], right: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The same from the largest probability of each sample, and whether its class is the true one.

    Parameters
    ----------
    confidence, right : (n_samples,)
    """
    place = np.minimum((confidence * _BINS).astype(np.intp), _BINS - 1)
    counts = np.bincount(place, minlength=_BINS)
    divisor = np.maximum(counts, 1)
    return (
        counts,
        np.bincount(place, confidence, _BINS) / divisor,
        np.bincount(place, right.astype(float), _BINS) / divisor,
    )


def calibration_error(probabilities: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over the samples."""
    return expected_error(*reliability(probabilities, codes))


def expected_error(
    counts: NDArray[np.intp], confidence: NDArray[np.float64], accuracy: NDArray[np.float64]
) -> float:
    """Mean distance of confidence and accuracy, from what `reliability` or `binned` returns."""
    return float((counts * np.abs(confidence - accuracy)).sum() / counts.sum())
