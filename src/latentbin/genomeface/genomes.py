"""Reference genomes to train on: sequences, and which genome belongs to which group."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.composition.kmers import base_codes
from latentbin.contigs import Record, read_fasta
from latentbin.errors import UserError
from latentbin.files import open_text_reader

logger = logging.getLogger(__name__)

_SUFFIXES = (".fna", ".fa", ".fasta")


@dataclass(frozen=True, eq=False)
class Genomes:
    """Scaffolds of reference genomes, sorted by genome.

    Attributes
    ----------
    names : of the genomes
    groups : (n_genomes,) number of the group (genus, family) that a genome belongs to
    codes : bases of all scaffolds, one after the other, as 0 - 3, above that ambiguous
    starts, lengths : (n_scaffolds,) of each scaffold in ``codes``
    genome : (n_scaffolds,) number of the genome, ascending
    """

    names: tuple[str, ...]
    groups: NDArray[np.int64]
    codes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    genome: NDArray[np.int64]

    def take(self, genomes: NDArray[np.int64]) -> Genomes:
        """The genomes of the given numbers (ascending); the bases are shared."""
        new = np.full(len(self.names), -1)
        new[genomes] = np.arange(len(genomes))
        kept = new[self.genome] >= 0
        return Genomes(
            tuple(self.names[number] for number in genomes),
            self.groups[genomes],
            self.codes,
            self.starts[kept],
            self.lengths[kept],
            new[self.genome[kept]],
        )


def read_labels(path: Path, group_column: str | None) -> dict[str, str]:
    """Genome to group, from a table with a column ``genome``.

    Parameters
    ----------
    group_column : the column that names the group; without it each genome is a group of its own

    Raises
    ------
    UserError : a column is missing, a row is short, a genome stands twice; says the line
    """
    groups: dict[str, str] = {}
    with open_text_reader(path, "table of genomes") as handle:
        header = handle.readline().rstrip("\n").split("\t")
        for column in ("genome", group_column):
            if column is not None and column not in header:
                raise UserError(
                    f"{path}, line 1: no column '{column}' among {', '.join(header)}. Expected a "
                    "table separated by tabs with a header; name the column by --group-column."
                )
        own = header.index("genome")
        group = own if group_column is None else header.index(group_column)
        for number, line in enumerate(handle, 2):
            cells = line.rstrip("\n").split("\t")
            if len(cells) <= max(own, group):
                raise UserError(f"{path}, line {number}: fewer cells than the header.")
            if cells[own] in groups:
                raise UserError(f"{path}, line {number}: genome '{cells[own]}' stands twice.")
            groups[cells[own]] = cells[group]
    return groups


def read_genomes(
    source: Path, groups: dict[str, str] | None, min_scaffold: int, min_genome: int, most: int
) -> Genomes:
    """Read reference genomes.

    Parameters
    ----------
    source : a folder with one FASTA file per genome, named after it, or one FASTA file in which
        records are named ``<genome>|<anything>``
    groups : see `read_labels`; genomes that are not in it are left out. Without it each genome is
        a group of its own
    min_scaffold : shorter scaffolds are left out, bp
    min_genome : genomes with fewer bp in the rest are left out
    most : genomes of one group, the largest first

    Raises
    ------
    UserError : no FASTA file, two of one genome, a record's name without a genome, fewer than two
        genomes left
    """
    codes_of = base_codes()
    scaffolds: dict[str, list[NDArray[np.uint8]]] = {}
    foreign: list[str] = []
    unknown: set[str] = set()
    for genome, record in _records(source, foreign):
        if groups is not None and genome not in groups:
            unknown.add(genome)
        elif len(record.sequence) >= min_scaffold:
            codes = codes_of[np.frombuffer(record.sequence, np.uint8)]
            scaffolds.setdefault(genome, []).append(codes)
    if foreign:
        logger.warning(
            "%d records hold characters other than nucleotides and are left out: %s%s",
            len(foreign),
            ", ".join(foreign[:5]),
            ", ..." if len(foreign) > 5 else "",
        )
    if unknown:
        logger.warning("%d genomes are not in the table and are left out", len(unknown))
    size = {genome: sum(map(len, found)) for genome, found in scaffolds.items()}
    large = [genome for genome in sorted(size) if size[genome] >= min_genome]
    of_group: dict[str, list[str]] = {}
    for genome in sorted(large, key=lambda genome: (-size[genome], genome)):
        of_group.setdefault(genome if groups is None else groups[genome], []).append(genome)
    chosen = sorted(genome for members in of_group.values() for genome in members[:most])
    logger.info(
        "%d genomes of %d groups; %d of fewer than %d bp and %d above %d of one group left out",
        len(chosen),
        len(of_group),
        len(size) - len(large),
        min_genome,
        len(large) - len(chosen),
        most,
    )
    if len(chosen) < 2:
        raise UserError(
            f"{source}: {len(chosen)} genomes of at least {min_genome} bp, expected two or more. "
            "Give more genomes, or lower --min-genome."
        )
    number = {group: n for n, group in enumerate(sorted(of_group))}
    group_of = {genome: number[g] for g, members in of_group.items() for genome in members}
    parts = [part for genome in chosen for part in scaffolds[genome]]
    lengths = np.array([len(part) for part in parts], np.int64)
    return Genomes(
        tuple(chosen),
        np.array([group_of[genome] for genome in chosen], np.int64),
        np.concatenate(parts),
        np.cumsum(lengths) - lengths,
        lengths,
        np.repeat(np.arange(len(chosen)), [len(scaffolds[genome]) for genome in chosen]),
    )


def _records(source: Path, foreign: list[str]) -> Iterable[tuple[str, Record]]:
    if not source.is_dir():
        for record in read_fasta(source, foreign):
            genome, bar, _ = record.name.rpartition("|")
            if not bar or not genome:
                raise UserError(
                    f"{source}: record '{record.name}' names no genome. Expected names of the "
                    "form <genome>|<anything>, or a folder with one FASTA file per genome."
                )
            yield genome, record
        return
    files = [
        (name, path)
        for path in sorted(source.iterdir())
        for name in [path.name.removesuffix(".gz")]
        if name.endswith(_SUFFIXES)
    ]
    if not files:
        raise UserError(
            f"{source}: holds no FASTA file. Expected one per genome, named "
            f"<genome>{{{','.join(_SUFFIXES)}}}, plain or gzip'd."
        )
    seen: dict[str, Path] = {}
    for name, path in files:
        genome = name.rsplit(".", 1)[0]
        if genome in seen:
            raise UserError(
                f"{path}: genome '{genome}' is in {seen[genome].name} too. Remove one of the two."
            )
        seen[genome] = path
        for record in read_fasta(path, foreign):
            yield genome, record
