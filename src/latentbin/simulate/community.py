"""A community from a seed, written as a folder that the pipeline takes as it is."""

from __future__ import annotations

import csv
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latentbin import __version__
from latentbin.command import stage
from latentbin.contigs import Contigs, Record
from latentbin.errors import UserError
from latentbin.options import as_dict
from latentbin.simulate import files
from latentbin.simulate.fragments import (
    Assembly,
    Fragments,
    Strands,
    covered,
    cut_contigs,
    draw_depths,
    draw_fragments,
    place,
)
from latentbin.simulate.genomes import Genome, to_text
from latentbin.simulate.options import CommunityOptions
from latentbin.simulate.reads import Alignments, Reads, align, sequence_reads

logger = logging.getLogger(__name__)

_COLUMNS = ("sample", "group", "assembly", "fastq_1", "fastq_2", "bam", "depth")


@dataclass(frozen=True, eq=False)
class Community:
    """Genomes, what was sequenced of them, and what was assembled.

    Attributes
    ----------
    genomes : with unique names
    depth : (n_genomes, n_samples) intended depth
    strands : the genomes laid out
    samples : names of the samples
    fragments : of each sample
    assemblies : one, or one per sample
    contigs : the catalogue: all contigs of all assemblies
    """

    genomes: list[Genome]
    depth: NDArray[np.float64]
    strands: Strands
    samples: tuple[str, ...]
    fragments: list[Fragments]
    assemblies: list[Assembly]
    contigs: Contigs

    @property
    def catalogue(self) -> Assembly:
        """The contigs of all assemblies, in the order of the catalogue."""
        return Assembly(
            np.concatenate([assembly.start for assembly in self.assemblies]),
            np.concatenate([assembly.end for assembly in self.assemblies]),
            np.concatenate([assembly.reverse for assembly in self.assemblies]),
        )

    @property
    def genome_of(self) -> NDArray[np.int64]:
        """(n_contigs,) number of the genome each contig of the catalogue is of."""
        sequence = np.searchsorted(self.strands.starts, self.catalogue.start, "right") - 1
        return self.strands.genome[sequence]


def simulate(
    genomes: list[Genome], options: CommunityOptions, rng: np.random.Generator
) -> Community:
    """Draw depths, reads and contigs.

    Raises
    ------
    UserError : no contig came out, or the separator occurs in a sample's name
    """
    samples = tuple(f"S{number}" for number in range(1, options.samples + 1))
    if options.mode == "multi":
        _check_separator(options.separator, samples)
    strands = Strands.of(genomes)
    depth = draw_depths(
        rng, len(genomes), options.samples, options.depth, options.spread, options.dropout
    )
    fragments = [draw_fragments(rng, strands, column) for column in depth.T]
    pools = [fragments] if options.mode == "co" else [[one] for one in fragments]
    assemblies = [
        cut_contigs(rng, strands, covered(strands, pool), options.n50, options.min_contig_length)
        for pool in pools
    ]
    names: list[str] = []
    for number, assembly in enumerate(assemblies):
        prefix = f"{samples[number]}{options.separator}" if options.mode == "multi" else ""
        names += [f"{prefix}contig{row}" for row in range(1, len(assembly.start) + 1)]
    if not names:
        raise UserError(
            f"no contig of {options.min_contig_length} bp came out: the reads do not cover the "
            "genomes. Raise --depth or lower --min-contig-length."
        )
    lengths = np.concatenate([assembly.end - assembly.start for assembly in assemblies])
    return Community(
        genomes, depth, strands, samples, fragments, assemblies, Contigs(tuple(names), lengths)
    )


def _check_separator(separator: str, samples: Sequence[str]) -> None:
    if not separator or any(separator in sample for sample in samples):
        raise UserError(
            f"--separator '{separator}': the samples are named {samples[0]} ... {samples[-1]}, and "
            "the separator must be a text that is not part of these names, such as '~'."
        )
    if any(letter.isspace() for letter in separator):
        raise UserError(f"--separator {separator!r}: white space would end the contig's name.")


