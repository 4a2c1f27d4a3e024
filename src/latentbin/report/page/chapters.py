"""What the page is made of: chapters, each with sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from latentbin.colours import PALETTE

CLASS_COLOURS = {"NC": "#009E73", "MQ": "#E69F00", "LQ": "#BDBDBD"}
CLASS_NAMES = {"NC": "near-complete", "MQ": "medium quality", "LQ": "low quality"}


@dataclass
class Section:
    """A heading with a plot of MultiQC's, or HTML of our own, below its description."""

    name: str
    description: str = ""
    plot: Any = None
    content: str = ""
    helptext: str = ""


@dataclass
class Chapter:
    """A heading of the navigation with its sections."""

    name: str
    sections: list[Section] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Of the heading, in the page's address."""
        return anchor_of(self.name)


def anchor_of(*names: str) -> str:
    """An anchor of letters and digits."""
    return "-".join(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") for name in names)


def colours_of(names: list[str]) -> dict[str, str]:
    """The colour of each binner or model, the same in all plots."""
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(names)}
