"""Simulated depths: communities of genomes, their contigs, and what mapping reads would show.

The mean depth of a contig departs from its genome's by more than counting: the number of
reads varies (Poisson, in units of a fragment), a contig is covered better or worse in all
samples alike (GC content, its place between origin and terminus), a little in each sample by
itself, and reads of relatives land on conserved contigs. On contigs of real genomes with
simulated reads the excess over Poisson is 10 to 15 % of the depth for long contigs, 25 % at
2 kb, and 50 to 90 % of its variance is common to all samples; the ranges below hold these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORTEST, LONGEST = 1_000, 250_000


@dataclass(frozen=True, eq=False)
class Community:
    """Contigs of simulated genomes.

    Attributes
    ----------
    depth : (n_contigs, n_samples) float32, mean depth of each contig in each sample
    lengths : (n_contigs,) base pairs
    genome : (n_contigs,) the genome of each contig, 0 .. n_genomes - 1, in ascending order
    true_depth : (n_genomes, n_samples) the depths that the genomes really have
    """

    depth: NDArray[np.float32]
    lengths: Ints
    genome: Ints
    true_depth: Floats


def simulate_community(
    generator: Generator,
    n_genomes: int,
    contigs_per_genome: int,
    n_samples: int,
    lengths: Ints | None = None,
) -> Community:
    """Draw a community and the depths of its contigs; vectorised over everything.

    Parameters
    ----------
    generator : source of randomness; the same state gives the same community
    n_genomes, contigs_per_genome, n_samples : each at least 1
    lengths : (n_genomes * contigs_per_genome,) to fix the contigs' lengths, genome by genome
    """
    # a co-assembly is often looked at in fewer samples than it was made from
    others = int(generator.integers(0, 8)) if generator.random() < 0.5 else 0
    true_depth = genome_depths(generator, n_genomes, n_samples + others)[:, :n_samples]
    genome = np.repeat(np.arange(n_genomes), contigs_per_genome)
    if lengths is None:
        lengths = contig_lengths(generator, len(genome))
    expected = _with_bias(generator, true_depth, genome, lengths)
    expected += _from_relatives(generator, true_depth, genome, lengths)
    # a fragment's two mates come together: from single reads of 120 to pairs of 175
    unit = generator.uniform(120, 350)
    edge = generator.uniform(0, 75)  # reads do not reach over a contig's end
    rate = unit / lengths[:, None]
    counts = generator.poisson(expected * (1 - edge / lengths)[:, None] / rate)
    return Community((counts * rate).astype(np.float32), lengths, genome, true_depth)


def contig_lengths(generator: Generator, n_contigs: int) -> Ints:
    """Half as assemblies have them (Pareto, median 2 kb), half log-uniform from 1 to 100 kb."""
    pareto = SHORTEST / (1 - generator.random(n_contigs))
    uniform = SHORTEST * np.exp(generator.random(n_contigs) * np.log(100))
    chosen = np.where(generator.random(n_contigs) < 0.5, pareto, uniform)
    return np.clip(chosen, SHORTEST, LONGEST).astype(np.int64)


def genome_depths(generator: Generator, n_genomes: int, n_samples: int) -> Floats:
    """Mean depth of each genome in each sample, (n_genomes, n_samples).

    Log-normal over genomes; over samples a genome follows a few common factors (samples of
    one site are alike) and its own way; a third are close to another genome's profile, because
    such pairs are what a binner must tell apart; rare genomes are absent from samples.
    """
    spread = np.exp(generator.uniform(np.log(0.2), np.log(2.0)))
    factors = generator.normal(size=(n_genomes, 3)) @ generator.normal(size=(3, n_samples))
    own = generator.normal(size=(n_genomes, n_samples))
    share = generator.beta(1, 1)
    profile = spread * (np.sqrt(share / 3) * factors + np.sqrt(1 - share) * own)
    profile += generator.normal(scale=0.5, size=n_samples)
    level = generator.normal(scale=generator.uniform(0.8, 1.8), size=n_genomes)
    prevalence = 1 - generator.beta(0.5, 1.5, size=n_genomes)
    present = generator.random((n_genomes, n_samples)) < prevalence[:, None]
    follows = generator.random(n_genomes) < 1 / 3
    leader = generator.integers(0, n_genomes, n_genomes)
    apart = np.exp(generator.uniform(np.log(0.1), np.log(1.0), size=n_genomes))
    near = apart[:, None] * generator.normal(size=(n_genomes, n_samples + 1))
    profile = np.where(follows[:, None], profile[leader] + near[:, 1:], profile)
    present = np.where(follows[:, None], present[leader], present)
    level = np.where(follows, level[leader] + near[:, 0], level)
    present[np.arange(n_genomes), generator.integers(0, n_samples, n_genomes)] = True
    # what was assembled has a depth of at least about 1 in its best sample
    profile = np.where(present, profile, -np.inf)
    profile -= profile.max(axis=1, keepdims=True)
    typical = generator.uniform(np.log(3), np.log(30))
    peak = np.clip(np.exp(typical + level), 1, 5_000)
    return peak[:, None] * np.exp(profile)


def _with_bias(generator: Generator, true_depth: Floats, genome: Ints, lengths: Ints) -> Floats:
    """What the contigs' depths are before counting, (n_contigs, n_samples)."""
    n_genomes, n_contigs, n_samples = len(true_depth), len(genome), true_depth.shape[1]
    lasting = generator.uniform(0.02, 0.14, n_genomes)[genome] ** 2
    local = np.exp(generator.uniform(np.log(20), np.log(200), n_genomes)[genome]) / lengths
    sd: Floats = np.sqrt(lasting + local)[:, None]
    alone = generator.uniform(0.1, 0.6)  # the part that each sample has by itself
    bias = sd * generator.normal(size=(n_contigs, 1))
    bias = bias + alone * sd * generator.normal(size=(n_contigs, n_samples))
    # growing cells have more copies of what lies near the origin
    place: Floats = np.abs(2 * generator.random((n_contigs, 1)) - 1) - 0.5
    growth = generator.exponential(0.15, size=(n_genomes, n_samples))
    return true_depth[genome] * np.exp(bias + place * growth[genome])


def _from_relatives(
    generator: Generator, true_depth: Floats, genome: Ints, lengths: Ints
) -> Floats:
    """Depth that reads of other genomes add, (n_contigs, n_samples)."""
    n_genomes, n_contigs = len(true_depth), len(genome)
    # a genome has one relative, mostly a distant one
    relative = generator.integers(0, n_genomes, n_genomes)
    likeness = generator.beta(0.3, 6, n_genomes)
    spared = generator.uniform(0.5, 1) * np.minimum(1, 3_000 / lengths)
    conserved = generator.random(n_contigs) ** 2
    fraction = likeness[genome] * conserved
    # and a stray repeat, on few contigs, from anywhere
    stray = generator.random(n_contigs) < generator.uniform(0, 0.1) * spared
    other = generator.integers(0, n_genomes, n_contigs)
    repeated = stray * generator.beta(0.5, 3, n_contigs)
    added = fraction[:, None] * true_depth[relative[genome]]
    return added + repeated[:, None] * true_depth[other]
