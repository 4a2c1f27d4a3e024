"""Contigs: their names, lengths and order, read from FASTA; and the sample in front of a name.

A contig's *name* is its FASTA header up to the first white space. Parsed once, here, into
objects that cannot be wrong: unique names, IUPAC nucleotide codes only, no empty sequence.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from latentbin.errors import UserError
from latentbin.files import open_binary_reader

_CHUNK_BYTES = 1 << 18  # stays in the processor's cache: measurably faster than megabytes
_NUCLEOTIDES = b"ACGTUNRYSWKMBDHVacgtunryswkmbdhv"
_AMINO_ACIDS_ONLY = frozenset(b"EFIJLOPQXZ*efijlopqxz")


class Record(NamedTuple):
    """One FASTA record: the name, and the sequence as it stands in the file, without breaks."""

    name: str
    sequence: bytes


@dataclass(frozen=True, eq=False)
class Contigs:
    """Names and lengths of contigs, in the order of the FASTA file.

    Attributes
    ----------
    names : unique, ``n_contigs`` of them
    lengths : (n_contigs,) int64, base pairs
    """

    names: tuple[str, ...]
    lengths: NDArray[np.int64]

    def __post_init__(self) -> None:
        assert len(self.names) == len(self.lengths)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the names in order; equal digests mean the same rows in the same order."""
        return names_digest(self.names)

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number of each name."""
        return {name: row for row, name in enumerate(self.names)}

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Contigs:
        """The contigs at ``rows`` (indices or a mask), in that order."""
        chosen = np.arange(len(self))[rows]
        return Contigs(tuple(self.names[row] for row in chosen), self.lengths[chosen])


def names_digest(names: Iterable[str]) -> str:
    """Digest of names in order; the newline keeps ``('ab', 'c')`` apart from ``('a', 'bc')``."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\n")
    return digest.hexdigest()


def read_fasta(
    path: str | os.PathLike[str], foreign_records: list[str] | None = None
) -> Iterator[Record]:
    """Stream the records of a nucleotide FASTA file, plain or gzip'd.

    Memory holds one chunk and the longest contig. Lower and upper case are kept.

    Parameters
    ----------
    foreign_records : where records with foreign characters are tolerable (many reference genomes,
        some of them damaged): they are left out, and their names are added to this list

    Raises
    ------
    UserError : not FASTA, empty, protein, foreign characters, a repeated or missing name,
        an empty sequence, a truncated gzip; names file, record and line
    """
    seen: set[str] = set()
    n_records = 0
    for header, body in _raw_records(path):
        n_records += 1
        words = header.split(None, 1)
        name = words[0].decode("utf-8", "replace") if words and not header[:1].isspace() else ""
        if not name:
            raise UserError(f"{path}: record {n_records} has no name after '>'. Name every contig.")
        if name in seen:
            line = _line_of(path, n_records)
            raise UserError(
                f"{path}, line {line}: contig name '{name}' stands twice. Names (the header up to "
                "the first space) must be unique; rename one of the two."
            )
        seen.add(name)
        sequence = body.replace(b"\n", b"")
        if b"\r" in sequence:
            sequence = sequence.replace(b"\r", b"")
        foreign = sequence.translate(None, _NUCLEOTIDES)
        if foreign and foreign_records is not None:
            foreign_records.append(name)
            continue
        if foreign:
            _raise_foreign(path, name, n_records, foreign)
        if not sequence:
            line = _line_of(path, n_records)
            raise UserError(f"{path}, line {line}: contig '{name}' has no sequence. Remove it.")
        yield Record(name, sequence)
    if n_records == 0:
        raise UserError(f"{path}: holds no sequence. Expected a FASTA file of contigs.")


def read_part(path: str | os.PathLike[str]) -> Iterator[Record]:
    """`read_fasta` for one assembly of several: an empty file holds no contig, and is none broken.

    A sample without any contig is a result of its assembly.
    """
    with open_binary_reader(path, "FASTA file") as handle:
        if not handle.read(1):
            return
    yield from read_fasta(path)


def prefixed(records: Iterable[Record], prefix: str, source: str | Path) -> Iterator[Record]:
    """Records with ``prefix`` in front of every name that does not begin with it already.

    An assembly whose contigs were renamed before, with the BAM that was mapped to it, can be used.

    Raises
    ------
    UserError : two contigs would get one name
    """
    names: set[str] = set()
    for record in records:
        has_it = record.name.startswith(prefix) and len(record.name) > len(prefix)
        name = record.name if has_it else prefix + record.name
        if name in names:
            raise UserError(
                f"{source}: two contigs would be named '{name}': one begins with '{prefix}' "
                "already, the other does not. Rename one of the two."
            )
        names.add(name)
        yield Record(name, record.sequence)


