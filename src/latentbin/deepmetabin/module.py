"""The graph Gaussian-mixture variational autoencoder: tensors and losses, no paths and no files.

DeepMetaBin (2023; see CITATIONS.md). Generative model: a component y, uniform over K; a latent
``z | y ~ N(mu_y, var_y)``; a contig's features ``x | z ~ N(decoder(z), 1 / precision)``. Inference:
``q(y | x)`` a categorical drawn by Gumbel-softmax, ``q(z | x, y)`` a normal distribution.

The negative of the evidence's lower bound (eq. 7) has three terms: reconstruction, Gaussian and
categorical; a fourth makes a contig's latent reconstruct its linked neighbours (eqs. 8 - 11).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from latentbin.learning.layers import fully_connected

_LEAST_VARIANCE = 1e-3


class Posterior(NamedTuple):
    """What the encoder says of a batch.

    Attributes
    ----------
    logits : (batch, K) of q(y | x), unnormalised
    y : (batch, K) rows that sum to 1: a relaxed draw, or the probabilities
    mean, variance : (batch, n_latent) of q(z | x, y)
    """

    logits: Tensor
    y: Tensor
    mean: Tensor
    variance: Tensor


class GmVae(nn.Module):
    """The five distributions.

    Parameters
    ----------
    width : columns of the features
    components : K
    n_latent : width of the latent
    n_hidden, n_layers : of the fully-connected layers of each part
    dropout : probability in these layers
    temperature : of the Gumbel-softmax; the lower, the closer a draw is to one component
    """

    def __init__(
        self,
        width: int,
        *,
        components: int,
        n_latent: int,
        n_hidden: int,
        n_layers: int,
        dropout: float,
        temperature: float,
    ) -> None:
        super().__init__()
        self.components, self.temperature = components, temperature
        hidden = [n_hidden] * n_layers
        self.to_component = nn.Sequential(
            fully_connected(width, hidden, dropout=dropout), nn.Linear(n_hidden, components)
        )
        self.encoder = fully_connected(width + components, hidden, dropout=dropout)
        self.to_mean = nn.Linear(n_hidden, n_latent)
        self.to_variance = nn.Linear(n_hidden, n_latent)
        self.prior_mean = nn.Parameter(torch.randn(components, n_latent))
        # softplus of 0.5 is about 1: the components overlap at the start
        self.prior_variance = nn.Parameter(torch.full((components, n_latent), 0.5))
        self.decoder = nn.Sequential(
            fully_connected(n_latent, hidden, dropout=dropout), nn.Linear(n_hidden, width)
        )

    def encode(self, rows: Tensor) -> Posterior:
        """(batch, width) -> the posterior; while training y is a Gumbel-softmax draw."""
        logits = self.to_component(rows)
        if self.training:
            y = functional.gumbel_softmax(logits, tau=self.temperature, dim=1)
        else:
            y = logits.softmax(dim=1)
        hidden = self.encoder(torch.cat([rows, y], dim=1))
        variance = functional.softplus(self.to_variance(hidden)) + _LEAST_VARIANCE
        return Posterior(logits, y, self.to_mean(hidden), variance)

    def prior(self, y: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, K) -> mean and variance of p(z | y), (batch, n_latent)."""
        return y @ self.prior_mean, functional.softplus(y @ self.prior_variance) + _LEAST_VARIANCE

    def loss_terms(
        self,
        rows: Tensor,
        precision: Tensor,
        neighbours: Tensor,
        neighbour_precision: Tensor,
        neighbour_weight: Tensor,
    ) -> Tensor:
        """Mean loss terms of a batch: (4,) reconstruction, Gaussian, categorical, neighbours.

        Parameters
        ----------
        rows, precision : (batch, width) features, and the inverse of their noise variance
        neighbours, neighbour_precision : (batch, k, width) of the linked contigs
        neighbour_weight : (batch, k) of the links; 0 where there is none
        """
        posterior = self.encode(rows)
        z = posterior.mean + torch.randn_like(posterior.mean) * posterior.variance.sqrt()
        out = self.decoder(z)
        gaussian = gaussian_term(posterior.mean, posterior.variance, *self.prior(posterior.y))
        return torch.stack(
            [
                reconstruction_term(out, rows, precision).mean(),
                gaussian.mean(),
                categorical_term(posterior.logits).mean(),
                neighbour_term(out, neighbours, neighbour_precision, neighbour_weight).mean(),
            ]
        )


def reconstruction_term(out: Tensor, rows: Tensor, precision: Tensor) -> Tensor:
    """-log p(x | z) of a normal distribution, less its constant, summed over the last axis."""
    return 0.5 * ((out - rows).square() * precision).sum(dim=-1)


def gaussian_term(mean: Tensor, variance: Tensor, of_mean: Tensor, of_variance: Tensor) -> Tensor:
    """KL of ``q(z | x, y)`` from ``p(z | y)``, both normal: (batch, n_latent) each -> (batch,)."""
    ratio = variance / of_variance
    step = (mean - of_mean).square() / of_variance
    return 0.5 * (ratio + step - 1 - ratio.log()).sum(dim=1)


def categorical_term(logits: Tensor) -> Tensor:
    """KL of ``q(y | x)`` from the uniform ``p(y)``: (batch, K) -> (batch,), from 0 to ln K."""
    log_share = logits.log_softmax(dim=1)
    return (log_share.exp() * log_share).sum(dim=1) + math.log(logits.shape[1])


def neighbour_term(out: Tensor, neighbours: Tensor, precision: Tensor, weight: Tensor) -> Tensor:
    """What a contig's reconstruction lacks of its neighbours (eqs. 8, 9).

    Parameters
    ----------
    out : (batch, width)
    neighbours, precision : (batch, k, width)
    weight : (batch, k)

    Returns
    -------
    term : (batch,) sum over neighbours of weight times `reconstruction_term`
    """
    return (reconstruction_term(out[:, None], neighbours, precision) * weight).sum(dim=1)
