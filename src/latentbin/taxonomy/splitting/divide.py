"""From labels to the part of each contig."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.taxonomy.labels import Labels
from latentbin.taxonomy.splitting.choose import GroupTable, choose_groups
from latentbin.taxonomy.splitting.options import SplitOptions
from latentbin.taxonomy.splitting.parts import TEST, TRAIN, VALIDATION

RANDOM = "random"
LEFT_OUT = -1


@dataclass(frozen=True, eq=False)
class Divided:
    """The part of each contig, and what could not be placed.

    Attributes
    ----------
    parts : (n_contigs,) `TRAIN`, `VALIDATION`, `TEST` or `LEFT_OUT`
    codes : (n_contigs,) class of each contig; -1 where it is left out
    classes : names of the classes, sorted
    n_groups : (n_classes,) groups that each class lives in
    without_taxon, rare, without_group : contigs that are left out, by reason
    """

    parts: NDArray[np.int8]
    codes: NDArray[np.int32]
    classes: tuple[str, ...]
    n_groups: NDArray[np.intp]
    without_taxon: int
    rare: int
    without_group: int

    def table(self) -> NDArray[np.intp]:
        """Contigs by class (rows) and part (columns)."""
        used = self.parts >= 0
        keys = self.codes[used].astype(np.intp) * 3 + self.parts[used]
        return np.bincount(keys, minlength=3 * len(self.classes)).reshape(-1, 3)


def divide(
    labels: Labels,
    by: str,
    options: SplitOptions,
    seed: int,
    test_groups: Sequence[str] = (),
    validation_by: str | None = None,
) -> Divided:
    """Divide contigs by whole groups.

    Parameters
    ----------
    by : column whose groups are kept apart, or ``random``
    test_groups : the test part, instead of a share
    validation_by : the same for training and validation part; ``by`` if it is not given

    Raises
    ------
    UserError : nothing to divide, one group only, unknown groups, an empty part
    """
    codes, taxa = labels.codes(options.rank, f"--rank {options.rank}")
    with_taxon = codes >= 0
    frequent = np.bincount(codes[with_taxon], minlength=len(taxa)) >= options.min_contigs
    kept = with_taxon.copy()
    kept[with_taxon] = frequent[codes[with_taxon]]
    groups, names = _groups(labels, by)
    used = kept & (groups >= 0)
    if not used.any():
        raise UserError(
            f"{labels.source}: no contig has both a taxon at rank {options.rank} "
            f"({options.min_contigs} contigs or more) and a name in column '{by}'. Check --rank, "
            "--by and --min-contigs."
        )
    # classes and groups that are used, numbered anew
    present, classes = np.unique(codes[used], return_inverse=True)
    present_groups, group = np.unique(groups[used], return_inverse=True)
    table = GroupTable.of(group, classes)
    generator = np.random.default_rng(seed)
    parts = np.full(len(group), TRAIN, np.int8)
    if test_groups:
        test = _named(test_groups, names, present_groups, by, labels.source)
    else:
        test = choose_groups(table, options.test_share * len(group), generator)
        if not test.any():
            raise UserError(
                f"{labels.source}: nothing can be kept apart by column '{by}': its "
                f"{len(present_groups)} groups ('{names[present_groups[0]] if names else 1}', ...) "
                f"have no {options.rank} in common. Split by a column with several groups of one "
                f"{options.rank}."
            )
    parts[test[group]] = TEST
    if (parts == TEST).all():
        raise UserError(
            f"{labels.source}: --test-groups takes all contigs; none are left for training. Name "
            "fewer groups."
        )
    rest = np.flatnonzero(parts == TRAIN)
    inner = _groups(labels, validation_by or by)[0][used][rest]
    _validate(parts, rest, inner, classes, options.validation_share * len(group), generator)
    all_parts, all_codes = np.full(len(codes), LEFT_OUT, np.int8), np.full(len(codes), -1, np.int32)
    all_parts[used], all_codes[used] = parts, classes
    return Divided(
        all_parts,
        all_codes,
        tuple(taxa[code] for code in present),
        np.bincount(table.classes, minlength=len(present)),
        int((~with_taxon).sum()),
        int((with_taxon & ~kept).sum()),
        int((kept & ~used).sum()),
    )


def _groups(labels: Labels, by: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    if by == RANDOM:
        return np.arange(len(labels.contigs), dtype=np.int32), ()
    return labels.codes(by, f"--by {by}")


def _named(
    wanted: Sequence[str],
    names: tuple[str, ...],
    present: NDArray[np.int32],
    by: str,
    source: str,
) -> NDArray[np.bool_]:
    """(n_groups,) whether each group was named."""
    have = [names[code] for code in present] if names else []
    unknown = sorted(set(wanted) - set(have))
    if unknown:
        raise UserError(
            f"{source}: --test-groups: no contig with a taxon is of '{unknown[0]}' in column "
            f"'{by}', which has {', '.join(have[:5])}{', ...' if len(have) > 5 else ''}."
        )
    return np.isin(have, list(wanted))


def _validate(
    parts: NDArray[np.int8],
    rest: NDArray[np.intp],
    groups: NDArray[np.int32],
    classes: NDArray[np.intp],
    n_contigs: float,
    generator: np.random.Generator,
) -> None:
    """Turn groups of the contigs ``rest`` into the validation part; unknown groups stay."""
    known = groups >= 0
    rows = rest[known]
    if not len(rows):
        return
    group = np.unique(groups[known], return_inverse=True)[1]
    table = GroupTable.of(group, classes[rows])
    chosen = choose_groups(table, n_contigs, generator)
    parts[rows[chosen[group]]] = VALIDATION
