"""Plots as SVG and PNG, the same bytes for the same content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from latentbin.colours import COLOURS, NOISE

__all__ = ["COLOURS", "NOISE", "SIGNS", "new_figure", "save_figure"]

# further groups begin anew with another sign
SIGNS = ("o", "s", "^", "D", "v", "P", "X", "*")
_STYLE: Any = {
    "svg.hashsalt": "latentbin",  # ids of elements are random otherwise
    "svg.fonttype": "none",  # text stays text: it can be searched and edited
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, Any]:
    """A figure of so many inches, and its axes as an array (rows, columns)."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False)


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``path`` with the suffixes .svg and .png added (200 dots per inch)."""
    with matplotlib.rc_context(_STYLE):
        figure.savefig(path.with_name(path.name + ".svg"), metadata={"Date": None})
        figure.savefig(path.with_name(path.name + ".png"), dpi=200, metadata={"Software": None})