def write(
    community: Community,
    options: CommunityOptions,
    seed: int,
    rng: np.random.Generator,
    folder: Path,
    target: Path,
) -> None:
    """Write everything into ``folder``, which will be moved to ``target``."""
    (folder / "genomes").mkdir()
    for genome in community.genomes:
        sequences = enumerate(genome.sequences, 1)
        files.write_fasta(
            folder / "genomes" / f"{genome.name}.fna.gz",
            [Record(f"{genome.name}_{number}", to_text(bases)) for number, bases in sequences],
        )
    assembly_paths = _write_assemblies(community, options, folder)
    genome_names = [community.genomes[number].name for number in community.genome_of]
    files.write_truth(folder / "truth.binning", community.contigs, genome_names)
    rows = []
    for number, sample in enumerate(community.samples):
        with stage(f"{sample}: {2 * len(community.fragments[number].start)} reads"):
            reads = sequence_reads(rng, community.fragments[number])
            placement = place(rng, community.fragments[number], community.assemblies)
            alignments = align(reads, placement, community.catalogue)
            _write_sample(community, options, folder, sample, reads, alignments)
        path = assembly_paths[number if options.mode == "multi" else 0]
        rows.append((sample, target.absolute() / path))
    _write_samplesheets(options, folder, target.absolute(), rows)
    (folder / "community.json").write_text(
        json.dumps(_description(community, options, seed), indent=1) + "\n"
    )


def _write_assemblies(community: Community, options: CommunityOptions, folder: Path) -> list[Path]:
    if options.mode == "co":
        records = files.contig_records(
            community.strands, community.assemblies[0], community.contigs.names
        )
        files.write_fasta(folder / "contigs.fna.gz", records)
        return [Path("contigs.fna.gz")]
    (folder / "assemblies").mkdir()
    paths = []
    for sample, assembly in zip(community.samples, community.assemblies, strict=True):
        names = [f"contig{row}" for row in range(1, len(assembly.start) + 1)]
        paths.append(Path("assemblies") / f"{sample}.fna.gz")
        files.write_fasta(
            folder / paths[-1], files.contig_records(community.strands, assembly, names)
        )
    return paths


def _write_sample(
    community: Community,
    options: CommunityOptions,
    folder: Path,
    sample: str,
    reads: Reads,
    alignments: Alignments,
) -> None:
    strands = community.strands
    files.write_bam(folder / f"{sample}.bam", sample, community.contigs, strands, reads, alignments)
    if options.fastq:
        mates = (folder / f"{sample}_1.fastq.gz", folder / f"{sample}_2.fastq.gz")
        files.write_fastq(mates, sample, strands, reads)


def _write_samplesheets(
    options: CommunityOptions, folder: Path, target: Path, rows: Sequence[tuple[str, Path]]
) -> None:
    # a row of the pipeline's sheet has reads or a BAM, never both
    sheets = {"samplesheet.csv": False, "samplesheet_fastq.csv": True}
    for name, with_reads in sheets.items():
        if with_reads and not options.fastq:
            continue
        with open(folder / name, "w", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(_COLUMNS)
            for sample, assembly in rows:
                mates = [target / f"{sample}_{mate}.fastq.gz" for mate in (1, 2)]
                bam = target / f"{sample}.bam"
                data = [*mates, ""] if with_reads else ["", "", bam]
                writer.writerow([sample, "community", assembly, *data, ""])


def _description(community: Community, options: CommunityOptions, seed: int) -> dict[str, Any]:
    n_contigs = np.bincount(community.genome_of, minlength=len(community.genomes))
    genomes = [
        {
            "name": genome.name,
            "length": genome.length,
            "gc": round(genome.gc, 4),
            "relative_of": genome.relative_of,
            "contigs": int(n),
            "depth": {
                sample: round(float(value), 3)
                for sample, value in zip(community.samples, depth, strict=True)
            },
        }
        for genome, n, depth in zip(community.genomes, n_contigs, community.depth, strict=True)
    ]
    return {
        "command": "latentbin-simulate community",
        "version": __version__,
        "seed": seed,
        "options": as_dict(options),
        "counts": {
            "contigs": len(community.contigs),
            "bp": int(community.contigs.lengths.sum()),
            "reads": {
                sample: 2 * len(fragments.start)
                for sample, fragments in zip(community.samples, community.fragments, strict=True)
            },
        },
        "genomes": genomes,
    }
