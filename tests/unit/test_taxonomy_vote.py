"""latentbin-taxonomy vote, by hand-made bins."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from latentbin.command import new_parser, run
from latentbin.matrix import NamedMatrix
from latentbin.taxonomy.judging import cli

# contig, bin, length, genus, species
ROWS = [
    ("c1", "bin_2", 6000, "A", "A1"),
    ("c2", "bin_2", 3000, "A", "A2"),
    ("c3", "bin_2", 2000, "B", "B1"),
    ("c4", "bin_2", 1000, "unknown", "unknown"),
    ("c5", "bin_1", 4000, "B", "B1"),
    ("c6", "bin_1", 5000, "A", "A1"),  # the longest contig, but fewer base pairs
    ("c7", "bin_1", 2000, "B", "B2"),
    ("c8", "bin_3", 1000, "", ""),
    ("c9", "bin_3", 1000, None, None),  # without a prediction
]


def command(*arguments):
    parser = new_parser("latentbin-taxonomy", "")
    cli.add_parsers(parser.add_subparsers(dest="step", required=True))
    return run(parser, [str(argument) for argument in arguments], lambda args: args.work(args))


def write(path, *rows):
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))


@pytest.fixture
def files(tmp_path):
    names = tuple(row[0] for row in ROWS)
    write(tmp_path / "contig2bin.tsv", *(row[:2] for row in ROWS))
    write(tmp_path / "clusters.tsv", ("contig", "cluster"), *(row[:2] for row in ROWS))
    given = [(row[0], *row[3:]) for row in ROWS if row[3] is not None]
    write(tmp_path / "predictions.tsv", ("contig", "genus", "species"), *given)
    NamedMatrix(
        "composition",
        (*names, "unbinned"),
        ("x",),
        np.zeros((len(names) + 1, 1), np.float32),
        {"lengths": np.array([*(row[2] for row in ROWS), 9000])},
    ).save(tmp_path / "composition.npz")
    return tmp_path


def vote(files, *more, bins="--contig2bin"):
    return command(
        *("vote", bins, files / f"{bins[2:]}.tsv", "--predictions", files / "predictions.tsv"),
        *("--composition", files / "composition.npz", "--output", files / "taxa.tsv", *more),
    )


def rows(files):
    with open(files / "taxa.tsv", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


@pytest.mark.parametrize("bins", ["--contig2bin", "--clusters"])
def test_votes_by_length_from_the_coarsest_rank_down(files, bins, capsys):
    assert vote(files, bins=bins) == 0
    found = rows(files)
    assert [row["bin"] for row in found] == ["bin_2", "bin_1", "bin_3"]  # the largest first
    first, second, third = found
    assert (first["contigs"], first["bp"]) == ("4", "12000")
    assert (first["genus"], first["genus_share"], first["genus_unknown"]) == (
        "A",
        "0.7500",
        f"{1 / 12:.4f}",
    )
    assert (first["species"], first["species_share"]) == ("A1", "0.5000")
    # B has most base pairs, its species have too few of them; A1 is not of B
    assert (second["genus"], second["genus_share"]) == ("B", f"{6 / 11:.4f}")
    assert (second["species"], second["species_share"]) == ("unknown", f"{4 / 11:.4f}")
    assert (third["genus"], third["genus_share"], third["genus_unknown"]) == (
        "unknown",
        "0.0000",
        "1.0000",
    )
    said = capsys.readouterr().err
    assert "genus: 2 of 3 bins have a taxon" in said
    assert "1 of the 9 binned contigs have no prediction" in said


def test_report_counts_bins_of_each_taxon(files):
    assert vote(files) == 0
    report = json.loads((files / "taxa.json").read_text())
    assert (report["bins"], report["contigs"], report["without_prediction"]) == (3, 9, 1)
    assert report["bins_with_taxon"] == {"genus": 2, "species": 1}
    assert list(report["taxa"]["genus"].items()) == [
        ("A", {"bins": 1, "bp": 12000}),
        ("B", {"bins": 1, "bp": 11000}),
        ("unknown", {"bins": 1, "bp": 2000}),
    ]
    assert set(report["inputs"]) == {"contig2bin.tsv", "predictions.tsv", "composition.npz"}


def test_table_where_the_report_would_stand(files, capsys):
    assert vote(files, "--output", files / "taxa.json") == 1
    assert "its report would stand there. Let --output end in .tsv" in capsys.readouterr().err


def test_least_share_decides(files):
    assert vote(files, "--least-share", "0.7") == 0
    assert [row["genus"] for row in rows(files)] == ["A", "unknown", "unknown"]
    assert [row["species"] for row in rows(files)] == ["unknown"] * 3
    assert vote(files, "--least-share", "0") == 0
    assert [row["species"] for row in rows(files)] == ["A1", "B1", "unknown"]


def test_beside_the_quality_table_in_its_order(files):
    quality = [("bin", "class", "bp"), ("bin_1", "NC", 11), ("bin_3", "LQ", 2), ("bin_2", "MQ", 12)]
    write(files / "quality.tsv", *quality)
    assert vote(files, "--quality", files / "quality.tsv") == 0
    found = rows(files)
    assert list(found[0])[:5] == ["bin", "class", "bp", "genus", "genus_share"]
    assert [(row["bin"], row["class"], row["genus"]) for row in found] == [
        ("bin_1", "NC", "B"),
        ("bin_3", "LQ", "unknown"),
        ("bin_2", "MQ", "A"),
    ]


def test_no_bins_give_a_header(files):
    (files / "contig2bin.tsv").write_text("")
    assert vote(files) == 0
    assert rows(files) == []
    assert (files / "taxa.tsv").read_text().startswith("bin\tcontigs\tbp\tgenus\tgenus_share")


@pytest.mark.parametrize(
    ("quality", "message"),
    [
        ([("name", "bp")], "quality.tsv, line 1: the first column is 'name', expected 'bin'"),
        ([], "quality.tsv, line 1: the first column is '', expected 'bin'"),
        ([("bin", "bp"), ("bin_1",)], "quality.tsv, line 2: 1 cells, the header has 2"),
        ([("bin", "bp"), ("bin_1", 1)], "quality.tsv: lacks 2 bins of "),
        (
            [("bin", "bp"), *((f"bin_{n}", 1) for n in (1, 2, 3, 4))],
            "contig2bin.tsv: lacks 1 bins of ",
        ),
    ],
)
def test_quality_tables_that_do_not_fit(files, quality, message, capsys):
    write(files / "quality.tsv", *quality)
    assert vote(files, "--quality", files / "quality.tsv") == 1
    assert message in capsys.readouterr().err
    assert not (files / "taxa.tsv").exists()


def test_predictions_of_other_contigs(files, capsys):
    write(files / "predictions.tsv", ("contig", "genus"), ("x", "A"))
    assert vote(files) == 1
    said = capsys.readouterr().err
    assert "has no prediction for any of the 9 contigs of " in said
    assert "(first 'c1')" in said


def test_bins_of_other_contigs(files, capsys):
    write(files / "contig2bin.tsv", ("x", "bin_1"))
    assert vote(files) == 1
    assert "contig 'x' is not among the contigs" in capsys.readouterr().err


def test_one_table_of_bins_is_needed(files, capsys):
    with pytest.raises(SystemExit) as error:
        vote(files, "--clusters", files / "clusters.tsv")
    assert error.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err
