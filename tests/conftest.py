"""What holds for all tests."""

from __future__ import annotations

import contextlib

# torch's training loads triton late. TensorFlow and triton each bring an LLVM that registers the
# same options; loaded after TensorFlow, triton ends the process, before it they get along. Only
# tests have both in one process; a torch without CUDA has no triton.
with contextlib.suppress(ImportError):
    import triton  # noqa: F401
