"""Training the autoencoder: arrays in, latent out; device, progress, checkpoints.

Nothing here reads a FASTA or writes a result; the one file it knows is the checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import pickle
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from latentbin.errors import ContractError, UserError
from latentbin.files import atomic_output, readable
from latentbin.options import as_dict
from latentbin.vamb.features import Features
from latentbin.vamb.module import LossWeights, Vae
from latentbin.vamb.options import EmbedOptions

logger = logging.getLogger(__name__)

TERMS = ("profile", "total", "tnf", "kl")
_ENCODE_ROWS = 8192
_LOG_LINES = 10
_ROWS_PER_THREAD = 512  # with fewer, waking a thread costs more than it brings (benchmarks/vamb)
_CHECKPOINT_VERSION = 1


def choose_device(name: str) -> torch.device:
    """The device for ``auto``, ``cpu`` or ``cuda``; what was chosen goes into the log.

    Raises
    ------
    UserError : ``cuda`` is wanted and there is none

    """
    usable = torch.cuda.is_available()
    if name == "cuda" and not usable:
        raise UserError(
            "--device cuda: torch finds no usable GPU. Check the driver (nvidia-smi) and the "
            "container's GPU option, or use --device auto."
        )
    if name != "cpu" and usable:
        logger.info("device: cuda (%s)", torch.cuda.get_device_name())
        return torch.device("cuda")
    logger.info("device: cpu%s", "" if name == "cpu" else " (no GPU found)")
    return torch.device("cpu")


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
        rows = _input_rows(features).to(self.device)
        contig_weight = torch.from_numpy(features.weight).to(self.device)
        identity = _identity(features, options, self.seed)
        self.history_ = self._resume(module, optimizer, identity)
        self.module_ = module
        first = len(self.history_)
        # a bar on a terminal; in a log file a line now and then
        on_terminal = sys.stderr.isatty()
        epochs = tqdm(
            range(first, options.epochs),
            "training",
            options.epochs,
            initial=first,
            disable=not on_terminal,
        )
        threads = torch.get_num_threads()
        for epoch in epochs:
            doublings = sum(epoch >= at for at in options.doublings())
            batch_size = _batch_size(len(rows), options.batch_size << doublings)
            torch.set_num_threads(max(1, min(threads, batch_size // _ROWS_PER_THREAD)))
            terms = _epoch(module, optimizer, rows, contig_weight, weights, batch_size)
            if not all(map(math.isfinite, terms)):
                raise UserError(
                    f"training stopped in epoch {epoch + 1}: the loss is not finite "
                    f"({_described(terms)}). Lower --learning-rate, or look for extreme values "
                    "in the abundances."
                )
            self.history_.append(terms)
            done = epoch + 1
            losses = f"loss {sum(terms):.4f} {_described(terms)}"
            epochs.set_postfix_str(losses, refresh=False)
            if not on_terminal and done % max(1, options.epochs // _LOG_LINES) == 0:
                logger.info("epoch %d of %d: %s", done, options.epochs, losses)
            if self.checkpoint and (done % self.checkpoint_every == 0 or done == options.epochs):
                self._save(module, optimizer, identity)
        torch.set_num_threads(threads)
        return self

    def transform(self, features: Features) -> NDArray[np.float32]:
        """The latent: posterior mean of each contig, (n_contigs, latent_size) float32."""
        assert self.module_ is not None, "fit first"
        module = self.module_.eval()
        rows = _input_rows(features)
        with torch.inference_mode():
            parts = [
                module.encode(part.to(self.device))[0].cpu() for part in rows.split(_ENCODE_ROWS)
            ]
        return torch.cat(parts).numpy()

    def _resume(
        self, module: Vae, optimizer: torch.optim.Optimizer, identity: dict[str, Any]
    ) -> list[list[float]]:
        path = self.checkpoint
        if path is None or not path.exists():
            return []
        try:
            with readable(path, "checkpoint"):
                state = torch.load(path, map_location=self.device, weights_only=True)
            found = json.loads(state["identity"])
        except (RuntimeError, KeyError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise UserError(
                f"{path}: not a checkpoint of this command, or damaged. Remove it to start anew."
            ) from error
        for key, expected in identity.items():
            if found.get(key) != expected:
                raise ContractError(
                    f"{path}: belongs to another training: {key} is {found.get(key)}, now "
                    f"{expected}. Give the same input and options, or remove it to start anew.",
                    expected=expected,
                    actual=found.get(key),
                )
        module.load_state_dict(state["module"])
        optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["rng"].cpu())
        if self.device.type == "cuda" and "cuda_rng" in state:
            torch.cuda.set_rng_state(state["cuda_rng"].cpu())
        history: list[list[float]] = state["history"]
        logger.info("%s: going on after epoch %d", path, len(history))
        return history

    def _save(
        self, module: Vae, optimizer: torch.optim.Optimizer, identity: dict[str, Any]
    ) -> None:
        assert self.checkpoint is not None
        state = {
            "identity": json.dumps(identity),
            "module": module.state_dict(),
            "optimizer": optimizer.state_dict(),
            "history": self.history_,
            "rng": torch.get_rng_state(),
        }
        if self.device.type == "cuda":
            state["cuda_rng"] = torch.cuda.get_rng_state()
        with atomic_output(self.checkpoint) as temporary:
            torch.save(state, temporary)


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


def _input_rows(features: Features) -> Tensor:
    return torch.from_numpy(np.hstack([features.profile, features.total, features.tnf]))


def _batch_size(n_rows: int, wanted: int) -> int:
    """At most the contigs there are; few contigs are cut into equal batches, none of one row."""
    n_batches = max(1, round(n_rows / wanted))
    return math.ceil(n_rows / n_batches)


def _epoch(
    module: Vae,
    optimizer: torch.optim.Optimizer,
    rows: Tensor,
    contig_weight: Tensor,
    weights: LossWeights,
    batch_size: int,
) -> list[float]:
    """One pass over all contigs in random order; returns the mean loss terms."""
    module.train()
    order = torch.randperm(len(rows), device=rows.device)
    total = torch.zeros(len(TERMS), dtype=torch.float64, device=rows.device)
    for chosen in order.split(batch_size):
        if len(chosen) < 2:
            continue  # batch normalisation needs two rows
        terms = module.loss_terms(rows[chosen], contig_weight[chosen], weights)
        optimizer.zero_grad(set_to_none=True)
        terms.sum().backward()
        optimizer.step()
        total += terms.detach() * len(chosen)
    return [float(value) for value in total / len(rows)]


def _described(terms: list[float]) -> str:
    return " ".join(f"{name} {value:.4f}" for name, value in zip(TERMS, terms, strict=True))


def _identity(features: Features, options: EmbedOptions, seed: int) -> dict[str, Any]:
    """What must agree for training to go on from a checkpoint."""
    digest = hashlib.sha256()
    for array in (features.profile, features.total, features.tnf, features.weight):
        digest.update(np.ascontiguousarray(array).tobytes())
    return {
        "version": _CHECKPOINT_VERSION,
        "seed": seed,
        "data": digest.hexdigest(),
        **as_dict(options),
    }
