"""Contigs of genera, the species in them, the strains in those, and where each was found.

Genomes are written as in `latentbin.simulate.genomes`: a genus has a GC content and a codon usage,
a species' usage has drifted from its genus', a strain is its species' first strain with
substitutions. Each sample is assembled by itself, so that a strain in two samples gives two sets of
contigs, cut at other places, of nearly the same sequence: what makes a random split too good.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.contigs import Record
from latentbin.errors import UserError
from latentbin.files import write_table
from latentbin.options import as_dict
from latentbin.simulate.codons import Dialect, new_dialect, reverse_complement
from latentbin.simulate.files import write_fasta
from latentbin.simulate.genomes import Genome, make_genome, make_relative, to_text
from latentbin.simulate.options import TaxonomyOptions

COLUMNS = ("contig", "genus", "species", "strain", "environment", "sample")
_MIDDLE_GC = 0.5
_GC_RANGE = (0.28, 0.70)
_LENGTH_SPREAD = 0.6  # standard deviation of the logarithm of the contigs' lengths
_USAGE_SHARE = 0.25  # amino acids drift by this share of what codons do
_STRAIN_PRESENCE = 0.75  # share of its species' environments that a strain lives in
_SHARES = (0.2, 1.0)  # of a strain's genome that the contigs of a sample hold


@dataclass(frozen=True, eq=False)
class Strain:
    """A genome with its lineage."""

    genus: str
    species: str
    genome: Genome
    new: bool

    @property
    def name(self) -> str:
        """Of the strain."""
        return self.genome.name


@dataclass(frozen=True)
class Piece:
    """A contig: bases ``start`` to ``end`` of a strain's genome, found in a sample."""

    strain: int
    environment: int
    sample: int
    start: int
    end: int
    reverse: bool


def make_strains(options: TaxonomyOptions, rng: np.random.Generator) -> list[Strain]:
    """All strains, genus by genus; those whose species or genus is held out are ``new``."""
    strains = []
    for genus in range(1, options.genera + options.new_genera + 1):
        new_genus = genus > options.genera
        logit = np.log(_MIDDLE_GC / (1 - _MIDDLE_GC)) + rng.normal(0, options.genus_spread)
        gc = float(np.clip(1 / (1 + np.exp(-logit)), *_GC_RANGE))
        dialect = new_dialect(rng, gc)
        for species in range(1, options.species + options.new_species + 1):
            new = new_genus or species > options.species
            name = f"genus{genus:02d}_species{species}"
            own = drift(dialect, options.species_drift, rng)
            first = make_genome(rng, f"{name}_strain1", options.genome_length, gc, own)
            genomes = [first]
            for number in range(2, 2 if new else options.strains + 1):
                genomes.append(
                    make_relative(rng, first, f"{name}_strain{number}", options.strain_divergence)
                )
            strains += [Strain(f"genus{genus:02d}", name, genome, new) for genome in genomes]
    return strains


def drift(dialect: Dialect, amount: float, rng: np.random.Generator) -> Dialect:
    """A dialect that has moved away: codons and amino acids multiplied by log-normal factors."""
    codons = dialect.codons * np.exp(rng.normal(0, amount, 64))
    usage = dialect.usage * np.exp(rng.normal(0, _USAGE_SHARE * amount, 20))
    return replace(
        dialect, codons=codons / codons.sum(axis=1, keepdims=True), usage=usage / usage.sum()
    )


