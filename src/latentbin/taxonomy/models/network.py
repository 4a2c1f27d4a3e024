"""Dense layers on standardised columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.learning.dense import Layers, check_layers, dense_logits
from latentbin.taxonomy.models.scaling import Scaling


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network as arrays: predictions need numpy alone.

    Attributes
    ----------
    scaling : see there
    layers : see `latentbin.learning.dense`
    """

    scaling: Scaling
    layers: Layers

    def logits(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n_contigs, n_classes)."""
        return dense_logits(values, self.layers, self.scaling)

    def members(self) -> dict[str, NDArray[Any]]:
        """Arrays for the file."""
        members = {"mean": self.scaling.mean, "deviation": self.scaling.deviation}
        for number, (kernel, bias) in enumerate(self.layers):
            members[f"kernel_{number}"], members[f"bias_{number}"] = kernel, bias
        return members

    def facts(self) -> dict[str, Any]:
        """Facts for the file."""
        return {"layers": len(self.layers)}

    @classmethod
    def of(
        cls,
        members: Mapping[str, NDArray[Any]],
        facts: Mapping[str, Any],
        n_columns: int,
        n_classes: int,
    ) -> Network:
        """From a file; a ValueError if it is damaged."""
        scaling = Scaling(members["mean"], members["deviation"])
        scaling.check(n_columns)
        layers = [
            (members[f"kernel_{number}"], members[f"bias_{number}"])
            for number in range(facts["layers"])
        ]
        check_layers(layers, n_columns, n_classes)
        return cls(scaling, layers)
