"""The autoencoder: encoder, decoders and the terms of their loss.

Encoder (both models; the paper's): dense 120, 120 and 16 with relu, then mean and logarithm of
the variance of the latent.

``paper``: decoder dense n relu, dense n sigmoid for n proteins; binary cross-entropy between the
values in [0, 1] and what is decoded, summed over proteins.

``gaussian``: a decoder with 16 hidden units (tanh), so small that it cannot learn samples by
heart; deviations are normal about what is decoded, with one standard deviation that is fitted
(Rybkin et al. 2021, sigma-VAE), and a protein is present with a probability that is decoded too.
One standard deviation for all: with one for each protein the likelihood has no bound, since the
decoder may describe a single protein perfectly.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray

_ENCODER = (120, 120, 16)
_DECODER = 16
_RAREST = 1e-3  # presence in fewer or more samples is taken for this share


class Autoencoder:
    """What both models share: the encoder and the divergence from the prior.

    Parameters
    ----------
    inputs : (n_samples, n_inputs) what is encoded
    latent_size : dimensions of the latent
    """

    def __init__(self, inputs: NDArray[np.float32], latent_size: int) -> None:
        self.inputs = tf.constant(inputs)
        self.n_proteins = inputs.shape[1]
        self.latent_size = latent_size
        self.encoder = keras.Sequential(
            [
                keras.Input((inputs.shape[1],)),
                *(layers.Dense(width, "relu") for width in _ENCODER),
                layers.Dense(2 * latent_size),
            ]
        )

    def variables(self) -> list[keras.Variable]:
        """All that training changes."""
        raise NotImplementedError

    def reconstruction(self, rows: Any, latent: Any) -> Any:
        """Negative log-likelihood of each row, (n_rows,), in nats."""
        raise NotImplementedError

    def encode(self, rows: Any, corruption: Any = None) -> tuple[Any, Any]:
        """Mean and log variance of the latent, each (n_rows, latent_size).

        Parameters
        ----------
        corruption : (n_rows, n_proteins) is added to the quantities that are present; none if None
        """
        inputs = tf.gather(self.inputs, rows)
        if corruption is not None:
            inputs = self.corrupted(inputs, rows, corruption)
        both = self.encoder(inputs)
        return both[:, : self.latent_size], both[:, self.latent_size :]

    def corrupted(self, inputs: Any, rows: Any, corruption: Any) -> Any:
        """The inputs of rows with noise."""
        raise NotImplementedError

    def losses(self, rows: Any, noise: Any, corruption: Any = None) -> tuple[Any, Any]:
        """Reconstruction and divergence from the prior, means over rows (Kingma and Welling 2014).

        Parameters
        ----------
        noise : (n_rows, latent_size) standard normal
        corruption : of what is encoded, not of what is to be reconstructed (Im et al. 2017)
        """
        mean, log_variance = self.encode(rows, corruption)
        latent = mean + ops.exp(log_variance / 2) * noise
        divergence = 0.5 * ops.sum(mean**2 + ops.exp(log_variance) - 1 - log_variance, axis=1)
        return ops.mean(self.reconstruction(rows, latent)), ops.mean(divergence)


class PaperAutoencoder(Autoencoder):
    """The paper's, of values in [0, 1]."""

    def __init__(self, values: NDArray[np.float32], latent_size: int) -> None:
        super().__init__(values, latent_size)
        n_proteins = values.shape[1]
        self.decoder = keras.Sequential(
            [
                keras.Input((latent_size,)),
                layers.Dense(n_proteins, "relu"),
                layers.Dense(n_proteins),
            ]
        )

    def variables(self) -> list[keras.Variable]:
        return [*self.encoder.trainable_variables, *self.decoder.trainable_variables]

    def reconstruction(self, rows: Any, latent: Any) -> Any:
        values = tf.gather(self.inputs, rows)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(values, self.decoder(latent))
        return ops.sum(entropy, axis=1)


class GaussianAutoencoder(Autoencoder):
    """Of deviations, and of presence where something is missing.

    Parameters
    ----------
    deviations, present, frequency : see `features.Features`
    """

    def __init__(
        self,
        deviations: NDArray[np.float32],
        present: NDArray[np.float32],
        frequency: NDArray[np.float32],
        latent_size: int,
    ) -> None:
        self.some_missing = bool((present == 0).any())
        parts = [deviations, present - frequency] if self.some_missing else [deviations]
        super().__init__(np.hstack(parts).astype(np.float32), latent_size)
        self.n_proteins = deviations.shape[1]
        self.present = tf.constant(present)
        share = np.clip(frequency, _RAREST, 1 - _RAREST)
        self.usual = tf.constant(np.log(share / (1 - share)).astype(np.float32))
        self.log_noise = keras.Variable(0.0, name="log_noise")
        self.decoder = keras.Sequential(
            [
                keras.Input((latent_size,)),
                layers.Dense(_DECODER, "tanh"),
                layers.Dense(self.n_proteins * len(parts)),
            ]
        )

    def variables(self) -> list[keras.Variable]:
        return [
            *self.encoder.trainable_variables,
            *self.decoder.trainable_variables,
            self.log_noise,
        ]

    def corrupted(self, inputs: Any, rows: Any, corruption: Any) -> Any:
        corruption *= tf.gather(self.present, rows)
        return tf.concat(
            [inputs[:, : self.n_proteins] + corruption, inputs[:, self.n_proteins :]], axis=1
        )

    def reconstruction(self, rows: Any, latent: Any) -> Any:
        deviations = tf.gather(self.inputs, rows)[:, : self.n_proteins]
        present = tf.gather(self.present, rows)
        decoded = self.decoder(latent)
        squares = (deviations - decoded[:, : self.n_proteins]) ** 2
        normal = 0.5 * squares * ops.exp(-2 * self.log_noise) + self.log_noise + _HALF_LOG_2_PI
        total = ops.sum(normal * present, axis=1)
        if self.some_missing:
            logits = decoded[:, self.n_proteins :] + self.usual
            total += ops.sum(tf.nn.sigmoid_cross_entropy_with_logits(present, logits), axis=1)
        return total


_HALF_LOG_2_PI = 0.5 * float(np.log(2 * np.pi))
