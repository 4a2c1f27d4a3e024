"""The embeddings, one after the other, and the elbow over latent sizes."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.command import stage
from latentbin.explore.options import EMBEDDINGS, EmbeddingOptions
from latentbin.files import write_table

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Embedding:
    """Coordinates of the rows.

    Attributes
    ----------
    key : of `options.EMBEDDINGS`
    values : (n_rows, size)
    facts : what is worth saying of how they came about
    seconds : wall time
    """

    key: str
    values: Floats
    facts: dict[str, Any]
    seconds: float


def embed(
    key: str, points: Floats, options: EmbeddingOptions, seed: int, threads: int, device: str
) -> Embedding:
    """Embed rows, (n_rows, n_columns) scaled, by the method of this key of `EMBEDDINGS`."""
    started = time.monotonic()
    facts: dict[str, Any]
    with stage(f"embedded by {EMBEDDINGS[key]}"):
        if key == "pca":
            from latentbin.principal import pca

            found = pca(points, options.pca_size)
            values = found.coordinates
            facts = {"explained": [round(float(share), 4) for share in found.explained]}
        elif key == "umap":
            from latentbin.umap_layout import umap_coordinates

            values, facts = umap_coordinates(
                points,
                options.umap_size,
                options.umap_neighbours,
                options.umap_min_dist,
                seed,
                threads,
            )
        else:
            from latentbin.explore.vae import train_vae
            from latentbin.learning.training import choose_device

            made = train_vae(points, options.latent_size, options, seed, choose_device(device))
            values = made.latent
            facts = {
                "epochs": len(made.held_out),
                "best_epoch": made.best_epoch,
                "loss_held_out": round(sum(made.terms), 4),
                "axes_used": made.active,
            }
    return Embedding(key, values, facts, time.monotonic() - started)


def try_sizes(
    folder: Path, points: Floats, options: EmbeddingOptions, seed: int, device: str
) -> dict[str, Any]:
    """Train a VAE of each size, write the table and the plot."""
    from latentbin.explore.figures import draw_elbow
    from latentbin.explore.vae import elbow_of, train_vae
    from latentbin.learning.training import choose_device

    chosen = choose_device(device)
    made = {}
    for size in options.elbow_sizes():
        with stage(f"trained with latent size {size}"):
            made[size] = train_vae(points, size, options, seed, chosen)
    losses = {size: sum(one.terms) for size, one in made.items()}
    elbow = elbow_of(losses)
    header = ("latent_size", "elbow", "loss_held_out", "reconstruction", "divergence")
    write_table(
        folder / "elbow.tsv",
        (*header, "axes_used", "best_epoch", "seconds"),
        (
            (
                size,
                int(size == elbow),
                *(f"{value:.4f}" for value in (losses[size], *one.terms)),
                one.active,
                one.best_epoch,
                f"{one.seconds:.1f}",
            )
            for size, one in made.items()
        ),
    )
    draw_elbow(
        folder / "elbow",
        list(made),
        list(losses.values()),
        [one.active for one in made.values()],
        elbow,
    )
    if elbow == max(made):
        logger.info("the held-out loss still falls at latent size %d: try larger ones", elbow)
    else:
        logger.info("elbow of the held-out loss: latent size %d", elbow)
    return {"elbow": elbow, "loss_held_out": {str(n): round(x, 4) for n, x in losses.items()}}
