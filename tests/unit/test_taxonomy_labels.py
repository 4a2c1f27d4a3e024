"""Labels of contigs: what is read, in which order, and what is refused."""

from __future__ import annotations

import pytest

from latentbin.errors import UserError
from latentbin.taxonomy.labels import Labels

TABLE = (
    "contig\tspecies\tenvironment\tGenus\tfamily\n"
    "c1\ts1\tgut\tg1\tf1\n"
    "c2\ts2\t\tg1\t\n"
    "c3\t\tsoil\tg2\t\n"
    "c4\ts3\tsoil\tg3\tf1\n"
)


def read(tmp_path, text):
    path = tmp_path / "labels.tsv"
    path.write_text(text)
    return Labels.read(path)


def test_ranks_come_from_coarse_to_fine_and_groups_after_them(tmp_path):
    labels = read(tmp_path, TABLE)
    assert labels.contigs == ("c1", "c2", "c3", "c4")
    assert labels.ranks == ("family", "genus", "species")
    assert labels.groups == ("environment",)
    assert labels.columns["genus"].tolist() == ["g1", "g1", "g2", "g3"]
    codes, names = labels.codes("environment", "a test")
    assert (codes.tolist(), names) == ([0, -1, 1, 1], ("gut", "soil"))


def test_commas_carriage_returns_and_quotes(tmp_path):
    labels = read(tmp_path, 'contig,genus,note\r\nc1,"a, b",x\r\nc2,c,y\r\n')
    assert labels.columns["genus"].tolist() == ["a, b", "c"]


def test_another_order_and_contigs_without_labels(tmp_path):
    labels = read(tmp_path, TABLE).in_order_of(["c9", "c3", "c1"], "matrix.npz")
    assert labels.contigs == ("c9", "c3", "c1")
    assert labels.columns["genus"].tolist() == ["", "g2", "g1"]


def test_lineages_are_what_any_contig_of_a_class_says(tmp_path):
    lineages = read(tmp_path, TABLE).lineages("genus", ["g1", "g2", "g3"])
    assert lineages.ranks == ("family", "genus")
    assert lineages.taxa == (("f1", "g1"), ("g2 (no family)", "g2"), ("f1", "g3"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\tgenus\nc1\tg1\n", "first column is 'name', expected 'contig'"),
        ("", "first column is '', expected 'contig'"),
        ("contig\nc1\n", "has contigs and nothing else. Add a rank"),
        ("contig\tgenus\n", "has a header and no contigs"),
        ("contig\tgenus\tgenus\nc1\ta\tb\n", "column 3 is named 'genus'"),
        ("contig\tgenus\t\nc1\ta\tb\n", "column 3 is named ''"),
        ("contig\tgenus\nc1\tg1\nc2\n", "line 3 has 1 cells, the header 2"),
        ("contig\tgenus\nc1\tg1\nc1\tg1\n", "line 3: contig 'c1' stands twice"),
        ("contig\tgenus\nc1\tg1\n\tg1\n", "line 3 has no contig"),
    ],
)
def test_bad_tables_are_refused(tmp_path, text, message):
    with pytest.raises(UserError, match=r"labels\.tsv") as raised:
        read(tmp_path, text)
    assert message in str(raised.value)


def test_foreign_contigs_columns_and_two_parents_are_refused(tmp_path):
    labels = read(tmp_path, TABLE)
    with pytest.raises(UserError, match=r"has none of the 2 contigs of other\.npz"):
        labels.in_order_of(["x", "y"], "other.npz")
    with pytest.raises(UserError, match="has no column 'strain', which --by strain needs"):
        labels.codes("strain", "--by strain")
    torn = read(tmp_path, "contig\tfamily\tgenus\nc1\tf1\tg1\nc2\tf2\tg1\n")
    with pytest.raises(UserError, match="genus 'g1' lies in two taxa of rank family, 'f1' and"):
        torn.lineages("genus", ["g1"])
