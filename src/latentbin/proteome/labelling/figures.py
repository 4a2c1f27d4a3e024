"""Plots of labels: the latent, the choice of eps, and other methods."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from latentbin.plots import COLOURS, NOISE, SIGNS, new_figure, save_figure
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.labelling.choose import KNEE, Choice

_MOST_NAMED = 12


def draw_latent(
    path: Path,
    latent: NDArray[np.floating],
    columns: Sequence[str],
    labels: Sequence[str],
    annotation: Annotation,
) -> None:
    """The samples in their latent, coloured by label, and by what is known of them.

    With more than two dimensions the two of largest variance are drawn; with one, samples are
    spread by their order.
    """
    panels = [("label", np.asarray(labels))]
    for name, values in (
        ("class", annotation.classes),
        ("batch", annotation.batches),
        ("donor", annotation.donors),
    ):
        if (values != "").any():
            panels.append((name, values))
    figure, axes = new_figure(4.6 * len(panels), 4.0, 1, len(panels))
    shown = np.sort(np.argsort(-latent.var(axis=0), kind="stable")[:2])
    x = latent[:, shown[0]]
    y = latent[:, shown[1]] if len(shown) > 1 else np.arange(len(latent), dtype=float)
    for axis, (name, groups) in zip(axes[0], panels, strict=True):
        _scatter(axis, x, y, groups, annotation.tune if name == "class" else None)
        axis.set_title(f"Coloured by {name}")
        axis.set_xlabel(columns[shown[0]])
        axis.set_ylabel(columns[shown[1]] if len(shown) > 1 else "sample")
    save_figure(figure, path)


def draw_eps(path: Path, choice: Choice, core_distances: NDArray[np.float64], k: int) -> None:
    """Scores, clusters and noise against eps; without tune samples the k-distances as well."""
    by_knee = choice.how == KNEE
    figure, axes = new_figure(5.2 * (2 + by_knee), 3.8, 1, 2 + by_knee)
    eps = [at.eps for at in choice.tried]
    scores, counts = axes[0][:2]
    agreements: list[tuple[str, str, str]] = [
        ("tune", "v_measure", "V-measure, tune samples"),
        ("tune", "homogeneity", "homogeneity, tune samples"),
        ("tune", "completeness", "completeness, tune samples"),
        ("known", "v_measure", "V-measure, all classes"),
    ]
    for place, (whose, what, name) in enumerate(agreements):
        if getattr(choice.chosen, whose) is not None:
            values = [getattr(getattr(at, whose), what) for at in choice.tried]
            style = "-" if what == "v_measure" else ":"
            scores.plot(eps, values, style, color=COLOURS[place], label=name)
    known = [(at.eps, at.silhouette) for at in choice.tried if at.silhouette is not None]
    if known:
        scores.plot(*zip(*known, strict=True), "--", color=COLOURS[4], label="silhouette")
    scores.set_ylim(top=1.03)
    scores.set_ylabel("score")
    scores.set_title(f"eps {choice.chosen.eps:g}, by {choice.how}")
    counts.plot(eps, [at.n_clusters for at in choice.tried], color=COLOURS[0], label="clusters")
    counts.plot(eps, [at.n_noise for at in choice.tried], color=NOISE, label="noise samples")
    counts.set_yscale("symlog", linthresh=10)
    counts.set_ylim(bottom=0)
    counts.set_ylabel("number")
    counts.set_title("Clusters and noise")
    for axis in (scores, counts):
        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(FormatStrFormatter("%g"))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_xlabel("eps")
        axis.axvline(choice.chosen.eps, color="black", linewidth=0.8)
        axis.legend(fontsize=8, frameon=False)
    if by_knee:
        axis = axes[0][2]
        axis.plot(np.sort(core_distances), color=COLOURS[0])
        axis.axhline(choice.chosen.eps, color="black", linewidth=0.8)
        axis.set_xlabel("samples, sorted")
        axis.set_ylabel(f"distance to the {k - 1}th nearest other sample")
        axis.set_title("k-distances and their knee")
    save_figure(figure, path)


def draw_methods(path: Path, names: Sequence[str], scores: dict[str, list[float | None]]) -> None:
    """Bars of the scores of each clustering, side by side."""
    figure, axes = new_figure(max(5.0, 1.3 * len(names)), 3.8)
    axis = axes[0][0]
    width = 0.8 / len(scores)
    for place, (what, values) in enumerate(scores.items()):
        at = np.arange(len(names)) + (place - (len(scores) - 1) / 2) * width
        drawn = [0.0 if value is None else value for value in values]
        axis.bar(at, drawn, width, color=COLOURS[place], label=what)
    axis.set_xticks(np.arange(len(names)), names, rotation=20, ha="right")
    axis.set_ylabel("score")
    axis.set_title("The same latent, clustered otherwise")
    figure.legend(loc="outside lower center", ncols=len(scores), fontsize=8, frameon=False)
    save_figure(figure, path)


def _scatter(
    axis: Any,
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    groups: NDArray[np.str_],
    marked: NDArray[np.bool_] | None,
) -> None:
    others = np.isin(groups, ("", "noise"))
    size = 28 if len(x) < 300 else 12 if len(x) < 3_000 else 4
    if others.any():
        kind = "noise" if (groups == "noise").any() else "not known"
        axis.scatter(x[others], y[others], size, NOISE, marker="x", linewidths=0.8, label=kind)
    found, count = np.unique(groups[~others], return_counts=True)
    # labels are numbers: 2 comes before 10
    for place, at in enumerate(sorted(range(len(found)), key=lambda i: (-count[i], found[i]))):
        rows = groups == found[at]
        colour = COLOURS[place % len(COLOURS)]
        sign = SIGNS[place // len(COLOURS) % len(SIGNS)]
        label = f"{found[at]} ({count[at]})" if place < _MOST_NAMED else None
        axis.scatter(
            x[rows], y[rows], size, colour, marker=sign, alpha=0.8, linewidths=0, label=label
        )
    if marked is not None and marked.any():
        axis.scatter(
            x[marked],
            y[marked],
            2.2 * size,
            "none",
            edgecolors="black",
            linewidths=0.8,
            label="tune sample",
        )
    more = len(found) - _MOST_NAMED
    axis.legend(
        fontsize=7,
        frameon=False,
        title=f"and {more} more" if more > 0 else None,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
    )
