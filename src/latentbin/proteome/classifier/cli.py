"""The command line of these steps."""

from __future__ import annotations

import argparse


def add_parsers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the steps to the command."""
