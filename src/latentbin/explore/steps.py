"""The exploration: matrices in; embeddings, clusterings, scores, plots and a page out."""

from __future__ import annotations

import argparse
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.explore.embeddings import Embedding, embed, try_sizes
from latentbin.explore.inputs import features, read_matrices, scaling_of
from latentbin.explore.options import (
    AUTO,
    CLASSES,
    FEWEST_ROWS,
    ClusterOptions,
    EmbeddingOptions,
    InputOptions,
)
from latentbin.explore.sampling import sub_sample
from latentbin.explore.truth import Known, classes_of_matrix, read_classes
from latentbin.files import atomic_directory, file_digest
from latentbin.learning.cli import load_torch
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError, as_dict, from_args

logger = logging.getLogger(__name__)


def explore(args: argparse.Namespace) -> None:
    """Embed, cluster, score; write tables, plots and the page."""
    inputs = from_args(InputOptions, args)
    embedding = from_args(EmbeddingOptions, args)
    clustering = from_args(ClusterOptions, args)
    with stage("read the input"):
        matrices = read_matrices(args.matrix)
        known = _known(args, matrices[0], clustering)
    n_rows = len(matrices[0].names)
    rows, counts = sub_sample(known, n_rows, inputs, args.seed)
    _check(matrices[0], len(rows), embedding)
    counts = {"rows": n_rows, **counts, "rows_explored": len(rows)}
    # scaled over the rows that are explored
    matrices = [matrix.take(rows) for matrix in matrices]
    if known is not None:
        known = known.take(rows)
        counts |= {
            "classes_explored": len(known.names),
            "rows_scored": int((known.codes >= 0).sum()),
        }
    logger.info("%s", ", ".join(f"{what.replace('_', ' ')} {n}" for what, n in counts.items()))
    _check_number(matrices[0], known, clustering)
    points = features(matrices, inputs)
    logger.info("%d rows x %d columns", *points.shape)
    if len(rows) > clustering.fit_rows:
        logger.info(
            "clusters are found on %d rows drawn at random, and the others assigned (--fit-rows)",
            clustering.fit_rows,
        )
    report = {
        "command": "latentbin-explore",
        "version": __version__,
        "seed": args.seed,
        "options": as_dict(inputs) | as_dict(embedding) | as_dict(clustering),
        "inputs": {path.name: file_digest(path) for path in (*args.matrix, args.truth) if path},
        "class_column": known.column if known else None,
        "counts": counts,
        "matrices": [
            {
                "kind": matrix.kind,
                "columns": len(matrix.columns),
                "scaled_by": scaling_of(matrix.kind, inputs.scale),
            }
            for matrix in matrices
        ],
    }
    from threadpoolctl import threadpool_limits

    with atomic_directory(args.output_dir) as folder:
        if "vae" in embedding.chosen() or embedding.elbow:
            load_torch(args.threads)
        with threadpool_limits(args.threads):
            if embedding.elbow:
                report["elbow"] = try_sizes(folder, points, embedding, args.seed, args.device)
            embeddings = [
                embed(key, points, embedding, args.seed, args.threads, args.device)
                for key in embedding.chosen()
            ]
            del points
            report["versions"] = _versions(embedding)
            report["embeddings"] = {one.key: one.facts for one in embeddings}
            _finish(folder, args, clustering, matrices[0], known, embeddings, report)


def _known(args: argparse.Namespace, matrix: NamedMatrix, options: ClusterOptions) -> Known | None:
    if args.truth is not None:
        return read_classes(args.truth, args.class_column, matrix.names, matrix.source)
    if args.class_column is not None:
        return classes_of_matrix(matrix, args.class_column)
    if options.clusters == CLASSES:
        raise OptionError("--clusters classes needs --truth, or a --class-column of the matrix")
    return None


def _check(matrix: NamedMatrix, n_rows: int, options: EmbeddingOptions) -> None:
    """Refuse what cannot work before anything is computed."""
    if n_rows < FEWEST_ROWS:
        raise UserError(
            f"{matrix.source}: {n_rows} rows to explore, at least {FEWEST_ROWS} are needed. "
            "Give more, or leave fewer out."
        )
    if "umap" in options.chosen() and n_rows > options.umap_limit:
        raise UserError(
            f"{matrix.source}: {n_rows:,} rows are more than --umap-limit {options.umap_limit:,}: "
            "UMAP would take hours. Draw some (--max-rows, --sub-sample), leave it out "
            "(--embeddings pca,vae), or raise the limit."
        )


def _check_number(matrix: NamedMatrix, known: Known | None, options: ClusterOptions) -> None:
    wanted = options.clusters
    if wanted == CLASSES and known is not None:
        wanted = str(len(known.names))
    n_rows = min(len(matrix.names), options.fit_rows)
    if wanted != AUTO and int(wanted) >= n_rows:
        raise UserError(
            f"--clusters: {wanted} clusters of {n_rows} rows. Ask for fewer, or give more rows."
        )


def _versions(options: EmbeddingOptions) -> dict[str, str]:
    used = ["numpy", "scipy", "scikit-learn"]
    used += ["umap-learn", "pynndescent", "numba"] if "umap" in options.chosen() else []
    used += ["torch"] if "vae" in options.chosen() or options.elbow else []
    return {name: version(name) for name in used}


def _finish(
    folder: Path,
    args: argparse.Namespace,
    options: ClusterOptions,
    first: NamedMatrix,
    known: Known | None,
    embeddings: list[Embedding],
    report: dict[str, Any],
) -> None:
    """Cluster each embedding, score, write."""
    from latentbin.agreement import silhouette
    from latentbin.explore.clustering import Clusterer
    from latentbin.explore.outputs import (
        Judged,
        draw_all,
        write_coordinates,
        write_labels,
        write_metrics,
    )
    from latentbin.explore.scores import agreement

    clusterer = Clusterer(options, args.seed, args.threads, len(known.names) if known else None)
    judged = []
    for embedding in embeddings:
        write_coordinates(folder, embedding, first, report)
        points = embedding.values.astype(np.float64)
        for found in clusterer.all(points):
            judged.append(
                Judged(
                    embedding,
                    found,
                    agreement(known.codes, found.labels) if known else None,
                    silhouette(points, found.labels, options.score_rows, args.seed),
                )
            )
            judged[-1].say()
    write_labels(folder, first.names, judged)
    write_metrics(folder, judged, report)
    rng = np.random.default_rng(args.seed)
    drawn = rng.permutation(len(first.names))[: options.drawn_rows]
    with stage("drew plots and page"):
        draw_all(folder, first, known, embeddings, judged, drawn)
