"""The classifier and its file: the network, its classes, and what a table must be to fit it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import ContractError, UserError
from latentbin.learning.calibration import log_probabilities
from latentbin.learning.dense import Layers, check_layers
from latentbin.matrix import NamedMatrix, members_of, save_members
from latentbin.proteome.classifier.network import Network, Scaling

KIND = "classifier"
# how quantities became values in [0, 1]; must be the same for the tables to come
SCALED_BY = ("quantities", "floor")
# A sample with fewer of the classifier's proteins than this share of what the median training
# sample had says too little.
_FEWEST = 0.1


@dataclass(frozen=True, eq=False)
class Aligned:
    """A table in the columns of the classifier.

    Attributes
    ----------
    values : (n_samples, n_proteins); 0 for proteins that the table lacks
    missing : proteins of the classifier that the table lacks
    unknown : proteins of the table that the classifier does not know; they are dropped
    """

    values: NDArray[np.float32]
    missing: int
    unknown: int


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained network that knows its proteins and classes.

    Attributes
    ----------
    proteins : (n_proteins,) unique names
    classes : (n_classes,) unique names
    network : see there
    temperature : divides the logits
    scaled_by : `SCALED_BY` of the training table
    quantified : median number of proteins above 0 in the training samples
    report : how it was made, and how good it is
    source : where it was read from, for messages
    """

    proteins: tuple[str, ...]
    classes: tuple[str, ...]
    network: Network
    temperature: float
    scaled_by: Mapping[str, Any]
    quantified: float
    report: Mapping[str, Any] = field(default_factory=dict)
    source: str = "(in memory)"

    def probabilities(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities (n_samples, n_classes) of aligned values."""
        return np.exp(log_probabilities(self.network.logits(values), self.temperature))

    def align(self, table: NamedMatrix, missing_limit: float) -> Aligned:
        """The table's values in the order of the classifier's proteins.

        Raises
        ------
        UserError : the table lacks more than this share of the proteins, or a sample nearly all
        ContractError : the table was scaled in another way than that of training
        """
        for name in SCALED_BY:
            have, want = table.attributes.get(name), self.scaled_by.get(name)
            if have != want:
                raise ContractError(
                    f"{table.source}: its {name} is {have!r}, that of the classifier's training "
                    f"{want!r}. Make it with latentbin-proteome prepare --like the training "
                    "proteome.",
                    expected=want,
                    actual=have,
                )
        place = {name: column for column, name in enumerate(table.columns)}
        columns = np.array([place.get(name, -1) for name in self.proteins], np.intp)
        lacking = np.flatnonzero(columns < 0)
        if len(lacking) > missing_limit * len(columns):
            raise UserError(
                f"{table.source}: lacks {len(lacking)} of the {len(columns)} proteins of "
                f"{self.source}, first '{self.proteins[lacking[0]]}', more than the limit of "
                f"{missing_limit:.0%}. Make it with latentbin-proteome prepare --like the training "
                "proteome, or raise --missing-limit."
            )
        values = table.values[:, columns]
        values[:, lacking] = 0
        quantified = (values > 0).sum(axis=1)
        poor = np.flatnonzero(quantified < _FEWEST * self.quantified)
        if len(poor):
            raise UserError(
                f"{table.source}: sample '{table.names[poor[0]]}' has {quantified[poor[0]]} of the "
                f"classifier's proteins, the median training sample had {self.quantified:g}; "
                f"{len(poor)} samples have less than a tenth of that. Leave them out of the table."
            )
        return Aligned(values, len(lacking), len(table.columns) - len(columns) + len(lacking))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, complete or not at all; same content, same bytes."""
        members = {"mean": self.network.scaling.mean, "deviation": self.network.scaling.deviation}
        for number, (kernel, bias) in enumerate(self.network.layers):
            members[f"kernel_{number}"], members[f"bias_{number}"] = kernel, bias
        facts = {
            "classes": list(self.classes),
            "layers": len(self.network.layers),
            "temperature": self.temperature,
            "scaled_by": dict(self.scaled_by),
            "quantified": self.quantified,
            "report": dict(self.report),
        }
        save_members(path, KIND, self.proteins, facts, members)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Classifier:
        """Read and check a file.

        Raises
        ------
        UserError : not such a file, a newer schema, damaged
        """
        with members_of(path, KIND) as (header, proteins, members):
            layers = [
                (members[f"kernel_{number}"], members[f"bias_{number}"])
                for number in range(header["layers"])
            ]
            scaling = Scaling(members["mean"], members["deviation"])
            classes = tuple(header["classes"])
            _check_shapes(scaling, layers, len(proteins), len(classes))
            return cls(
                proteins,
                classes,
                Network(scaling, layers),
                float(header["temperature"]),
                header["scaled_by"],
                float(header["quantified"]),
                header["report"],
                str(path),
            )


def _check_shapes(
    scaling: Scaling,
    layers: Layers,
    n_proteins: int,
    n_classes: int,
) -> None:
    """Whatever does not fit is a damaged file: a ValueError, as the reader expects."""
    for vector in (scaling.mean, scaling.deviation):
        if vector.shape != (n_proteins,) or not np.isfinite(vector).all():
            raise ValueError("scaling")
    check_layers(layers, n_proteins, n_classes)
