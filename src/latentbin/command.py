"""What every command does around its work: logging, timing, exit codes.

stdout is for data, stderr for people. Exit code 0 also for an empty result, 1 for bad input
(one message, no traceback), 2 for wrong usage, 137 for want of memory.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import logging
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from latentbin import __version__
from latentbin.errors import UserError
from latentbin.options import OptionError

logger = logging.getLogger("latentbin")


_EXIT_STATUS = """
exit status:
  0 success, also where nothing was found; 1 bad input, with one message; 2 wrong usage
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Text of several lines stays as it is typed, one long line is wrapped."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text.strip():
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


class _Parser(argparse.ArgumentParser):
    """A parser whose steps are of the same kind; its help ends with the exit status."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **settings})

    def format_help(self) -> str:
        return super().format_help() + _EXIT_STATUS


def new_parser(prog: str, description: str, epilog: str | None = None) -> argparse.ArgumentParser:
    """A parser with what all commands share: ``--version`` and examples kept as they are typed."""
    parser = _Parser(prog=prog, description=description, epilog=epilog)
    parser.add_argument("--version", action="version", version=f"{prog} {__version__}")
    return parser


def available_threads() -> int:
    """The processors this process may use (a scheduler often grants fewer than exist)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def add_prefix(parser: argparse.ArgumentParser) -> None:
    """``--prefix``, for one assembly of several whose tables are merged afterwards."""
    parser.add_argument(
        "--prefix",
        metavar="TEXT",
        help="put this before every name that does not begin with it, e.g. S1~, as "
        "latentbin-catalogue does; the file is one of several, and may be empty",
    )


def add_threads(parser: argparse.ArgumentParser) -> None:
    """``--threads``, by default all that the process may use."""
    parser.add_argument(
        "--threads",
        type=positive_int,
        default=available_threads(),
        metavar="N",
        help="processors to use [all that are granted to the process]",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """``--seed``, fixed by default so that a run can be repeated."""
    parser.add_argument("--seed", type=natural_int, default=1, metavar="N", help="random seed [1]")


def later(module: str, step: str) -> Callable[[argparse.Namespace], None]:
    """A step of a command whose module is imported when it runs: ``--help`` stays instant."""

    def work(args: argparse.Namespace) -> None:
        getattr(importlib.import_module(module), step)(args)

    return work


def add_separator(parser: argparse.ArgumentParser, use: str) -> None:
    """``--separator``, and what it is used for."""
    parser.add_argument(
        "--separator",
        metavar="TEXT",
        help=f"text between sample and contig in the names{use}",
    )


def positive_int(text: str) -> int:
    """Parse an integer of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {value}")
    return value


def natural_int(text: str) -> int:
    """Parse an integer of at least 0."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must be at least 0, got {value}")
    return value


def run(
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None,
    work: Callable[[argparse.Namespace], None],
) -> int:
    """Parse, log, work; return the exit code.

    ``work`` gets the parsed arguments. ``UserError`` becomes one message and exit code 1;
    ``OptionError`` (a value out of bounds) is a usage error, exit code 2; ``MemoryError`` one
    message and 137.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = parser.parse_args(arguments)
    _configure_logging()
    if threading.current_thread() is threading.main_thread():
        # a scheduler's SIGTERM must clear away temporary files like any other end
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    logger.info("%s %s", parser.prog, __version__)
    logger.info("%s %s", parser.prog, shlex.join(arguments))
    try:
        work(args)
    except OptionError as error:
        parser.error(str(error))
    except UserError as error:
        print(f"{parser.prog}: error: {error}", file=sys.stderr)
        return 1
    except MemoryError:
        print(
            f"{parser.prog}: error: out of memory. Ask for more, or give less input "
            "(contigs: raise --min-length).",
            file=sys.stderr,
        )
        return 137  # as when the system kills for want of memory: workflows then try with more
    except BrokenPipeError:
        # the reader of our stdout went away (`| head`): not an error of the input
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print(f"{parser.prog}: interrupted; no output was written", file=sys.stderr)
        return 130
    logger.info("done in %.1f s", time.monotonic() - started)
    return 0


@contextlib.contextmanager
def stage(what: str) -> Iterator[None]:
    """Log one line for a stage of work, with its time."""
    started = time.monotonic()
    yield
    logger.info("%s (%.1f s)", what, time.monotonic() - started)


def _configure_logging() -> None:
    # anew on every call: sys.stderr may be another one than last time
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
