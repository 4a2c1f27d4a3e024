"""Maps of latents in two dimensions, and what points are coloured by."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.matrix import NamedMatrix
from latentbin.report.group import Group

logger = logging.getLogger(__name__)

_FEWEST_FOR_UMAP = 30
_NEIGHBOURS, _MIN_DIST = 15, 0.2


def layout(
    latent: NamedMatrix, rows: NDArray[np.intp], seed: int, threads: int
) -> tuple[list[list[float]], str]:
    """Coordinates of the chosen rows in two dimensions, and how they were found.

    UMAP of few rows says nothing; they are shown in the plane of largest variance. So is a latent
    of one or two dimensions, which needs no reduction.
    """
    points = latent.values[rows]
    if points.shape[1] <= 2 or len(rows) < _FEWEST_FOR_UMAP:
        from latentbin.principal import plane

        found, explained = plane(points)
        how = f"principal components ({explained.sum():.0%} of the variance)"
        if points.shape[1] <= 2:
            how = "as it is"
    else:
        from latentbin.umap_layout import umap_coordinates

        found, _ = umap_coordinates(points, 2, _NEIGHBOURS, _MIN_DIST, seed, threads)
        how = "UMAP"
    return [[round(float(value), 3) for value in axis] for axis in found.T], how


def draw_contigs(group: Group, n_points: int, seed: int, threads: int) -> dict[str, Any]:
    """Some contigs of the catalogue, at random, in the latents of all binners.

    Points stand in random order, so that the first of them are a random choice as well.
    """
    latents = {binner.name: binner.latent for binner in group.binners if binner.latent}
    if not latents:
        return {"drawn": 0, "of": 0, "maps": {}}
    shared = set.intersection(*(set(latent.names) for latent in latents.values()))
    order = np.random.default_rng(seed).permutation(len(group.rows))
    chosen = [row for row in order.tolist() if group.composition.names[row] in shared][:n_points]
    names = [group.composition.names[row] for row in chosen]
    maps = {}
    for name, latent in latents.items():
        place = {contig: row for row, contig in enumerate(latent.names)}
        rows = np.array([place[contig] for contig in names], np.intp)
        at, how = layout(latent, rows, seed, threads)
        maps[name] = {"x": at[0], "y": at[1], "how": how, "dimensions": latent.values.shape[1]}
    return {
        "drawn": len(names),
        "of": len(shared),
        "maps": maps,
        "names": names,
        "colours": _colours(group, np.array(chosen, np.intp)),
    }


def _colours(group: Group, chosen: NDArray[np.intp]) -> list[dict[str, Any]]:
    """What the points can be coloured by: numbers, or groups with names."""
    rows = group.rows[chosen]
    unit = "Depth (mean of samples)" if group.unit == "depth" else "RPKM (mean of samples)"
    found = [
        groups_of("Bin", binner.plan.bin_of[rows], binner.plan.names, "unbinned", of=binner.name)
        for binner in group.binners
    ]
    found += [
        _numbers("GC, %", group.gc_percent[rows], 1),
        _numbers(unit, group.mean_abundance[rows], 3, log=True),
        _numbers("Length, bp", group.contigs.lengths[rows], 0, log=True),
    ]
    if group.predictions is not None:
        columns = group.predictions.columns
        for rank in (name for name in columns if f"{name}_probability" in columns):
            names, codes = codes_of([columns[rank][row] for row in chosen.tolist()], "unknown")
            found.append(groups_of(rank.capitalize(), codes, names, "unknown"))
    if group.known is not None:
        codes = group.known.codes[rows]
        found.append(groups_of("True genome", codes, group.known.truth.genomes, "not known"))
    if group.sample is not None:
        found.append(groups_of("Sample", group.sample[rows], group.samples_in_names, ""))
    return found


def _numbers(title: str, values: Any, digits: int, log: bool = False) -> dict[str, Any]:
    shown = [None if value != value else round(float(value), digits) for value in values.tolist()]
    if digits == 0:
        shown = [None if value is None else int(value) for value in shown]
    return {"title": title, "values": shown, "log": log}


def groups_of(
    title: str, codes: NDArray[Any], names: Sequence[str], nobody: str, of: str | None = None
) -> dict[str, Any]:
    """Groups renumbered, those with most points first; -1 is in none."""
    inside = codes >= 0
    present, sizes = np.unique(codes[inside], return_counts=True)
    order = np.lexsort((present, -sizes))
    number = {int(present[place]): new for new, place in enumerate(order)}
    return {
        "title": title,
        "of": of,
        "codes": [number.get(code, -1) for code in codes.tolist()],
        "names": [names[int(present[place])] for place in order],
        "nobody": nobody,
    }


def codes_of(labels: Sequence[str], nobody: str) -> tuple[list[str], NDArray[np.int64]]:
    names = sorted(set(labels) - {nobody})
    place = {name: number for number, name in enumerate(names)}
    return names, np.array([place.get(label, -1) for label in labels], np.int64)


def training(latent: NamedMatrix) -> dict[str, Any] | None:
    """Losses of each epoch, as the report in the latent's header has them; None without any.

    The report has terms with a value of each for every epoch, or one loss, of what was learned
    from and, in ``loss_held_out``, of what was held out.
    """
    loss = latent.report.get("loss")
    if isinstance(loss, dict) and loss.get("epochs"):
        curves = dict(zip(loss["terms"], zip(*loss["epochs"], strict=True), strict=True))
    elif isinstance(loss, list) and loss:
        curves = {"loss": loss}
        if latent.report.get("loss_held_out"):
            curves["held out"] = latent.report["loss_held_out"]
    else:
        return None
    return {
        "epochs": len(next(iter(curves.values()))),
        "curves": {
            name: [_shortened(value) for value in values] for name, values in curves.items()
        },
    }


def _shortened(value: float) -> float:
    return float(f"{value:.5g}")
