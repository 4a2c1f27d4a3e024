"""The step ``evaluate``: predictions and labels in, scores out."""

from __future__ import annotations

import argparse
import json
import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import atomic_directory, file_digest
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError, as_dict, from_args
from latentbin.taxonomy.judging.consistency import Contradictions, contradictions
from latentbin.taxonomy.judging.gather import (
    Sources,
    SplitNote,
    choose_contigs,
    judged_rank,
    load_probabilities,
    take_rows,
)
from latentbin.taxonomy.judging.options import EvaluateOptions
from latentbin.taxonomy.judging.ranks import JudgedRank, score
from latentbin.taxonomy.judging.tables import write_classes, write_confusion, write_scores
from latentbin.taxonomy.labels import Labels
from latentbin.taxonomy.predictions import Predictions
from latentbin.taxonomy.splitting.parts import PARTS, TEST, Split

logger = logging.getLogger(__name__)

_FIRST = 5  # names in a line of the log
_ALL = "all"


def evaluate(args: argparse.Namespace) -> None:
    """Judge predictions at every rank that has labels."""
    options = from_args(EvaluateOptions, args)
    if args.split is None and (hasattr(args, "part") or args.split_report):
        raise OptionError("--part and --split-report are about a split: give --split, too")
    note_path = _split_report(args.split, args.split_report)
    with atomic_directory(args.output_dir) as folder:
        part = options.part if args.split else _ALL
        note = SplitNote.read(note_path) if note_path else SplitNote()
        with stage("read"):
            sources, labels = _read(args, options)
        with stage("compared"):
            ranks = [judged_rank(sources, rank) for rank in sources.ranks]
            ranks = [judged for judged in ranks if len(judged.truth)]
            if not ranks:
                raise UserError(
                    f"{args.labels}: no contig that is judged has a label at any of the ranks "
                    f"{', '.join(sources.ranks)}. Add labels, or judge another part."
                )
            scores = {judged.rank: score(judged) for judged in ranks}
            against = contradictions(sources.predictions, labels)
        _tell(scores, ranks, against, note, part)
        write_scores(folder / "scores.tsv", scores, part, note)
        write_classes(folder / "classes.tsv", ranks)
        write_confusion(folder / "confusion.tsv", ranks)
        with stage("drawn"):
            _draw(folder, ranks, part, note)
        report = {
            "command": "latentbin-taxonomy evaluate",
            "version": __version__,
            "options": as_dict(options),
            "inputs": _digests(args, note_path),
            "part": part,
            "split": {"by": note.by, "leaks": note.text, "warnings": list(note.warnings)},
            "contigs": len(sources.rows),
            "without_prediction": int((sources.rows < 0).sum()),
            "ranks": {rank: _plain(found) for rank, found in scores.items()},
            "never_predicted": {judged.rank: judged.never_predicted() for judged in ranks},
            "new_classes": {judged.rank: _new_classes(judged) for judged in ranks},
            "contradictions": [found.as_dict() for found in against],
        }
        text = json.dumps(report, indent=1) + "\n"
        (folder / "evaluation.json").write_text(text, encoding="utf-8")


def _split_report(split: Path | None, given: Path | None) -> Path | None:
    if split is None or given is not None:
        return given
    beside = split.with_suffix(".json")
    return beside if beside.is_file() else None


def _read(args: argparse.Namespace, options: EvaluateOptions) -> tuple[Sources, Labels]:
    predictions, labels = Predictions.read(args.predictions), Labels.read(args.labels)
    split = Split.read(args.split) if args.split else None
    rows, judged, train = choose_contigs(predictions, labels, split, options.part)
    names, wanted_by = judged.contigs, str(args.split or args.predictions)
    probabilities, lengths = None, None
    if args.probabilities:
        probabilities = load_probabilities(args.probabilities, names, wanted_by)
    if args.composition:
        matrix = NamedMatrix.load(args.composition, "composition")
        hint = "Give the composition of all contigs that are judged."
        lengths = matrix.contigs.lengths[take_rows(matrix, names, wanted_by, hint)]
    return Sources(predictions, rows, judged, train, probabilities, lengths), labels


def _draw(folder: Path, ranks: Sequence[JudgedRank], part: str, note: SplitNote) -> None:
    from latentbin.plots import save_figure
    from latentbin.taxonomy.judging.figures import (
        confusion_figure,
        f1_figure,
        reliability_figure,
    )

    what = "all contigs with labels" if part == _ALL else f"{part} part"
    if note.by:
        what += ", random split" if note.by == "random" else f", split by {note.by}"
    if note.leaks is not None and note.text != "none":
        what += f"\nalso in training: {note.text}"
    for judged in ranks:
        save_figure(confusion_figure(judged, what), folder / f"confusion_{judged.rank}")
        save_figure(f1_figure(judged, what), folder / f"f1_{judged.rank}")
    figure = reliability_figure(ranks, what)
    if figure is not None:
        save_figure(figure, folder / "reliability")


def _tell(
    scores: Mapping[str, Mapping[str, float]],
    ranks: Sequence[JudgedRank],
    against: Sequence[Contradictions],
    note: SplitNote,
    part: str,
) -> None:
    for judged in ranks:
        found = scores[judged.rank]
        logger.info(
            "%s: accuracy %.4f, macro F1 %.4f of %d contigs of %d classes; %.1f %% unknown",
            judged.rank,
            found["accuracy"],
            found["macro_f1"],
            found["contigs"],
            found["classes"],
            100 * found["unknown"],
        )
        if found["new_contigs"]:
            logger.info(
                "%s: %d further contigs are of classes that the model has not seen; %.1f %% of "
                "them are unknown, as they should be",
                judged.rank,
                found["new_contigs"],
                100 * found["new_unknown"],
            )
        never = judged.never_predicted()
        if never:
            logger.warning(
                "%s: %d classes are never predicted: %s", judged.rank, len(never), _few(never)
            )
    for pair in against:
        if len(pair.rows):
            first = pair.first[0]
            logger.warning(
                "%d contigs have a %s that is not of their %s (first: %s, %s '%s' is of %s '%s', "
                "predicted '%s')",
                len(pair.rows),
                pair.fine,
                pair.coarse,
                first["contig"],
                pair.fine,
                first[pair.fine],
                pair.coarse,
                first["expected"],
                first[pair.coarse],
            )
    if note.leaks is None and part != _ALL:
        logger.warning(
            "note: without the report of the split (--split-report) nobody knows what its parts "
            "share"
        )
    for text in note.warnings if part == PARTS[TEST] else ():
        logger.warning("%s", text)
    if part not in (_ALL, PARTS[TEST]):
        logger.warning(
            "WARNING these are scores of the part '%s', which training has used: not those of "
            "contigs to come",
            part,
        )


def _new_classes(judged: JudgedRank) -> list[str]:
    new = sorted(set(judged.truth[~judged.old].tolist()))
    return [judged.classes[code] for code in new]


def _digests(args: argparse.Namespace, note_path: Path | None) -> dict[str, str]:
    paths = {
        name: getattr(args, name)
        for name in ("predictions", "labels", "split", "probabilities", "composition")
    }
    paths["split_report"] = note_path
    return {name: file_digest(path) for name, path in paths.items() if path}


def _plain(found: Mapping[str, float]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int) else round(value, 6)
        for name, value in found.items()
        if not math.isnan(value)
    }


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_FIRST]) + (", ..." if len(names) > _FIRST else "")
