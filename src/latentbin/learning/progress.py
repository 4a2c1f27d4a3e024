"""How training goes: a bar on a terminal, in a log file a line now and then."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType

import numpy as np
from tqdm import tqdm

from latentbin.errors import UserError

logger = logging.getLogger(__name__)

LOG_LINES = 10


class Progress:
    """Shows the losses of epochs or steps as they are added; use it as a context.

    Parameters
    ----------
    unit : what is counted: ``epoch`` or ``step``
    total : how many there will be
    losses : of those that a checkpoint has already; counting goes on after them
    advice : what to do about a loss that is not finite

    """

    def __init__(
        self,
        unit: str,
        total: int,
        losses: Sequence[float] = (),
        advice: str = "Lower --learning-rate.",
    ) -> None:
        self._unit, self._total, self._advice = unit, total, advice
        self._losses = list(losses)
        self._every = max(1, total // LOG_LINES)
        self._on_terminal = sys.stderr.isatty()
        self._bar = tqdm(
            desc="training",
            total=total,
            initial=len(self._losses),
            disable=not self._on_terminal,
        )

    def add(self, loss: float, terms: Mapping[str, float] | None = None) -> None:
        """Count one more.

        A line of the log shows the loss with the terms it is the sum of; without terms, the mean
        since the last line, because the losses of single steps scatter.

        Raises
        ------
        UserError : the loss is not finite
        """
        described = " ".join(f"{name} {value:.4f}" for name, value in (terms or {}).items())
        done = len(self._losses) + 1
        if not math.isfinite(loss):
            raise UserError(
                f"training stopped in {self._unit} {done}: the loss is not finite "
                f"({described or loss}). {self._advice}"
            )
        self._losses.append(loss)
        said = f"loss {loss:.4f} {described}".rstrip()
        self._bar.set_postfix_str(said, refresh=False)
        self._bar.update()
        if not self._on_terminal and done % self._every == 0:
            if terms is None:
                said = f"mean loss {np.mean(self._losses[-self._every :]):.4f}"
            logger.info("%s %d of %d: %s", self._unit, done, self._total, said)

    def is_due(self, every: int) -> bool:
        """Whether to keep the state now: after every so many, and at the end."""
        done = len(self._losses)
        return done % every == 0 or done == self._total

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
