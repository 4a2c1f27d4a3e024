"""The variational autoencoder of VAMB: tensors and losses, no paths and no files.

Nissen et al. 2021 (doi:10.1038/s41587-020-00777-4) and the preprint of 2018; the terms
of the released program are named where they are used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from latentbin.learning.layers import fully_connected


@dataclass(frozen=True)
class LossWeights:
    """Weights of the loss terms.

    With S samples, D composition features, N_L latents (METHODS of the papers):
    ``abundance = (1 - alpha) / ln S``, ``tnf = alpha / D``, ``kl = 1 / (N_L beta)``. With the
    total-abundance term, the abundance share ``1 - alpha`` is divided between the profile,
    ``(S - 1) / S``, and the total, ``1 / S``: for one sample all of it goes to the total.
    """

    profile: float
    total: float
    tnf: float
    kl: float

    @classmethod
    def of(
        cls, *, alpha: float, beta: float, n_samples: int, n_tnf: int, n_latent: int, total: bool
    ) -> LossWeights:
        """Work the weights out from alpha and beta."""
        share = (n_samples - 1) / n_samples if total else 1.0
        profile = (1 - alpha) * share / math.log(n_samples) if n_samples > 1 else 0.0
        return cls(
            profile=profile,
            total=(1 - alpha) / n_samples if total else 0.0,
            tnf=alpha / n_tnf,
            kl=1 / (n_latent * beta),
        )


class Vae(nn.Module):
    """Encoder, latent, decoder.

    Parameters
    ----------
    n_samples, n_total, n_tnf : widths of the three parts of an input row (``n_total`` 0 or 1)
    n_hidden, n_layers : width and number of the fully-connected layers on either side
    n_latent : width of the latent
    dropout : probability in the fully-connected layers
    learn_variance : sigma from a softplus layer (preprint), or fixed to 1 (released program)

    """

    def __init__(
        self,
        n_samples: int,
        n_total: int,
        n_tnf: int,
        *,
        n_hidden: int,
        n_layers: int,
        n_latent: int,
        dropout: float,
        learn_variance: bool,
    ) -> None:
        super().__init__()
        self.n_samples, self.n_total = n_samples, n_total
        width = n_samples + n_total + n_tnf
        self.encoder = fully_connected(width, [n_hidden] * n_layers, dropout=dropout)
        self.mu = nn.Linear(n_hidden, n_latent)
        self.variance = nn.Linear(n_hidden, n_latent) if learn_variance else None
        self.decoder = fully_connected(n_latent, [n_hidden] * n_layers, dropout=dropout)
        self.output = nn.Linear(n_hidden, width)

    def encode(self, rows: Tensor) -> tuple[Tensor, Tensor | None]:
        """(batch, width) -> mean and variance, (batch, n_latent); no variance if it is fixed."""
        hidden = self.encoder(rows)
        variance = functional.softplus(self.variance(hidden)) if self.variance is not None else None
        return self.mu(hidden), variance

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """(batch, width) -> reconstruction with profile logits, mean, variance."""
        mu, variance = self.encode(rows)
        noise = torch.randn_like(mu)
        latent = mu + (noise if variance is None else noise * variance.sqrt())
        return self.output(self.decoder(latent)), mu, variance

    def loss_terms(self, rows: Tensor, weight: Tensor, weights: LossWeights) -> Tensor:
        """Weighted loss terms of a batch: (4,) profile, total, TNF, KL; the loss is their sum.

        E_ab = -sum_i A_in,i ln A_out,i;  E_TNF = sum (T_out - T_in)^2;
        KL = -1/2 sum (1 + ln sigma - mu^2 - sigma), sigma the variance.

        Parameters
        ----------
        rows : (batch, width); weight : (batch,) contig weights

        """
        out, mu, variance = self(rows)
        profile_end, total_end = self.n_samples, self.n_samples + self.n_total
        zero = rows.new_zeros(len(rows))
        profile = zero
        if weights.profile > 0:
            log_profile = functional.log_softmax(out[:, :profile_end], dim=1)
            profile = -(log_profile * rows[:, :profile_end]).sum(dim=1)
        error = (out[:, profile_end:] - rows[:, profile_end:]).square()
        total = error[:, : total_end - profile_end].sum(dim=1)
        tnf = error[:, total_end - profile_end :].sum(dim=1)
        terms = torch.stack(
            [
                weights.profile * profile,
                weights.total * total,
                weights.tnf * tnf,
                weights.kl * kl_divergence(mu, variance),
            ]
        )
        return (terms * weight).mean(dim=1)


def kl_divergence(mu: Tensor, variance: Tensor | None) -> Tensor:
    """KL of N(mu, variance) from N(0, 1), summed over latents: (batch,); variance 1 if None."""
    if variance is None:
        return 0.5 * mu.square().sum(dim=1)
    # a softplus may underflow to 0, whose logarithm is -inf
    return -0.5 * (1 + variance.clamp_min(1e-12).log() - mu.square() - variance).sum(dim=1)
