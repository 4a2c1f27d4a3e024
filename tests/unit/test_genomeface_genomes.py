"""Reference genomes, the windows drawn of them, what is made of those, and how it is judged."""

from __future__ import annotations

import gzip
import logging

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.planted import planted_genome

from latentbin.composition.kmers import base_codes, profiles
from latentbin.errors import UserError
from latentbin.genomeface.discriminant import discriminant
from latentbin.genomeface.genomes import Genomes, read_genomes, read_labels
from latentbin.genomeface.judge import (
    auroc,
    check_judged,
    fit_scale,
    judge_windows,
    nearest,
    rank1,
    windows_of,
)
from latentbin.genomeface.windows import draw_windows, window_batches

LIMITS = (100, 1_000, 25)  # scaffold, genome, of one group


def write_genome(path, lengths, seed=0, name="c"):
    sequences = planted_genome(np.random.default_rng((seed, *lengths)), list(lengths))
    records = [b">%b%d\n%b\n" % (name.encode(), n, s) for n, s in enumerate(sequences)]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "ab") as handle:
        handle.write(b"".join(records))
    return sequences


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "genomes").mkdir()
    return tmp_path / "genomes"


@pytest.fixture
def heard(caplog, monkeypatch):
    # commands switch off what caplog listens to
    monkeypatch.setattr(logging.getLogger("latentbin"), "propagate", True)
    caplog.set_level(logging.INFO, "latentbin")
    return caplog


def planted(scaffolds, seed=1):
    """Genomes with scaffolds of the given lengths, each genome a group."""
    rng = np.random.default_rng(seed)
    parts = [s for lengths in scaffolds for s in planted_genome(rng, lengths)]
    lengths = np.array([len(part) for part in parts])
    return Genomes(
        tuple(f"g{n}" for n in range(len(scaffolds))),
        np.arange(len(scaffolds)),
        base_codes()[np.frombuffer(b"".join(parts), np.uint8)],
        np.cumsum(lengths) - lengths,
        lengths,
        np.repeat(np.arange(len(scaffolds)), [len(s) for s in scaffolds]),
    )


def text_of(genomes, number):
    rows = np.flatnonzero(genomes.genome == number)
    letters = np.frombuffer(b"ACGTN", np.uint8)
    return [
        letters[genomes.codes[genomes.starts[r] :][: genomes.lengths[r]]].tobytes() for r in rows
    ]


def test_a_folder_and_a_single_file_give_the_same_genomes(folder, tmp_path):
    one = write_genome(folder / "b.1.fna", [2_000, 50, 900])
    two = write_genome(folder / "a.fa.gz", [3_000])
    (folder / "readme.txt").write_text("no genome")
    single = tmp_path / "all.fna"
    for genome, sequences in (("b.1", one), ("a", two)):
        with single.open("ab") as handle:
            for n, sequence in enumerate(sequences):
                handle.write(b">%b|x%d\n%b\n" % (genome.encode(), n, sequence))
    for source in (folder, single):
        found = read_genomes(source, None, *LIMITS)
        assert found.names == ("a", "b.1")
        assert found.groups.tolist() == [0, 1]
        assert found.genome.tolist() == [0, 1, 1]
        assert text_of(found, 0) == two
        assert text_of(found, 1) == [one[0], one[2]]


def test_take_keeps_the_bases_of_the_chosen(folder):
    for name in "abc":
        write_genome(folder / f"{name}.fna", [1_000, 1_500], seed=ord(name))
    whole = read_genomes(folder, None, *LIMITS)
    part = whole.take(np.array([0, 2]))
    assert part.names == ("a", "c")
    assert part.groups.tolist() == [0, 2]
    assert part.genome.tolist() == [0, 0, 1, 1]
    assert text_of(part, 1) == text_of(whole, 2)


