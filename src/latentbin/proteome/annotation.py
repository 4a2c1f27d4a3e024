"""What is known of the samples of a proteome: classes, tune samples, batches and donors.

They travel with the samples, as row arrays of the named matrices of kind ``proteome`` (samples x
proteins, scaled to [0, 1]) and ``proteome-latent`` (samples x latent dimensions).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.matrix import NamedMatrix

PROTEOME, LATENT = "proteome", "proteome-latent"


@dataclass(frozen=True, eq=False)
class Annotation:
    """What a sample sheet says; one entry per sample, in the order of the matrix.

    Attributes
    ----------
    classes : (n_samples,) text, empty where the class is not known
    tune : (n_samples,) whether the class of the sample may be used to choose eps
    batches : (n_samples,) text, empty where not given: measured together
    donors : (n_samples,) text, empty where not given: of one individual
    """

    classes: NDArray[np.str_]
    tune: NDArray[np.bool_]
    batches: NDArray[np.str_]
    donors: NDArray[np.str_]

    @classmethod
    def nothing(cls, n_samples: int) -> Annotation:
        """Nothing is known."""
        empty = np.full(n_samples, "", dtype="U1")
        return cls(empty, np.zeros(n_samples, bool), empty, empty)

    @classmethod
    def of(cls, matrix: NamedMatrix) -> Annotation:
        """What a matrix says of its rows.

        Raises
        ------
        UserError : the matrix lacks one of the arrays
        """
        try:
            return cls(*(matrix.arrays[name] for name in ("class", "tune", "batch", "donor")))
        except KeyError as error:
            raise UserError(
                f"{matrix.source}: says nothing of {error.args[0]}. Make it again with "
                "latentbin-proteome."
            ) from error

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """As row arrays of a named matrix."""
        return {
            "class": self.classes,
            "tune": self.tune,
            "batch": self.batches,
            "donor": self.donors,
        }

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Annotation:
        """Of some of the samples."""
        return Annotation(
            self.classes[rows], self.tune[rows], self.batches[rows], self.donors[rows]
        )
