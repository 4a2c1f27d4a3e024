"""How far apart classes come in the latent, and whether DBSCAN finds them: a simulated study.

After the figures 1 and S1 to S4 of the paper (METHODS.md, section 4): distance between the centres
of classes by samples, informative proteins and signal to noise; V-measure of DBSCAN; other
clusterings of the same latent; scores against eps. Latents are kept in a scratch folder: a study
that was interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from dataclasses import asdict
from itertools import combinations, pairwise
from pathlib import Path
from statistics import mean, stdev

import numpy as np
from figures import draw_all
from latents import Cell, train
from scipy.stats import spearmanr

from latentbin.density import NOISE, Density
from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import LATENT, Annotation
from latentbin.proteome.labelling.choose import best, choose, tune_classes
from latentbin.proteome.labelling.compare import other_methods
from latentbin.proteome.labelling.eps import eps_grid
from latentbin.proteome.labelling.options import LabelOptions
from latentbin.proteome.labelling.scores import agreement, silhouette

SAMPLES, INFORMATIVE = (500, 1000, 2000, 10_000), (1, 2, 3, 4, 5, 6)
SIGNALS = (1, 2, 3, 4, 5, 6, 7, 8)
SEEDS = (6, 7, 8, 9, 10)  # 1 to 5 chose the input noise, 11 and 12 the scale of the latent
SIGNAL_SEEDS, METHOD_SEEDS, PAPER_SEEDS = SEEDS[:3], SEEDS[:3], SEEDS[:1]  # of the slower parts
MIDDLE = (2000, 6, 6)  # samples, informative proteins, signal to noise
SETTINGS = {"signal to noise 6": MIDDLE, "signal to noise 2": (*MIDDLE[:2], 2)}
OPTIONS = LabelOptions()


def all_cells() -> list[Cell]:
    """All that is trained, seed by seed."""
    cells: dict[Cell, None] = {}
    for seed in SEEDS:
        for n in SAMPLES:
            cells.update(dict.fromkeys(Cell(n, i, MIDDLE[2], seed) for i in INFORMATIVE))
        if seed in SIGNAL_SEEDS:
            cells.update(dict.fromkeys(Cell(*MIDDLE[:2], signal, seed) for signal in SIGNALS))
        if seed in PAPER_SEEDS:
            cells[Cell(*MIDDLE, seed, "paper")] = None
    return list(cells)


def judge(points: np.ndarray, annotation: Annotation) -> dict[str, float | int]:
    """Distances between centres, and DBSCAN with the eps that tune samples choose."""
    density = Density(points, OPTIONS.min_samples_for(len(points)))
    grid = eps_grid(
        density.core_distances, float(np.ptp(density.points, axis=0).max()), OPTIONS.eps_steps
    )
    labels = [density.dbscan(eps) for eps in grid]
    tune = tune_classes(annotation)
    place = best(
        [agreement(tune, found).v_measure for found in labels],
        [int((found == NOISE).sum()) for found in labels],
    )
    distance, spread = centres(points, annotation.classes)
    return {
        "distance": distance,
        "separation": distance / spread if spread > 0 else 0.0,
        "v_measure": agreement(annotation.classes, labels[place]).v_measure,
        "eps": grid[place],
        "clusters": int(labels[place].max()) + 1,
        "noise": int((labels[place] == NOISE).sum()),
    }


def centres(points: np.ndarray, classes: np.ndarray) -> tuple[float, float]:
    """Mean distance between two centres of classes, and the pooled standard deviation within.

    The latter is of one axis: the root of the mean of variances over classes and axes.
    """
    groups = [points[classes == name].astype(float) for name in np.unique(classes)]
    means = [group.mean(axis=0) for group in groups]
    between = mean(float(np.linalg.norm(a - b)) for a, b in combinations(means, 2))
    within = mean(float(group.var(axis=0, ddof=1).mean()) for group in groups)
    return between, within**0.5


def judge_cell(cell: Cell, folder: Path) -> dict:
    latent = NamedMatrix.load(cell.path(folder), LATENT)
    annotation = Annotation.of(latent)
    held = latent.arrays["held_out"]
    row = asdict(cell) | {
        "seconds": latent.report["seconds"],
        "epochs": latent.report["epochs"],
        **judge(latent.values, annotation),
    }
    if held.any():
        distance, spread = centres(latent.values[held], annotation.classes[held])
        row |= {"distance_held_out": distance, "separation_held_out": distance / spread}
    if cell.model == "gaussian":
        row["seconds_pca"] = latent.report["seconds_pca"]
        for n in (2, 3):
            row[f"pca{n}"] = judge(latent.arrays["components"][:, :n], annotation)
    return row


def summary(rows: list[dict], names: tuple[str, ...]) -> list[dict]:
    """Means and standard errors over seeds of each setting."""
    settings = sorted({(r["model"], r["samples"], r["informative"], r["signal"]) for r in rows})
    table = []
    for model, n, informative, signal in settings:
        of = [
            r
            for r in rows
            if (r["model"], r["samples"], r["informative"], r["signal"])
            == (model, n, informative, signal)
        ]
        line = {"model": model, "samples": n, "informative": informative, "signal": signal}
        line["seeds"] = len(of)
        for name in names:
            values = [value for r in of if (value := _get(r, name)) is not None]
            if values:
                error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
                line[name] = [round(mean(values), 4), None if error is None else round(error, 4)]
        table.append(line)
    return table


def _get(row: dict, name: str) -> float | None:
    for part in name.split("."):
        row = row.get(part)  # type: ignore[assignment]
        if row is None:
            return None
    return row  # type: ignore[return-value]


def trends(table: list[dict], names: tuple[str, ...]) -> list[dict]:
    """Whether means rise along an axis, the others fixed.

    Spearman's correlation of the means with the axis, and the largest fall from one step to the
    next in standard errors of the difference; at most 2 of these counts as monotone within noise.
    """
    gaussian = [line for line in table if line["model"] == "gaussian"]
    rows = []
    for axis in ("samples", "informative", "signal"):
        fixed = [other for other in ("samples", "informative", "signal") if other != axis]
        for at in sorted({tuple(line[name] for name in fixed) for line in gaussian}):
            lines = [line for line in gaussian if tuple(line[name] for name in fixed) == at]
            if len(lines) < 3:
                continue
            lines.sort(key=lambda line: line[axis])
            for name in names:
                points = [line[name] for line in lines]
                falls = [
                    (a[0] - b[0]) / max(((a[1] or 0) ** 2 + (b[1] or 0) ** 2) ** 0.5, 1e-9)
                    for a, b in pairwise(points)
                ]
                means = [point[0] for point in points]
                differ = len(set(means)) > 1  # or there is no correlation
                rank = (
                    spearmanr([line[axis] for line in lines], means).statistic if differ else None
                )
                rows.append(
                    {
                        "measure": name,
                        "along": axis,
                        **dict(zip(fixed, at, strict=True)),
                        "spearman": round(float(rank), 3) if rank is not None else None,
                        "largest_fall_in_se": round(max(falls), 2),
                        "monotone_within_noise": max(falls) <= 2,
                    }
                )
    return rows


def methods(folder: Path) -> list[dict]:
    """DBSCAN and the other clusterings of the same latents."""
    rows = []
    for setting, values in SETTINGS.items():
        for seed in METHOD_SEEDS:
            latent = NamedMatrix.load(Cell(*values, seed).path(folder), LATENT)
            annotation = Annotation.of(latent)
            min_samples = OPTIONS.min_samples_for(len(latent.names))
            begin = time.perf_counter()
            at = choose(Density(latent.values, min_samples), annotation, OPTIONS.eps_steps, None)
            made = [("DBSCAN", at.chosen.labels, f"eps {at.chosen.eps:g}")]
            seconds = [time.perf_counter() - begin]
            others = other_methods(latent.values, min_samples, seed)
            while True:
                begin = time.perf_counter()
                one = next(others, None)
                if one is None:
                    break
                seconds.append(time.perf_counter() - begin)
                made.append((one.method, one.labels, one.settings))
            for (name, labels, how), spent in zip(made, seconds, strict=True):
                row = {"setting": setting, "seed": seed, "method": name, "settings": how}
                row["seconds"] = round(spent, 2)
                if labels is not None:
                    row |= {
                        "clusters": int(labels.max()) + 1,
                        "noise_share": float((labels == NOISE).mean()),
                        "silhouette": silhouette(latent.values, labels),
                        **asdict(agreement(annotation.classes, labels)),
                    }
                rows.append(row)
    return rows


def eps_curves(folder: Path) -> list[dict]:
    """Scores of DBSCAN against eps, of the first seed."""
    rows = []
    for setting, values in SETTINGS.items():
        latent = NamedMatrix.load(Cell(*values, SEEDS[0]).path(folder), LATENT)
        density = Density(latent.values, OPTIONS.min_samples_for(len(latent.names)))
        choice = choose(density, Annotation.of(latent), OPTIONS.eps_steps, None)
        for at in choice.tried:
            rows.append(
                {
                    "setting": setting,
                    "eps": at.eps,
                    "chosen": at is choice.chosen,
                    "tune_v_measure": at.tune.v_measure,
                    "v_measure": at.known.v_measure,
                    "homogeneity": at.known.homogeneity,
                    "completeness": at.known.completeness,
                    "silhouette": at.silhouette,
                    "clusters": at.n_clusters,
                    "noise_share": at.n_noise / len(latent.names),
                }
            )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=Path("bench/proteome_latents"))
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("result.json"))
    parser.add_argument("--figures", type=Path, default=Path(__file__).with_name("figures"))
    args = parser.parse_args()
    cells = all_cells()
    train(cells, args.folder, args.threads)
    rows = [judge_cell(cell, args.folder) for cell in cells]
    print("judged", flush=True)
    own = ("distance", "separation", "v_measure", "distance_held_out", "separation_held_out")
    others = ("eps", "noise", "seconds", "epochs", "seconds_pca")
    peers = [f"pca{n}.{name}" for n in (2, 3) for name in ("separation", "v_measure")]
    table = summary(rows, (*own, *others, *peers))
    result = {
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.processor() or platform.machine(),
            "threads": args.threads,
        },
        "middle": [
            _rounded(row)
            for row in rows
            if (row["samples"], row["informative"], row["signal"]) == MIDDLE
        ],
        "trends": trends(table, own),
        "settings": table,
        "methods": [_rounded(row) for row in methods(args.folder)],
        "eps": [_rounded(row) for row in eps_curves(args.folder)],
    }
    args.output.write_text(json.dumps(result, indent=1) + "\n")
    args.figures.mkdir(exist_ok=True)
    draw_all(result, args.figures)


def _rounded(row: dict) -> dict:
    return {
        name: _rounded(value)
        if isinstance(value, dict)
        else round(value, 4)
        if isinstance(value, float)
        else value
        for name, value in row.items()
    }


if __name__ == "__main__":
    main()
