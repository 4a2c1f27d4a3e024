"""predictions.tsv: read back as written, and refused where it is not what it should be."""

from __future__ import annotations

import numpy as np
import pytest

from latentbin.errors import UserError
from latentbin.taxonomy.predictions import Predictions


def read(tmp_path, text):
    path = tmp_path / "predictions.tsv"
    path.write_text(text)
    return Predictions.read(path)


def some():
    return Predictions(
        ("a", "b", "c"),
        ("genus", "species"),
        {
            "genus": np.array(["G", "G", "unknown"], object),
            "species": np.array(["s1", "unknown", "unknown"], object),
        },
        {"genus": np.array([1, 0.25, 0.1], np.float32), "species": np.array([0.5] * 3, "f4")},
    )


@pytest.mark.parametrize("name", ["p.tsv", "p.tsv.gz"])
def test_written_and_read_back(tmp_path, name):
    some().write(tmp_path / name)
    again = Predictions.read(tmp_path / name)
    assert again.contigs == ("a", "b", "c")
    assert again.ranks == ("genus", "species")
    assert again.labels["species"].tolist() == ["s1", "unknown", "unknown"]
    assert again.probabilities["genus"].dtype == np.float32
    assert again.probabilities["genus"].tolist() == pytest.approx([1, 0.25, 0.1])
    assert again.index["c"] == 2
    assert len(again) == 3


def test_text_of_the_table(tmp_path):
    some().write(tmp_path / "p.tsv")
    assert (tmp_path / "p.tsv").read_text().splitlines()[:3] == [
        "contig\tgenus\tgenus_probability\tspecies\tspecies_probability",
        "a\tG\t1.000000\ts1\t0.500000",
        "b\tG\t0.250000\tunknown\t0.500000",
    ]


def test_tables_of_others_columns_in_any_order_empty_cells_no_probabilities(tmp_path):
    made = read(tmp_path, "contig\tSpecies\tgenus_probability\tgenus\nx\t\t\tG\ny\ts\t0.5\t\n")
    assert made.ranks == ("genus", "species")
    assert made.labels["species"].tolist() == ["unknown", "s"]
    assert made.labels["genus"].tolist() == ["G", "unknown"]
    assert set(made.probabilities) == {"genus"}
    assert np.isnan(made.probabilities["genus"]).tolist() == [True, False]
    made.write(tmp_path / "again.tsv")
    assert "x\tG\t\tunknown\n" in (tmp_path / "again.tsv").read_text()


def test_table_without_contigs(tmp_path):
    made = read(tmp_path, "contig\tgenus\tgenus_probability\n")
    assert len(made) == 0
    assert made.probabilities["genus"].shape == (0,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\tgenus\n", "line 1: the first column is 'name', expected 'contig'"),
        ("", "line 1: the first column is '', expected 'contig'"),
        ("contig\n", "line 1: no rank. Expected one or more of domain, phylum"),
        ("contig\tgenuss\n", r"line 1: column 2 is 'genuss', expected a rank \(domain"),
        ("contig\tgenus\tspecies_probability\n", "column 3 is 'species_probability', expected"),
        ("contig\tgenus\tgenus\n", "line 1: column 'genus' stands twice"),
        ("contig\tgenus\na\tG\nb\n", "line 3: 1 cells, the header has 2"),
        ("contig\tgenus\n\tG\n", "line 2: no name of a contig"),
        ("contig\tgenus\na\tG\nb\tG\na\tG\n", "line 4: contig 'a' stands twice"),
        (
            "contig\tgenus\tgenus_probability\na\tG\t0.5\nb\tG\thigh\n",
            "line 3: genus_probability is 'high', expected a number from 0 to 1",
        ),
        (
            "contig\tgenus\tgenus_probability\na\tG\t1.5\n",
            "line 2: genus_probability is '1.5', expected",
        ),
        (
            "contig\tgenus\tgenus_probability\na\tG\tnan\n",
            "line 2: genus_probability is 'nan', expected",
        ),
    ],
)
def test_bad_tables_are_refused_with_the_line(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, text)


def test_no_such_file(tmp_path):
    with pytest.raises(UserError, match="no such predictions table"):
        Predictions.read(tmp_path / "none.tsv")


def test_lines_are_told_right_behind_the_first_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr("latentbin.taxonomy.predictions._CHUNK_BYTES", 20)
    rows = "".join(f"c{n}\tG\t0.5\n" for n in range(50))
    with pytest.raises(UserError, match="line 52: genus_probability is '7'"):
        read(tmp_path, f"contig\tgenus\tgenus_probability\n{rows}x\tG\t7\n")
    made = read(tmp_path, f"contig\tgenus\tgenus_probability\n{rows}")
    assert made.contigs == tuple(f"c{n}" for n in range(50))
    assert len(made.probabilities["genus"]) == 50
