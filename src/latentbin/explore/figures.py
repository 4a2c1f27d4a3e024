"""Plots of embeddings, of the table of methods, and of the elbow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import NDArray

from latentbin.colours import NOBODY, OTHERS, PALETTE
from latentbin.explore.colouring import Colouring
from latentbin.plots import COLOURS, new_figure, save_figure

_COLUMNS = 3
_AS_VECTORS = 2_000  # points; more are drawn as a picture within the SVG
_LONGEST_NAME = 26
_TAG = np.array([0.04, 0.035])  # size of a group's number, in parts of the plot
_FAR_OFF, _MARGIN = 0.002, 0.15  # share of rows at either end; room beyond them
_WAYS = [np.array(way) for way in ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0))]


def draw_embedding(
    path: Path,
    title: str,
    coordinates: NDArray[np.float32],
    explained: NDArray[np.float64],
    colourings: Sequence[Colouring],
    drawn: NDArray[np.intp],
) -> None:
    """The rows in a plane, once for each colouring, side by side.

    Parameters
    ----------
    coordinates : (n_rows, 2); explained : (2,) share of the embedding's variance
    drawn : rows to draw, in the order in which they are drawn
    """
    n_columns = min(_COLUMNS, len(colourings))
    n_lines = -(-len(colourings) // n_columns)
    frame = _frame(coordinates[drawn])
    figure, axes = new_figure(5.6 * n_columns, 4.3 * n_lines + 0.4, n_lines, n_columns)
    for axis, colouring in zip(axes.flat, colourings, strict=False):
        _scatter(axis, coordinates, colouring, drawn, frame)
        axis.set_title(colouring.title, loc="left", fontsize=10)
        for set_label, share, place in (
            (axis.set_xlabel, explained, 0),
            (axis.set_ylabel, explained, 1),
        ):
            shown = f", {share[place]:.0%} of its variance" if len(share) > place else ""
            set_label(f"direction {place + 1}{shown}")
    for axis in axes.flat[len(colourings) :]:
        axis.set_axis_off()
    n_rows = len(coordinates)
    part = f"{len(drawn):,} of {n_rows:,} rows drawn" if len(drawn) < n_rows else f"{n_rows:,} rows"
    points = coordinates[drawn]
    outside = int(((points < frame[0]) | (points > frame[1])).any(axis=1).sum())
    if outside:
        part += f", {outside:,} outside the frame"
    figure.suptitle(f"{title}: {part}", x=0.01, ha="left", fontsize=12)
    save_figure(figure, path)


def _frame(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """(2, 2) least and largest of both axes: a few rows far off must not squeeze all others."""
    low, high = np.quantile(points, (_FAR_OFF, 1 - _FAR_OFF), axis=0)
    margin = _MARGIN * np.where(high > low, high - low, 1)
    margin_low = np.minimum(margin, low - points.min(axis=0) + 0.4 * margin)
    margin_high = np.minimum(margin, points.max(axis=0) - high + 0.4 * margin)
    return np.stack([low - margin_low, high + margin_high])


def _scatter(
    axis: Any,
    coordinates: NDArray[np.float32],
    colouring: Colouring,
    drawn: NDArray[np.intp],
    frame: NDArray[np.float32],
) -> None:
    # grey ones below
    order = drawn[np.argsort(_layer(colouring, drawn), kind="stable")]
    size = 16 if len(drawn) < 500 else 8 if len(drawn) < 3_000 else 4
    axis.scatter(
        coordinates[order, 0],
        coordinates[order, 1],
        size,
        colouring.colours()[order],
        linewidths=0,
        alpha=0.8,
        rasterized=len(drawn) > _AS_VECTORS,
    )
    groups = [drawn[colouring.codes[drawn] == code] for code in range(colouring.n_named)]
    shown = [code for code, rows in enumerate(groups) if len(rows)]
    places = _tag_places(frame, [coordinates[groups[code]] for code in shown])
    for code, place in zip(shown, places, strict=True):
        axis.text(
            *place,
            str(code + 1),
            fontsize=7,
            fontweight="bold",
            ha="center",
            va="center",
            color=PALETTE[code],
            path_effects=[withStroke(linewidth=2, foreground="white")],
        )
    axis.set_xticks([])
    axis.set_yticks([])
    axis.set_xlim(frame[:, 0])
    axis.set_ylim(frame[:, 1])
    _legend(axis, colouring)


def _layer(colouring: Colouring, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    codes = colouring.codes[rows]
    return np.where(codes < 0, 0, np.where(codes < colouring.n_named, 2, 1))


def _tag_places(
    frame: NDArray[np.float32], groups: Sequence[NDArray[np.float32]]
) -> list[NDArray[np.float64]]:
    """Where each group's number stands: within a wide one, beside a narrow one, none on another."""
    low, extent = frame[0], frame[1] - frame[0]
    taken: list[NDArray[np.float64]] = []
    for group in groups:
        apart = group - np.median(group, axis=0)
        # the row nearest to the medians along both axes: a bent group holds it, too
        middle = (group[int((apart**2).sum(axis=1).argmin())] - low) / extent
        wide = (np.median(np.abs(apart), axis=0) / extent).max() > _TAG[0]
        tried = [middle + _TAG * ring * way for ring in (1, 2, 3) for way in _WAYS]
        tried = [middle, *tried] if wide else tried
        tried = [at for at in tried if (at > 0).all() and (at < 1).all()]
        free = (at for at in tried if all((np.abs(at - other) > _TAG).any() for other in taken))
        taken.append(next(free, middle))
    return [low + at * extent for at in taken]


