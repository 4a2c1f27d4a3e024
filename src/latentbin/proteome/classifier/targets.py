"""What the classifier learns: the labels that were found, or the classes that were given."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_text_reader
from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import Annotation

_HEADER = ["sample", "label"]
_NOISE = "noise"


@dataclass(frozen=True, eq=False)
class Targets:
    """The samples that have one.

    Attributes
    ----------
    source : ``labels`` or ``classes``
    rows : (n_targets,) rows of the proteome
    classes : unique names, numbers by size and words by alphabet
    codes : (n_targets,) places in ``classes``
    left_out : samples without a target, by reason
    """

    source: str
    rows: NDArray[np.intp]
    classes: tuple[str, ...]
    codes: NDArray[np.intp]
    left_out: dict[str, int]

    @property
    def counts(self) -> NDArray[np.intp]:
        """Samples of each class."""
        return np.bincount(self.codes, minlength=len(self.classes))


def targets_of(proteome: NamedMatrix, labels: str | os.PathLike[str] | None) -> Targets:
    """The targets of a proteome: from a table of labels, else from its own classes.

    Raises
    ------
    UserError : the labels are damaged or belong to other samples; fewer than two classes
    """
    if labels is None:
        given = Annotation.of(proteome).classes.tolist()
        left_out = {"without class": given.count("")}
    else:
        found = read_labels(labels, proteome)
        given = [found.get(name, "") for name in proteome.names]
        left_out = {"noise": given.count(_NOISE), "without label": given.count("")}
        given = ["" if label == _NOISE else label for label in given]
    rows = np.flatnonzero(np.array(given) != "")
    classes = in_order(given[row] for row in rows)
    if len(classes) < 2:
        where, what = (labels, "label") if labels else (proteome.source, "class")
        said = f"only {what} '{classes[0]}'" if classes else f"no {what} at all"
        advice = (
            "Label again with another --eps."
            if labels
            else "Give classes in the sample sheet of latentbin-proteome prepare, or --labels."
        )
        raise UserError(
            f"{where}: {said} for the {len(given)} samples; a classifier needs two. {advice}"
        )
    place = {name: code for code, name in enumerate(classes)}
    return Targets(
        "labels" if labels else "classes",
        rows,
        classes,
        np.array([place[given[row]] for row in rows]),
        left_out,
    )


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Unique names: numbers first, by size, then words."""
    return tuple(sorted(set(names), key=lambda n: (not n.isdecimal(), len(n) * n.isdecimal(), n)))


def read_labels(path: str | os.PathLike[str], proteome: NamedMatrix) -> dict[str, str]:
    """Read sample -> label; further columns are passed over.

    Raises
    ------
    UserError : another header, a row without label, a sample twice or not in the proteome
    """
    labels: dict[str, str] = {}
    known = set(proteome.names)
    with open_text_reader(path, "labels table") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        if header[:2] != _HEADER:
            raise UserError(
                f"{path}, line 1: the header begins with {header[:2]}, expected {_HEADER} "
                "separated by a tab. Give the labels.tsv of latentbin-proteome label."
            )
        for number, line in enumerate(handle, 2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) < 2 or not all(cells[:2]):
                raise UserError(f"{path}, line {number}: expected sample, tab, label.")
            sample, label = cells[:2]
            if sample in labels:
                raise UserError(f"{path}, line {number}: sample '{sample}' stands twice.")
            if sample not in known:
                raise UserError(
                    f"{path}, line {number}: sample '{sample}' is not in {proteome.source}. "
                    "Give the proteome that the labels were made from."
                )
            labels[sample] = label
    return labels
