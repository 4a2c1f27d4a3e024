"""The VAE as an embedding: arrays in, latent out; and the elbow over latent sizes."""

from __future__ import annotations

import copy
import logging
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from latentbin.explore.options import EmbeddingOptions
from latentbin.explore.vae_module import Vae, divergence
from latentbin.learning.schedule import batch_size_for
from latentbin.learning.training import in_blocks, one_pass, train

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]
TERMS = ("reconstruction", "divergence")
_ACTIVE = 0.01  # nats: an axis whose divergence is smaller tells nothing
# share of the epochs in which the weight of the divergence rises to 1: with all of it at once a
# latent may be given up before the decoder has learned to use it (Bowman et al. 2016)
_WARM_UP = 0.3
_DRAWS = 4  # of the latent, when held-out rows are judged
_MOST_HELD_OUT = 20_000  # rows; more would judge no better


@dataclass(frozen=True, eq=False)
class Trained:
    """What came of training with one latent size.

    Attributes
    ----------
    latent : (n_rows, size) float32, posterior means
    held_out : (epochs,) negative evidence bound of the rows held out, nats per row
    best_epoch : from 1; its weights are used
    terms : of the best epoch, on the rows held out: reconstruction, divergence
    active : axes that are used
    seconds : wall time
    """

    latent: Floats
    held_out: list[float]
    best_epoch: int
    terms: tuple[float, float]
    active: int
    seconds: float


def train_vae(
    rows: Floats, size: int, options: EmbeddingOptions, seed: int, device: torch.device
) -> Trained:
    """Train on all rows but those held out, and encode all.

    The weights of the epoch with the least loss on the rows held out are used. Same rows,
    options, seed, device and number of threads, same latent.

    Parameters
    ----------
    rows : (n_rows, n_columns) scaled

    Raises
    ------
    UserError : the loss is not finite
    """
    started = time.monotonic()
    rng = np.random.default_rng(seed)
    n_held_out = min(_MOST_HELD_OUT, max(2, round(len(rows) * options.held_out)))
    order = rng.permutation(len(rows))
    held_out = torch.from_numpy(rows[np.sort(order[:n_held_out])]).to(device)
    learned = torch.from_numpy(rows[np.sort(order[n_held_out:])]).to(device)
    torch.manual_seed(seed)
    module = Vae(rows.shape[1], options.hidden_size, size).to(device)
    optimizer = torch.optim.Adam(module.parameters(), lr=options.learning_rate, fused=True)
    noise = torch.Generator().manual_seed(seed)
    draws = torch.randn((_DRAWS, len(held_out), size), generator=noise).to(device)
    losses: list[float] = []
    kept: list[tuple[tuple[float, float], dict[str, Tensor]]] = []

    n_epochs = options.n_epochs(len(learned))

    def run_epoch(epoch: int, batch_size: int) -> list[float]:
        weights = torch.tensor([1, min(1, (epoch + 1) / (_WARM_UP * n_epochs))], device=device)
        said = one_pass(
            module,
            optimizer,
            lambda at: module.loss_terms(learned[at]) * weights,
            len(learned),
            batch_size,
        )
        terms = _judge(module, held_out, draws)
        if sum(terms) < min(losses, default=float("inf")):
            kept[:] = [(terms, copy.deepcopy(module.state_dict()))]
        losses.append(sum(terms))
        return said

    batch_size = batch_size_for(len(learned), options.batch_size)
    train(module, optimizer, run_epoch, TERMS, [batch_size] * n_epochs, {})
    module.load_state_dict(kept[0][1])
    latent = in_blocks(module, lambda block: module.encode(block)[0], rows)
    return Trained(
        latent,
        losses,
        int(np.argmin(losses)) + 1,
        kept[0][0],
        _n_active(module, held_out),
        time.monotonic() - started,
    )


@torch.inference_mode()
def _judge(module: Vae, rows: Tensor, draws: Tensor) -> tuple[float, float]:
    """Loss terms of rows, the latent drawn with the same noise every time."""
    module.eval()
    mu, log_variance = module.encode(rows)
    variance = module.variance()
    parts = [
        module.reconstruction(rows, mu + draw * (log_variance / 2).exp(), variance).mean()
        for draw in draws
    ]
    apart = divergence(mu, log_variance).sum(1).mean()
    return float(torch.stack(parts).mean()), float(apart)


@torch.inference_mode()
def _n_active(module: Vae, rows: Tensor) -> int:
    module.eval()
    return int((divergence(*module.encode(rows)).mean(0) > _ACTIVE).sum())


def elbow_of(losses: dict[int, float], share: float = 0.05) -> int:
    """The smallest size that brings all but a small share of the fall in held-out loss.

    Parameters
    ----------
    losses : of each size
    share : of the fall from the largest loss to the least
    """
    least, most = min(losses.values()), max(losses.values())
    return min(size for size, loss in losses.items() if loss <= least + share * (most - least))
