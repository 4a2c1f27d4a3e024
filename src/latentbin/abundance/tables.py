"""Depth tables of other programs, read into the rows of the catalogue."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latentbin.abundance import cells
from latentbin.abundance.catalogue import Catalogue
from latentbin.abundance.layout import LENGTH, Layout, layout_of
from latentbin.abundance.names import NameIndex
from latentbin.contigs import Contigs
from latentbin.errors import ContractError, UserError
from latentbin.files import open_binary_reader, readable

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 24
# jgi_summarize_bam_contig_depths prints lengths with six digits ("1.12675e+06").
_LENGTH_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Table:
    """One depth table in the order of the catalogue.

    Attributes
    ----------
    layout : its columns
    values : (n_catalogue, n_samples)
    variance : the same shape, or None if the table does not have all of them
    """

    layout: Layout
    values: NDArray[np.float32]
    variance: NDArray[np.float32] | None


def read_layout(path: str, format: str, unit: str | None) -> Layout:
    """The columns of a table; see `layout_of` for what it refuses."""
    with open_binary_reader(path, "depth table") as handle:
        line = handle.readline(_CHUNK_BYTES)
    if not line.strip():
        raise UserError(f"{path}: is empty. Expected a depth table.")
    with readable(path, "depth table"):
        return layout_of(path, line.decode(), format, unit)


def read_names(path: str, layout: Layout) -> tuple[Catalogue, bool]:
    """The contigs of a table as a catalogue of their own, and whether their lengths are known."""
    names, lengths = [], []
    column = 1 + layout.targets.index(LENGTH) if LENGTH in layout.targets else None
    with open_binary_reader(path, "depth table") as handle, readable(path, "depth table"):
        for number, line in enumerate(handle, 1):
            if (number == 1 and layout.has_header) or not line.strip():
                continue
            row = line.split(b"\t", 1 if column is None else column + 1)
            names.append(row[0].decode())
            if column is not None:
                try:
                    lengths.append(int(float(row[column])))
                except (IndexError, ValueError) as error:
                    raise UserError(
                        f"{path}, line {number}, column {column + 1}: expected the contig's length."
                    ) from error
    if not names:
        raise UserError(f"{path}: has a header but no contigs.")
    if len(set(names)) < len(names):
        twice = next(name for name, count in Counter(names).items() if count > 1)
        raise UserError(f"{path}: contig '{twice}' stands twice.")
    known_lengths = np.array(lengths if lengths else [0] * len(names), np.int64)
    contigs = Contigs(tuple(names), known_lengths)
    return Catalogue(contigs, 0, path), bool(lengths)


def read_table(path: str, layout: Layout, catalogue: Catalogue, index: NameIndex) -> Table:
    """Read a table; its rows may be in any order and hold contigs too short for the catalogue.

    Raises
    ------
    UserError : a cell that is not a number, negative or missing; a contig twice; names line
        and column. ContractError : a contig is missing, unknown, or of another length
    """
    n_contigs, n_samples = len(catalogue.contigs), len(layout.samples)
    values = np.zeros((n_contigs, n_samples), np.float32)
    variance = np.zeros((n_contigs, n_samples if layout.has_variance else 0), np.float32)
    lengths, unknown = np.zeros(n_contigs), np.zeros(1)
    seen = np.zeros(n_contigs, bool)
    state = np.zeros(cells.STATE_SIZE, np.int64)
    state[cells.LINE] = 1 if layout.has_header else 0
    state[cells.ROW] = -1
    targets = np.array(layout.targets, np.int64)
    for data in _pieces(path, layout.has_header):
        used = 0
        while used < len(data):
            # whole lines only: all of it, unless an error stops it
            used += cells.parse_rows(
                data[used:], targets, *index.arrays, values, variance, lengths, unknown, seen, state
            )
            if state[cells.ERROR]:
                raise _cell_error(path, layout, data, state)
    _check_rows(
        path, layout, catalogue, seen, lengths, float(unknown[0]), int(state[cells.DROPPED])
    )
    if state[cells.OUT_OF_ORDER]:
        logger.info("%s: contigs re-ordered to those of %s", path, catalogue.source)
    return Table(layout, values, variance if layout.has_variance else None)


def _pieces(path: str, skip_header: bool) -> Iterator[NDArray[np.uint8]]:
    """The table in pieces that end with a line; the last line gets a line break if it lacks one."""
    with open_binary_reader(path, "depth table") as handle:
        if skip_header:
            handle.readline()
        tail = b""
        while chunk := handle.read(_CHUNK_BYTES):
            whole, newline, rest = chunk.rpartition(b"\n")
            if newline:
                yield np.frombuffer(tail + whole + newline, np.uint8)
                tail = rest
            else:
                tail += chunk
        if tail:
            yield np.frombuffer(tail + b"\n", np.uint8)


def _check_rows(
    path: str,
    layout: Layout,
    catalogue: Catalogue,
    seen: NDArray[np.bool_],
    lengths: NDArray[np.float64],
    longest_unknown: float,
    dropped: int,
) -> None:
    contigs = catalogue.contigs
    if not seen.all():
        name = contigs.names[int(np.argmin(seen))]
        raise ContractError(
            f"{path}: lacks contig '{name}' of {catalogue.source} "
            f"({int((~seen).sum())} are missing). Make the table from the same contigs.",
            expected=name,
            actual=None,
        )
    has_lengths = LENGTH in layout.targets
    if has_lengths and catalogue.contigs.lengths.any():
        differs = np.abs(lengths - contigs.lengths) > _LENGTH_TOLERANCE * contigs.lengths
        if differs.any():
            row = int(np.argmax(differs))
            raise ContractError(
                f"{path}: contig '{contigs.names[row]}' has {lengths[row]:.0f} bp, but "
                f"{contigs.lengths[row]} in {catalogue.source}. "
                "Make the table from the same contigs.",
                expected=int(contigs.lengths[row]),
                actual=int(lengths[row]),
            )
    if dropped:
        # where the table has no lengths, a catalogue that was cut at a length explains them
        explained = longest_unknown < catalogue.min_length if has_lengths else catalogue.filtered
        if not explained:
            name = _first_unknown(path, layout, catalogue)
            raise ContractError(
                f"{path}: contig '{name}' is not in {catalogue.source} ({dropped} contigs are "
                "not). Make the table from the same contigs.",
                expected=None,
                actual=name,
            )
        logger.info(
            "%s: %d contigs shorter than %d bp are not in the catalogue and left out",
            path,
            dropped,
            catalogue.min_length,
        )


def _first_unknown(path: str, layout: Layout, catalogue: Catalogue) -> str:
    """Name of the first contig that has no place; only worked out once it is an error."""
    others, known = read_names(path, layout)
    for name, length in zip(others.contigs.names, others.contigs.lengths, strict=True):
        too_short = known and length < catalogue.min_length
        if name not in catalogue.contigs.index and not too_short:
            return name
    raise AssertionError("it was there a moment ago")


def _cell_error(
    path: str, layout: Layout, data: NDArray[np.uint8], state: NDArray[np.int64]
) -> UserError:
    line, column, error = (int(state[i]) for i in (cells.LINE, cells.COLUMN, cells.ERROR))
    cell = data[state[cells.START] : state[cells.END]].tobytes().decode("utf-8", "replace")
    place = f"{path}, line {line}"
    expected = len(layout.targets) + 1
    if error == cells.TOO_FEW:
        return UserError(f"{place}: has {column} cells, expected {expected}.")
    if error == cells.TOO_MANY:
        return UserError(f"{place}: has more than {expected} cells.")
    if error == cells.TWICE:
        return UserError(f"{place}: contig '{cell}' stands twice. Remove one of the two.")
    if error == cells.NO_NAME:
        return UserError(f"{place}: the first cell is empty, expected a contig's name.")
    what = "is negative" if error == cells.NEGATIVE else "is not a number"
    title = layout.titles[column - 1]
    return UserError(
        f"{place}, column {column} ({title}): '{cell}' {what}. Expected 0 or more; make the "
        "table again."
    )


def read_tables(
    paths: Sequence[str], catalogue: Catalogue | None, format: str, unit: str | None
) -> tuple[Catalogue, bool, list[Table]]:
    """Read tables of one or more samples each; without a catalogue, the first table gives it.

    Returns
    -------
    catalogue, whether its lengths are known, the tables
    """
    layouts = [read_layout(path, format, unit) for path in paths]
    units = {layout.unit for layout in layouts}
    if len(units) > 1:
        other = next(i for i, layout in enumerate(layouts) if layout.unit != layouts[0].unit)
        raise UserError(
            f"{paths[other]}: holds {layouts[other].unit}, but {paths[0]} {layouts[0].unit}. "
            "Give tables of one unit."
        )
    known = True
    if catalogue is None:
        catalogue, known = read_names(paths[0], layouts[0])
    index = NameIndex.of(catalogue.contigs.names)
    tables = []
    for path, layout in zip(paths, layouts, strict=True):
        tables.append(read_table(path, layout, catalogue, index))
        logger.info("%s: %s table with %d samples", path, layout.format, len(layout.samples))
    return catalogue, known, tables
