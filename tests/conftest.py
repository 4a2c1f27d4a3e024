"""What holds for all tests."""

from __future__ import annotations

import contextlib
import logging

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of the machine, and of what is compiled, than of the code
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# torch's training loads triton late. TensorFlow and triton each bring an LLVM that registers the
# same options; loaded after TensorFlow, triton ends the process, before it they get along. Only
# tests have both in one process; a torch without CUDA has no triton.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@pytest.fixture
def lines(caplog, monkeypatch):
    """The lines of the log, whatever commands have set before."""
    caplog.set_level(logging.INFO, "latentbin")
    monkeypatch.setattr(logging.getLogger("latentbin"), "propagate", False)
    monkeypatch.setattr(logging.getLogger("latentbin"), "handlers", [handler := Lines()])
    return handler.lines
