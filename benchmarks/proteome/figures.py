"""The figures of the study."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Any

from latentbin.plots import COLOURS, NOISE, SIGNS, new_figure, save_figure

_COMPARED = "Latent of 2,000 samples with 6 informative proteins per class"
LATENT, PCA2, PCA3 = "autoencoder", "2 principal components", "3 principal components"


def draw_all(result: dict[str, Any], folder: Path) -> None:
    grid = [
        line for line in result["settings"] if line["model"] == "gaussian" and line["signal"] == 6
    ]
    draw_grid(
        folder / "figure_1_distance",
        grid,
        {"distance": "distance between centres", "separation": "distance / SD within classes"},
        "Latent of all samples; signal to noise 6, means of 5 seeds ± standard error",
    )
    draw_grid(
        folder / "figure_1_held_out",
        grid,
        {
            "distance_held_out": "distance between centres",
            "separation_held_out": "distance / SD within classes",
        },
        "Latent of the tenth of the samples that was not trained on; signal to noise 6",
    )
    draw_grid(
        folder / "figure_s2_v_measure",
        grid,
        {"v_measure": f"V-measure, {LATENT}", "pca2.v_measure": f"V-measure, {PCA2}"},
        "DBSCAN with eps chosen by tune samples; signal to noise 6",
        top=1.03,
    )
    draw_signal(folder / "figure_s1_signal", result["settings"])
    draw_methods(folder / "figure_s3_methods", result["methods"])
    draw_eps(folder / "figure_s4_eps", result["eps"])


def draw_grid(
    path: Path, lines: list[dict], measures: dict[str, str], title: str, top: float | None = None
) -> None:
    """Each measure against samples and against informative proteins."""
    figure, axes = new_figure(9.0, 6.4, len(measures), 2)
    for row, (name, label) in enumerate(measures.items()):
        for column, (x, by) in enumerate((("samples", "informative"), ("informative", "samples"))):
            axis = axes[row, column]
            for place, value in enumerate(sorted({line[by] for line in lines})):
                points = sorted((line for line in lines if line[by] == value), key=lambda at: at[x])
                _line(axis, points, x, name, place, f"{value:,}")
            axis.set_ylim(bottom=0, top=top)
            axis.set_ylabel(label)
            if x == "samples":
                axis.set_xscale("log")
                ticks = sorted({line[x] for line in lines})
                axis.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
                axis.set_xticks([], minor=True)
            if row == len(measures) - 1:
                axis.set_xlabel("samples" if x == "samples" else "informative proteins per class")
            if row == 0:
                axis.legend(
                    title="informative" if by == "informative" else by,
                    loc="upper left",
                    bbox_to_anchor=(1.0, 1.0),
                    frameon=False,
                )
    figure.suptitle(title, fontsize="medium")
    save_figure(figure, path)


def draw_signal(path: Path, settings: list[dict]) -> None:
    """Distances and V-measures against the signal to noise."""
    lines = [
        line
        for line in settings
        if line["model"] == "gaussian" and (line["samples"], line["informative"]) == (2000, 6)
    ]
    lines.sort(key=lambda line: line["signal"])
    figure, axes = new_figure(11.0, 3.6, 1, 3)
    for axis, title, names in (
        (
            axes[0, 0],
            "Distance between centres",
            {"distance": "all samples", "distance_held_out": "not trained on"},
        ),
        (
            axes[0, 1],
            "Distance / SD within classes",
            {
                "separation": "all samples",
                "separation_held_out": "not trained on",
                "pca2.separation": PCA2,
                "pca3.separation": PCA3,
            },
        ),
        (
            axes[0, 2],
            "V-measure of DBSCAN",
            {"v_measure": LATENT, "pca2.v_measure": PCA2, "pca3.v_measure": PCA3},
        ),
    ):
        places = {PCA2: 2, PCA3: 3, "not trained on": 1}
        for name, label in names.items():
            _line(axis, lines, "signal", name, places.get(label, 0), label)
        axis.set(xlabel="signal to noise", title=title)
        axis.set_ylim(bottom=0)
        axis.legend(frameon=False, fontsize=8)
    figure.suptitle("2,000 samples, 6 informative proteins; 3 seeds", fontsize="medium")
    save_figure(figure, path)


def draw_methods(path: Path, rows: list[dict]) -> None:
    """Clusterings of the same latents side by side, means over seeds and each seed as a dot."""
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    names = list(dict.fromkeys(row["method"] for row in rows))
    measures = {
        "v_measure": "V-measure",
        "adjusted_rand": "adjusted Rand index",
        "silhouette": "silhouette",
    }
    figure, axes = new_figure(11.0, 4.2, 1, len(settings))
    width = 0.8 / len(measures)
    for axis, setting in zip(axes[0], settings, strict=True):
        for place, (measure, label) in enumerate(measures.items()):
            for at, name in enumerate(names):
                values = [
                    row[measure]
                    for row in rows
                    if (row["setting"], row["method"]) == (setting, name)
                    and row.get(measure) is not None
                ]
                if not values:
                    continue
                x = at + (place - 1) * width
                shown = label if at == 0 else None
                axis.bar(x, mean(values), width, color=COLOURS[place], label=shown)
                axis.plot([x] * len(values), values, ".", color="black", markersize=4)
        axis.set_xticks(range(len(names)), names, rotation=30, ha="right")
        axis.set_ylim(0, 1.03)
        axis.set_title(setting)
    axes[0, 0].set_ylabel("score")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    figure.suptitle(_COMPARED, fontsize="medium")
    save_figure(figure, path)


def draw_eps(path: Path, rows: list[dict]) -> None:
    """Scores, noise and clusters of DBSCAN against eps."""
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    figure, axes = new_figure(11.0, 6.2, 2, len(settings))
    curves = {
        "v_measure": ("V-measure, all samples", "-"),
        "tune_v_measure": ("V-measure, tune samples", ":"),
        "homogeneity": ("homogeneity", "-"),
        "completeness": ("completeness", "-"),
        "silhouette": ("silhouette", "--"),
        "noise_share": ("share of noise", "-"),
    }
    for column, setting in enumerate(settings):
        points = [row for row in rows if row["setting"] == setting]
        eps = [row["eps"] for row in points]
        chosen = next(row["eps"] for row in points if row["chosen"])
        upper, lower = axes[:, column]
        for place, (name, (label, style)) in enumerate(curves.items()):
            values = [float("nan") if row[name] is None else row[name] for row in points]
            colour = NOISE if name == "noise_share" else COLOURS[place]
            upper.plot(eps, values, style, color=colour, label=label)
        upper.set_ylim(top=1.03)
        lower.plot(eps, [row["clusters"] for row in points], color=COLOURS[0])
        lower.axhline(4, color=NOISE, linewidth=0.8, linestyle="--")
        lower.set_yscale("symlog", linthresh=10)
        lower.set_yticks([0, 2, 4, 10, 20], ["0", "2", "4", "10", "20"])
        lower.set_ylim(bottom=0)
        for axis in (upper, lower):
            axis.set_xscale("log")
            axis.axvline(chosen, color="black", linewidth=0.8)
        upper.set_title(f"{setting}: eps {chosen:.3g} (line) by tune samples")
        lower.set_xlabel("eps")
    axes[0, 0].set_ylabel("score")
    axes[1, 0].set_ylabel("clusters (dashed: 4 classes)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False, fontsize=8)
    figure.suptitle(_COMPARED, fontsize="medium")
    save_figure(figure, path)


def _line(axis: Any, lines: list[dict], x: str, name: str, place: int, label: str) -> None:
    means = [line[name][0] for line in lines]
    errors = [line[name][1] or 0.0 for line in lines]
    axis.errorbar(
        [line[x] for line in lines],
        means,
        yerr=errors,
        color=COLOURS[place],
        marker=SIGNS[place],
        markersize=4,
        capsize=2,
        linewidth=1.2,
        label=label,
    )
