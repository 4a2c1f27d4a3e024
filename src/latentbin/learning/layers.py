"""Layers that the autoencoders share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn


class ByteDropout(nn.Module):
    """Dropout whose mask is drawn as random bytes, eight for each random number.

    Drawing one number per element takes a quarter of the training time on a CPU. The
    probability is rounded to a multiple of 1/256; what is kept is scaled up, so that the mean
    stays what it was.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.threshold = max(1, min(255, round(probability * 256)))
        self.scale = 256 / (256 - self.threshold)

    def forward(self, values: Tensor) -> Tensor:
        """(any shape) -> the same shape, elements dropped while training."""
        if not self.training:
            return values
        words = torch.empty((values.numel() + 7) // 8, dtype=torch.int64, device=values.device)
        words.random_(-(2**63), None)
        kept = words.view(torch.uint8)[: values.numel()].view(values.shape) >= self.threshold
        return values * kept.to(values.dtype).mul_(self.scale)


def fully_connected(
    n_in: int,
    widths: Sequence[int],
    *,
    dropout: float = 0.0,
    activation: Callable[[], nn.Module] = nn.LeakyReLU,
    batch_norm: bool = True,
) -> nn.Sequential:
    """Layers one after the other: linear, activation, dropout, batch normalisation.

    Parameters
    ----------
    n_in : width of the input
    widths : of each layer; the last is the width of the output
    dropout : probability; 0 for none
    """
    parts: list[nn.Module] = []
    for width in widths:
        parts += [nn.Linear(n_in, width), activation()]
        parts += [ByteDropout(dropout)] if dropout > 0 else []
        parts += [nn.BatchNorm1d(width)] if batch_norm else []
        n_in = width
    return nn.Sequential(*parts)
