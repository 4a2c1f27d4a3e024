"""Chapters of proteomics studies and of taxonomy data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from latentbin.report.page.chapters import Chapter

Summaries = Sequence[Mapping[str, Any]]


def study_chapters(studies: Summaries, total_points: int) -> list[Chapter | None]:
    """Chapters of proteomics."""
    return []


def dataset_chapters(datasets: Summaries) -> list[Chapter | None]:
    """Chapters of taxonomy."""
    return []
