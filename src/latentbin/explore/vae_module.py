"""A variational autoencoder of any matrix: tensors and losses, no paths and no files."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from latentbin.learning.layers import fully_connected

_LEAST_VARIANCE = 1e-4  # of what is not reconstructed: a matrix may be reconstructed perfectly


class Vae(nn.Module):
    """Two hidden layers on either side of the latent (Kingma and Welling 2014).

    Values are normal around what is decoded, with one variance for all that is fitted (a
    sigma-VAE, Rybkin et al. 2021): no weight of the divergence has to be chosen.

    Parameters
    ----------
    width : columns of the matrix
    """

    def __init__(self, width: int, n_hidden: int, n_latent: int) -> None:
        super().__init__()
        self.encoder = fully_connected(width, [n_hidden] * 2)
        self.mu = nn.Linear(n_hidden, n_latent)
        self.log_variance = nn.Linear(n_hidden, n_latent)
        self.decoder = fully_connected(n_latent, [n_hidden] * 2, batch_norm=False)
        self.output = nn.Linear(n_hidden, width)
        self.log_noise = nn.Parameter(torch.zeros(()))

    def encode(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, width) -> mean and log variance of the posterior, (batch, n_latent)."""
        hidden = self.encoder(rows)
        return self.mu(hidden), self.log_variance(hidden).clamp(-10, 10)

    def variance(self) -> Tensor:
        """() of what is not reconstructed."""
        return self.log_noise.exp() + _LEAST_VARIANCE

    def reconstruction(self, rows: Tensor, latent: Tensor, variance: Tensor) -> Tensor:
        """(batch,) -ln p(row | latent), in nats."""
        error = (self.output(self.decoder(latent)) - rows).square()
        return 0.5 * (error / variance + variance.log() + math.log(2 * math.pi)).sum(1)

    def loss_terms(self, rows: Tensor) -> Tensor:
        """Negative evidence bound of a batch, per row in nats: (2,) reconstruction, divergence."""
        mu, log_variance = self.encode(rows)
        latent = mu + torch.randn_like(mu) * (log_variance / 2).exp()
        reconstruction = self.reconstruction(rows, latent, self.variance())
        return torch.stack([reconstruction.mean(), divergence(mu, log_variance).sum(1).mean()])


def divergence(mu: Tensor, log_variance: Tensor) -> Tensor:
    """KL of the posterior from N(0, 1) along each axis: (batch, n_latent), nats."""
    return 0.5 * (mu.square() + log_variance.exp() - 1 - log_variance)