def _legend(axis: Any, colouring: Colouring) -> None:
    sizes = colouring.sizes
    numbered = any(name != str(place + 1) for place, name in enumerate(colouring.names))
    entries = []
    for code in range(colouring.n_named):
        name = _short(colouring.names[code])
        text = f"{code + 1}  {name}" if numbered else name
        entries.append((PALETTE[code], f"{text} ({sizes[code]:,})"))
    more = len(sizes) - colouring.n_named
    if more > 0:
        entries.append((OTHERS, f"{more:,} others ({sizes[colouring.n_named :].sum():,})"))
    n_nobody = int((colouring.codes < 0).sum())
    if n_nobody:
        entries.append((NOBODY, f"{colouring.nobody} ({n_nobody:,})"))
    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=5, color=colour, label=text)
        for colour, text in entries
    ]
    axis.legend(
        handles=handles,
        fontsize=7,
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.02),
        handletextpad=0.1,
        labelspacing=0.3,
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def draw_table(
    path: Path,
    title: str,
    embeddings: Sequence[str],
    clusterings: Sequence[str],
    values: NDArray[np.float64],
    words: Sequence[Sequence[str]],
) -> None:
    """The score of each embedding with each clustering as a map.

    Parameters
    ----------
    values : (n_embeddings, n_clusterings), nan where a score is not defined
    words : what stands below the score in each cell
    """
    figure, axes = new_figure(1.9 + 1.45 * len(clusterings), 1.1 + 0.8 * len(embeddings))
    axis = axes[0][0]
    picture = axis.imshow(values, vmin=0, vmax=1, cmap="YlGnBu", aspect="auto")
    for line, cells in enumerate(words):
        for column, word in enumerate(cells):
            value = values[line, column]
            shown = "not defined" if np.isnan(value) else f"{value:.3f}"
            colour = "white" if value > 0.6 else "black"
            axis.text(column, line - 0.12, shown, ha="center", va="center", color=colour)
            axis.text(column, line + 0.22, word, ha="center", va="center", color=colour, size=7)
    axis.set_xticks(range(len(clusterings)), clusterings)
    axis.set_yticks(range(len(embeddings)), embeddings)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_title(title, loc="left", fontsize=10)
    figure.colorbar(picture, ax=axis, shrink=0.9)
    save_figure(figure, path)


def draw_elbow(
    path: Path, sizes: Sequence[int], losses: Sequence[float], active: Sequence[int], elbow: int
) -> None:
    """Held-out loss, and axes that are used, by latent size."""
    figure, axes = new_figure(9.0, 3.6, 1, 2)
    left, right = axes[0]
    left.plot(sizes, losses, "o-", color=COLOURS[0])
    left.set_ylabel("loss of rows held out, nats per row")
    falling = elbow == max(sizes)
    left.set_title(f"{'Still falling' if falling else 'Elbow'} at {elbow}", loc="left", fontsize=10)
    right.plot(sizes, active, "o-", color=COLOURS[2], label="used")
    right.plot(sizes, sizes, ":", color=OTHERS, label="all")
    right.set_ylabel("axes of the latent")
    right.set_ylim(bottom=0)
    right.legend(frameon=False)
    right.set_title("Axes that carry anything", loc="left", fontsize=10)
    for axis in (left, right):
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(FixedLocator(list(sizes)))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.set_xticklabels([str(size) for size in sizes])
        axis.axvline(elbow, color="black", linewidth=0.8)
        axis.set_xlabel("latent size")
    save_figure(figure, path)
