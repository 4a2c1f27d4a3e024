"""The pages of the documentation, taken apart: links, headings, blocks of commands."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.unit.test_help import COMMANDS

ROOT = Path(__file__).parents[2]
WITH_README = ("benchmarks/*", "containers", "galaxy_tools/*")
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", *(f"{place}/README.md" for place in WITH_README))
    for path in ROOT.glob(pattern)
)
_FENCED = re.compile(
    r"(?:^<!-- not run: ((?:(?!-->).)+?) -->\n)?^```(\w*)\n(.*?)^```$", re.S | re.M
)


@dataclass(frozen=True)
class Block:
    """A block of code of a page; with a reason, if it has one for not being run."""

    page: Path
    line: int
    language: str
    body: str
    reason: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def text_of(page: Path) -> str:
    return (ROOT / page).read_text()


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"<!--.*?-->", "", _FENCED.sub("\n", text_of(page)), flags=re.S)


def code(page: Path, language: str = "") -> list[Block]:
    """The blocks of code of a page, those of one language only if one is given."""
    text = text_of(page)
    found = [
        Block(page, text[: match.start(2)].count("\n") + 1, match[2], match[3], match[1] or "")
        for match in _FENCED.finditer(text)
    ]
    return [block for block in found if language in ("", block.language)]


def links(page: Path) -> list[str]:
    """The targets of the links and pictures of a page."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    return re.findall(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)", text)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of headings; of equal ones the second ends with -1."""
    found: Counter[str] = Counter()
    made = set()
    for title in re.findall(r"^#{1,6} (.+)$", _FENCED.sub("\n", text_of(page)), re.M):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        made.add(f"{slug}-{found[slug]}" if found[slug] else slug)
        found[slug] += 1
    return made


def files_named(page: Path) -> set[str]:
    """What inline code names below a folder of the tree."""
    words = re.findall(r"`([^`\n]+)`", prose(page))
    folders = "assets|benchmarks|bin|conf|containers|docs|galaxy_tools|modules|requirements|scripts"
    pattern = re.compile(rf"(?:{folders}|src|subworkflows|tests|workflows)/[\w./*-]+")
    return {word.rstrip("/") for word in words if pattern.fullmatch(word)}


def command_lines(page: Path, program: str) -> Iterator[list[str]]:
    """The words of each line in a block that begins so (a pattern)."""
    for block in code(page):
        for line in block.body.replace("\\\n", " ").splitlines():
            if re.match(rf"(?:\S+/)?{program}", line.strip()):
                yield shlex.split(line, comments=True)


def tracked() -> set[str]:
    """Files that git knows or would take, and their folders."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    return files | {str(parent) for name in files for parent in Path(name).parents}


def run(command: str) -> int:
    """Run a command of ours in this process; its exit status."""
    program, *words = shlex.split(command)
    module, function = COMMANDS[program].split(":")
    return getattr(importlib.import_module(module), function)(words)
