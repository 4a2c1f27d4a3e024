"""Genomes: made gene by gene, mutated into a relative, or read from the user's files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latentbin.contigs import read_fasta
from latentbin.errors import UserError
from latentbin.simulate.codons import (
    CODON_OF,
    Dialect,
    codon_numbers,
    new_dialect,
    reverse_complement,
    write_gene,
)
from latentbin.simulate.profiles import draw_protein, marker_profiles

_N = 4
_SHINE_DALGARNO = np.array([0, 2, 2, 0, 2, 2], np.uint8)  # AGGAGG
_LONGEST_SPACER = 400
_LETTERS = np.frombuffer(b"ACGTN", np.uint8)
_CODES = np.full(256, _N, np.uint8)
for _code, _pair in enumerate((b"Aa", b"Cc", b"Gg", b"TtUu")):
    _CODES[list(_pair)] = _code


@dataclass(frozen=True)
class Gene:
    """A protein gene: bases ``start`` to ``end`` of the genome, on the strand +1 or -1."""

    start: int
    end: int
    strand: int
    name: str


@dataclass(frozen=True, eq=False)
class Genome:
    """A genome of one or several sequences.

    Attributes
    ----------
    name : unique in the community
    sequences : base codes, 0 - 3 for A C G T and 4 for anything else
    genes : where its genes are, on the first sequence; empty for a genome that was read
    relative_of : the genome it was mutated from
    """

    name: str
    sequences: tuple[NDArray[np.uint8], ...]
    genes: tuple[Gene, ...] = ()
    relative_of: str | None = None

    @property
    def length(self) -> int:
        """Base pairs."""
        return sum(map(len, self.sequences))

    @property
    def gc(self) -> float:
        """G and C among the bases that are known."""
        counts = np.bincount(np.concatenate(self.sequences), minlength=5)
        return float(counts[1] + counts[2]) / max(int(counts[:4].sum()), 1)


def to_text(bases: NDArray[np.uint8]) -> bytes:
    """Letters of base codes."""
    return _LETTERS[bases].tobytes()


def make_genomes(
    rng: np.random.Generator, count: int, mean_length: int, divergence: float
) -> list[Genome]:
    """Genomes with GC contents spread over 0.3 - 0.68; the last a relative of the first.

    With ``divergence`` 0 there is no relative, and all are independent.
    """
    n_founders = count - (divergence > 0)
    gcs = np.linspace(0.30, 0.68, n_founders) if n_founders > 1 else np.array([0.45])
    gcs = rng.permutation(gcs + rng.uniform(-0.01, 0.01, n_founders))
    lengths = (mean_length * rng.uniform(0.8, 1.2, n_founders)).astype(int)
    genomes = [
        make_genome(rng, f"genome{number}", int(length), float(gc))
        for number, (length, gc) in enumerate(zip(lengths, gcs, strict=True), 1)
    ]
    if divergence > 0:
        genomes.append(make_relative(rng, genomes[0], f"genome{count}", divergence))
    return genomes


def make_genome(
    rng: np.random.Generator, name: str, length: int, gc: float, dialect: Dialect | None = None
) -> Genome:
    """A genome of ``length`` bp (at least 80,000) with genes, the single-copy genes among them.

    Neighbours tend to share a strand; each gene has a spacer with (mostly) a Shine-Dalgarno
    sequence in front; a few genes are written in a foreign dialect, as after horizontal transfer.

    Parameters
    ----------
    gc : about the GC content of its genes
    dialect : how its genes are written, if not as any genome of that GC content
    """
    dialect = dialect or new_dialect(rng, gc)
    foreign = new_dialect(rng, float(np.clip(gc + rng.normal(0, 0.06), 0.25, 0.72)))
    proteins = [(p.name, draw_protein(rng, p)) for p in marker_profiles()]
    needed = sum(3 * len(protein) + 130 for _, protein in proteins)
    while needed < length:
        size = int(np.clip(rng.lognormal(np.log(280), 0.55), 40, 1500))
        proteins.append(("", rng.choice(20, size, p=dialect.usage)))
        needed += 3 * size + 130

    owed = sum(3 * (len(protein) + 2) + _LONGEST_SPACER for name, protein in proteins if name)
    pieces: list[NDArray[np.uint8]] = []
    genes: list[Gene] = []
    position, strand = 0, 1
    for number in rng.permutation(len(proteins)):
        marker, protein = proteins[number]
        strange = not marker and rng.random() < 0.06
        coding = write_gene(rng, foreign if strange else dialect, protein)
        spacer = _spacer(rng, dialect, 30 + min(int(rng.exponential(80)), _LONGEST_SPACER - 30))
        if marker:
            owed -= len(coding) + _LONGEST_SPACER
        if position + len(spacer) + len(coding) + owed > length:
            assert not marker, "a genome of the shortest length has room for its markers"
            continue
        if rng.random() < 0.3:
            strand = -strand
        piece = np.concatenate([spacer, coding])
        start = position + (len(spacer) if strand > 0 else 0)
        pieces.append(piece if strand > 0 else reverse_complement(piece))
        genes.append(Gene(start, start + len(coding), strand, marker or f"gene{number}"))
        position += len(piece)
    pieces.append(_random_bases(rng, dialect.spacer_gc, length - position))
    return Genome(name, (np.concatenate(pieces),), tuple(genes))


def make_relative(rng: np.random.Generator, genome: Genome, name: str, divergence: float) -> Genome:
    """A copy with substitutions at the share ``divergence`` of its bases.

    In genes a substitution that keeps the amino acid is always taken, one that changes it in one
    case of eight, one that makes or breaks a stop or touches the start codon never.
    """
    bases = genome.sequences[0].copy()
    original = genome.sequences[0]
    codon_start = np.full(len(bases), -1)  # of the codon that a base is in, on the gene's strand
    strand = np.ones(len(bases), np.int64)
    for gene in genome.genes:
        offset = np.arange(gene.end - gene.start) // 3 * 3
        codon_start[gene.start : gene.end] = gene.start + offset
        strand[gene.start : gene.end] = gene.strand
        first = gene.start if gene.strand > 0 else gene.end - 3
        codon_start[first : first + 3] = -2
    wanted = int(divergence * len(bases))
    while (missing := wanted - int((bases != original).sum())) > 0:
        sites = rng.choice(len(bases), missing, replace=False)
        # one change per codon at a time, so that each is judged by itself
        unit = np.where(codon_start[sites] >= 0, codon_start[sites], sites)
        sites = sites[np.unique(unit, return_index=True)[1]]
        changed = bases.copy()
        changed[sites] = (changed[sites] + rng.integers(1, 4, len(sites))) % 4
        before = _acids(bases, codon_start[sites], strand[sites])
        after = _acids(changed, codon_start[sites], strand[sites])
        stops = (before == -1) | (after == -1)
        kept = (before == after) | (~stops & (rng.random(len(sites)) < 1 / 8))
        kept[codon_start[sites] == -1] = True
        kept[codon_start[sites] == -2] = False
        bases[sites[kept]] = changed[sites[kept]]
    return Genome(name, (bases,), genome.genes, genome.name)


def read_genomes(paths: Sequence[str | os.PathLike[str]]) -> list[Genome]:
    """One genome per FASTA file, named by the file.

    Raises
    ------
    UserError : fewer than two files, two of the same name, or what `read_fasta` refuses
    """
    if len(paths) < 2:
        raise UserError(f"--genomes: {len(paths)} file given, a community needs two genomes.")
    genomes: dict[str, Genome] = {}
    for path in paths:
        name = _stem(Path(path))
        if name in genomes:
            raise UserError(
                f"{path}: a genome named '{name}' was given before. Genomes are named by their "
                "file; rename one of the two."
            )
        sequences = tuple(
            _CODES[np.frombuffer(record.sequence, np.uint8)] for record in read_fasta(path)
        )
        genomes[name] = Genome(name, sequences)
    return list(genomes.values())


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name if path.name.startswith(".") else (Path(name).stem if Path(name).suffix else name)


def _random_bases(rng: np.random.Generator, gc: float, size: int) -> NDArray[np.uint8]:
    at = (1 - gc) / 2
    return rng.choice(4, size, p=[at, gc / 2, gc / 2, at]).astype(np.uint8)


def _spacer(rng: np.random.Generator, dialect: Dialect, size: int) -> NDArray[np.uint8]:
    spacer = _random_bases(rng, dialect.spacer_gc, size)
    if rng.random() < 0.7:
        end = size - int(rng.integers(5, 10))
        spacer[end - len(_SHINE_DALGARNO) : end] = _SHINE_DALGARNO
    return spacer


def _acids(
    bases: NDArray[np.uint8], starts: NDArray[np.int64], strand: NDArray[np.int64]
) -> NDArray[np.int64]:
    # sites outside genes get the first codon of the genome: their answer is not used
    triplets = bases[np.maximum(starts, 0)[:, None] + np.arange(3)]
    backward = 3 - triplets[:, ::-1]
    return CODON_OF[codon_numbers(np.where(strand[:, None] > 0, triplets, backward))]
