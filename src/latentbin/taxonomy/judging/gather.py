"""From the files to what is judged: predictions, labels, parts, probabilities and lengths."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import readable
from latentbin.matrix import NamedMatrix
from latentbin.taxonomy.judging.ranks import UNANSWERED, JudgedRank, RankProbabilities
from latentbin.taxonomy.labels import Labels
from latentbin.taxonomy.predictions import UNKNOWN, Predictions
from latentbin.taxonomy.splitting.parts import PARTS, TRAIN, Split

logger = logging.getLogger(__name__)

PROBABILITIES = "taxonomy-probabilities"


@dataclass(frozen=True)
class SplitNote:
    """What must be said beside scores about the split that they are of.

    Attributes
    ----------
    by : the column that no part shares, or ``random``; empty if not known
    leaks : names on both sides, by column: how many of those in the test part; None if not known
    warnings : as the split gave them
    """

    by: str = ""
    leaks: Mapping[str, tuple[int, int]] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """In one cell: ``strain 12 of 12, sample 4 of 8``, ``none``, or ``not checked``."""
        if self.leaks is None:
            return "not checked"
        found = [f"{name} {n} of {all_}" for name, (n, all_) in self.leaks.items() if n]
        return ", ".join(found) or "none"

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> SplitNote:
        """Read the report of ``latentbin-taxonomy split``.

        Raises
        ------
        UserError : it is not such a report
        """
        try:
            with readable(path, "split report"), open(path, encoding="utf-8") as handle:
                report = json.load(handle)
            return cls(
                str(report["options"]["by"]),
                {
                    column: (int(leak["shared_with_training"]), int(leak["names_in_test"]))
                    for column, leak in report["leaks"].items()
                },
                tuple(map(str, report["warnings"])),
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise UserError(
                f"{path}: not a report of latentbin-taxonomy split. Give the .json that stands "
                "beside the split."
            ) from error


@dataclass(frozen=True, eq=False)
class Sources:
    """All that is read; each row of `labels` and entry of `rows` is a contig that is judged.

    Attributes
    ----------
    predictions : of all contigs
    rows : (n_contigs,) the rows of the judged contigs in ``predictions``; -1 where they have none
    labels : of the judged contigs
    train : the labels of the contigs that the model learned from; None if not known
    probabilities : of the judged contigs, with their attributes; None if not given
    lengths : (n_contigs,) base pairs; None if not given
    """

    predictions: Predictions
    rows: NDArray[np.intp]
    labels: Labels
    train: Labels | None = None
    probabilities: NamedMatrix | None = None
    lengths: NDArray[np.int64] | None = None

    @property
    def ranks(self) -> tuple[str, ...]:
        """Those that predictions and labels both have, coarsest first."""
        return tuple(rank for rank in self.predictions.ranks if rank in self.labels.ranks)


def choose_contigs(
    predictions: Predictions, labels: Labels, split: Split | None, part: str
) -> tuple[NDArray[np.intp], Labels, Labels | None]:
    """The contigs that are judged: those of the part, or all that have predictions and labels.

    A contig of the part without a prediction counts as ``unknown``.

    Returns
    -------
    rows, labels, train : as in `Sources`

    Raises
    ------
    UserError : there are none
    """
    if not set(predictions.ranks) & set(labels.ranks):
        raise UserError(
            f"{predictions.source} has the ranks {', '.join(predictions.ranks)}, {labels.source} "
            f"has {', '.join(labels.ranks) or 'none'}: none in common, nothing to judge."
        )
    if split is None:
        judged = labels.in_order_of(predictions.contigs, predictions.source)
        return np.arange(len(predictions)), judged, None
    names = split.of(PARTS.index(part))
    if not names:
        raise UserError(f"{split.source}: no contig is in the part '{part}'. Choose another part.")
    get = predictions.index.get
    rows = np.fromiter((get(name, -1) for name in names), np.intp, len(names))
    lacking = int((rows < 0).sum())
    if lacking == len(names):
        raise UserError(
            f"{predictions.source}: none of the {len(names)} contigs of part '{part}' of "
            f"{split.source} has a prediction (first '{names[0]}'). Predict these contigs."
        )
    if lacking:
        logger.warning(
            "%d of the %d contigs of part '%s' have no prediction and count as unknown (first %s)",
            lacking,
            len(names),
            part,
            names[int(np.flatnonzero(rows < 0)[0])],
        )
    judged = labels.in_order_of(names, split.source)
    train = split.of(TRAIN)
    return rows, judged, labels.in_order_of(train, split.source) if train else None


def take_rows(
    matrix: NamedMatrix, names: Sequence[str], wanted_by: str, hint: str
) -> NDArray[np.intp]:
    """(n_names,) the rows of a matrix.

    Raises
    ------
    UserError : it lacks a contig
    """
    place = {name: row for row, name in enumerate(matrix.names)}
    rows = np.fromiter((place.get(name, -1) for name in names), np.intp, len(names))
    if (rows < 0).any():
        first = names[int(np.flatnonzero(rows < 0)[0])]
        raise UserError(
            f"{matrix.source}: lacks {(rows < 0).sum()} of the {len(names)} contigs of "
            f"{wanted_by}, first '{first}'. {hint}"
        )
    return rows


def load_probabilities(
    path: str | os.PathLike[str], names: Sequence[str], wanted_by: str
) -> NamedMatrix:
    """The probabilities of these contigs, in their order.

    Raises
    ------
    UserError : no such file, damaged, or it lacks a contig
    """
    matrix = NamedMatrix.load(path, PROBABILITIES)
    facts = matrix.attributes
    lineages = facts.get("lineages", [])
    if len(lineages) != len(matrix.columns) or any(
        len(lineage) != len(facts.get("ranks", [])) for lineage in lineages
    ):
        raise UserError(f"{path}: its lineages do not fit its classes. Predict again.")
    hint = "Give the probabilities that were written with the predictions."
    return matrix.take(take_rows(matrix, names, wanted_by, hint))


def judged_rank(sources: Sources, rank: str) -> JudgedRank:
    """One rank: contigs that have a label there."""
    truth_names = sources.labels.columns[rank]
    labelled = np.flatnonzero((truth_names != "") & (truth_names != UNKNOWN))
    rows = sources.rows[labelled]
    predicted_names = np.full(len(rows), UNKNOWN, object)
    predicted_names[rows >= 0] = sources.predictions.labels[rank][rows[rows >= 0]]

    probabilities, known = _probabilities_at(sources.probabilities, rank)
    if known is None and sources.train is not None:
        known = sorted(set(sources.train.columns[rank].tolist()) - {"", UNKNOWN})
    names = {*truth_names[labelled].tolist(), *predicted_names.tolist(), *(known or ())}
    classes = tuple(sorted(names - {UNKNOWN}))
    place: dict[Any, int] = {name: code for code, name in enumerate(classes)}
    place[UNKNOWN] = UNANSWERED

    def codes(taxa: NDArray[Any]) -> NDArray[np.int64]:
        return np.fromiter(map(place.__getitem__, taxa.tolist()), np.int64, len(taxa))

    seen, of_classes, confidence = None, None, None
    if known is not None:
        seen = np.zeros(len(classes), bool)
        seen[[place[name] for name in known]] = True
    if probabilities is not None and known is not None:
        columns = np.array([place[name] for name in known], np.intp)
        of_classes = RankProbabilities(columns, probabilities[labelled])
    if rank in sources.predictions.probabilities:
        confidence = np.full(len(rows), np.nan, np.float32)
        confidence[rows >= 0] = sources.predictions.probabilities[rank][rows[rows >= 0]]
    return JudgedRank(
        rank,
        classes,
        codes(truth_names[labelled]),
        codes(predicted_names),
        seen,
        confidence,
        of_classes,
        None if sources.lengths is None else sources.lengths[labelled],
    )


def _probabilities_at(
    matrix: NamedMatrix | None, rank: str
) -> tuple[NDArray[np.float32] | None, list[str] | None]:
    """Sums over the classes of each taxon: (n_contigs, n_taxa), and the taxa."""
    if matrix is None or rank not in matrix.attributes["ranks"]:
        return None, None
    level = matrix.attributes["ranks"].index(rank)
    own = [lineage[level] for lineage in matrix.attributes["lineages"]]
    taxa = sorted(set(own))
    if own == taxa:
        return matrix.values, taxa
    place = {name: code for code, name in enumerate(taxa)}
    member = np.zeros((len(own), len(taxa)), np.float32)
    member[np.arange(len(own)), [place[name] for name in own]] = 1
    return matrix.values @ member, taxa
