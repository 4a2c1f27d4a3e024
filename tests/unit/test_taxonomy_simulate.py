"""Contigs with a taxonomy: nested, repeatable, and made as the options say."""

from __future__ import annotations

import csv
import json
from collections import defaultdict

import numpy as np
import pytest

from latentbin.contigs import read_fasta
from latentbin.files import file_digest
from latentbin.simulate.cli import main
from latentbin.simulate.codons import CODON_OF, new_dialect
from latentbin.simulate.genomes import make_genome
from latentbin.simulate.options import TaxonomyOptions
from latentbin.simulate.taxonomy import cut, drift, make_strains

SMALL = [
    *("--genera", "2", "--species", "2", "--genome-length", "100000", "--contig-length", "6000"),
    *("--environments", "3", "--samples", "1"),
]
TINY = {"genera": 2, "species": 2, "genome_length": 100_000}


def run(folder, *options):
    return main(["taxonomy", "--output-dir", str(folder), *options])


def rows(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("simulate") / "taxonomy"
    assert run(made, *SMALL) == 0
    return made


@pytest.mark.parametrize("prefix", ["", "new_"])
def test_every_contig_has_its_labels_and_the_hierarchy_is_nested(folder, prefix):
    labels = rows(folder / f"{prefix}labels.tsv")
    records = list(read_fasta(folder / f"{prefix}contigs.fna.gz"))
    assert [record.name for record in records] == [row["contig"] for row in labels]
    assert min(len(record.sequence) for record in records) >= 2000
    for fine, coarse in (("strain", "species"), ("species", "genus"), ("sample", "environment")):
        parents = defaultdict(set)
        for row in labels:
            parents[row[fine]].add(row[coarse])
        assert all(len(found) == 1 for found in parents.values())
    assert all(row["contig"].startswith(f"{prefix}contig") for row in labels)  # tells no taxon


def test_new_contigs_are_of_species_and_genera_that_the_others_lack(folder):
    known, new = rows(folder / "labels.tsv"), rows(folder / "new_labels.tsv")
    assert not {row["species"] for row in known} & {row["species"] for row in new}
    assert {row["genus"] for row in known} == {"genus01", "genus02"}
    assert {row["genus"] for row in new} == {"genus01", "genus02", "genus03"}


def test_strains_of_one_species_occur_together_and_in_several_environments():
    options = TaxonomyOptions(genera=3, species=3, genome_length=100_000, presence=0.5)
    rng = np.random.default_rng(3)
    strains = make_strains(options, rng)
    places = defaultdict(set)
    for piece in cut(strains, options, rng):
        places[piece.strain].add(piece.environment)
    assert set(places) == set(range(len(strains)))  # each lives somewhere
    sizes = {len(found) for found in places.values()}
    assert min(sizes) < max(sizes)  # and they do unevenly
    assert max(sizes) > 1


def test_same_seed_same_bytes_and_another_seed_others(folder, tmp_path):
    assert run(tmp_path / "again", *SMALL) == 0
    assert run(tmp_path / "other", *SMALL, "--seed", "2") == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "contigs.fna.gz",
        "labels.tsv",
        "new_contigs.fna.gz",
        "new_labels.tsv",
        "taxonomy.json",
    ]
    for name in names:
        assert file_digest(folder / name) == file_digest(tmp_path / "again" / name)
        assert file_digest(folder / name) != file_digest(tmp_path / "other" / name)


def test_description_counts_what_is_there(folder):
    said = json.loads((folder / "taxonomy.json").read_text())
    for prefix in ("", "new_"):
        part = said["files"][f"{prefix}contigs"]
        labels = rows(folder / f"{prefix}labels.tsv")
        assert part["contigs"] == len(labels) == sum(part["genera"].values())
    assert said["options"]["genera"] == 2


def test_nothing_new_if_nothing_shall_be(tmp_path):
    assert run(tmp_path / "out", *SMALL, "--new-genera", "0", "--new-species", "0") == 0
    assert not (tmp_path / "out" / "new_contigs.fna.gz").exists()


def test_strains_differ_from_the_first_by_the_divergence_and_species_by_far_more():
    strains = make_strains(
        TaxonomyOptions(**TINY, strain_divergence=0.03), np.random.default_rng(4)
    )
    first, second, other = (strains[n].genome.sequences[0] for n in (0, 1, 2))
    assert (first != second).mean() == pytest.approx(0.03, abs=0.001)
    assert strains[1].genome.relative_of == strains[0].name
    assert (first != other).mean() > 0.5


def test_species_drift_moves_codon_usage_and_keeps_it_a_distribution():
    rng = np.random.default_rng(5)
    dialect = new_dialect(rng, 0.5)
    near, far = drift(dialect, 0.05, rng), drift(dialect, 0.8, rng)
    for moved in (near, far):
        assert moved.codons.sum(axis=1) == pytest.approx(np.ones(20))
        assert moved.usage.sum() == pytest.approx(1)
        assert not moved.codons[CODON_OF[None, :] != np.arange(20)[:, None]].any()
    assert np.abs(near.codons - dialect.codons).sum() < np.abs(far.codons - dialect.codons).sum()


def test_a_genome_can_be_written_in_a_given_dialect():
    dialect = new_dialect(np.random.default_rng(6), 0.65)
    genome = make_genome(np.random.default_rng(7), "a", 100_000, 0.5, dialect)
    assert genome.gc > 0.58


def test_contigs_that_are_all_too_short_are_refused(tmp_path, capsys):
    assert run(tmp_path / "out", *SMALL, "--min-contig-length", "90000") == 1
    assert "no contig of 90000 bp came out. Lower --min-contig-length" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
