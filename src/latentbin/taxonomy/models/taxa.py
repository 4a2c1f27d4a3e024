"""From probabilities of classes to taxa at every rank that agree with each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.taxonomy.labels import Lineages
from latentbin.taxonomy.predictions import UNKNOWN


@dataclass(frozen=True, eq=False)
class Level:
    """The taxa of one rank. Taxa of one name with different parents are different.

    Attributes
    ----------
    names : (n_taxa,) as objects; the last is ``unknown``
    of_class : (n_classes,) the taxon of each class
    parents : (n_taxa,) their taxa at the rank above
    """

    names: NDArray[Any]
    of_class: NDArray[np.intp]
    parents: NDArray[np.intp]


class Taxonomy:
    """The ranks above classes, and the way down through them.

    Parameters
    ----------
    lineages : of the classes
    """

    def __init__(self, lineages: Lineages) -> None:
        self.ranks = lineages.ranks
        self.levels: list[Level] = []
        above = np.zeros(len(lineages.classes), np.intp)
        for level in range(len(self.ranks)):
            paths = [taxa[: level + 1] for taxa in lineages.taxa]
            known = sorted(set(paths))
            place = {path: number for number, path in enumerate(known)}
            of_class = np.array([place[path] for path in paths], np.intp)
            parents = np.zeros(len(known), np.intp)
            parents[of_class] = above
            names = np.array([*(path[-1] for path in known), UNKNOWN], object)
            self.levels.append(Level(names, of_class, parents))
            above = of_class

    def label(
        self, probabilities: NDArray[np.float32], unknown_below: float
    ) -> tuple[list[NDArray[np.int32]], list[NDArray[np.float32]]]:
        """The taxon of each contig at each rank, from the coarsest down.

        A taxon's probability is the sum over its classes; the most probable taxon within the one
        chosen above is chosen. From the first rank where that is below ``unknown_below`` on, the
        contig is unknown; its probability is still that of the taxon that would be chosen.

        Parameters
        ----------
        probabilities : (n_contigs, n_classes)

        Returns
        -------
        taxa : for each rank (n_contigs,) place in the level's names
        chances : for each rank (n_contigs,) float32
        """
        n_contigs = len(probabilities)
        each = np.arange(n_contigs)
        chosen = np.zeros(n_contigs, np.intp)
        unknown = np.zeros(n_contigs, bool)
        taxa, chances = [], []
        for level in self.levels:
            sums = np.zeros((n_contigs, len(level.parents)), np.float64)
            for code, taxon in enumerate(level.of_class.tolist()):
                sums[:, taxon] += probabilities[:, code]
            sums[level.parents != chosen[:, None]] = -1
            chosen = sums.argmax(axis=1)
            chance = np.clip(sums[each, chosen], 0, 1).astype(np.float32)
            unknown |= chance < unknown_below
            taxa.append(np.where(unknown, len(level.parents), chosen).astype(np.int32))
            chances.append(chance)
        return taxa, chances
