"""Matrices of any kind, joined and scaled; classes from tables, CAMI files and the matrix."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from latentbin.errors import ContractError, UserError
from latentbin.explore.inputs import features, kind_of, read_matrices, scaling_of
from latentbin.explore.options import InputOptions
from latentbin.explore.truth import classes_of_matrix, read_classes
from latentbin.matrix import NamedMatrix

NAMES = ("a", "b", "c", "d")


def matrix(kind="composition", names=NAMES, values=None, width=2, **arrays):
    if values is None:
        values = np.random.default_rng(len(kind)).normal(size=(len(names), width))
    columns = tuple(f"{kind}_{n}" for n in range(np.shape(values)[1]))
    return NamedMatrix(kind, names, columns, np.asarray(values, np.float32), arrays)


def classes_of(path, column=None, names=NAMES):
    known = read_classes(path, column, names, "m.npz")
    return known.column, [known.names[code] if code >= 0 else "" for code in known.codes]


@pytest.mark.parametrize("kind", ["composition", "proteome-latent", "taxonomy-probabilities"])
def test_the_file_says_its_kind(tmp_path, kind):
    matrix(kind).save(tmp_path / "m.npz")
    assert kind_of(tmp_path / "m.npz") == kind
    (read,) = read_matrices([tmp_path / "m.npz"])
    assert read.kind == kind


def test_what_is_no_matrix_is_said_to_be_none(tmp_path):
    (tmp_path / "a.npz").write_bytes(gzip.compress(b">k1\nACGT\n"))
    with pytest.raises(UserError, match=r"a\.npz: not a matrix .* \(a FASTA file\?\)\. Expected"):
        kind_of(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_text("contig\tgenus\n")
    with pytest.raises(UserError, match=r"b\.npz: not a matrix of these commands\. Expected"):
        kind_of(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", values=np.zeros(3))
    with pytest.raises(UserError, match="not a matrix of these commands"):
        kind_of(tmp_path / "c.npz")
    with pytest.raises(UserError, match="no such matrix"):
        kind_of(tmp_path / "d.npz")


def test_matrices_are_joined_by_the_names_of_the_first(tmp_path, lines):
    first, other = matrix(), matrix("abundance", ("x", "d", "c", "b", "a"), np.arange(5)[:, None])
    first.save(tmp_path / "1.npz")
    other.save(tmp_path / "2.npz")
    one, two = read_matrices([tmp_path / "1.npz", tmp_path / "2.npz"])
    assert one.names == two.names == NAMES
    assert two.values[:, 0].tolist() == [4, 3, 2, 1]
    assert any("1 rows that" in line and "are left out" in line for line in lines)
    with pytest.raises(ContractError, match=r"1\.npz: has no row 'x', one of 1 of .*2\.npz") as bad:
        read_matrices([tmp_path / "2.npz", tmp_path / "1.npz"])
    assert bad.value.expected == "x"


def test_columns_of_features_and_whole_latents_are_scaled():
    assert scaling_of("composition", "auto") == scaling_of("proteome", "auto") == "columns"
    for kind in ("latent", "embedding", "proteome-latent"):
        assert scaling_of(kind, "auto") == "matrix"
    assert scaling_of("latent", "none") == "none"
    values = np.array([[0, 0], [1, 100], [2, 200], [3, 300.0]])
    by_column = features([matrix(values=values)], InputOptions())
    assert np.allclose(by_column.mean(axis=0), 0, atol=1e-6)
    assert np.allclose(by_column.std(axis=0), 1)
    whole = features([matrix("latent", values=values)], InputOptions())
    assert np.allclose(whole[:, 1], 100 * whole[:, 0], rtol=1e-5)
    assert (whole**2).mean() == pytest.approx(1, rel=1e-5)
    assert (features([matrix(values=values)], InputOptions(scale="none")) == values).all()


def test_abundances_are_taken_as_logarithms_and_parts_made_equal():
    depth = np.array([[0.0], [1], [10], [1000]])
    both = [matrix(width=9), matrix("abundance", values=depth)]
    joined = features(both, InputOptions(equal_parts=False))
    logs = np.log1p(depth[:, 0])
    assert np.allclose(joined[:, 9], (logs - logs.mean()) / logs.std(), atol=1e-5)
    equal = features(both, InputOptions())
    assert equal[:, :9].var(axis=0).sum() == pytest.approx(5, rel=1e-5)
    assert equal[:, 9].var() == pytest.approx(5, rel=1e-5)
    assert (features(both[:1], InputOptions()) == joined[:, :9]).all()


def test_values_that_cannot_be_explored_are_named():
    with pytest.raises(UserError, match="'c' has an abundance below 0"):
        features([matrix("abundance", values=[[1], [2], [-1], [0]])], InputOptions())
    with pytest.raises(UserError, match="all rows explored have the same values"):
        features([matrix(values=np.ones((4, 2)))], InputOptions())


def test_classes_of_a_table_in_any_order(tmp_path):
    table = tmp_path / "t.tsv"
    table.write_text("# made by hand\ncontig\tgenome\tgenus\r\nd\tg1\tG\nz\tg9\tH\na\tg2\t\n")
    assert classes_of(table, "genus") == ("genus", ["", "", "", "G"])
    assert classes_of(table, "genome") == ("genome", ["g2", "", "", "g1"])
    table.write_text("contig,genus\na,G\nb,H\n")
    assert classes_of(table) == ("genus", ["G", "H", "", ""])


def test_classes_of_a_cami_file(tmp_path):
    cami = tmp_path / "truth.binning"
    start = "@Version:0.9.1\n@SampleID:s\n@@SEQUENCEID\tBINID\tTAXID\n"
    cami.write_text(f"{start}a\tg1\t7\n{start}b\tg2\t8\n")
    assert classes_of(cami) == ("BINID", ["g1", "g2", "", ""])
    assert classes_of(cami, "TAXID") == ("TAXID", ["7", "8", "", ""])
    cami.write_text(f"{start}a\tg1\t7\n@SampleID:t\n@@SEQUENCEID\tTAXID\n")
    with pytest.raises(UserError, match="line 6: another section with other columns"):
        classes_of(cami)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", None, "has no header of two or more columns"),
        ("contig\n", None, "has no header of two or more columns"),
        ("a\tg1\nb\tg2\n", None, "line 1: 'a' is a row of m.npz, not a header"),
        ("contig\tgenus\tgenome\na\tx\ty\n", None, r"several columns .*: genus, genome"),
        ("contig\tgenus\na\tx\n", "family", "no column 'family' after the first. It has genus"),
        ("contig\tgenus\na\tx\n", "contig", "no column 'contig' after the first"),
        ("contig\tgenus\na\tx\nb\n", None, "line 3: 1 cells, expected 2"),
        ("contig\tgenus\na\tx\na\ty\n", None, "line 3: 'a' stands twice"),
        ("contig\tgenus\nq\tx\n", None, "class of no row of m.npz: it has 'q', the matrix 'a'"),
        ("contig\tgenus\na\t\n", None, "class of no row of m.npz"),
    ],
)
def test_a_truth_that_says_nothing_is_refused(tmp_path, text, column, message):
    (tmp_path / "t.tsv").write_text(text)
    with pytest.raises(UserError, match=message):
        classes_of(tmp_path / "t.tsv", column)


def test_classes_that_the_matrix_knows():
    proteome = matrix("proteome", **{"class": np.array(["x", "", "y", "x"]), "tune": np.ones(4)})
    known = classes_of_matrix(proteome, "class")
    assert (known.names, known.codes.tolist()) == (("x", "y"), [0, -1, 1, 0])
    with pytest.raises(UserError, match=r"says nothing of 'tune' of its rows\. It has class"):
        classes_of_matrix(proteome, "tune")
    with pytest.raises(UserError, match="It has no text on its rows"):
        classes_of_matrix(matrix(), "class")


def test_classes_without_rows_are_gone():
    known = classes_of_matrix(matrix(what=np.array(["x", "", "y", "z"])), "what")
    taken = known.take(np.array([1, 2, 3]))
    assert (taken.names, taken.codes.tolist()) == (("y", "z"), [-1, 0, 1])
