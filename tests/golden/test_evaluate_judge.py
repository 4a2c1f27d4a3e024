"""Figures of an independent judge on a small binning of three samples.

Recipe: ``data/evaluate/truth.tsv`` and ``clusters.tsv`` were drawn once with a fixed seed (nine
genomes; one split over two clusters in two samples, two merged, the others with 0 to 50 % of
misplaced or unbinned contigs, four contigs without truth). The figures were computed by a separate
script, which counts with dictionaries, line by line, and shares no code with this package:
NC, recall and precision >= 0.9 each, MQ, recall >= 0.7 with precision >= 0.95, then parts and F1
by contigs. Its contig counts do not heed a minimum bin size, so these are compared without one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from latentbin.evaluate.cli import main

DATA = Path(__file__).parent / "data" / "evaluate"
COUNTS = (
    "near_complete",
    "recall_90_precision_90",
    "medium_quality",
    "recall_70_precision_95",
    "bins",
    "genomes",
)
PARTS = ("binned_bp", "precision_contigs", "recall_contigs", "f1_contigs")


def run(tmp_path: Path, *options: str) -> dict[str, float]:
    arguments = ["--truth", str(DATA / "truth.tsv"), "--clusters", str(DATA / "clusters.tsv")]
    assert main([*arguments, *options, "--output-dir", str(tmp_path / "out")]) == 0
    metrics: dict[str, float] = json.loads((tmp_path / "out" / "metrics.json").read_text())[
        "metrics"
    ]
    return metrics


@pytest.mark.parametrize(
    ("options", "counts", "parts"),
    [
        ([], (3, 4, 6, 3, 11, 9), (0.895, 0.91, 0.796, 0.85)),
        (["--separator", "~"], (7, 7, 8, 7, 26, 9), (0.895, 0.952, 0.821, 0.882)),
        (["--min-bin-size", "300000"], (2, 3, 4, 2, 5, 9), (0.624,)),
        (["--separator", "~", "--min-bin-size", "150000"], (4, 4, 5, 4, 10, 9), (0.581,)),
    ],
)
def test_agrees_with_the_judge(
    tmp_path: Path, options: list[str], counts: tuple[int, ...], parts: tuple[float, ...]
) -> None:
    metrics = run(tmp_path, *options)
    assert tuple(metrics[name] for name in COUNTS) == counts
    assert tuple(round(metrics[name], 3) for name in PARTS[: len(parts)]) == parts
