"""How good predictions are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MEASURES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "roc_auc")


def confusion(
    predicted: NDArray[np.intp], codes: NDArray[np.intp], n_classes: int
) -> NDArray[np.intp]:
    """Samples by class (rows) and predicted class (columns)."""
    table = np.zeros((n_classes, n_classes), np.intp)
    np.add.at(table, (codes, predicted), 1)
    return table


def class_scores(
    table: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 of each class from a confusion table; 0 where not defined."""
    right = np.diag(table).astype(np.float64)
    predicted, support = table.sum(axis=0), table.sum(axis=1)
    return (
        right / np.maximum(predicted, 1),
        right / np.maximum(support, 1),
        2 * right / np.maximum(predicted + support, 1),
    )


def score(log_probabilities: NDArray[np.float64], codes: NDArray[np.intp]) -> dict[str, float]:
    """The `MEASURES` of predictions.

    Parameters
    ----------
    log_probabilities : (n_samples, n_classes)
    codes : (n_samples,) the true classes

    Returns
    -------
    scores : balanced accuracy, macro F1 and the area under the curve are means over the classes
        that occur in ``codes``, and not numbers if one class occurs only; log loss in nats
    """
    predicted = log_probabilities.argmax(axis=1)
    table = confusion(predicted, codes, log_probabilities.shape[1])
    _, recall, f1 = class_scores(table)
    present = table.sum(axis=1) > 0
    several = present.sum() > 1
    return {
        "accuracy": float((predicted == codes).mean()),
        "balanced_accuracy": float(recall[present].mean()) if several else float("nan"),
        "macro_f1": float(f1[present].mean()) if several else float("nan"),
        "log_loss": float(-log_probabilities[np.arange(len(codes)), codes].mean()),
        "roc_auc": roc_auc(log_probabilities, codes),
    }


def roc_auc(log_probabilities: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    """Mean area under the curve of each class against the rest; of two classes the plain one.

    Equal ranks count half, as in the U statistic of Mann and Whitney.
    """
    from scipy.stats import rankdata

    areas = []
    # of two classes both areas are the same
    for code in np.unique(codes):
        positive = codes == code
        n_positive = int(positive.sum())
        n_negative = len(codes) - n_positive
        if n_negative:
            ranks = rankdata(margin(log_probabilities, code))[positive].sum()
            areas.append((ranks - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))
    return float(np.mean(areas)) if areas else float("nan")


def margin(log_probabilities: NDArray[np.float64], code: int) -> NDArray[np.float64]:
    """Log odds of a class against the rest: orders samples whose probability rounds to 1."""
    others = np.delete(log_probabilities, code, axis=1)
    return log_probabilities[:, code] - np.logaddexp.reduce(others, axis=1)
