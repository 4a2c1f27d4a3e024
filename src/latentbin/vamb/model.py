"""VAMB's autoencoder as an estimator: arrays in, latent out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latentbin.learning.checkpoint import data_digest
from latentbin.learning.schedule import batch_sizes
from latentbin.learning.training import in_blocks, one_pass, train
from latentbin.options import as_dict
from latentbin.vamb.features import Features
from latentbin.vamb.module import LossWeights, Vae
from latentbin.vamb.options import EmbedOptions

TERMS = ("profile", "total", "tnf", "kl")


@dataclass
class VaeEncoder:
    """VAMB's autoencoder as an estimator: `fit`, then `transform`.

    Parameters
    ----------
    options : what shapes the network and its training
    seed : random seed; same seed, options, data, device and thread count, same latent
    device : where to compute
    checkpoint : file that keeps the state of training, if any; training goes on from it

    """

    options: EmbedOptions
    seed: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    checkpoint: Path | None = None
    checkpoint_every: int = 20
    history_: list[list[float]] = field(default_factory=list, init=False)
    module_: Vae | None = field(default=None, init=False)

    def fit(self, features: Features) -> VaeEncoder:
        """Train on all contigs.

        ``history_`` holds the mean loss terms of each epoch, in the order of `TERMS`.

        Raises
        ------
        UserError : the loss is not finite, or the checkpoint belongs to another training

        """
        options = self.options
        torch.manual_seed(self.seed)
        module = _new_module(features, options).to(self.device)
        optimizer = torch.optim.Adam(module.parameters(), lr=options.learning_rate, fused=True)
        weights = LossWeights.of(
            alpha=options.alpha_for(features.n_samples),
            beta=options.beta,
            n_samples=features.n_samples,
            n_tnf=features.tnf.shape[1],
            n_latent=options.latent_size,
            total=features.has_total,
        )
        rows = torch.from_numpy(_input_rows(features)).to(self.device)
        contig_weight = torch.from_numpy(features.weight).to(self.device)

        def loss_terms(chosen: Tensor) -> Tensor:
            return module.loss_terms(rows[chosen], contig_weight[chosen], weights)

        def run_epoch(_epoch: int, batch_size: int) -> list[float]:
            return one_pass(module, optimizer, loss_terms, len(rows), batch_size)

        self.history_ = train(
            module,
            optimizer,
            run_epoch,
            TERMS,
            batch_sizes(len(rows), options.batch_size, options.epochs, options.doublings()),
            _identity(features, options, self.seed),
            self.checkpoint,
            self.checkpoint_every,
        )
        self.module_ = module
        return self

    def transform(self, features: Features) -> NDArray[np.float32]:
        """The latent: posterior mean of each contig, (n_contigs, latent_size) float32."""
        assert self.module_ is not None, "fit first"
        module = self.module_
        return in_blocks(module, lambda rows: module.encode(rows)[0], _input_rows(features))


def _new_module(features: Features, options: EmbedOptions) -> Vae:
    return Vae(
        features.n_samples,
        features.total.shape[1],
        features.tnf.shape[1],
        n_hidden=options.hidden_size,
        n_layers=options.hidden_layers,
        n_latent=options.latent_size,
        dropout=options.dropout,
        learn_variance=options.learn_variance,
    )


def _input_rows(features: Features) -> NDArray[np.float32]:
    return np.hstack([features.profile, features.total, features.tnf])


def _identity(features: Features, options: EmbedOptions, seed: int) -> dict[str, Any]:
    """What must agree for training to go on from a checkpoint."""
    data = data_digest(features.profile, features.total, features.tnf, features.weight)
    return {"seed": seed, "data": data, **as_dict(options)}