def contigs_of(path: Path, prefix: str | None) -> Iterator[Record]:
    """The records of a whole assembly; with a prefix, those of one of several, with its prefix."""
    return read_fasta(path) if prefix is None else prefixed(read_part(path), prefix, path)


def read_contigs(path: str | os.PathLike[str]) -> Contigs:
    """Names and lengths of all contigs in a FASTA file; see `read_fasta` for what it refuses."""
    pairs = [(record.name, len(record.sequence)) for record in read_fasta(path)]
    return Contigs(
        tuple(name for name, _ in pairs), np.array([length for _, length in pairs], np.int64)
    )


def format_record(record: Record, width: int = 80) -> bytes:
    """FASTA text of a record, its sequence unchanged, in lines of ``width``."""
    sequence = record.sequence
    lines = [sequence[start : start + width] for start in range(0, len(sequence), width)]
    return b">" + record.name.encode() + b"\n" + b"\n".join(lines) + b"\n"


def _raw_records(path: str | os.PathLike[str]) -> Iterator[tuple[bytes, bytes]]:
    """Header and body (line breaks kept) of each record, split at ``\\n>``."""
    with open_binary_reader(path, "FASTA file") as handle:
        pending: list[bytes] = []
        first = True
        tail = b""
        while chunk := handle.read(_CHUNK_BYTES):
            chunk = tail + chunk
            tail = b""
            if first:
                chunk = chunk.lstrip()
                if not chunk:
                    continue
                if chunk[:1] != b">":
                    start = chunk[:20].decode("latin-1").splitlines()[0]
                    raise UserError(
                        f"{path}: not a FASTA file: it starts with {start!r}, expected '>'."
                    )
                chunk, first = chunk[1:], False
            if chunk.endswith(b"\n"):
                # the next chunk may start with the '>' that this line break belongs to
                chunk, tail = chunk[:-1], b"\n"
            pieces = chunk.split(b"\n>")
            pending.append(pieces[0])
            for piece in pieces[1:]:
                yield _split_header(b"".join(pending))
                pending = [piece]
        if not first:
            pending.append(tail)
            yield _split_header(b"".join(pending))


def _split_header(text: bytes) -> tuple[bytes, bytes]:
    header, _, body = text.partition(b"\n")
    return header.rstrip(b"\r"), body


def _line_of(path: str | os.PathLike[str], record_number: int) -> int:
    """Line number of a record's header; only worked out once something is wrong."""
    seen = 0
    with open_binary_reader(path) as handle:
        for line_number, line in enumerate(handle, 1):
            seen += line.startswith(b">")
            if seen == record_number:
                return line_number
    raise AssertionError("the record was there a moment ago")


def _raise_foreign(
    path: str | os.PathLike[str], name: str, record_number: int, foreign: bytes
) -> None:
    line = _line_of(path, record_number)
    shown = chr(foreign[0])
    place = f"{path}, line {line}: contig '{name}' has the character {shown!r}"
    if any(byte in _AMINO_ACIDS_ONLY for byte in foreign):
        raise UserError(f"{place}, an amino acid: this is protein. Expected nucleotides.")
    raise UserError(f"{place}. Expected nucleotides (IUPAC codes) only.")


def sample_of_each(
    names: Sequence[str], separator: str, source: str | Path
) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """The sample in front of the first separator of each name (binsplit).

    Returns
    -------
    samples : the distinct samples, in order of appearance
    codes : (n_names,) index into ``samples``

    Raises
    ------
    UserError : a name does not have the separator inside it
    """
    if not separator:
        raise UserError("the separator is empty. Give the text between sample and contig.")
    known: dict[str, int] = {}
    codes = np.empty(len(names), np.intp)
    for row, name in enumerate(names):
        sample, found, rest = name.partition(separator)
        if not (sample and found and rest):
            raise UserError(
                f"{source}: contig '{name}' does not have the separator '{separator}' inside its "
                f"name. Expected <sample>{separator}<contig>; rename the contigs, give another "
                "--separator, or leave it out if all contigs are of one assembly."
            )
        codes[row] = known.setdefault(sample, len(known))
    return tuple(known), codes