def cut(
    strains: Sequence[Strain], options: TaxonomyOptions, rng: np.random.Generator
) -> list[Piece]:
    """The contigs of all samples, sample by sample, those of a sample in no order.

    A species lives in a few environments, each of its strains in some of those; each sample there
    holds a share of the genome that differs much from strain to strain and sample to sample.
    """
    home = {
        species: _some(options.environments, options.presence, rng)
        for species in dict.fromkeys(strain.species for strain in strains)
    }
    found: dict[tuple[int, int], list[Piece]] = {
        (environment, sample): []
        for environment in range(options.environments)
        for sample in range(options.samples)
    }
    for number, strain in enumerate(strains):
        places = home[strain.species]
        for environment in places[_some(len(places), _STRAIN_PRESENCE, rng)].tolist():
            for sample in range(options.samples):
                share = rng.uniform(*_SHARES)
                ends = _ends(len(strain.genome.sequences[0]), options, rng)
                kept = rng.random(len(ends) - 1) < share
                kept &= np.diff(ends) >= options.min_contig_length
                reverse = rng.random(len(ends) - 1) < 0.5
                found[environment, sample] += [
                    Piece(number, environment, sample, start, end, turned)
                    for start, end, turned in zip(
                        ends[:-1][kept].tolist(),
                        ends[1:][kept].tolist(),
                        reverse[kept].tolist(),
                        strict=True,
                    )
                ]
    return [
        pieces[place]
        for pieces in found.values()
        for place in rng.permutation(len(pieces)).tolist()
    ]


def _some(count: int, chance: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Each of ``count`` places with this chance, but at least one."""
    chosen = rng.random(count) < chance
    chosen[rng.integers(count)] = True
    return np.flatnonzero(chosen)


def _ends(length: int, options: TaxonomyOptions, rng: np.random.Generator) -> NDArray[np.int64]:
    """Where an assembly of a whole genome breaks, from 0 to its length."""
    lengths = rng.lognormal(
        np.log(options.contig_length),
        _LENGTH_SPREAD,
        1 + 2 * length // options.contig_length,
    )
    breaks = lengths.astype(np.int64).cumsum() - int(rng.integers(options.contig_length))
    inside = breaks[(breaks > 0) & (breaks < length)]
    return np.concatenate([[0], inside, [length]])


def write(options: TaxonomyOptions, seed: int, folder: Path) -> dict[str, int]:
    """Simulate, and write contigs, labels and ``taxonomy.json`` into a folder.

    Returns
    -------
    counts : contigs by file

    Raises
    ------
    UserError : no contig is long enough
    """
    rng = np.random.default_rng(seed)
    strains = make_strains(options, rng)
    pieces = cut(strains, options, rng)
    parts: dict[str, Any] = {}
    for prefix, new in (("", False), ("new_", True)):
        chosen = [piece for piece in pieces if strains[piece.strain].new == new]
        if not chosen and any(strain.new == new for strain in strains):
            raise UserError(
                f"no contig of {options.min_contig_length} bp came out. Lower "
                "--min-contig-length, or raise --contig-length."
            )
        if chosen:
            names = [f"{prefix}contig{number}" for number in range(1, len(chosen) + 1)]
            _write_part(folder, prefix, names, chosen, strains)
            counts = Counter(strains[piece.strain].genus for piece in chosen)
            parts[f"{prefix}contigs"] = {"contigs": len(chosen), "genera": dict(counts)}
    description = {
        "command": "latentbin-simulate taxonomy",
        "version": __version__,
        "seed": seed,
        "options": as_dict(options),
        "strains": {
            strain.name: {"gc": round(strain.genome.gc, 4), "new": strain.new} for strain in strains
        },
        "files": parts,
    }
    (folder / "taxonomy.json").write_text(json.dumps(description, indent=1) + "\n")
    return {name: part["contigs"] for name, part in parts.items()}


def _write_part(
    folder: Path,
    prefix: str,
    names: Sequence[str],
    pieces: Sequence[Piece],
    strains: Sequence[Strain],
) -> None:
    records, rows = [], []
    for name, piece in zip(names, pieces, strict=True):
        strain = strains[piece.strain]
        bases = strain.genome.sequences[0][piece.start : piece.end]
        records.append(Record(name, to_text(reverse_complement(bases) if piece.reverse else bases)))
        environment = f"environment{piece.environment + 1}"
        sample = f"{environment}_sample{piece.sample + 1}"
        rows.append((name, strain.genus, strain.species, strain.name, environment, sample))
    write_fasta(folder / f"{prefix}contigs.fna.gz", records)
    write_table(folder / f"{prefix}labels.tsv", COLUMNS, rows)
