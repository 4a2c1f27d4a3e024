from __future__ import annotations

import json

import numpy as np
import pytest

from latentbin.errors import ContractError, UserError
from latentbin.files import file_digest
from latentbin.graph_file import Graph, read_graph, write_graph
from latentbin.matrix import NamedMatrix

NAMES = ("a", "b", "c", "d")


def graph(**changed):
    """A path a - c - b with a further edge a - b; d stands alone."""
    parts = {
        "u": np.array([0, 0, 1]),
        "v": np.array([1, 2, 2]),
        "distance": np.array([0.5, 1, 2], np.float32),
        "weight": np.array([0.9, 0.5, 0.1], np.float32),
        "scale": np.array([1, 2, 3, 0], np.float32),
        **changed,
    }
    return Graph(4, **parts)


def write(path, names=NAMES, lengths=(10, 20, 30, 40)):
    write_graph(path, graph(), names, np.array(lengths), {"neighbours": 3}, {"seed": 1})
    return path


def rewrite(path, **members):
    with np.load(path) as old:
        content = {**{key: old[key] for key in old.files}, **members}
    np.savez(path, **{key: value for key, value in content.items() if value is not None})


def same(one, other):
    arrays = ("u", "v", "distance", "weight", "scale")
    return all(np.array_equal(getattr(one, x), getattr(other, x)) for x in arrays)


def test_written_graph_reads_as_it_was(tmp_path):
    read = read_graph(write(tmp_path / "g.npz"), NAMES)
    assert same(read.graph, graph())
    assert read.graph.u.dtype == np.int64
    assert read.graph.weight.dtype == np.float32
    assert read.contigs.names == NAMES
    assert read.contigs.lengths.tolist() == [10, 20, 30, 40]
    assert (read.attributes, read.report) == ({"neighbours": 3}, {"seed": 1})


def test_same_content_same_bytes(tmp_path):
    one, other = write(tmp_path / "x.npz"), write(tmp_path / "y.npz")
    assert file_digest(one) == file_digest(other)


def test_no_contigs_are_a_graph(tmp_path):
    none, numbers = np.empty(0, np.int64), np.empty(0, np.float32)
    empty = Graph(0, none, none, numbers, numbers, numbers)
    write_graph(tmp_path / "g.npz", empty, (), none, {}, {})
    assert read_graph(tmp_path / "g.npz", ()).graph.n == 0
    assert [part.tolist() for part in empty.adjacency()] == [[0], [], []]


def test_graph_follows_the_order_of_the_catalogue(tmp_path):
    read = read_graph(write(tmp_path / "g.npz"), ("d", "c", "a", "b"))
    assert read.contigs.names == ("d", "c", "a", "b")
    assert read.contigs.lengths.tolist() == [40, 30, 10, 20]
    # c - a, c - b, a - b
    assert read.graph.u.tolist() == [1, 1, 2]
    assert read.graph.v.tolist() == [2, 3, 3]
    assert read.graph.distance.tolist() == [1, 2, 0.5]
    assert read.graph.scale.tolist() == [0, 3, 1, 2]


def test_missing_contig_is_named(tmp_path):
    path = write(tmp_path / "g.npz")
    message = r"g\.npz lacks contig 'e', which is number 2 of composition\.npz"
    with pytest.raises(ContractError, match=message):
        read_graph(path, ("a", "e", "c", "d"), "composition.npz")


def test_extra_contig_is_named(tmp_path):
    path = write(tmp_path / "g.npz")
    with pytest.raises(ContractError, match=r"g\.npz has contig 'd', which the catalogue lacks"):
        read_graph(path, ("a", "b", "c"))


def test_other_kind_is_refused(tmp_path):
    values = np.zeros((1, 1), np.float32)
    NamedMatrix("latent", ("a",), ("x",), values).save(tmp_path / "l.npz")
    with pytest.raises(ContractError, match="is 'latentbin/latent/1', expected 'latentbin/graph/1"):
        read_graph(tmp_path / "l.npz")
    with pytest.raises(ContractError, match="is 'latentbin/graph/1', expected 'latentbin/latent/1"):
        NamedMatrix.load(write(tmp_path / "g.npz"), "latent")


def test_newer_schema_is_refused(tmp_path):
    path = write(tmp_path / "g.npz")
    with np.load(path) as members:
        header = json.loads(members["header"].tobytes())
    header["schema"] = "latentbin/graph/2"
    rewrite(path, header=np.frombuffer(json.dumps(header).encode(), np.uint8))
    with pytest.raises(ContractError, match="is 'latentbin/graph/2', expected"):
        read_graph(path)


def test_changed_names_are_refused(tmp_path):
    path = write(tmp_path / "g.npz")
    rewrite(path, names=np.frombuffer(b"a\nb\nc\nz", np.uint8))
    with pytest.raises(UserError, match="the row names do not fit their digest"):
        read_graph(path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: rewrite(path, edge_v=None),
        lambda path: rewrite(path, row_scale=None),
        lambda path: rewrite(path, row_lengths=np.array([1, 2])),
        lambda path: rewrite(path, edge_v=np.array([1, 2, 4])),
        lambda path: rewrite(path, header=np.frombuffer(b"{}", np.uint8)),
    ],
)
def test_damaged_file_is_named(tmp_path, damage):
    path = write(tmp_path / "g.npz")
    damage(path)
    with pytest.raises(UserError, match=r"g\.npz: damaged, or not a Latentbin file of graph"):
        read_graph(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such graph file"):
        read_graph(tmp_path / "absent.npz")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"u": np.array([0, 1])}, "differ in length"),
        ({"scale": np.zeros(3, np.float32)}, "wrong shape"),
        ({"u": np.array([0.0, 0, 1])}, "whole numbers"),
        ({"v": np.array([1, 2, 4])}, "two different contigs"),
        ({"u": np.array([-1, 0, 1])}, "two different contigs"),
        ({"u": np.array([0, 0, 2])}, "two different contigs"),
        ({"v": np.array([2, 1, 2])}, "not in order"),
        ({"v": np.array([1, 1, 2])}, "stands twice"),
        ({"distance": np.array([1, 1, np.nan], np.float32)}, "distance"),
        ({"distance": np.array([1, 1, -1], np.float32)}, "distance"),
        ({"weight": np.array([1, 1, 0], np.float32)}, "weight"),
        ({"weight": np.array([1, 1, 1.5], np.float32)}, "weight"),
        ({"scale": np.full(4, np.inf, np.float32)}, "scale"),
    ],
)
def test_graph_refuses_what_is_none(changed, said):
    with pytest.raises(ValueError, match=said):
        graph(**changed)


def test_edges_by_contig():
    begin, other, edge = graph().adjacency()
    assert begin.tolist() == [0, 2, 4, 6, 6]
    assert other.tolist() == [1, 2, 0, 2, 0, 1]
    assert edge.tolist() == [0, 1, 0, 2, 1, 2]
    assert graph().degree().tolist() == [2, 2, 2, 0]


def test_some_of_the_edges():
    taken = graph().take(np.array([True, False, True]))
    assert taken.v.tolist() == [1, 2]
    assert taken.weight.tolist() == pytest.approx([0.9, 0.1])
    assert taken.n == 4
