"""Single-copy genes of made genomes: the command against pyrodigal and pyhmmer, plainly used."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pyhmmer
import pyrodigal
import pytest

from latentbin.contigs import Record
from latentbin.markers.model import MarkerFinder
from latentbin.markers.profiles import universal_profiles
from latentbin.simulate.genomes import make_genomes, to_text


@pytest.fixture(scope="module")
def genomes():
    return make_genomes(np.random.default_rng(21), 2, 120_000, 0)


@pytest.fixture(scope="module")
def contigs(genomes):
    """Pieces of 2 to 40 kb, cut anywhere: many genes run over their ends."""
    rng = np.random.default_rng(22)
    made = []
    for genome in genomes:
        text = to_text(genome.sequences[0])
        at = 0
        while at < len(text):
            size = int(np.exp(rng.uniform(np.log(2000), np.log(40_000))))
            made.append(Record(f"{genome.name}_{at}", text[at : at + size]))
            at += size
    return [record for record in made if len(record.sequence) >= 1000]


@pytest.fixture(scope="module")
def oracle(contigs):
    """Rows (contig, gene, score, start, end, strand, partial): all genes, then each profile."""
    folder = resources.files("fetchmgs") / "data"
    table = (folder / "MG_BitScoreCutoffs.allhits.txt").read_text()
    cutoffs = dict(line.split()[:2] for line in table.splitlines() if line[0] != "#")
    finder = pyrodigal.GeneFinder(meta=True)
    genes = [(c.name, gene) for c in contigs for gene in finder.find_genes(c.sequence)]
    alphabet = pyhmmer.easel.Alphabet.amino()
    proteins = [
        pyhmmer.easel.TextSequence(name=str(n), sequence=gene.translate()).digitize(alphabet)
        for n, (_, gene) in enumerate(genes)
    ]
    block = pyhmmer.easel.DigitalSequenceBlock(alphabet, proteins)
    best = {}
    for name in sorted(set(cutoffs) - {"COG0086"}):
        with (
            resources.as_file(folder / f"{name}.hmm") as path,
            pyhmmer.plan7.HMMFile(path) as handle,
        ):
            hmm = handle.read()
        for top in pyhmmer.hmmsearch([hmm], block, T=float(cutoffs[name]), cpus=1):
            for hit in top.reported:
                best[int(hit.name)] = max(best.get(int(hit.name), (0, "")), (hit.score, name))
    rows = []
    for number, (score, name) in sorted(best.items()):
        contig, gene = genes[number]
        strand = "+" if gene.strand > 0 else "-"
        partial = gene.partial_begin or gene.partial_end
        rows.append((contig, name, f"{score:.1f}", gene.begin, gene.end, strand, partial))
    place = {record.name: number for number, record in enumerate(contigs)}
    return sorted(rows, key=lambda row: (place[row[0]], *row[3:6]))


def rows_of(finder, contigs):
    return [
        (h.contig, h.gene, f"{h.score:.1f}", h.start, h.end, h.strand, h.partial)
        for found in finder.find(contigs, 2)
        for h in found.hits
    ]


def test_exhaustive_search_is_that_of_the_plain_script(contigs, oracle):
    assert len(oracle) > 50
    assert any(partial for *_, partial in oracle)
    assert rows_of(MarkerFinder(universal_profiles(), exhaustive=True), contigs) == oracle


def test_default_search_keeps_the_hits_and_invents_none(contigs, oracle):
    found = rows_of(MarkerFinder(universal_profiles()), contigs)

    def keys(rows):
        # windows may move a start codon; contig, gene, strand and stop stay
        return {(r[0], r[1], r[5], r[4] if r[5] == "+" else r[3]) for r in rows}

    assert keys(found) <= keys(oracle)
    assert len(found) >= 0.99 * len(oracle)


def test_planted_genes_are_found_where_they_were_planted(genomes):
    contigs = [Record(genome.name, to_text(genome.sequences[0])) for genome in genomes]
    profiles = universal_profiles()
    found = [hit for batch in MarkerFinder(profiles).find(contigs, 2) for hit in batch.hits]
    n_planted = 0
    for genome in genomes:
        planted = {
            (gene.name, gene.strand, gene.end if gene.strand > 0 else gene.start + 1)
            for gene in genome.genes
            if gene.name in profiles.names
        }
        seen = {
            (h.gene, 1 if h.strand == "+" else -1, h.end if h.strand == "+" else h.start)
            for h in found
            if h.contig == genome.name
        }
        n_planted += len(planted)
        assert seen <= planted
        assert len(seen) >= 0.9 * len(planted)
    assert n_planted == 80
