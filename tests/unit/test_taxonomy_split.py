"""``latentbin-taxonomy split`` as a user meets it."""

from __future__ import annotations

import json

import pytest
from tests.planted_taxonomy import composition, plant

from latentbin.taxonomy.cli import main
from latentbin.taxonomy.splitting.parts import PARTS, Split


@pytest.fixture
def folder(tmp_path):
    plant(tmp_path)
    return tmp_path


def split(folder, *options, output="split.tsv", labels="labels.tsv"):
    files = ["--labels", folder / labels, "--output", folder / output]
    return main([str(word) for word in ("split", *files, *options)])


def said_in(capsys):
    return capsys.readouterr().err.splitlines()


def report(folder, name="split.json"):
    return json.loads((folder / name).read_text())


def edited(folder, edit, name="edited.tsv"):
    rows = [line.split("\t") for line in (folder / "labels.tsv").read_text().splitlines()]
    (folder / name).write_text("".join("\t".join(edit(row)) + "\n" for row in rows))
    return name


def test_by_species_nothing_finer_is_shared(folder, capsys):
    assert split(folder, "--by", "species", "--test-share", 0.34) == 0
    said = report(folder)
    assert said["parts"]["test"] == {"contigs": 72, "share": 0.333333, "classes": 6}
    assert said["parts"]["validation"]["contigs"] == 24
    assert said["leaks"]["species"]["shared_with_training"] == 0
    assert list(said["leaks"]) == ["species", "environment"]
    lines = said_in(capsys)
    assert not any("WARNING" in line for line in lines)
    assert any("names of the test part in column environment are in" in line for line in lines)


def test_by_random_the_warning_names_species(folder, capsys):
    assert split(folder, "--by", "random") == 0
    lines = said_in(capsys)
    (line,) = [line for line in lines if "WARNING" in line]
    assert "split by random: 18 of the 18 species of the test part are in training, too" in line
    assert "(first: s0, s1, s10, ...)" in line
    assert "that of contigs of known species, not of new ones" in line
    assert any("99 %" in line and "68 %" in line for line in lines)
    assert len(report(folder)["leaks"]["species"]["first_shared"]) == 18


def test_test_groups_and_validation_by_another_column(folder):
    options = ("--by", "environment", "--test-groups", "e0,e2", "--validation-by", "random")
    assert split(folder, *options) == 0
    said = report(folder)
    assert said["parts"]["test"]["contigs"] == 144
    assert said["parts"]["validation"]["contigs"] == 22
    assert said["leaks"]["environment"]["shared_with_training"] == 0
    assert said["leaks"]["environment"]["shared_by_training_and_validation"] == 1


def test_what_is_not_known_is_left_out_and_counted(folder, capsys):
    def edit(row):
        if row[0] in ("c0", "c1"):
            row[3] = ""
        if row[0] == "c20":
            row[2] = ""
        return row

    assert split(folder, "--by", "species", labels=edited(folder, edit)) == 0
    said = report(folder)["contigs"]
    assert (said["split"], said["without_taxon"], said["without_group"]) == (213, 1, 2)
    lines = said_in(capsys)
    assert any("2 contigs left out: column species is empty" in line for line in lines)
    assert any("1 contigs left out: no taxon at rank genus" in line for line in lines)
    assert not {"c0", "c1", "c20"} & set(Split.read(folder / "split.tsv").contigs)


def test_rare_taxa_taxa_of_one_group_and_taxa_of_the_test_part_alone(folder, capsys):
    def edit(row):
        if row[2] == "g0":
            row[4] = "e0"
        if row[2] == "g1" and row[0] not in ("c36", "c37"):
            row[2] = "g2"
        return row

    labels = edited(folder, edit)
    options = ("--by", "environment", "--test-groups", "e0", "--min-contigs", 3)
    assert split(folder, *options, labels=labels) == 0
    said = report(folder)
    assert said["contigs"]["of_rare_taxa"] == 2
    assert said["not_in_training"] == ["g0"]
    lines = said_in(capsys)
    assert any("cannot be predicted: g0" in line for line in lines)
    options = ("--by", "environment", "--test-groups", "e1")
    assert split(folder, *options, labels=labels, output="again.tsv") == 0
    lines = said_in(capsys)
    assert any("2 taxa live in one group only" in line and "g0, g1" in line for line in lines)


