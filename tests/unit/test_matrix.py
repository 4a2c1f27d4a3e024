from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latentbin.errors import ContractError, UserError
from latentbin.files import file_digest
from latentbin.matrix import NamedMatrix, match_names


def matrix(names=("a", "b", "c"), columns=("S1", "S2"), **more):
    values = np.arange(len(names) * len(columns), dtype=np.float32)
    return NamedMatrix(
        "abundance",
        tuple(names),
        tuple(columns),
        values.reshape(len(names), len(columns)),
        {"lengths": np.arange(1, len(names) + 1)},
        {"unit": "depth"},
        {"seed": 1},
        **more,
    )


def plain_array():
    handle = io.BytesIO()
    np.save(handle, np.zeros(3))
    return handle.getvalue()


def rewrite(path, **members):
    with np.load(path) as old:
        content = {**{key: old[key] for key in old.files}, **members}
    np.savez(path, **{key: value for key, value in content.items() if value is not None})


def test_saved_matrix_loads_as_it_was(tmp_path):
    path = tmp_path / "m.npz"
    matrix().save(path)
    loaded = NamedMatrix.load(path, "abundance")
    assert (loaded.names, loaded.columns) == (("a", "b", "c"), ("S1", "S2"))
    assert np.array_equal(loaded.values, matrix().values)
    assert loaded.values.dtype == np.float32
    assert loaded.arrays["lengths"].tolist() == [1, 2, 3]
    assert (loaded.attributes, loaded.report) == ({"unit": "depth"}, {"seed": 1})
    assert loaded.source == str(path)
    assert loaded.contigs.lengths.tolist() == [1, 2, 3]


def test_same_content_same_bytes(tmp_path):
    for name in ("x.npz", "y.npz"):
        matrix().save(tmp_path / name)
    assert file_digest(tmp_path / "x.npz") == file_digest(tmp_path / "y.npz")


def test_no_rows_is_a_matrix(tmp_path):
    matrix(names=()).save(tmp_path / "m.npz")
    assert NamedMatrix.load(tmp_path / "m.npz", "abundance").names == ()


@given(st.permutations(range(5)))
def test_rows_follow_the_order_of_another(order):
    first = matrix(names="abcde")
    second = first.take(np.array(order))
    assert second.names == tuple("abcde"[row] for row in order)
    back = second.in_order_of(first)
    assert back.names == first.names
    assert np.array_equal(back.values, first.values)
    assert np.array_equal(back.arrays["lengths"], first.arrays["lengths"])


def test_take_by_mask():
    taken = matrix().take(np.array([True, False, True]))
    assert taken.names == ("a", "c")
    assert taken.arrays["lengths"].tolist() == [1, 3]
    assert taken.attributes == {"unit": "depth"}


def test_missing_contig_is_named_with_both_files():
    want, have = matrix(source="composition.npz"), matrix(names=("a", "c"), source="abundance.npz")
    message = "abundance.npz lacks contig 'b', which is number 2 of composition.npz"
    with pytest.raises(ContractError, match=message) as error:
        have.in_order_of(want)
    assert error.value.expected == "b"


def test_extra_contig_is_named_with_both_files():
    want, have = matrix(names=("a", "c"), source="c.npz"), matrix(source="a.npz")
    with pytest.raises(ContractError, match=r"a\.npz has contig 'b', which c\.npz lacks") as error:
        have.in_order_of(want)
    assert error.value.actual == "b"


def test_match_names_gives_positions():
    assert match_names(("b", "a"), "x", ("a", "b"), "y").tolist() == [1, 0]


@pytest.mark.parametrize(
    ("names", "columns", "said"),
    [
        (("a", "b", "a"), ("S1",), "the row name 'a' stands twice"),
        (("a", "b"), ("S1", "S1"), "the column name 'S1' stands twice"),
    ],
)
def test_names_are_unique(names, columns, said):
    with pytest.raises(UserError, match=said):
        matrix(names=names, columns=columns)


def test_shape_must_fit_the_names():
    with pytest.raises(ContractError, match=r"the matrix is \(3, 2\), its names say \(2, 2\)"):
        NamedMatrix("latent", ("a", "b"), ("x", "y"), np.zeros((3, 2), np.float32))


def test_row_arrays_must_fit_the_names():
    with pytest.raises(ContractError, match="'lengths' has 1 rows, expected 2"):
        NamedMatrix(
            "latent", ("a", "b"), (), np.zeros((2, 0), np.float32), {"lengths": np.zeros(1)}
        )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_value_that_is_not_finite_is_named(value):
    values = np.zeros((2, 2), np.float32)
    values[1, 0] = value
    with pytest.raises(UserError, match=r"row 2 \('b'\) holds a value that is not a finite"):
        NamedMatrix("latent", ("a", "b"), ("x", "y"), values)


def test_contigs_need_lengths():
    with pytest.raises(UserError, match="has no contig lengths"):
        _ = NamedMatrix("latent", ("a",), ("x",), np.zeros((1, 1), np.float32)).contigs


def test_other_kind_is_refused(tmp_path):
    matrix().save(tmp_path / "m.npz")
    with pytest.raises(ContractError, match="is 'latentbin/abundance/1', expected") as error:
        NamedMatrix.load(tmp_path / "m.npz", "composition")
    assert error.value.expected == "latentbin/composition/1"


def test_newer_schema_is_refused(tmp_path):
    path = tmp_path / "m.npz"
    matrix().save(path)
    with np.load(path) as members:
        header = json.loads(members["header"].tobytes())
    header["schema"] = "latentbin/abundance/2"
    rewrite(path, header=np.frombuffer(json.dumps(header).encode(), np.uint8))
    with pytest.raises(ContractError, match="is 'latentbin/abundance/2', expected"):
        NamedMatrix.load(path, "abundance")


def test_changed_names_are_refused(tmp_path):
    path = tmp_path / "m.npz"
    matrix().save(path)
    rewrite(path, names=np.frombuffer(b"a\nb\nz", np.uint8))
    with pytest.raises(UserError, match="the row names do not fit their digest"):
        NamedMatrix.load(path, "abundance")


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"contig\tdepth\n"),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: path.write_bytes(plain_array()),
        lambda path: rewrite(path, values=None),
        lambda path: rewrite(path, header=np.frombuffer(b"{", np.uint8)),
        lambda path: rewrite(path, header=np.frombuffer(b"{}", np.uint8)),
        lambda path: rewrite(path, header=np.frombuffer(b"[1]", np.uint8)),
        lambda path: rewrite(
            path, header=np.frombuffer(b'{"schema": "latentbin/abundance/1"}', np.uint8)
        ),
        lambda path: rewrite(path, values=np.array([object()])),
    ],
)
def test_damaged_file_is_named(tmp_path, damage):
    path = tmp_path / "m.npz"
    matrix().save(path)
    damage(path)
    with pytest.raises(UserError, match=r"m\.npz: damaged, or not a Latentbin file of abundance"):
        NamedMatrix.load(path, "abundance")


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such abundance file"):
        NamedMatrix.load(tmp_path / "absent.npz", "abundance")
