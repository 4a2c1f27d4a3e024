"""Training a torch module: device, batches, the loop over epochs, checkpoints.

What is trained, on which rows and by which loss terms, is the caller's; the one file that is
known here is the checkpoint.
"""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from latentbin.errors import UserError
from latentbin.files import atomic_output, readable
from latentbin.learning.checkpoint import check_identity, not_a_checkpoint
from latentbin.learning.progress import Progress

logger = logging.getLogger(__name__)

History = list[list[float]]

_ROWS_PER_THREAD = 512  # with fewer, waking a thread costs more than it brings (benchmarks/vamb)
_BLOCK = 8192  # rows encoded at a time
_CHECKPOINT_VERSION = 1
_ADVICE = "Lower --learning-rate, or look for extreme values in the abundances."


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


def train(
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    run_epoch: Callable[[int, int], Sequence[float]],
    terms: Sequence[str],
    batch_sizes: Sequence[int],
    identity: Mapping[str, Any],
    checkpoint: Path | None = None,
    checkpoint_every: int = 20,
) -> History:
    """Run the epochs that the checkpoint, if there is one, does not have yet.

    Same module, data, seed, device and thread count, same result, interrupted or not: a
    checkpoint keeps the random state too. So what an epoch does must depend on nothing but the
    module, the optimizer, torch's generator and the epoch's number.

    Parameters
    ----------
    module : on its device, its first weights drawn
    run_epoch : from the epoch's number (0, 1, ...) and the size of its batches to the mean of
        each loss term; see `one_pass`
    terms : names of the loss terms, whose sum is the loss
    batch_sizes : of each epoch, which are as many; smaller batches get fewer threads
    identity : what must agree for a checkpoint to be of this training: seed, options,
        `data_digest`; values that JSON keeps
    checkpoint : file that keeps the state; training goes on from it
    checkpoint_every : epochs between two writings

    Returns
    -------
    history : of each epoch, those of the checkpoint first, the mean loss terms

    Raises
    ------
    UserError : the loss is not finite; the checkpoint is damaged
    ContractError : the checkpoint belongs to another training

    """
    identity = {"version": _CHECKPOINT_VERSION, **identity}
    history: History = []
    if checkpoint and checkpoint.exists():
        history = _resume(checkpoint, module, optimizer, identity)
    epochs = len(batch_sizes)
    threads = torch.get_num_threads()
    try:
        with Progress("epoch", epochs, [sum(losses) for losses in history], _ADVICE) as progress:
            for epoch in range(len(history), epochs):
                batch_size = batch_sizes[epoch]
                torch.set_num_threads(max(1, min(threads, batch_size // _ROWS_PER_THREAD)))
                losses = list(run_epoch(epoch, batch_size))
                progress.add(sum(losses), dict(zip(terms, losses, strict=True)))
                history.append(losses)
                if checkpoint and progress.is_due(checkpoint_every):
                    _save(checkpoint, module, optimizer, identity, history)
    finally:
        torch.set_num_threads(threads)
    return history


def one_pass(
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    loss_terms: Callable[[Tensor], Tensor],
    n_rows: int,
    batch_size: int,
) -> list[float]:
    """Descend once over all rows in random order; returns the mean loss terms.

    Parameters
    ----------
    loss_terms : from the numbers of the rows of a batch, (batch,) int64 on the module's device,
        to their mean loss terms, (n_terms,); rows may be weighted there, and others fetched
    n_rows : at least 2
    """
    module.train()
    device = _device_of(module)
    sums = torch.zeros((), dtype=torch.float64, device=device)
    for chosen in torch.randperm(n_rows, device=device).split(batch_size):
        if len(chosen) < 2:
            continue  # batch normalisation needs two rows
        terms = loss_terms(chosen)
        optimizer.zero_grad(set_to_none=True)
        terms.sum().backward()
        optimizer.step()
        sums = sums + (terms.detach() * len(chosen)).double()
    return [float(value) for value in sums / n_rows]


def in_blocks(
    module: nn.Module, encode: Callable[[Tensor], Tensor], rows: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What a trained module makes of all rows, a block at a time.

    Parameters
    ----------
    encode : from a block of rows, (block, width) on the module's device, to (block, n_out)
    rows : (n, width)

    Returns
    -------
    encoded : (n, n_out)
    """
    module.eval()
    device = _device_of(module)
    with torch.inference_mode():
        parts = [encode(part.to(device)).cpu() for part in torch.from_numpy(rows).split(_BLOCK)]
    return torch.cat(parts).numpy()


def _device_of(module: nn.Module) -> torch.device:
    return next(module.parameters()).device


def _resume(
    path: Path,
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    identity: Mapping[str, Any],
) -> History:
    device = _device_of(module)
    try:
        with readable(path, "checkpoint"):
            state = torch.load(path, map_location=device, weights_only=True)
        found = json.loads(state["identity"])
    except (RuntimeError, KeyError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise not_a_checkpoint(path) from error
    check_identity(path, found, identity)
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["rng"].cpu())
    if device.type == "cuda" and "cuda_rng" in state:
        torch.cuda.set_rng_state(state["cuda_rng"].cpu())
    history: History = state["history"]
    logger.info("%s: going on after epoch %d", path, len(history))
    return history


def _save(
    path: Path,
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    identity: Mapping[str, Any],
    history: History,
) -> None:
    state = {
        "identity": json.dumps(identity),
        "module": module.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": history,
        "rng": torch.get_rng_state(),
    }
    if _device_of(module).type == "cuda":
        state["cuda_rng"] = torch.cuda.get_rng_state()
    with atomic_output(path) as temporary:
        torch.save(state, temporary)
