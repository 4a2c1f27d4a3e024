"""The step ``split``: labels in; the part of each contig, and what the parts share, out."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from latentbin import __version__
from latentbin.command import stage
from latentbin.files import file_digest, report_beside, write_json
from latentbin.options import OptionError, as_dict, from_args
from latentbin.taxonomy.labels import Labels
from latentbin.taxonomy.matrices import load_matrix
from latentbin.taxonomy.splitting.divide import RANDOM, Divided, divide
from latentbin.taxonomy.splitting.leaks import LESSON, columns_to_check, find_leak, warning
from latentbin.taxonomy.splitting.options import SplitOptions
from latentbin.taxonomy.splitting.parts import PARTS, TEST, VALIDATION, Split

logger = logging.getLogger(__name__)

_FIRST = 5  # names in a line of the log


def split(args: argparse.Namespace) -> None:
    """Divide labelled contigs by whole groups, and look for what the parts share."""
    options = from_args(SplitOptions, args)
    report_path = report_beside(args.output, args.report)
    test_groups = _words(args.test_groups)
    if test_groups and args.by == RANDOM:
        raise OptionError("--test-groups names groups of a column; --by random has none")
    paths = [args.labels, *([args.matrix] if args.matrix else [])]
    with stage(f"read {args.labels}"):
        labels = Labels.read(args.labels)
        if args.matrix:
            matrix = load_matrix(args.matrix)
            labels = labels.in_order_of(matrix.names, matrix.source)
    checked = _words(args.check) or columns_to_check(labels, options.rank)
    with stage(f"split {len(labels.contigs)} contigs by {args.by}"):
        divided = divide(labels, args.by, options, args.seed, test_groups, args.validation_by)
        leaks = [find_leak(labels, column, divided.parts) for column in checked]
    _tell(divided, args.by, options)
    warnings = [text for leak in leaks if (text := warning(leak, args.by))]
    if args.by == RANDOM and any(text.startswith("WARNING") for text in warnings):
        warnings.append(LESSON)
    for text in warnings:
        logger.warning("%s", text)
    report = {
        "command": "latentbin-taxonomy split",
        "version": __version__,
        "options": {
            **as_dict(options),
            "by": args.by,
            "validation_by": args.validation_by or args.by,
            "test_groups": list(test_groups),
            "seed": args.seed,
        },
        "inputs": {path.name: file_digest(path) for path in paths},
        **_counts(divided),
        "leaks": {leak.column: leak.as_dict() for leak in leaks},
        "warnings": warnings,
    }
    rows = np.flatnonzero(divided.parts >= 0)
    contigs = tuple(labels.contigs[row] for row in rows)
    Split(contigs, divided.parts[rows]).write(args.output)
    write_json(report_path, report)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


def _counts(divided: Divided) -> dict[str, Any]:
    table = divided.table()
    total = int(table.sum())
    named = list(divided.classes)
    return {
        "contigs": {
            "split": total,
            "without_taxon": divided.without_taxon,
            "of_rare_taxa": divided.rare,
            "without_group": divided.without_group,
        },
        "parts": {
            part: {
                "contigs": int(table[:, column].sum()),
                "share": round(float(table[:, column].sum() / total), 6),
                "classes": int((table[:, column] > 0).sum()),
            }
            for column, part in enumerate(PARTS)
        },
        "not_in_training": _names(named, table[:, 0] == 0),
        "not_in_test": _names(named, table[:, TEST] == 0),
        "classes": {
            name: {
                "groups": int(groups),
                **dict(zip(PARTS, counts, strict=True)),
            }
            for name, groups, counts in zip(named, divided.n_groups, table.tolist(), strict=True)
        },
    }


def _names(names: Sequence[str], which: Any) -> list[str]:
    return [names[row] for row in np.flatnonzero(which).tolist()]


def _tell(divided: Divided, by: str, options: SplitOptions) -> None:
    for count, reason in (
        (divided.without_taxon, f"no taxon at rank {options.rank}"),
        (divided.rare, f"fewer than {options.min_contigs} contigs of their {options.rank}"),
        (divided.without_group, f"column {by} is empty: no part could keep them apart"),
    ):
        if count:
            logger.info("%d contigs left out: %s", count, reason)
    table = divided.table()
    total = table.sum()
    for column, part in enumerate(PARTS):
        logger.info(
            "%s: %d contigs (%.1f %%) of %d of the %d taxa",
            part,
            table[:, column].sum(),
            100 * table[:, column].sum() / total,
            (table[:, column] > 0).sum(),
            len(table),
        )
    names = divided.classes
    one_group = _names(names, (divided.n_groups == 1) & (table[:, TEST] == 0))
    if one_group and by != RANDOM:
        logger.info(
            "%d taxa live in one group only and are not in the test part: %s",
            len(one_group),
            _few(one_group),
        )
    lost = _names(names, (table[:, 0] == 0) & (table[:, TEST] > 0))
    if lost:
        logger.warning(
            "note: %d taxa of the test part are not in training and cannot be predicted: %s",
            len(lost),
            _few(lost),
        )
    if options.validation_share and not table[:, VALIDATION].any():
        logger.warning(
            "note: no group could be spared for validation; training needs one. Give "
            "--validation-by another column, or random."
        )


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_FIRST]) + (", ..." if len(names) > _FIRST else "")
