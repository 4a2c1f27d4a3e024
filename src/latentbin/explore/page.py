"""The page: all embeddings and colourings to choose from, self-contained."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.colours import NOBODY, OTHERS, PALETTE
from latentbin.explore.colouring import MOST_NAMED, Colouring
from latentbin.files import atomic_output


def write_page(
    path: Path,
    names: Sequence[str],
    embeddings: Mapping[str, NDArray[np.float32]],
    colourings: Mapping[str, Colouring],
    table: Sequence[Sequence[str]],
    drawn: NDArray[np.intp],
) -> None:
    """Write the page; it needs no network.

    Parameters
    ----------
    names : of all rows
    embeddings : by name, (n_rows, size); the first three dimensions of largest variance are shown
    table : a header, and the rows below it
    drawn : the rows that are shown
    """
    from plotly.offline import get_plotlyjs

    drawn = np.sort(drawn)
    content = {
        "names": [names[row] for row in drawn.tolist()],
        "embeddings": {name: _axes(values, drawn) for name, values in embeddings.items()},
        "colourings": {
            name: {
                "codes": each.codes[drawn].tolist(),
                "names": list(each.names),
                "sizes": each.sizes.tolist(),
                "nobody": each.nobody,
            }
            for name, each in colourings.items()
        },
        "palette": list(PALETTE[:MOST_NAMED]),
        "others": OTHERS,
        "nobodyColour": NOBODY,
    }
    shown = f"{len(drawn):,} of {len(names):,} rows, drawn at random (--drawn-rows)"
    page = Template(files("latentbin.explore").joinpath("page.html").read_text("utf-8"))
    text = page.substitute(
        version=__version__,
        rows=shown if len(drawn) < len(names) else f"all {len(names):,} rows",
        table=_table(table),
        # nothing in a name may end the script
        data=json.dumps(content, separators=(",", ":")).replace("<", "\\u003c"),
        plotly=get_plotlyjs(),
    )
    with atomic_output(path) as temporary:
        temporary.write_text(text, "utf-8")


def _axes(values: NDArray[np.float32], rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    """Up to three dimensions of largest variance, in their order: number and coordinates."""
    widest = np.sort(np.argsort(-values.var(axis=0), kind="stable")[:3])
    return [
        {"number": int(axis) + 1, "at": [float(f"{x:.4g}") for x in values[rows, axis].tolist()]}
        for axis in widest
    ]


def _table(rows: Sequence[Sequence[str]]) -> str:
    """An HTML table of text, its first row a header."""
    lines = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        cells = "".join(
            f"<{tag}>{html.escape(cell.replace('_', ' ') if not number else cell)}</{tag}>"
            for cell in row
        )
        lines.append(f"<tr>{cells}</tr>")
    return "\n".join(lines)
