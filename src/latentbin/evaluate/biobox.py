"""The biobox binning format of CAMI, in which gold standards and binnings are exchanged.

Sections, each with header lines (``@SampleID:...``), one line of column names (``@@SEQUENCEID``
first) and rows separated by tabs; lines that start with ``#`` and empty lines are ignored.
Format: https://github.com/bioboxes/rfc, data-format/binning.mkd
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from latentbin.errors import UserError
from latentbin.files import open_text_reader

_LENGTH_COLUMNS = ("_LENGTH", "LENGTH")


@dataclass
class Section:
    """The rows of one sample: contigs, the genome or bin of each, and lengths where given."""

    sample_id: str
    columns: dict[str, int] = field(default_factory=dict)
    contigs: list[str] = field(default_factory=list)
    bins: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def length_column(self) -> str | None:
        """Name of the column with lengths, if there is one."""
        return next((name for name in _LENGTH_COLUMNS if name in self.columns), None)


def choose(
    path: str | os.PathLike[str], sections: Sequence[Section], sample_id: str | None
) -> Section:
    """The section of a sample; ``sample_id`` may be None if there is one section only.

    Raises
    ------
    UserError : several samples and none chosen, or no such sample
    """
    listed = ", ".join(section.sample_id for section in sections)
    if sample_id is None:
        if len(sections) > 1:
            raise UserError(f"{path}: has several samples ({listed}). Choose one: --sample-id.")
        return sections[0]
    for section in sections:
        if section.sample_id == sample_id:
            return section
    raise UserError(f"{path}: has no sample '{sample_id}'. It has: {listed}.")


def read_sections(path: str | os.PathLike[str]) -> list[Section]:
    """Read all sections of a file, at least one.

    Raises
    ------
    UserError : not such a file, no SEQUENCEID or BINID column, a row with too few cells, a length
        that is no positive integer, two sections of one sample
    """
    sections: list[Section] = []
    header: dict[str, str] = {}
    current: Section | None = None
    width = 0
    with open_text_reader(path, "CAMI file") as handle:
        for number, line in enumerate(handle, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("@@"):
                current = _new_section(path, number, header, line)
                width = max(current.columns[name] for name in _wanted(current)) + 1
                sections.append(current)
                header = {}
            elif line.startswith("@"):
                key, found, value = line[1:].partition(":")
                if not found:
                    raise UserError(f"{path}, line {number}: expected '@Key:value', got '{line}'.")
                header[key.strip().upper()] = value.strip()
                current = None
            elif current is None:
                raise UserError(
                    f"{path}, line {number}: a row before the line of column names. Expected "
                    "'@@SEQUENCEID<tab>BINID' first."
                )
            else:
                _add_row(path, number, current, line.split("\t"), width)
    if not sections:
        raise UserError(
            f"{path}: has no line of column names. Expected '@@SEQUENCEID<tab>BINID' before rows."
        )
    if len({section.sample_id for section in sections}) != len(sections):
        raise UserError(f"{path}: two sections have the same @SampleID. Join or rename them.")
    return sections


def _wanted(section: Section) -> list[str]:
    lengths = section.length_column
    return ["SEQUENCEID", "BINID"] + ([lengths] if lengths else [])


def _new_section(
    path: str | os.PathLike[str], number: int, header: dict[str, str], line: str
) -> Section:
    names = [name.strip() for name in line[2:].split("\t")]
    columns = {name: column for column, name in enumerate(names)}
    for name in ("SEQUENCEID", "BINID"):
        if name not in columns:
            raise UserError(
                f"{path}, line {number}: no column {name} among {', '.join(columns)}. Expected "
                "a genome binning: '@@SEQUENCEID<tab>BINID', separated by tabs."
            )
    return Section(header.get("SAMPLEID", ""), columns)


def _add_row(
    path: str | os.PathLike[str], number: int, section: Section, cells: list[str], width: int
) -> None:
    columns = section.columns
    if len(cells) < width:
        raise UserError(
            f"{path}, line {number}: {len(cells)} cells, expected {len(columns)} separated by tabs."
        )
    contig, name = cells[columns["SEQUENCEID"]], cells[columns["BINID"]]
    if not contig or not name:
        raise UserError(f"{path}, line {number}: SEQUENCEID or BINID is empty.")
    section.contigs.append(contig)
    section.bins.append(sys.intern(name))
    section.lines.append(number)
    length = section.length_column
    if length is not None:
        section.lengths.append(parse_length(path, number, cells[columns[length]]))


def parse_length(path: str | os.PathLike[str], number: int, text: str) -> int:
    """A contig's length from a cell; refuses what is not a positive integer."""
    if not text.strip().isdecimal() or int(text) < 1:
        raise UserError(
            f"{path}, line {number}: length is '{text}', expected a positive integer (base pairs)."
        )
    return int(text)
