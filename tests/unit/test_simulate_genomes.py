from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentbin.simulate.codons import (
    AMINO_ACIDS,
    CODON_OF,
    codon_numbers,
    new_dialect,
    reverse_complement,
    write_gene,
)
from latentbin.simulate.genomes import make_genome, make_genomes, make_relative, to_text
from latentbin.simulate.profiles import draw_protein, marker_profiles


def translate(bases):
    acids = CODON_OF[codon_numbers(bases.reshape(-1, 3))]
    return "".join(AMINO_ACIDS[acid] if acid >= 0 else "*" for acid in acids)


def gene_bases(genome, gene):
    bases = genome.sequences[0][gene.start : gene.end]
    return bases if gene.strand > 0 else reverse_complement(bases)


@pytest.fixture(scope="module")
def genome():
    return make_genome(np.random.default_rng(1), "g", 110_000, 0.4)


def test_the_genetic_code_is_that_of_pyhmmer():
    from pyhmmer.easel import Alphabet, GeneticCode, TextSequence

    code = GeneticCode(translation_table=11)
    for number in range(64):
        bases = np.array([number >> 4, number >> 2 & 3, number & 3], np.uint8)
        dna = TextSequence(sequence=to_text(bases).decode()).digitize(Alphabet.dna())
        assert dna.translate(code).textize().sequence == translate(bases)


@given(st.integers(0, 1000), st.floats(0.25, 0.75))
def test_a_written_gene_translates_back(seed, gc):
    rng = np.random.default_rng(seed)
    protein = rng.integers(0, 20, 50)
    gene = write_gene(rng, new_dialect(rng, gc), protein)
    text = translate(gene)
    assert text[1:-1] == "".join(AMINO_ACIDS[acid] for acid in protein)
    assert text[-1] == "*"
    assert to_text(gene[:3]) in (b"ATG", b"GTG", b"TTG")


def test_genome_has_its_length_and_genes_on_both_strands(genome):
    assert genome.length == 110_000
    assert genome.gc == pytest.approx(0.4, abs=0.05)
    assert {gene.strand for gene in genome.genes} == {1, -1}
    ends = [0, *(gene.end for gene in genome.genes)]
    assert all(gene.start >= end for gene, end in zip(genome.genes, ends, strict=False))
    coding = sum(gene.end - gene.start for gene in genome.genes)
    assert 0.8 < coding / genome.length < 0.97
    for gene in genome.genes:
        text = translate(gene_bases(genome, gene))
        assert text.endswith("*")
        assert "*" not in text[:-1]


def test_genome_holds_each_marker_gene_once(genome):
    names = sorted(gene.name for gene in genome.genes if gene.name.startswith("COG"))
    assert names == [profile.name for profile in marker_profiles()]
    assert len(names) == 41


def test_protein_draws_follow_the_profile():
    profile = min(marker_profiles(), key=lambda profile: len(profile.emissions))
    rng = np.random.default_rng(1)
    sizes = [len(draw_protein(rng, profile)) for _ in range(20)]
    assert max(sizes) <= len(profile.emissions)
    assert len(set(sizes)) > 1
    assert np.allclose(profile.emissions.sum(axis=1), 1, atol=1e-4)
    assert (profile.enter <= 1 + 1e-6).all()


def test_relative_differs_where_it_costs_little(genome):
    relative = make_relative(np.random.default_rng(2), genome, "r", 0.05)
    assert relative.relative_of == "g"
    different = genome.sequences[0] != relative.sequences[0]
    assert different.mean() == pytest.approx(0.05, abs=0.0005)
    same_codons = changed_codons = 0
    for gene in genome.genes:
        one, other = gene_bases(genome, gene), gene_bases(relative, gene)
        assert (one[:3] == other[:3]).all()
        before, after = translate(one), translate(other)
        assert after.endswith("*")
        assert "*" not in after[:-1]
        for start in range(3, len(one), 3):
            if (one[start : start + 3] != other[start : start + 3]).any():
                same_codons += before[start // 3] == after[start // 3]
                changed_codons += before[start // 3] != after[start // 3]
    assert same_codons > 2 * changed_codons > 0


def test_genomes_differ_in_gc_and_the_last_is_a_relative():
    genomes = make_genomes(np.random.default_rng(1), 3, 100_000, 0.02)
    assert [genome.name for genome in genomes] == ["genome1", "genome2", "genome3"]
    assert [genome.relative_of for genome in genomes] == [None, None, "genome1"]
    assert abs(genomes[0].gc - genomes[1].gc) > 0.2
    independent = make_genomes(np.random.default_rng(1), 2, 100_000, 0)
    assert [genome.relative_of for genome in independent] == [None, None]
