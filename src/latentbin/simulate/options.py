"""Options of `latentbin-simulate`."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

MODES = ("co", "multi")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommunityOptions(Options):
    """Options of the synthetic community."""

    genome_count: int = option(8, "genomes to make; ignored with --genomes", low=2)
    genome_length: int = option(
        500_000, "mean length of the genomes, in bp; ignored with --genomes", low=100_000
    )
    divergence: float = option(
        0.05,
        "differences per base between the last genome and the first, of which it is a relative; "
        "0: no relative",
        low=0,
        high=0.2,
    )
    samples: int = option(4, "samples, named S1, S2, ...", low=1)
    mode: str = option(
        "co", "co: one assembly of all samples; multi: one assembly per sample", choices=MODES
    )
    separator: str = option("~", "between sample and contig in the catalogue's names (multi)")
    depth: float = option(10.0, "mean depth of a genome in a sample", low=0.1)
    spread: float = option(
        0.9, "of a genome's depth over samples: standard deviation of its logarithm", low=0
    )
    dropout: float = option(0.25, "how often a genome is absent from a sample", low=0, high=0.95)
    n50: int = option(
        15_000, "N50 of the contigs, in bp, before they break for want of reads", low=1000
    )
    min_contig_length: int = option(500, "shortest contig of an assembly, in bp", low=200)
    fastq: bool = option(False, "write the reads as FASTQ as well")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProteomeOptions(Options):
    """Options of the synthetic table of protein quantities."""

    samples: int = option(200, "samples, as many of each class as can be", low=2)
    proteins: int = option(1296, "proteins", low=2)
    classes: int = option(4, "classes of samples", low=1)
    informative: int = option(
        6, "proteins that are raised in the samples of a class, others for each class", low=0
    )
    signal_to_noise: float = option(
        6.0, "by how many standard deviations of the noise they are raised", low=0, high=100
    )
    noise: float = option(
        0.5, "standard deviation of the log2 of a quantity within a class", low=0.001, high=2
    )
    loading: float = option(
        0.2, "standard deviation of the log2 of how much of a sample was measured", low=0, high=2
    )
    missing: float = option(
        0.1, "share of quantities that are missing, small ones more often", low=0, high=0.9
    )
    tune_share: float = option(
        0.1, "share of each class that are tune samples, at least one; 0: none", low=0, high=1
    )
    batches: int = option(1, "batches, independent of the classes", low=1)
    batch_effect: float = option(
        0.0,
        "by how much a batch shifts each protein: standard deviation, in those of the noise",
        low=0,
        high=10,
    )
    samples_per_donor: int = option(
        1, "samples of one donor, of one class; 1: no donors are named", low=1
    )
    new_samples: int = option(
        0, "further samples of the same classes and batches, in a table of their own", low=0
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxonomyOptions(Options):
    """Options of contigs with a taxonomy."""

    genera: int = option(8, "genera", low=1)
    species: int = option(3, "species of each genus", low=1)
    strains: int = option(2, "strains of each species", low=1)
    new_genera: int = option(1, "further genera, of which all contigs are new", low=0)
    new_species: int = option(
        1, "further species of each genus, with one strain, of which all contigs are new", low=0
    )
    genome_length: int = option(200_000, "length of the genomes, in bp", low=100_000)
    genus_spread: float = option(
        0.5, "how far genera are apart: standard deviation of the logit of their GC content", low=0
    )
    species_drift: float = option(
        0.5,
        "how far species drift from their genus: standard deviation of the logarithm of codon use",
        low=0,
        high=2,
    )
    strain_divergence: float = option(
        0.02, "differences per base between a strain and the first of its species", low=0, high=0.2
    )
    environments: int = option(4, "environments, with samples of their own", low=1)
    samples: int = option(2, "samples of each environment, each assembled by itself", low=1)
    presence: float = option(
        0.35, "share of the environments that a species lives in, at least one", low=0, high=1
    )
    contig_length: int = option(
        5000, "median length of the contigs, in bp, before a sample's depth breaks them", low=1000
    )
    min_contig_length: int = option(2000, "shortest contig, in bp", low=200)
