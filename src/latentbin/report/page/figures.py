"""Figures that page.js draws one at a time, chosen by group and view.

Colour scales and colours that a dark page needs otherwise are page.js's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.report.page.markup import figure

_GRID = "rgba(128,128,128,.15)"
_MARGIN = {"l": 10, "r": 10, "t": 20, "b": 10}


def gallery(
    group_label: str, view_label: str, figures: Sequence[Mapping[str, Any]], scale: bool = False
) -> str:
    """The figures, and boxes to choose one by its group and its view.

    ``scale`` lets the reader choose a logarithmic axis.
    """
    data = {"groupLabel": group_label, "viewLabel": view_label, "figures": figures}
    return figure("gallery", data | {"scaleLabel": "Scale" if scale else ""})


def drawing(
    group: str,
    view: str,
    traces: Sequence[Mapping[str, Any]],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    height: int = 440,
    caption: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A figure; ``more`` of a layout are further entries of Plotly's."""
    layout = {"height": height, "margin": _MARGIN, "xaxis": x, "yaxis": y, "showlegend": True}
    return {
        "group": group,
        "view": view,
        "caption": caption,
        "traces": traces,
        "layout": layout | more,
    }


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis of numbers, or of categories in order."""
    words = {"text": title, "standoff": 12}
    return {"title": words, "gridcolor": _GRID, "zeroline": False, "automargin": True, **more}


def line(name: str, x: Sequence[Any], y: Sequence[Any], colour: str, **more: Any) -> dict[str, Any]:
    """A line; with points on it if it has few."""
    mode = "lines" if len(x) > 40 else "lines+markers"
    found = {"type": "scatter", "mode": mode, "name": name, "x": x, "y": y}
    return found | {"line": {"color": colour}} | more


def squares(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[Any]],
    scale: str,
    unit: str,
    hover: str,
    **more: Any,
) -> dict[str, Any]:
    """A map of a square for each row and column.

    Parameters
    ----------
    scale : of page.js: ``blues``, or ``copies`` of genes
    unit : title of the key
    """
    return {
        "type": "heatmap",
        "x": columns,
        "y": rows,
        "z": values,
        "xgap": 1,
        "ygap": 1,
        "colorscale": scale,
        "colorbar": {"title": {"text": unit}, "thickness": 14, "len": 0.6, **more.pop("key", {})},
        "hovertemplate": f"{hover}<extra></extra>",
        **more,
    }


def names_axis(size: int = 9, **more: Any) -> dict[str, Any]:
    """An axis that has a name for each row or column of a map of squares."""
    return {
        "automargin": True,
        "dtick": 1,
        "tickfont": {"size": size},
        "showgrid": False,
        "type": "category",
        **more,
    }
