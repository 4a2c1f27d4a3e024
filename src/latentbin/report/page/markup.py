"""HTML of the page's own sections; everything that comes from files is escaped."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Sequence
from typing import Any


class Html(str):
    """Text that is HTML already."""


def safe(name: str) -> str:
    """A name for MultiQC, which takes all that it is given for HTML."""
    return html.escape(name)


def cell(value: Any) -> str:
    """A value as HTML: numbers with separators, nothing for None, text escaped."""
    if isinstance(value, Html):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 1 else f"{value:,.1f}"
    return html.escape(str(value))


def percent(value: float | None) -> str | None:
    """A percentage with one decimal."""
    return None if value is None else f"{value:.1f}"


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    text: int = 1,
    best: Sequence[int] = (),
    wrap: Sequence[int] = (),
) -> str:
    """A table; the first ``text`` columns and those in ``wrap`` hold text; ``best`` are bold."""

    def tag(kind: str, column: int, value: Any) -> str:
        names = ["text"] if column < text or column in wrap else []
        names += ["wrap"] if column in wrap else []
        classes = f' class="{" ".join(names)}"' if names else ""
        return f"<{kind}{classes}>{cell(value)}</{kind}>"

    head = "".join(tag("th", column, name) for column, name in enumerate(header))
    body = "".join(
        f"<tr{' class=best' if number in best else ''}>"
        + "".join(tag("td", column, value) for column, value in enumerate(row))
        + "</tr>"
        for number, row in enumerate(rows)
    )
    return (
        f'<div class="lb-scroll"><table class="lb-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def grouped(
    groups: Sequence[Any],
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    text: int,
    best: Sequence[int] = (),
) -> str:
    """A table whose first column is the group, which is left out if there is one only."""
    first = 1 if len(groups) == 1 else 0
    return table(header[first:], [row[first:] for row in rows], text - first, best)


def bullets(lines: Sequence[str]) -> str:
    """A list of sentences."""
    return '<ul class="lb-notes">' + "".join(f"<li>{cell(line)}</li>" for line in lines) + "</ul>"


def figure(kind: str, content: Any) -> str:
    """A place where page.js draws: ``gallery`` of ready figures, or a ``map`` of points."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return (
        f'<div class="lb-figure" data-kind="{kind}">'
        f'<script type="text/plain">{packed}</script></div>'
    )