def test_the_table_says_which_genomes_and_groups(folder, tmp_path, heard):
    sizes = {"a": 1_100, "b": 1_300, "c": 1_200, "d": 1_500, "e": 900, "f": 2_000}
    for name, size in sizes.items():
        write_genome(folder / f"{name}.fna", [size])
    table = tmp_path / "labels.tsv"
    rows = ["x\tgenus\tgenome", *(f"1\t{'G' if n in 'abc' else 'H'}\t{n}" for n in "abcde")]
    table.write_text("\r\n".join(rows) + "\r\n")
    groups = read_labels(table, "genus")
    assert groups == {"a": "G", "b": "G", "c": "G", "d": "H", "e": "H"}
    found = read_genomes(folder, groups, 100, 1_000, 2)
    assert found.names == ("b", "c", "d")  # the two largest of G; e is small, f is not in the table
    assert found.groups.tolist() == [0, 0, 1]
    assert "1 genomes are not in the table and are left out" in heard.text
    assert "3 genomes of 2 groups; 1 of fewer than 1000 bp and 1 above 2 of one" in heard.text
    assert read_labels(table, None)["a"] == "a"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("name\tgenus\na\tG\n", "genus", r"line 1: no column 'genome' among name, genus"),
        ("genome\tgenus\na\tG\n", "family", r"line 1: no column 'family' .* --group-column"),
        ("genome\tgenus\na\tG\nb\n", "genus", r"line 3: fewer cells than the header"),
        ("genome\na\nb\na\n", None, r"line 4: genome 'a' stands twice"),
    ],
)
def test_damaged_tables_are_refused(tmp_path, text, column, message):
    (tmp_path / "labels.tsv").write_text(text)
    with pytest.raises(UserError, match=message):
        read_labels(tmp_path / "labels.tsv", column)


def test_records_with_foreign_characters_are_left_out_and_named(folder, heard):
    for name in "ab":
        write_genome(folder / f"{name}.fna", [1_500])
    with (folder / "a.fna").open("a") as handle:
        handle.write(">odd\n" + "ACGTEFL" * 400 + "\n")
    found = read_genomes(folder, None, *LIMITS)
    assert found.lengths.tolist() == [1_500, 1_500]
    assert "1 records hold characters other than nucleotides and are left out: odd" in heard.text


def test_what_cannot_be_read_is_refused(folder, tmp_path):
    with pytest.raises(UserError, match=r"holds no FASTA file. Expected one per genome"):
        read_genomes(folder, None, *LIMITS)
    write_genome(folder / "a.fna", [1_500])
    with pytest.raises(UserError, match=r"1 genomes of at least 1000 bp, expected two or more"):
        read_genomes(folder, None, *LIMITS)
    write_genome(folder / "a.fa", [1_500])
    with pytest.raises(UserError, match=r"a.fna: genome 'a' is in a.fa too"):
        read_genomes(folder, None, *LIMITS)
    with pytest.raises(UserError, match="no such FASTA file"):
        read_genomes(tmp_path / "absent", None, *LIMITS)


@pytest.mark.parametrize("name", ["plain", "|of_none"])
def test_a_record_that_names_no_genome_is_refused(tmp_path, name):
    write_genome(tmp_path / "all.fna", [1_500], name=name)
    with pytest.raises(UserError, match=r"names no genome. Expected names of the form <genome>\|"):
        read_genomes(tmp_path / "all.fna", None, *LIMITS)


def test_windows_are_balanced_and_lie_inside_scaffolds():
    genomes = planted([[40_000], [30_000, 10_000, 500], [6_000]])
    starts, ends, genome = draw_windows(np.random.default_rng(2), genomes, 6_001, 1_000, 4_000)
    assert sorted(np.bincount(genome)) == [2_000, 2_000, 2_001]
    scaffold = np.searchsorted(genomes.starts, starts, "right") - 1
    np.testing.assert_array_equal(genomes.genome[scaffold], genome)
    assert (ends <= (genomes.starts + genomes.lengths)[scaffold]).all()
    length = ends - starts
    assert (length[scaffold == 3] == 500).all()
    long = length[scaffold != 3]
    assert long.min() >= 1_000
    assert long.max() <= 4_000
    assert np.median(long) == pytest.approx(2_000, rel=0.05)  # log-uniform: the geometric mean
    share = np.bincount(scaffold, minlength=5)[1:4] / 2_000
    np.testing.assert_allclose(share, np.array([30_000, 10_000, 500]) / 40_500, atol=0.04)
    assert np.ptp(starts[scaffold == 0]) > 30_000


def test_a_batch_depends_on_seed_and_step_alone():
    genomes = planted([[5_000], [4_000, 3_000]])
    one = list(window_batches(genomes, 9, (500, 900), 3, range(6), 1))
    many = list(window_batches(genomes, 9, (500, 900), 3, range(6), 4))
    late = list(window_batches(genomes, 9, (500, 900), 3, range(4, 6), 2))
    for step in range(6):
        for ours, theirs in zip(one[step], many[step], strict=True):
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(late[0][0], one[4][0])
    other = next(iter(window_batches(genomes, 9, (500, 900), 4, range(1), 1)))
    assert not np.array_equal(other[0], one[0][0])
    assert not np.array_equal(one[1][0], one[0][0])


