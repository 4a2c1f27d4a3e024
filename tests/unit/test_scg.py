"""markers.tsv: written, read, counted by label."""

from __future__ import annotations

import numpy as np
import pytest

from latentbin.errors import UserError
from latentbin.scg import HEADER, Hit, Markers, read_markers, write_markers

GENES = ("COG0012", "COG0016", "COG0018")
NAMES = ("a", "b", "c")
HITS = (
    Hit("b", "COG0018", 350.26, 1, 900, "+", False),
    Hit("c", "COG0012", 220.0, 5, 400, "-", True),
    Hit("c", "COG0012", 215.0, 500, 900, "-", False),
    Hit("c", "COG0018", 341.0, 1000, 1900, "+", False),
)


def table(tmp_path, *lines):
    path = tmp_path / "markers.tsv"
    path.write_text("".join(line + "\n" for line in lines))
    return path


def test_table_as_text(tmp_path):
    path = tmp_path / "markers.tsv"
    write_markers(path, GENES, HITS[:2])
    assert path.read_text() == (
        "#genes\tCOG0012\tCOG0016\tCOG0018\n"
        "contig\tgene\tscore\tstart\tend\tstrand\tpartial\n"
        "b\tCOG0018\t350.3\t1\t900\t+\tno\n"
        "c\tCOG0012\t220.0\t5\t400\t-\tyes\n"
    )


def test_contig_counts_a_gene_once(tmp_path):
    path = tmp_path / "markers.tsv"
    write_markers(path, GENES, HITS)
    markers = read_markers(path, NAMES)
    assert markers.genes == GENES
    assert markers.n_contigs == 3
    assert markers.contig.tolist() == [1, 2, 2]
    assert markers.gene.tolist() == [2, 0, 2]


def test_genes_nobody_found_stay_known(tmp_path):
    path = tmp_path / "markers.tsv"
    write_markers(path, GENES, ())
    markers = read_markers(path, NAMES)
    assert markers.genes == GENES
    assert len(markers.contig) == len(markers.gene) == 0
    assert markers.copies(np.array([0, 0, 1]), 2).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_copies_count_contigs_of_a_label(tmp_path):
    path = tmp_path / "markers.tsv"
    write_markers(path, GENES, HITS)
    markers = read_markers(path, NAMES)
    assert markers.copies(np.array([0, 1, 1]), 2).tolist() == [[0, 0, 0], [1, 0, 2]]
    assert markers.copies(np.array([0, -1, 2]), 3).tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 1]]


def test_two_halves_of_a_gene_are_one_copy():
    contig = np.arange(7)
    gene = np.array([0, 0, 0, 1, 1, 2, 2])
    partial = np.array([True, True, True, True, False, False, False])
    markers = Markers(GENES, contig, gene, 7, partial)
    everything = np.zeros(7, int)
    assert markers.copies(everything, 1).tolist() == [[2, 2, 2]]
    assert markers.copies(np.array([0, 0, 1, 1, 1, 1, -1]), 2).tolist() == [[1, 0, 0], [1, 2, 1]]
    assert [part.tolist() for part in markers.totals(everything, 2)] == [[3, 0], [6, 0]]


def test_a_gene_is_partial_if_all_its_hits_on_the_contig_are(tmp_path):
    path = tmp_path / "markers.tsv"
    ends = (Hit("a", "COG0012", 9, start, start + 9, "+", True) for start in (1, 90))
    write_markers(path, GENES, (*ends, *HITS))
    markers = read_markers(path, NAMES)
    assert markers.contig.tolist() == [0, 1, 2, 2]
    assert markers.partial.tolist() == [True, False, False, False]


def test_rows_follow_the_catalogue_whatever_the_order_of_the_table(tmp_path):
    path = tmp_path / "markers.tsv"
    write_markers(path, GENES, HITS[::-1])
    markers = read_markers(path, ("c", "x", "b"))
    assert markers.contig.tolist() == [0, 0, 2]
    assert markers.gene.tolist() == [0, 2, 2]


def test_contigs_below_the_length_limit_can_be_ignored(tmp_path):
    path = tmp_path / "markers.tsv"
    write_markers(path, GENES, HITS)
    markers = read_markers(path, ("a", "b"), ignore_others=True)
    assert markers.contig.tolist() == [1]
    with pytest.raises(UserError, match=r"line 4: contig 'c' is not in the catalogue. Run"):
        read_markers(path, ("a", "b"))


FIRST, SECOND = "#genes\tCOG0012", "\t".join(HEADER)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((), "not a markers table"),
        (("contigname\tclustername",), "not a markers table. Expected a first line that begins"),
        ((FIRST, "contig\tgene"), "not a markers table"),
        ((FIRST, SECOND, "a\tCOG0012"), r"line 3: 2 cells, expected 7 separated by tabs"),
        ((FIRST, SECOND, "a\tCOG9\t1\t1\t9\t+\tno"), r"line 3: gene 'COG9' is not among those"),
        ((FIRST, SECOND, "a\tCOG0012\t1\t1\t9\t+\t1"), r"line 3: partial is '1', expected yes or"),
    ],
)
def test_damaged_tables_are_refused(tmp_path, lines, message):
    path = table(tmp_path, *lines)
    with pytest.raises(UserError, match=message) as error:
        read_markers(path, NAMES)
    assert str(path) in str(error.value)


def test_failed_search_leaves_no_table(tmp_path):
    def hits():
        yield HITS[0]
        raise UserError("broken")

    with pytest.raises(UserError, match="broken"):
        write_markers(tmp_path / "markers.tsv", GENES, hits())
    assert list(tmp_path.iterdir()) == []