def test_only_contigs_of_the_matrix(folder):
    names, values, _ = plant(folder)
    composition("composition", names[:100], values[:100]).save(folder / "part.npz")
    assert split(folder, "--by", "species", "--matrix", folder / "part.npz") == 0
    assert set(Split.read(folder / "split.tsv").contigs) == set(names[:100])


def test_the_same_seed_gives_the_same_bytes(folder):
    for output, seed in (("a.tsv", 1), ("b.tsv", 1), ("c.tsv", 2)):
        assert split(folder, "--by", "species", "--seed", seed, output=output) == 0
    first, second, third = ((folder / f"{name}.tsv").read_bytes() for name in "abc")
    assert first == second != third


def test_a_column_to_check_and_a_report_elsewhere(folder):
    options = ("--by", "species", "--check", "family", "--report", folder / "said.json")
    assert split(folder, *options) == 0
    assert report(folder, "said.json")["leaks"]["family"]["shared_with_training"] > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--by", "strain"), "has no column 'strain', which --by strain needs"),
        (("--by", "species", "--rank", "order"), "has no column 'order', which --rank order"),
        (("--by", "species", "--check", "x"), "has no column 'x', which the check of leaks"),
        (("--by", "genus"), "nothing can be kept apart by column 'genus'"),
        (("--by", "species", "--test-groups", "s99"), "no contig with a taxon is of 's99'"),
        (("--by", "environment", "--test-groups", "e0,e1,e2"), "takes all contigs"),
        (("--by", "species", "--min-contigs", 1000), "no contig has both a taxon at rank genus"),
        (("--by", "species", "--matrix", "none.npz"), "none.npz: no such matrix"),
    ],
)
def test_what_cannot_be_split_is_refused(folder, capsys, options, message):
    assert split(folder, *options) == 1
    assert message in capsys.readouterr().err
    assert not (folder / "split.tsv").exists()


def test_one_group_and_a_report_in_the_way(folder, capsys):
    labels = edited(
        folder,
        lambda row: [*row[:4], "e0" if row[4][0] == "e" and row[4][1:].isdigit() else row[4]],
    )
    assert split(folder, "--by", "environment", labels=labels) == 1
    assert "nothing can be kept apart by column 'environment'" in capsys.readouterr().err
    assert split(folder, "--by", "species", output="x.json") == 1
    assert "its report would stand there" in capsys.readouterr().err


def test_random_has_no_groups_to_name(folder, capsys):
    with pytest.raises(SystemExit) as end:
        split(folder, "--by", "random", "--test-groups", "s1")
    assert end.value.code == 2
    assert "--by random has none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("contig part\n", "expected the columns contig and part"),
        ("contig\tpart\nc1\ttraining\n", "line 2 is 'c1\ttraining', expected a contig"),
        ("contig\tpart\nc1\ttrain\nc1\ttest\n", "contig 'c1' stands twice"),
    ],
)
def test_damaged_splits_are_refused(tmp_path, text, message):
    from latentbin.errors import UserError

    (tmp_path / "split.tsv").write_text(text)
    with pytest.raises(UserError) as raised:
        Split.read(tmp_path / "split.tsv")
    assert message in str(raised.value)


def test_parts_read_back_as_they_were_written(folder):
    assert split(folder, "--by", "species") == 0
    found = Split.read(folder / "split.tsv")
    found.write(folder / "again.tsv")
    assert (folder / "again.tsv").read_bytes() == (folder / "split.tsv").read_bytes()
    assert sum(len(found.of(part)) for part in range(len(PARTS))) == len(found.contigs)
