from __future__ import annotations

import logging

import numpy as np
import pytest

from latentbin.clusters import read_clusters, write_clusters, write_rows
from latentbin.contigs import Contigs
from latentbin.errors import UserError


@pytest.mark.parametrize("clusters", [{}, {"b": "2", "a": "1", "c": "2"}])
def test_written_clusters_read_back_in_order(tmp_path, clusters):
    write_clusters(tmp_path / "clusters.tsv", clusters)
    assert (tmp_path / "clusters.tsv").read_text().startswith("contig\tcluster\n")
    assert list(read_clusters(tmp_path / "clusters.tsv").items()) == list(clusters.items())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: header is"),
        ("a\t1\n", "line 1: header is ['a', '1'], expected ['contig', 'cluster']"),
        ("contig\tcluster\na 1\n", "line 2: expected contig, tab, cluster"),
        ("contig\tcluster\na\t1\nb\t\n", "line 3: expected contig, tab, cluster"),
        ("contig\tcluster\na\t1\nb\t1\na\t2\n", "line 4: contig 'a' stands twice"),
        ("contig\tcluster\nz\t1\n", "line 2: contig 'z' is not among the contigs"),
    ],
)
def test_bad_table_is_named_with_its_line(tmp_path, text, said):
    path = tmp_path / "clusters.tsv"
    path.write_text(text)
    catalogue = Contigs(("a", "b"), np.array([1, 1]))
    with pytest.raises(UserError) as error:
        read_clusters(path, catalogue)
    assert str(error.value).startswith(f"{path}, ")
    assert said in str(error.value)


def test_rows_are_written_as_numbered_clusters(tmp_path, caplog):
    contigs = Contigs(tuple("abcde"), np.array([150_000, 60_000, 199_999, 50_000, 1]))
    rows = [np.array([3, 0]), np.array([2]), np.array([4])]
    logger = logging.getLogger("latentbin")
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, "latentbin"):
            write_rows(tmp_path / "clusters.tsv", contigs, rows)
    finally:
        logger.removeHandler(caplog.handler)
    assert (tmp_path / "clusters.tsv").read_text() == ("contig\tcluster\nd\t1\na\t1\nc\t2\ne\t3\n")
    assert "3 clusters, 1 of them of 200,000 bp or more" in caplog.text


def test_no_rows_are_an_empty_table(tmp_path):
    write_rows(tmp_path / "clusters.tsv", Contigs((), np.zeros(0, np.int64)), [])
    assert (tmp_path / "clusters.tsv").read_text() == "contig\tcluster\n"
