"""What a person looks at: which taxa are mistaken for which, how good each is, and reliability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from latentbin.learning.calibration import expected_error
from latentbin.plots import COLOURS, NOISE, SIGNS, new_figure
from latentbin.taxonomy.judging.ranks import JudgedRank
from latentbin.taxonomy.judging.tables import class_sizes
from latentbin.taxonomy.predictions import UNKNOWN

MOST_CLASSES = 30
_LONGEST = 28  # letters of a class's name
_MOST_NUMBERS = 16  # rows up to which cells are numbered
_NEW, _OTHERS = "(new classes)", "(others)"


def confusion_figure(judged: JudgedRank, title: str) -> Figure:
    """Taxa against predicted taxa, the largest; shades are shares of the row's contigs."""
    sizes = class_sizes(judged)
    scored = np.ones(len(sizes), bool) if judged.seen is None else judged.seen
    largest = np.argsort(-np.where(scored, sizes, -1), kind="stable")
    chosen = largest[: min(MOST_CLASSES, int((scored & (sizes > 0)).sum()))]
    n = len(chosen)
    others, new, unknown = n, n + 1, n + 1  # rows and columns behind the classes
    row_of = np.full(len(sizes), others)
    row_of[chosen] = np.arange(n)
    column_of = np.append(row_of, unknown)  # the last is what code -1 reads
    rows = np.where(judged.old, row_of[judged.truth], new)
    table = np.zeros((n + 2, n + 2), np.int64)
    np.add.at(table, (rows, column_of[judged.predicted]), 1)

    kept_rows = [*range(n), *(place for place in (others, new) if table[place].any())]
    kept_columns = [*range(n), *(place for place in (others, unknown) if table[:, place].any())]
    names = [_short(judged.classes[code]) for code in chosen]
    row_names = [*names, _OTHERS, _NEW]
    column_names = [*names, _OTHERS, UNKNOWN]
    table = table[np.ix_(kept_rows, kept_columns)]
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)

    room = 0.075 * max(map(len, row_names))  # inches that the names take
    cell = 0.42 if n <= _MOST_NUMBERS else 0.26
    width, height = (max(cell * k, 1.6) for k in table.shape[::-1])
    figure, axes = new_figure(width + room + 2.0, height + room + 1.0)
    axis = axes[0, 0]
    image = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if n <= _MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(table):
            if count:
                colour = "white" if shares[row, column] > 0.6 else "black"
                axis.text(
                    column, row, str(count), ha="center", va="center", color=colour, fontsize=7
                )
    axis.set_xticks(
        range(len(kept_columns)),
        [column_names[place] for place in kept_columns],
        rotation=45,
        ha="right",
        rotation_mode="anchor",
    )
    axis.set_yticks(range(len(kept_rows)), [row_names[place] for place in kept_rows])
    axis.set(xlabel=f"predicted {judged.rank}", ylabel=judged.rank)
    axis.spines[:].set_visible(False)
    figure.suptitle(title, fontsize="medium")
    figure.colorbar(image, ax=axis, label="share of the row's contigs", shrink=0.7)
    return figure


def f1_figure(judged: JudgedRank, title: str) -> Figure:
    """F1 of the largest classes that the model may know; those never predicted are marked."""
    support, f1 = judged.counts.support, judged.counts.f1
    chosen = np.argsort(-support, kind="stable")[: min(MOST_CLASSES, int((support > 0).sum()))]
    never = set(judged.never_predicted())
    names = [judged.classes[code] for code in chosen]
    longest = max((len(_short(name)) for name in names), default=1)
    figure, axes = new_figure(4.4 + 0.075 * longest, 1.1 + 0.21 * max(len(chosen), 2))
    axis = axes[0, 0]
    places = np.arange(len(chosen))
    axis.barh(places, f1[chosen], color=COLOURS[0], height=0.75)
    for place, (name, code) in enumerate(zip(names, chosen.tolist(), strict=True)):
        text = f"{support[code]:,}" + (", never predicted" if name in never else "")
        colour = COLOURS[3] if name in never else "black"
        axis.text(f1[code] + 0.012, place, text, va="center", fontsize=7, color=colour)
    axis.set_yticks(places, [_short(name) for name in names])
    axis.set(xlim=(0, 1.2), ylim=(len(chosen) - 0.4, -0.6))
    axis.set_xticks(np.linspace(0, 1, 6))
    axis.set(xlabel=f"F1 of each {judged.rank}; behind the bars its contigs")
    left = int((support > 0).sum()) - len(chosen)
    figure.suptitle(
        title + (f"\nthe largest; {left} smaller ones are not shown" if left else ""),
        fontsize="medium",
    )
    return figure


def reliability_figure(ranks: Sequence[JudgedRank], title: str) -> Figure | None:
    """Accuracy against probability at each rank, and how many contigs; None without any."""
    drawn = [judged for judged in ranks if judged.reliability is not None]
    if not drawn:
        return None
    figure, axes = new_figure(5.0, 5.6, rows=2)
    upper, lower = axes[0, 0], axes[1, 0]
    upper.get_gridspec().set_height_ratios([3, 1])
    upper.plot([0, 1], [0, 1], color=NOISE, linestyle="--", linewidth=1, label="as it should be")
    for place, judged in enumerate(drawn):
        assert judged.reliability is not None
        counts, confidence, accuracy = judged.reliability
        error = expected_error(counts, confidence, accuracy)
        filled = counts > 0
        upper.plot(
            confidence[filled],
            accuracy[filled],
            color=COLOURS[place % len(COLOURS)],
            marker=SIGNS[place % len(SIGNS)],
            clip_on=False,
            label=f"{judged.rank} (error {error:.3f})",
        )
        edges = np.arange(len(counts)) / len(counts)
        width = 0.8 / len(counts) / len(drawn)
        left = edges + 0.1 / len(counts) + place * width
        lower.bar(left, counts, width=width, align="edge", color=COLOURS[place % len(COLOURS)])
    upper.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="share predicted right")
    upper.tick_params(labelbottom=False)
    upper.legend(frameon=False, loc="upper left")
    lower.set(xlim=(0, 1), xlabel="probability of the predicted taxon", ylabel="contigs")
    figure.suptitle(title, fontsize="medium")
    return figure


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
