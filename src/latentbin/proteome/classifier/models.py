"""What is judged side by side: the network, logistic regression, and the largest class."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.calibration import UNSEEN
from latentbin.learning.progress import Progress
from latentbin.proteome.classifier.judge import Fit, Predict
from latentbin.proteome.classifier.network import Scaling
from latentbin.proteome.classifier.options import TrainOptions
from latentbin.proteome.classifier.training import Trainer

NETWORK, LOGISTIC, LARGEST = "network", "logistic regression", "largest class"
_ITERATIONS = 1000


def network(trainer: Trainer, progress: Progress) -> Fit:
    """The network; each one that was trained is counted."""

    def fit(values: NDArray[np.float32], codes: NDArray[np.intp], seed: tuple[int, ...]) -> Predict:
        trained, loss = trainer.fit(values, codes, seed)
        progress.add(loss)
        return trained.logits

    return fit


def logistic_regression(n_classes: int, options: TrainOptions) -> Fit:
    """L2 logistic regression of the same standard scores, with the same weights of classes."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    def fit(values: NDArray[np.float32], codes: NDArray[np.intp], seed: tuple[int, ...]) -> Predict:
        scaling = Scaling.of(values)
        model = LogisticRegression(
            C=1 / options.baseline_penalty,
            max_iter=_ITERATIONS,
            class_weight="balanced" if options.class_weights else None,
        )
        with warnings.catch_warnings():
            # the last digits of the loss are not what it is compared by
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaling(values), codes)

        def predict(new: NDArray[np.float32]) -> NDArray[np.float64]:
            found = model.decision_function(scaling(new)).astype(np.float64)
            logits = np.full((len(new), n_classes), UNSEEN)
            two = len(model.classes_) == 2
            logits[:, model.classes_] = np.column_stack([-found, found]) / 2 if two else found
            return logits

        return predict

    return fit


def largest_class(n_classes: int) -> Fit:
    """Always the classes' shares among the training samples."""

    def fit(values: NDArray[np.float32], codes: NDArray[np.intp], seed: tuple[int, ...]) -> Predict:
        counts = np.bincount(codes, minlength=n_classes)
        logits = np.where(counts > 0, np.log(np.maximum(counts, 1)), UNSEEN)
        return lambda new: np.tile(logits, (len(new), 1))

    return fit
