"""What the folder gets: coordinates, clusters, tables, plots and the page."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.clusters import write_clusters
from latentbin.explore.clustering import Clustering
from latentbin.explore.embeddings import Embedding
from latentbin.explore.options import CLUSTERINGS, EMBEDDINGS
from latentbin.explore.scores import AGREEMENT, Agreement
from latentbin.explore.truth import Known
from latentbin.files import write_table
from latentbin.matrix import NamedMatrix

logger = logging.getLogger(__name__)

HEADER = ("embedding", "clustering", *AGREEMENT, "silhouette", "clusters", "noise", "settings")


@dataclass(frozen=True, eq=False)
class Judged:
    """A clustering of an embedding, and its scores.

    Attributes
    ----------
    agreement : None if no class is known
    silhouette : of the embedding; None if it is not defined
    """

    embedding: Embedding
    clustering: Clustering
    agreement: Agreement | None
    silhouette: float | None

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{EMBEDDINGS[self.embedding.key]} + {CLUSTERINGS[self.clustering.method]}"

    def cells(self) -> list[str]:
        """The row of the table, but for the time."""
        none = [""] * len(AGREEMENT)
        return [
            EMBEDDINGS[self.embedding.key],
            CLUSTERINGS[self.clustering.method],
            *(self.agreement.cells() if self.agreement else none),
            "" if self.silhouette is None else f"{self.silhouette:.4f}",
            str(self.clustering.n_clusters),
            str(self.clustering.n_noise),
            self.clustering.settings,
        ]

    def say(self) -> None:
        """One line of the log."""
        found, size = self.clustering, len(self.clustering.labels)
        scores = []
        if self.agreement:
            scores.append(f", V-measure {self.agreement.v_measure:.3f}")
            scores.append(f", accuracy {self.agreement.accuracy:.3f}")
        elif self.silhouette is not None:
            scores.append(f", silhouette {self.silhouette:.3f}")
        logger.info(
            "%s: %s, %.1f %% noise%s (%.1f s)",
            self.name,
            plural(found.n_clusters, "cluster"),
            100 * found.n_noise / size,
            "".join(scores),
            found.seconds,
        )


def plural(number: int, what: str) -> str:
    """``1 cluster``, ``2 clusters``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def write_coordinates(
    folder: Path, embedding: Embedding, first: NamedMatrix, report: dict[str, Any]
) -> None:
    """The coordinates as a latent that other commands read, with what is known of the rows."""
    size = embedding.values.shape[1]
    NamedMatrix(
        # a proteome's rows are samples, and have classes, batches and donors
        "proteome-latent" if first.kind.startswith("proteome") else "latent",
        first.names,
        tuple(f"{embedding.key}_{number}" for number in range(1, size + 1)),
        embedding.values,
        first.arrays,
        {"method": f"explore {EMBEDDINGS[embedding.key]}"},
        {**report, embedding.key: embedding.facts},
    ).save(folder / f"{embedding.key}.npz")


def write_labels(folder: Path, names: Sequence[str], judged: Sequence[Judged]) -> None:
    """A clusters.tsv of each clustering: clusters from 1, the largest; noise is not listed."""
    (folder / "clusters").mkdir()
    for one in judged:
        labels = one.clustering.labels
        rows = np.flatnonzero(labels >= 0).tolist()
        path = folder / "clusters" / f"{one.embedding.key}.{one.clustering.method}.tsv"
        write_clusters(path, {names[row]: str(labels[row] + 1) for row in rows})


def write_metrics(folder: Path, judged: Sequence[Judged], report: dict[str, Any]) -> None:
    """metrics.tsv and metrics.json; the time is in the table alone."""
    write_table(
        folder / "metrics.tsv",
        (*HEADER, "seconds"),
        ((*one.cells(), f"{one.clustering.seconds:.1f}") for one in judged),
    )
    methods = [
        {
            "embedding": one.embedding.key,
            "clustering": one.clustering.method,
            **(asdict(one.agreement) if one.agreement else {}),
            "silhouette": one.silhouette,
            "clusters": one.clustering.n_clusters,
            "noise": one.clustering.n_noise,
            "settings": one.clustering.settings,
        }
        for one in judged
    ]
    text = json.dumps({**report, "methods": methods}, indent=1)
    (folder / "metrics.json").write_text(text + "\n", "utf-8")


def draw_all(
    folder: Path,
    first: NamedMatrix,
    known: Known | None,
    embeddings: Sequence[Embedding],
    judged: Sequence[Judged],
    drawn: NDArray[np.intp],
) -> None:
    """Plots of each embedding, of the table, and the page."""
    from latentbin.explore.colouring import Colouring
    from latentbin.explore.figures import draw_embedding
    from latentbin.explore.page import write_page
    from latentbin.principal import plane

    classes = (
        [Colouring.of_classes(f"By {known.column}", known.codes, known.names)] if known else []
    )
    found = {
        one.name: Colouring.of_clusters(
            f"By clusters of {CLUSTERINGS[one.clustering.method]}", one.clustering.labels
        )
        for one in judged
    }
    for embedding in embeddings:
        own = [found[one.name] for one in judged if one.embedding is embedding]
        coordinates, explained = plane(embedding.values)
        draw_embedding(
            folder / embedding.key,
            EMBEDDINGS[embedding.key],
            coordinates,
            explained,
            [*classes, *own],
            drawn,
        )
    _draw_map(folder, judged, known is not None)
    write_page(
        folder / "explore.html",
        first.names,
        {EMBEDDINGS[one.key]: one.values for one in embeddings},
        {**{each.title.removeprefix("By "): each for each in classes}, **found},
        [HEADER, *(one.cells() for one in judged)],
        drawn,
    )


def _draw_map(folder: Path, judged: Sequence[Judged], with_classes: bool) -> None:
    from latentbin.explore.figures import draw_table

    rows = list(dict.fromkeys(one.embedding.key for one in judged))
    columns = list(dict.fromkeys(one.clustering.method for one in judged))
    values = np.full((len(rows), len(columns)), np.nan)
    words = [[""] * len(columns) for _ in rows]
    for one in judged:
        line, column = rows.index(one.embedding.key), columns.index(one.clustering.method)
        score = one.agreement.v_measure if one.agreement else one.silhouette
        values[line, column] = np.nan if score is None else score
        clustering = one.clustering
        noise = clustering.n_noise / len(clustering.labels)
        words[line][column] = plural(clustering.n_clusters, "cluster") + (
            (f", {noise:.0%} noise" if noise >= 0.005 else ", <1% noise") if noise else ""
        )
    draw_table(
        folder / "metrics",
        "V-measure of clusters with classes" if with_classes else "Silhouette",
        [EMBEDDINGS[key] for key in rows],
        [CLUSTERINGS[key] for key in columns],
        values,
        words,
    )
