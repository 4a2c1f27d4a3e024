"""The step ``label``: a latent in, labels with everything that judges them out."""

from __future__ import annotations

import argparse
import json
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.command import stage
from latentbin.density import NOISE, Density
from latentbin.errors import UserError
from latentbin.files import atomic_directory, file_digest, write_table
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, from_args
from latentbin.proteome.annotation import LATENT, Annotation
from latentbin.proteome.labelling.choose import KNEE, TUNED, AtEps, Choice, choose, tune_classes
from latentbin.proteome.labelling.compare import Clustering, other_methods
from latentbin.proteome.labelling.options import LabelOptions
from latentbin.proteome.labelling.scores import AGREEMENT, Agreement, agreement, shown

logger = logging.getLogger(__name__)

_POOR = 0.5  # V-measure of tune samples that deserves a word
_BY_CHANCE = 0.05  # adjusted mutual information that is not worth a word


def label(args: argparse.Namespace) -> None:
    """Choose eps, label the samples, compare; write tables and plots."""
    options = from_args(LabelOptions, args)
    latent = NamedMatrix.load(args.latent, LATENT)
    annotation = _annotation(latent, args.samples)
    n_samples = len(latent.names)
    min_samples = options.min_samples_for(n_samples)
    if n_samples < min_samples:
        raise UserError(
            f"{args.latent}: has {n_samples} samples, fewer than --min-samples {min_samples}. "
            "Lower it, or give more samples."
        )
    from threadpoolctl import threadpool_limits

    with atomic_directory(args.output_dir) as folder, threadpool_limits(args.threads):
        with stage("tried DBSCAN over eps"):
            density = Density(latent.values, min_samples)
            choice = choose(density, annotation, options.eps_steps, options.eps, args.seed)
        _warn(choice, annotation)
        follows = _follows(annotation, choice.chosen.labels)
        clusterings = [_of_dbscan(choice, min_samples)]
        if options.compare:
            with stage("compared with other methods"):
                clusterings += other_methods(latent.values, min_samples, args.seed)
        _write_tables(folder, latent, annotation, choice, follows, clusterings)
        _draw(folder, latent, annotation, choice, density, clusterings)
        inputs = [path for path in (args.latent, args.samples) if path]
        summary = {
            "command": "latentbin-proteome label",
            "version": __version__,
            "inputs": {path.name: file_digest(path) for path in inputs},
            "options": as_dict(options) | {"min_samples": min_samples, "seed": args.seed},
            **_summary(latent, annotation, choice, follows),
        }
        (folder / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", "utf-8")
    _say(choice, follows, n_samples)


def _annotation(latent: NamedMatrix, sheet_path: Path | None) -> Annotation:
    if sheet_path is None:
        return Annotation.of(latent)
    from latentbin.proteome.tables.sheet import annotation_of

    return annotation_of(latent.names, latent.source, sheet_path)


def _warn(choice: Choice, annotation: Annotation) -> None:
    if choice.how == KNEE:
        tune = tune_classes(annotation)
        lack = (
            "no tune samples"
            if not (tune != "").any()
            else f"tune samples of one class only, '{tune[tune != ''][0]}'"
        )
        logger.warning(
            "warning: %s: eps %g is the knee of the k-distances, a guess. Mark some samples of "
            "each class as tune samples, or look at eps.png and give --eps",
            lack,
            choice.chosen.eps,
        )
    if choice.how == TUNED and choice.chosen.tune and choice.chosen.tune.v_measure < _POOR:
        logger.warning(
            "warning: even at the best eps the labels tell little of the classes of the tune "
            "samples (V-measure %.3f): the latent does not keep them apart",
            choice.chosen.tune.v_measure,
        )
    if choice.chosen.n_clusters < 2:
        logger.warning(
            "warning: DBSCAN finds %d cluster%s: the latent shows no groups at this eps",
            choice.chosen.n_clusters,
            "" if choice.chosen.n_clusters == 1 else "s",
        )


def _follows(annotation: Annotation, labels: NDArray[np.intp]) -> dict[str, Agreement]:
    known = {
        "class": annotation.classes,
        "batch": annotation.batches,
        "donor": annotation.donors,
    }
    found = {
        name: agreement(groups, labels) for name, groups in known.items() if _are_groups(groups)
    }
    return {name: score for name, score in found.items() if score is not None}


def _are_groups(groups: NDArray[np.str_]) -> bool:
    """Whether two groups have two samples each: labels agree with single samples by nature."""
    sizes = Counter(groups[groups != ""].tolist()).values()
    return sum(size > 1 for size in sizes) > 1


def _of_dbscan(choice: Choice, min_samples: int) -> Clustering:
    at = choice.chosen
    return Clustering(
        "DBSCAN", at.labels, f"eps {at.eps:g}, min_samples {min_samples}", at.silhouette
    )


def _names(labels: NDArray[np.intp]) -> list[str]:
    return ["noise" if label == NOISE else str(label + 1) for label in labels]


def _suggested(labels: NDArray[np.intp], tune: NDArray[np.str_]) -> list[str]:
    """For each sample the class that most tune samples of its label have; of equals the first."""
    classes: dict[int, str] = {NOISE: ""}
    for label in range(int(labels.max(initial=NOISE)) + 1):
        votes = Counter(tune[(labels == label) & (tune != "")].tolist())
        classes[label] = min(votes, key=lambda name: (-votes[name], name)) if votes else ""
    return [classes[int(label)] for label in labels]


def _write_tables(
    folder: Path,
    latent: NamedMatrix,
    annotation: Annotation,
    choice: Choice,
    follows: dict[str, Agreement],
    clusterings: list[Clustering],
) -> None:
    labels = choice.chosen.labels
    tune = tune_classes(annotation)
    write_table(
        folder / "labels.tsv",
        ("sample", "label", "suggested_class", "class", "tune", "batch", "donor"),
        zip(
            latent.names,
            _names(labels),
            _suggested(labels, tune),
            annotation.classes,
            annotation.tune.astype(int),
            annotation.batches,
            annotation.donors,
            strict=True,
        ),
    )
    scored = [f"{whose}_{name}" for whose in ("tune", "class") for name in AGREEMENT]
    write_table(
        folder / "eps.tsv",
        ("eps", "chosen", "clusters", "noise", *scored, "silhouette"),
        (_eps_row(at, at is choice.chosen) for at in choice.tried),
    )
    write_table(
        folder / "follows.tsv",
        ("known", *AGREEMENT),
        ((name, *score.cells()) for name, score in follows.items()),
    )
    write_table(
        folder / "methods.tsv",
        ("method", "settings", "clusters", "noise", *scored, "silhouette"),
        (_method_row(made, annotation) for made in clusterings),
    )


def _eps_row(at: AtEps, chosen: bool) -> Iterator[Any]:
    yield from (f"{at.eps:g}", int(chosen), at.n_clusters, at.n_noise)
    yield from (*_cells(at.tune), *_cells(at.known), shown(at.silhouette))


def _method_row(made: Clustering, annotation: Annotation) -> Iterator[Any]:
    yield from (made.method, made.settings)
    if made.labels is None:
        yield from [""] * (3 + 2 * len(AGREEMENT))
        return
    yield from (int(made.labels.max(initial=NOISE)) + 1, int((made.labels == NOISE).sum()))
    for known in (tune_classes(annotation), annotation.classes):
        yield from _cells(agreement(known, made.labels))
    yield shown(made.silhouette)


def _cells(score: Agreement | None) -> list[str]:
    return score.cells() if score else [""] * len(AGREEMENT)


def _draw(
    folder: Path,
    latent: NamedMatrix,
    annotation: Annotation,
    choice: Choice,
    density: Density,
    clusterings: list[Clustering],
) -> None:
    # takes a second to load: after everything that may go wrong
    from latentbin.proteome.labelling.figures import draw_eps, draw_latent, draw_methods

    names = _names(choice.chosen.labels)
    draw_latent(folder / "latent", latent.values, latent.columns, names, annotation)
    min_samples = density.min_samples
    draw_eps(folder / "eps", choice, density.core_distances, min_samples)
    made = [(one, one.labels) for one in clusterings if one.labels is not None]
    scores: dict[str, list[float | None]] = {"silhouette": [one.silhouette for one, _ in made]}
    for name, known in (("class", annotation.classes), ("batch", annotation.batches)):
        if (known != "").any():
            agreed = [agreement(known, labels) for _, labels in made]
            scores[f"V-measure, {name}"] = [score.v_measure if score else None for score in agreed]
    draw_methods(folder / "methods", [one.method for one, _ in made], scores)


def _summary(
    latent: NamedMatrix, annotation: Annotation, choice: Choice, follows: dict[str, Agreement]
) -> dict[str, Any]:
    at = choice.chosen
    return {
        "samples": len(latent.names),
        "tune_samples": int((tune_classes(annotation) != "").sum()),
        "eps": at.eps,
        "eps_by": choice.how,
        "labels": at.n_clusters,
        "label_sizes": np.bincount(at.labels[at.labels != NOISE]).tolist(),
        "noise": at.n_noise,
        "silhouette": at.silhouette,
        "tune": vars(at.tune) if at.tune else None,
        "follows": {name: vars(score) for name, score in follows.items()},
        "follows_most": _most(follows),
    }


def _most(follows: dict[str, Agreement]) -> str | None:
    """What the labels agree with most; None if with nothing that is known beyond chance.

    By adjusted mutual information: the V-measure rises with the number of groups, and there are
    more donors than classes.
    """
    if not follows:
        return None
    name = max(follows, key=lambda name: follows[name].adjusted_mutual_info)
    return name if follows[name].adjusted_mutual_info > _BY_CHANCE else None


def _say(choice: Choice, follows: dict[str, Agreement], n_samples: int) -> None:
    at = choice.chosen
    logger.info(
        "%d labels, %d of %d samples noise, eps %g by %s",
        at.n_clusters,
        at.n_noise,
        n_samples,
        at.eps,
        choice.how,
    )
    if choice.how == TUNED and at.tune:
        logger.info("V-measure of the %d tune samples: %.3f", at.tune.samples, at.tune.v_measure)
    for name, score in follows.items():
        logger.info(
            "labels against %s (%d samples): V-measure %.3f, adjusted mutual information %.3f",
            name,
            score.samples,
            score.v_measure,
            score.adjusted_mutual_info,
        )
    if "class" in follows and _most(follows) not in ("class", None):
        logger.warning(
            "warning: the labels follow the %s rather than the class: they may tell how samples "
            "were measured, not what they are",
            _most(follows),
        )
