"""HTML of the page's own sections; everything that comes from files is escaped."""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

_MOST_ROWS = 60  # of a table that is read at a glance


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
        return f"{value:,.3f}" if abs(value) <= 1 else f"{value:,.1f}"
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
    first: Sequence[int] = (),
) -> str:
    """A table; a long one scrolls in itself, below its header.

    Parameters
    ----------
    text : the first columns that hold text
    best : rows that are bold
    wrap : columns of longer text
    first : rows above which there is a stronger line
    """

    def tag(kind: str, column: int, value: Any) -> str:
        names = ["text"] if column < text or column in wrap else []
        names += ["wrap"] if column in wrap else []
        return f"<{kind}{_classes(names)}>{cell(value)}</{kind}>"

    def row_classes(number: int) -> str:
        return _classes([name for name, which in (("best", strong), ("first", above))
                         if number in which])  # fmt: skip

    strong, above = set(best), set(first)
    head = "".join(tag("th", column, name) for column, name in enumerate(header))
    body = "".join(
        f"<tr{row_classes(number)}>"
        + "".join(tag("td", column, value) for column, value in enumerate(row))
        + "</tr>"
        for number, row in enumerate(rows)
    )
    tall = " lb-tall" if len(rows) > _MOST_ROWS else ""
    return (
        f'<div class="lb-scroll{tall}"><table class="lb-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _classes(names: Sequence[str]) -> str:
    return f' class="{" ".join(names)}"' if names else ""


def grouped(
    groups: Sequence[Any],
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    text: int,
    best: Sequence[int] = (),
    whole: bool = False,
) -> str:
    """A table whose first column is the group, which is left out if there is one only.

    A long one shows one group at a time, chosen by the reader, unless it is to be ``whole``, to
    compare the groups. Rows of a group stand together.
    """
    if len(groups) == 1:
        return table(header[1:], [row[1:] for row in rows], text - 1, best)
    if len(rows) > _MOST_ROWS and not whole:
        return by_group(groups, header, rows, text)
    ends = [n for n in range(1, len(rows)) if rows[n][0] != rows[n - 1][0]]
    return table(header, rows, text, best, first=ends)


def by_group(
    groups: Sequence[Mapping[str, Any]],
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    text: int,
    most: int | None = None,
    everything: bool = False,
) -> str:
    """A table of each group, one shown at a time.

    Parameters
    ----------
    most : rows of a table; all of them if None
    everything : the first table is of all groups
    """
    of_group: dict[str, list[Sequence[Any]]] = {group["name"]: [] for group in groups}
    for row in rows:
        of_group[row[0]].append(row[1:])
    tables: list[dict[str, str | None]] = [
        {"group": name, "html": table(header[1:], found[:most], text - 1) if found else "None."}
        for name, found in of_group.items()
    ]
    if everything:
        tables.insert(0, {"group": None, "html": table(header, rows[:most], text)})
    return figure("tables", {"groupLabel": "Group", "tables": tables})


def bullets(lines: Sequence[str]) -> str:
    """A list of sentences."""
    return '<ul class="lb-notes">' + "".join(f"<li>{cell(line)}</li>" for line in lines) + "</ul>"


def figure(kind: str, content: Any) -> str:
    """A place where page.js draws: a ``gallery`` of figures, ``tables`` or a ``map`` of points."""
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    return (
        f'<div class="lb-figure" data-kind="{kind}">'
        f'<script type="text/plain">{packed}</script></div>'
    )
