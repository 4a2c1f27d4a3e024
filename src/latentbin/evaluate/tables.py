"""Read truth and binnings, of whichever of the usual forms; recognised by their content."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.clusters import HEADER, read_clusters
from latentbin.contigs import Contigs, read_contigs
from latentbin.errors import UserError
from latentbin.evaluate.biobox import choose, parse_length, read_sections
from latentbin.files import open_text_reader

logger = logging.getLogger(__name__)

_VAMB_HEADER = ["clustername", "contigname"]
# what programs call the contigs that they leave out
UNBINNED = frozenset({"-1", "unbinned"})


@dataclass(frozen=True, eq=False)
class Truth:
    """The genome that each contig is of.

    Attributes
    ----------
    contigs : names and lengths
    genomes : names, in order of appearance
    codes : (n_contigs,) index into ``genomes``
    sample_id : the sample that a CAMI file says it is of
    """

    contigs: Contigs
    genomes: tuple[str, ...]
    codes: NDArray[np.int64]
    sample_id: str | None


def read_truth(
    path: str | os.PathLike[str],
    fasta: Path | None = None,
    sample_id: str | None = None,
    contigs: Contigs | None = None,
) -> Truth:
    """Read a CAMI gold standard, or a table of contig, genome and length.

    ``fasta`` says which contigs were there to be binned: the truth of others (of another group,
    say) is left out, so that they do not count as missed. It also gives the lengths where the file
    does not. Where its contigs have been read, ``contigs`` are these, and the name is for messages.

    Raises
    ------
    UserError : malformed, empty, a contig with two genomes, no lengths, no contig in the FASTA
    """
    lengths: Sequence[int]
    if _first_line(path).startswith("@"):
        section = choose(path, read_sections(path), sample_id)
        sample_id = section.sample_id
        names, genomes, lengths = section.contigs, section.bins, section.lengths
        lines = section.lines
    else:
        names, genomes, lengths, lines = _read_truth_table(path)
    if not names:
        raise UserError(f"{path}: lists no contig. Expected a genome for every contig.")
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        earlier = first.setdefault(name, row)
        if genomes[earlier] != genomes[row]:
            raise UserError(
                f"{path}, line {lines[row]}: contig '{name}' is of genome '{genomes[row]}', but of "
                f"'{genomes[earlier]}' in line {lines[earlier]}. Expected one genome each."
            )
    rows = list(first.values())
    if fasta is not None:
        contigs = contigs or read_contigs(fasta)
        rows = _within(path, first, contigs, fasta)
        if not lengths:
            index = contigs.index
            lengths = [int(contigs.lengths[index[n]]) if n in index else 0 for n in names]
    if not lengths:
        raise UserError(
            f"{path}: has no lengths. Add a column (_LENGTH in a CAMI file, else the third), or "
            "give --fasta."
        )
    known = tuple(dict.fromkeys(genomes[row] for row in rows))
    code = {genome: number for number, genome in enumerate(known)}
    return Truth(
        Contigs(
            tuple(names[row] for row in rows), np.array([lengths[row] for row in rows], np.int64)
        ),
        known,
        np.array([code[genomes[row]] for row in rows], np.int64),
        sample_id,
    )


def read_binning(path: str | os.PathLike[str], sample_id: str | None = None) -> dict[str, str]:
    """Read contig -> bin from clusters.tsv, contig2bin.tsv, a CAMI file or vamb's own clusters.

    Contigs whose bin is called ``-1`` or ``unbinned`` are left out. ``sample_id`` chooses among
    the sections of a CAMI file; if there is one only, it is that, whatever its name.

    Raises
    ------
    UserError : malformed, or a contig twice; says the line
    """
    start = _first_line(path)
    cells = start.split("\t")
    if start.startswith("@"):
        sections = read_sections(path)
        section = choose(path, sections, sample_id if len(sections) > 1 else None)
        bins = _once(path, zip(section.contigs, section.bins, section.lines, strict=True))
    elif tuple(cells) == HEADER:
        bins = read_clusters(path)
    else:
        swapped = cells == _VAMB_HEADER
        contig, name = (1, 0) if swapped else (0, 1)
        rows = _rows(path, 2, skip_first=swapped)
        bins = _once(path, ((row[contig], row[name], number) for number, row in rows))
    return {contig: name for contig, name in bins.items() if name not in UNBINNED}


def bins_of(
    truth: Truth, binning: dict[str, str], source: str | os.PathLike[str]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The bin of each contig of the truth; binned contigs without truth are counted and ignored.

    Returns
    -------
    names of bins, (n_contigs,) index into them or -1

    Raises
    ------
    UserError : no binned contig is in the truth
    """
    names = tuple(dict.fromkeys(binning.values()))
    code = {name: number for number, name in enumerate(names)}
    codes = np.fromiter(
        (code[binning[contig]] if contig in binning else -1 for contig in truth.contigs.names),
        np.int64,
        len(truth.contigs),
    )
    n_known = int((codes >= 0).sum())
    if binning and not n_known:
        contig, bin_name = next(iter(binning.items()))
        hint = (
            "The two columns seem to be swapped: expected contig, tab, bin."
            if bin_name in truth.contigs.index
            else "Give the truth of the assembly that was binned."
        )
        raise UserError(
            f"{source}: none of its {len(binning)} contigs is in the truth: it has '{contig}', "
            f"the truth '{truth.contigs.names[0]}'. {hint}"
        )
    if n_known < len(binning):
        logger.warning("%d binned contigs are not in the truth: ignored", len(binning) - n_known)
    return names, codes


