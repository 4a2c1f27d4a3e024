"""numba's `njit`, cached on disk where that is possible and without it where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function of arrays on first use; it releases the GIL while it runs.

    The machine code is kept beside the source, else in numba's cache folder (``NUMBA_CACHE_DIR``
    or the home folder), so that only the first run ever pays for compiling. A read-only install
    without any such folder compiles anew in every process.
    """
    try:
        return cast("Callable[_P, _R]", njit(cache=True, nogil=True)(function))
    except RuntimeError:
        # numba: "cannot cache function: no locator available"
        return cast("Callable[_P, _R]", njit(nogil=True)(function))
