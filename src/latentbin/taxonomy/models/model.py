"""A trained model and its file: what it says, of which classes, and which matrices fit it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.calibration import log_probabilities
from latentbin.matrix import members_of, save_members
from latentbin.taxonomy.labels import Lineages
from latentbin.taxonomy.models.boosting import Boosted
from latentbin.taxonomy.models.distances import Centroid, Neighbours
from latentbin.taxonomy.models.linear import Linear
from latentbin.taxonomy.models.network import Network
from latentbin.taxonomy.models.options import MODELS

KIND = "taxonomy-model"


class Scorer(Protocol):
    """What all kinds of models can do."""

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Unnormalised log probabilities (n_contigs, n_classes)."""

    def members(self) -> dict[str, NDArray[Any]]:
        """Arrays for the file."""

    def facts(self) -> dict[str, Any]:
        """Facts for the file."""


@dataclass(frozen=True, eq=False)
class TaxonModel:
    """A model that knows its columns and classes.

    Attributes
    ----------
    model : one of `MODELS`
    columns : (n_columns,) unique names, in the order that the scorer expects
    facts : of each matrix of the training its kind, and what its numbers mean (see `features`)
    lineages : the classes and their coarser taxa
    scorer : gives logits
    temperature : divides them
    report : how it was made: options, versions, inputs, scores of the validation part
    source : where it was read from, for messages
    """

    model: str
    columns: tuple[str, ...]
    facts: tuple[dict[str, Any], ...]
    lineages: Lineages
    scorer: Scorer
    temperature: float
    report: Mapping[str, Any] = field(default_factory=dict)
    source: str = "(in memory)"

    def probabilities(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated probabilities (n_contigs, n_classes)."""
        scaled = log_probabilities(self.scorer.logits(values), self.temperature)
        return np.exp(scaled).astype(np.float32)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, complete or not at all; same content, same bytes."""
        facts = {
            "model": self.model,
            "matrices": list(self.facts),
            "ranks": list(self.lineages.ranks),
            "classes": list(self.lineages.classes),
            "lineages": [list(taxa) for taxa in self.lineages.taxa],
            "temperature": self.temperature,
            "scorer": self.scorer.facts(),
            "report": dict(self.report),
        }
        save_members(path, KIND, self.columns, facts, self.scorer.members())

    @classmethod
    def load(cls, path: str | os.PathLike[str], threads: int = 1) -> TaxonModel:
        """Read and check a file.

        Raises
        ------
        UserError : not such a file, another schema, damaged
        """
        with members_of(path, KIND) as (header, columns, members):
            ranks, classes = tuple(header["ranks"]), tuple(header["classes"])
            lineages = tuple(tuple(taxa) for taxa in header["lineages"])
            temperature = float(header["temperature"])
            for name, taxa in zip(classes, lineages, strict=True):
                if len(taxa) != len(ranks) or taxa[-1] != name:
                    raise ValueError("lineages")
            if header["model"] not in MODELS or not 0 < temperature < np.inf:
                raise ValueError("model")
            scorer = _scorer(header, members, len(columns), len(classes), threads)
            return cls(
                header["model"],
                columns,
                tuple(header["matrices"]),
                Lineages(ranks, classes, lineages),
                scorer,
                temperature,
                header["report"],
                str(path),
            )


def _scorer(
    header: Mapping[str, Any],
    members: Mapping[str, NDArray[Any]],
    n_columns: int,
    n_classes: int,
    threads: int,
) -> Scorer:
    kind, facts = header["model"], header["scorer"]
    if kind == "lightgbm":
        return Boosted.of(members, facts, n_columns, n_classes, threads)
    if kind == "network":
        return Network.of(members, facts, n_columns, n_classes)
    if kind == "linear":
        return Linear.of(members, n_columns, n_classes)
    if kind == "centroid":
        return Centroid.of(members, n_columns, n_classes)
    return Neighbours.of(members, facts, n_columns, n_classes)