def _read_truth_table(
    path: str | os.PathLike[str],
) -> tuple[list[str], list[str], list[int], list[int]]:
    names: list[str] = []
    genomes: list[str] = []
    lengths: list[int] = []
    lines: list[int] = []
    header = _first_line(path).split("\t")[:2] == ["contig", "genome"]
    for number, cells in _rows(path, 2, skip_first=header):
        names.append(cells[0])
        genomes.append(sys.intern(cells[1]))
        lines.append(number)
        if len(cells) > 2:
            lengths.append(parse_length(path, number, cells[2]))
        if len(lengths) not in (0, len(names)):
            raise UserError(
                f"{path}, line {number}: expected contig, genome and length, as in other lines."
            )
    return names, genomes, lengths, lines


def _rows(
    path: str | os.PathLike[str], width: int, *, skip_first: bool
) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row; comments and empty lines are left out."""
    with open_text_reader(path, "table") as handle:
        for number, line in enumerate(handle, 1):
            if not line.strip() or line.startswith("#"):
                continue
            if skip_first:
                skip_first = False
                continue
            cells = line.rstrip("\n").split("\t")
            if len(cells) < width or not all(cells[:width]):
                raise UserError(
                    f"{path}, line {number}: expected {width} or more cells separated by tabs, got "
                    f"'{line.strip()[:60]}'."
                )
            yield number, cells


def _once(path: str | os.PathLike[str], rows: Iterable[tuple[str, str, int]]) -> dict[str, str]:
    bins: dict[str, str] = {}
    for contig, name, number in rows:
        if contig in bins:
            raise UserError(f"{path}, line {number}: contig '{contig}' stands twice.")
        bins[contig] = sys.intern(name)
    return bins


def _first_line(path: str | os.PathLike[str]) -> str:
    """The first line that is neither empty nor a comment, by which a file is recognised."""
    with open_text_reader(path, "table") as handle:
        for line in handle:
            if line.strip() and not line.startswith("#"):
                return line.rstrip("\n")
    return ""


def _within(
    path: str | os.PathLike[str], first: dict[str, int], contigs: Contigs, fasta: Path
) -> list[int]:
    """Rows of the truth whose contig is in the FASTA; the others are counted in the log."""
    rows = [row for name, row in first.items() if name in contigs.index]
    if not rows:
        raise UserError(
            f"{fasta}: has none of the {len(first):,} contigs of {path}: it has "
            f"'{contigs.names[0]}', the truth '{next(iter(first))}'. Give the contigs that were "
            "binned, under the names that the truth has."
        )
    if len(rows) < len(first):
        logger.info(
            "%d of the truth's %d contigs are not in %s: left out",
            len(first) - len(rows),
            len(first),
            fasta,
        )
    return rows
