"""Training the autoencoder, and the latent that comes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from latentbin.learning.progress import Progress
from latentbin.matrix import NamedMatrix
from latentbin.proteome.embedding.features import features_of
from latentbin.proteome.embedding.network import (
    Autoencoder,
    GaussianAutoencoder,
    PaperAutoencoder,
)
from latentbin.proteome.embedding.options import EmbedOptions

logger = logging.getLogger(__name__)

_FEWEST_HELD_OUT = 4
_SMOOTHED = 5  # epochs: the loss of few samples scatters


@dataclass(frozen=True, eq=False)
class Trained:
    """What training gives.

    Attributes
    ----------
    latent : (n_samples, latent_size) float32, the posterior means; of ``gaussian`` with the scale
        of `unit_moments`
    history : loss of each epoch
    held_out : loss of the held-out samples after each epoch; empty if there are none
    held_out_rows : which samples these are
    best_epoch : whose weights were kept, counted from 1
    noise : the fitted standard deviation, in units of the median protein's; of ``gaussian`` only
    """

    latent: NDArray[np.float32]
    history: list[float]
    held_out: list[float]
    held_out_rows: NDArray[np.int32]
    best_epoch: int
    noise: float | None


def train_latent(proteome: NamedMatrix, options: EmbedOptions, seed: int) -> Trained:
    """Train on a proteome; same input, options, seed and threads on one processor, same latent.

    Raises
    ------
    UserError : nothing to learn from; the loss is not finite
    """
    keras.utils.set_random_seed(seed)
    if options.model == "paper":
        return _Trainer(PaperAutoencoder(proteome.values, options.latent_size), options, seed).run()
    features = features_of(proteome)
    network = GaussianAutoencoder(
        features.deviations, features.present, features.frequency, options.latent_size
    )
    return _Trainer(network, options, seed).run()


def unit_moments(
    means: NDArray[np.float32], log_variances: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The shift and scale of each axis of the latent at which its divergence is least.

    A decoder that starts with a dense layer can undo any shift and scale of an axis, so that the
    reconstruction does not say which; of the divergence, the mean over samples of
    (mean^2 + variance - 1 - ln variance) / 2, the least is where the axis has mean 0 and
    E[mean^2 + variance] = 1. Training comes near it only with many steps: a latent of 500 samples
    would otherwise be half as large again as one of 10,000.

    Parameters
    ----------
    means, log_variances : (n_samples, latent_size) of the posteriors

    Returns
    -------
    shift, scale : (latent_size,); the latent is (z - shift) * scale
    """
    shift = means.mean(axis=0)
    moments = means.var(axis=0) + np.exp(log_variances).mean(axis=0)
    return shift, 1 / np.sqrt(moments)


class _Trainer:
    def __init__(self, network: Autoencoder, options: EmbedOptions, seed: int) -> None:
        self.network, self.options, self.seed = network, options, seed
        n_samples = network.inputs.shape[0]
        self.rng = np.random.default_rng(seed)
        order = self.rng.permutation(n_samples).astype(np.int32)
        paper = options.model == "paper"
        n_held = 0 if paper else round(n_samples * options.held_out)
        n_held = n_held if n_held >= _FEWEST_HELD_OUT else 0
        self.n_epochs = options.n_epochs()
        self.input_noise = 0.0 if paper else options.input_noise
        self.warm_up = 0 if paper else min(options.warm_up, self.n_epochs // 2)
        self.held, self.trained = order[:n_held], order[n_held:]
        self.batch_size = max(2, min(options.batch_size, len(self.trained) // 4))
        self.variables = network.variables()
        self.optimizer = keras.optimizers.Adam(options.learning_rate)
        self.optimizer.build(self.variables)
        self._epoch: Callable[..., Any] = tf.function(self._one_epoch)
        self._judge: Callable[..., Any] = tf.function(self._held_out_loss)

    def run(self) -> Trained:
        history: list[float] = []
        held_out: list[float] = []
        best, best_epoch, kept = np.inf, self.n_epochs, None
        with Progress("epoch", self.n_epochs) as progress:
            for epoch in range(1, self.n_epochs + 1):
                weight = min(1.0, epoch / self.warm_up) if self.warm_up else 1.0
                rows = tf.constant(self.rng.permutation(self.trained))
                fit, prior = self._epoch(
                    rows, tf.constant(weight, tf.float32), tf.constant(epoch)
                ).numpy()
                loss = float(fit + weight * prior)
                progress.add(loss, {"reconstruction": float(fit), "prior": float(prior)})
                history.append(loss)
                if not len(self.held):
                    continue
                held_out.append(float(self._judge(tf.constant(self.held), tf.constant(epoch))))
                if epoch < self.warm_up + _SMOOTHED and epoch < self.n_epochs:
                    continue  # not yet the loss that is meant
                judged = float(np.mean(held_out[-_SMOOTHED:]))
                if judged < best:
                    best, best_epoch = judged, epoch
                    kept = [variable.numpy() for variable in self.variables]
                elif epoch - best_epoch >= self.options.patience:
                    logger.info("no better since epoch %d: training ends", best_epoch)
                    break
        if kept is not None:
            for variable, value in zip(self.variables, kept, strict=True):
                variable.assign(value)
        rows = tf.range(self.network.inputs.shape[0])
        latent, log_variance = (part.numpy() for part in self.network.encode(rows))
        if self.options.model != "paper":
            shift, scale = unit_moments(latent[self.trained], log_variance[self.trained])
            latent = (latent - shift) * scale
        noise = getattr(self.network, "log_noise", None)
        return Trained(
            latent,
            history,
            held_out,
            self.held,
            best_epoch,
            None if noise is None else float(np.exp(noise.numpy())),
        )

    def _one_epoch(self, rows: Any, weight: Any, epoch: Any) -> Any:
        """Steps over all rows; returns the mean reconstruction and prior terms."""
        size = self.batch_size
        # what is left over is too small for a step of its own
        n_steps = max(1, len(self.trained) // size)
        total = tf.zeros(2)
        for step in tf.range(n_steps):
            end = tf.where(step == n_steps - 1, len(self.trained), (step + 1) * size)
            batch = rows[step * size : end]
            noise = tf.random.stateless_normal(
                (tf.shape(batch)[0], self.options.latent_size), (self.seed + step, epoch)
            )
            corruption = self._corruption(tf.shape(batch)[0], step, epoch)
            with tf.GradientTape() as tape:
                fit, prior = self.network.losses(batch, noise, corruption)
                loss = fit + weight * prior
            self.optimizer.apply(tape.gradient(loss, self.variables), self.variables)
            total += tf.stack([fit, prior])
        return total / tf.cast(n_steps, tf.float32)

    def _corruption(self, n_rows: Any, step: Any, epoch: Any) -> Any:
        if not self.input_noise:
            return None
        shape = (n_rows, self.network.n_proteins)
        # other numbers than the latent's, which are of the same step and epoch
        return self.input_noise * tf.random.stateless_normal(shape, (self.seed + step, -epoch))

    def _held_out_loss(self, rows: Any, epoch: Any) -> Any:
        noise = tf.random.stateless_normal(
            (tf.shape(rows)[0], self.options.latent_size), (self.seed, epoch)
        )
        fit, prior = self.network.losses(rows, noise)
        return fit + prior