def test_windows_that_are_not_wanted_are_not_waited_for():
    batches = window_batches(planted([[5_000], [4_000]]), 9, (500, 900), 3, range(10**9), 2)
    next(batches)
    batches.close()


def test_planted_directions_are_found():
    rng = np.random.default_rng(4)
    n_genomes, n_features = 30, 12
    basis = np.linalg.qr(rng.normal(size=(n_features, n_features)))[0]
    centres = rng.normal(0, [3.0, 1.0], (n_genomes, 2)) @ basis[:2]
    genome = np.tile(np.arange(n_genomes), 200)
    roots = 20 + centres[genome] + rng.normal(size=(len(genome), n_features))
    halves = [
        (part**2, of) for part, of in zip(np.split(roots, 4), np.split(genome, 4), strict=True)
    ]
    found = discriminant(halves, n_genomes, 3)
    np.testing.assert_allclose(found.mean, roots.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.deviation, roots.std(axis=0), rtol=1e-3)
    made = (roots - found.mean) / found.deviation @ found.directions
    for wanted in range(2):  # the stronger first
        assert abs(np.corrcoef(made[:, wanted], roots @ basis[wanted])[0, 1]) > 0.98
    # of unit variance within genomes, then scaled by the gain of each
    within = [made[genome == g] - made[genome == g].mean(axis=0) for g in range(n_genomes)]
    spread = np.concatenate(within).std(axis=0)
    between = (centres @ basis[:2].T).var(axis=0)
    # the shrinkage takes a little of it
    np.testing.assert_allclose(spread[:2], np.sqrt(between / (1 + between)), atol=0.08)
    assert spread[2] < 0.3


def test_a_genome_without_windows_cannot_be_analysed():
    with pytest.raises(ValueError, match="every genome needs two windows"):
        discriminant([(np.ones((3, 4)), np.array([0, 0, 1]))], 2, 2)


def test_perfect_and_random_vectors_are_judged_so():
    rng = np.random.default_rng(5)
    genome = np.repeat(np.arange(20), 30)
    perfect = np.eye(20, dtype=np.float32)[genome]
    assert auroc(perfect, genome) == 1
    assert rank1(perfect, genome) == 1
    assert nearest(perfect, genome) == 1
    noise = rng.normal(size=(len(genome), 16)).astype(np.float32)
    assert auroc(noise, genome) == pytest.approx(0.5, abs=0.02)
    assert rank1(noise, genome) == pytest.approx(1 / 20, abs=0.02)
    assert nearest(noise, genome) == pytest.approx(29 / 599, abs=0.03)


def test_auroc_is_that_of_all_pairs():
    rng = np.random.default_rng(6)
    genome = rng.permutation(np.repeat(np.arange(8), 25))
    vectors = (rng.normal(size=(8, 6))[genome] + rng.normal(0, 1, (200, 6))).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    one, other = np.triu_indices(200, 1)
    exact = roc_auc_score(genome[one] == genome[other], (unit @ unit.T)[one, other])
    assert 0.6 < exact < 0.95
    assert auroc(7 * vectors, genome) == pytest.approx(exact, abs=0.005)


def test_windows_to_judge_by_do_not_overlap():
    genomes = planted([[9_500, 4_100], [2_000], [30_000]])
    frequencies, genome = windows_of(genomes, 2_000, seed=1, of_each=5)
    assert genome.tolist() == [0] * 5 + [2] * 5  # a genome of one window tells nothing
    starts = genomes.starts[3] + 2_000 * np.arange(15)
    all_of_it = profiles(genomes.codes, starts, starts + 2_000)
    places = [np.flatnonzero((all_of_it == row).all(axis=1)) for row in frequencies[5:]]
    assert len({int(place[0]) for place in places}) == 5


def test_figures_of_planted_genomes():
    genomes = planted([[60_000]] * 6)
    check_judged(genomes)
    figures = judge_windows(genomes, lambda x: np.sqrt(x)[:, 44:180] - 0.08)
    assert figures["genomes"] == 6
    assert figures["auroc_5000"] > figures["auroc_2000"] > 0.9
    assert figures["rank1_5000"] > 0.9
    close = fit_scale(genomes, lambda x: _unit(np.sqrt(x)[:, 44:180] - 0.08))
    blurred = fit_scale(
        genomes,
        lambda x: _unit(np.random.default_rng(1).normal(size=(len(x), 30)) + 3),
    )
    assert close > 3 * blurred


def _unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_genomes_too_short_to_judge_by_are_refused():
    with pytest.raises(UserError, match="1 of the genomes to judge by hold two windows of 5000 bp"):
        check_judged(planted([[10_000], [9_000], [4_900] * 9]))
