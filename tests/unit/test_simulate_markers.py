"""Gene finding and the search for single-copy genes work on made genomes, end to end."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pyhmmer
import pyrodigal
import pytest

from latentbin.simulate.genomes import make_genomes, to_text


def calibrated_profiles(names):
    folder = resources.files("fetchmgs") / "data"
    table = (folder / "MG_BitScoreCutoffs.allhits.txt").read_text()
    cutoffs = dict(line.split()[:2] for line in table.splitlines() if line[0] != "#")
    for name in names or cutoffs:
        with (
            resources.as_file(folder / f"{name}.hmm") as path,
            pyhmmer.plan7.HMMFile(path) as handle,
        ):
            hmm = next(iter(handle))
        hmm.cutoffs.trusted = (float(cutoffs[name]),) * 2
        yield hmm


def called(genome):
    return pyrodigal.GeneFinder(meta=True).find_genes(to_text(genome.sequences[0]))


def found(genome, names=None):
    """Marker names that pass the calibrated cut-off, and the best hit's gene of each."""
    alphabet = pyhmmer.easel.Alphabet.amino()
    proteins = [
        pyhmmer.easel.TextSequence(
            name=f"{gene.begin - 1}:{gene.end}".encode(), sequence=gene.translate().rstrip("*")
        ).digitize(alphabet)
        for gene in called(genome)
    ]
    block = pyhmmer.easel.DigitalSequenceBlock(alphabet, proteins)
    best = {}
    hits = pyhmmer.hmmsearch(calibrated_profiles(names), block, bit_cutoffs="trusted", cpus=1)
    for top in hits:
        for hit in top.included:
            best.setdefault(_text(top.query.name), _text(hit.name))
    return best


def _text(name):
    return name.decode() if isinstance(name, bytes) else name


def stops(genes):
    return {(end if strand > 0 else start, strand) for start, end, strand in genes}


def test_genes_are_called_and_short_markers_found_in_a_small_genome():
    genome = make_genomes(np.random.default_rng(5), 2, 100_000, 0)[0]
    truth = {(gene.start, gene.end, gene.strand) for gene in genome.genes}
    calls = {(gene.begin - 1, gene.end, gene.strand) for gene in called(genome)}
    assert len(stops(truth) & stops(calls)) >= 0.95 * len(truth)
    names = ["COG0048", "COG0080", "COG0096", "COG0186"]
    place = {gene.name: f"{gene.start}:{gene.end}" for gene in genome.genes}
    hits = found(genome, names)
    assert len(hits) >= 3
    # the start may be another one in frame: the call ends where the gene does
    for name, where in hits.items():
        assert set(where.split(":")) & set(place[name].split(":"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_nearly_all_markers_are_found_in_every_genome(seed):
    for genome in make_genomes(np.random.default_rng(seed), 5, 200_000, 0.05):
        assert len(found(genome)) >= 39, genome.name
