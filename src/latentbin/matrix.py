"""The named matrix: the file in which numbers travel between steps, with the names of their rows.

A ``.npz`` without pickles. Members:

``header``          JSON text (uint8): schema, columns, attributes, names_sha256, report
``names``           the row names, UTF-8, joined by ``\\n`` (uint8)
``values``          (rows, columns) float32
``row_<name>``      further arrays with one entry or one vector per row (lengths, variance, ...)
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin.contigs import Contigs, names_digest
from latentbin.errors import ContractError, UserError
from latentbin.files import atomic_output, readable

logger = logging.getLogger(__name__)

SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False)
class NamedMatrix:
    """A matrix whose rows and columns have names.

    Attributes
    ----------
    kind : what it holds: ``composition``, ``abundance``, ``latent``
    names : unique row names
    columns : unique column names
    values : (rows, columns) float32, finite
    arrays : further arrays, first axis = rows
    attributes : facts that a reader needs to use the values (``unit``, ``projection``, ...)
    report : how it was made: options, seed, versions, input digests, counts
    source : where it was read from, for messages
    """

    kind: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    values: NDArray[np.float32]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    source: str = "(in memory)"

    def __post_init__(self) -> None:
        shape = (len(self.names), len(self.columns))
        if self.values.shape != shape:
            raise ContractError(
                f"{self.source}: the matrix is {self.values.shape}, its names say {shape}. "
                "The file is damaged; make it again.",
                expected=shape,
                actual=self.values.shape,
            )
        for what, labels in (("row", self.names), ("column", self.columns)):
            if len(set(labels)) != len(labels):
                twice = next(x for i, x in enumerate(labels) if x in labels[:i])
                raise UserError(f"{self.source}: the {what} name '{twice}' stands twice.")
        for name, array in self.arrays.items():
            if len(array) != len(self.names):
                raise ContractError(
                    f"{self.source}: '{name}' has {len(array)} rows, expected {len(self.names)}. "
                    "The file is damaged; make it again.",
                    expected=len(self.names),
                    actual=len(array),
                )
        finite = np.isfinite(self.values).all(axis=1)
        if not finite.all():
            row = int(np.flatnonzero(~finite)[0])
            raise UserError(
                f"{self.source}: row {row + 1} ('{self.names[row]}') holds a value that is not a "
                "finite number. Make the file again from sound input."
            )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the row names in order."""
        return names_digest(self.names)

    @cached_property
    def contigs(self) -> Contigs:
        """Rows as contigs; needs the row array ``lengths``."""
        if "lengths" not in self.arrays:
            raise UserError(f"{self.source}: has no contig lengths; expected contigs as rows.")
        return Contigs(self.names, self.arrays["lengths"].astype(np.int64))

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> NamedMatrix:
        """The rows at ``rows`` (indices or a mask), in that order."""
        chosen = np.arange(len(self.names))[rows]
        return NamedMatrix(
            self.kind,
            tuple(self.names[row] for row in chosen),
            self.columns,
            self.values[chosen],
            {name: array[chosen] for name, array in self.arrays.items()},
            self.attributes,
            self.report,
            self.source,
        )

    def in_order_of(self, other: NamedMatrix) -> NamedMatrix:
        """This matrix with its rows in the order of ``other``'s: re-ordered, or refused.

        Raises
        ------
        ContractError : the two do not have exactly the same names
        """
        if self.digest == other.digest:
            return self
        order = match_names(self.names, self.source, other.names, other.source)
        logger.info("%s: rows re-ordered to those of %s", self.source, other.source)
        return self.take(order)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file, complete or not at all; same content, same bytes."""
        save_members(
            path,
            self.kind,
            self.names,
            {
                "columns": list(self.columns),
                "attributes": dict(self.attributes),
                "report": dict(self.report),
            },
            {
                "values": self.values.astype(np.float32, copy=False),
                **{f"row_{name}": array for name, array in sorted(self.arrays.items())},
            },
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str], kind: str) -> NamedMatrix:
        """Read and check a file of the given kind.

        Raises
        ------
        UserError : not such a file, another kind, a newer schema, damaged
        """
        with members_of(path, kind) as (header, names, members):
            return cls(
                kind,
                names,
                tuple(header["columns"]),
                members["values"],
                row_arrays(members),
                header["attributes"],
                header["report"],
                str(path),
            )


def save_members(
    path: str | os.PathLike[str],
    kind: str,
    names: tuple[str, ...],
    facts: Mapping[str, Any],
    members: Mapping[str, NDArray[Any]],
) -> None:
    """Write arrays with the names of what they are about; same content, same bytes.

    Parameters
    ----------
    kind : stands in the schema, with the version
    facts : go into the header as JSON
    """
    header = {
        "schema": f"latentbin/{kind}/{SCHEMA_VERSION}",
        "names_sha256": names_digest(names),
        **facts,
    }
    content = {
        "header": _bytes(json.dumps(header, indent=1, sort_keys=True)),
        "names": _bytes("\n".join(names)),
        **{name: np.ascontiguousarray(array) for name, array in members.items()},
    }
    with atomic_output(path) as temporary, open(temporary, "wb") as handle:
        np.savez(handle, allow_pickle=False, **content)


@contextlib.contextmanager
def members_of(
    path: str | os.PathLike[str], kind: str
) -> Iterator[tuple[dict[str, Any], tuple[str, ...], Mapping[str, NDArray[Any]]]]:
    """Header, names and arrays of a file that `save_members` wrote; arrays are read on access.

    What turns out to be missing or unreadable inside the block is a damaged file, too.

    Raises
    ------
    UserError : not such a file, another kind, a newer schema, damaged
    """
    source = str(path)
    expected = f"latentbin/{kind}/{SCHEMA_VERSION}"
    try:
        with readable(path, f"{kind} file"), open(path, "rb") as handle:
            # numpy would advise to load what is no archive "unsafely"
            if not zipfile.is_zipfile(handle):
                raise zipfile.BadZipFile("not an .npz archive")
        with open(path, "rb") as handle, np.load(handle, allow_pickle=False) as members:
            header = json.loads(members["header"].tobytes())
            if header["schema"] != expected:
                raise ContractError(
                    f"{source}: is '{header['schema']}', expected '{expected}'. "
                    f"Give the {kind} file, made with this version.",
                    expected=expected,
                    actual=header["schema"],
                )
            text = members["names"].tobytes().decode()
            names = tuple(text.split("\n")) if text else ()
            if names_digest(names) != header["names_sha256"]:
                raise UserError(f"{source}: the row names do not fit their digest. Make it again.")
            yield header, names, members
    except (
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        EOFError,
        AttributeError,
        TypeError,
    ) as error:
        raise UserError(
            f"{source}: damaged, or not a Latentbin file of {kind} "
            f"({type(error).__name__}: {error}). Make it again."
        ) from error


def row_arrays(members: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The arrays that have one entry per name."""
    return {key.removeprefix("row_"): members[key] for key in members if key.startswith("row_")}


def match_names(
    have: tuple[str, ...], have_source: str, want: tuple[str, ...], want_source: str
) -> NDArray[np.intp]:
    """Where each wanted name stands among those at hand; both must be the same set.

    Returns
    -------
    order : (n_names,) such that ``have[order[i]] == want[i]``

    Raises
    ------
    ContractError : names the first that differs, and both files
    """
    position = {name: row for row, name in enumerate(have)}
    order = np.array([position.get(name, -1) for name in want], np.intp)
    if (order < 0).any():
        row = int(np.flatnonzero(order < 0)[0])
        raise ContractError(
            f"{have_source} lacks contig '{want[row]}', which is number {row + 1} of "
            f"{want_source}. Make both from the same FASTA with the same --min-length.",
            expected=want[row],
            actual=None,
        )
    if len(have) != len(want):
        wanted = set(want)
        extra = next(name for name in have if name not in wanted)
        raise ContractError(
            f"{have_source} has contig '{extra}', which {want_source} lacks. "
            "Make both from the same FASTA with the same --min-length.",
            expected=None,
            actual=extra,
        )
    return order


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)
