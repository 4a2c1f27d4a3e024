"""The same quantities in any format, either way round, are the same matrix."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from latentbin.proteome.tables.form import ProteinTable
from latentbin.proteome.tables.formats import read_table
from latentbin.proteome.tables.options import PrepareOptions, ReadOptions
from latentbin.proteome.tables.scaling import prepare_values

NAMES = st.text("ABCxyz019;,'\" -", min_size=1, max_size=8).map(lambda text: f"P{text}Q")


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[str], NDArray[np.float64]]:
    proteins = draw(st.lists(NAMES, min_size=2, max_size=7, unique=True))
    samples = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    quantity = st.integers(0, 40).map(lambda n: n * 1000.25)
    cells = draw(
        st.lists(
            quantity, min_size=len(samples) * len(proteins), max_size=len(samples) * len(proteins)
        )
    )
    values = np.array(cells).reshape(len(samples), len(proteins))
    values[:, 0] += 3  # no sample is empty
    return samples, proteins, values


def text(rows: list[list[str]], separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def in_every_form(
    samples: list[str], proteins: list[str], values: NDArray[np.float64]
) -> dict[tuple[str, str], str]:
    cell = [[repr(v) if v else "" for v in row] for row in values.tolist()]
    rows = [["sample", *proteins], *([s, *c] for s, c in zip(samples, cell, strict=True))]
    turned = [list(row) for row in zip(*rows, strict=True)]
    turned[0][0] = "protein"
    forms = {
        ("matrix", "samples-in-rows"): text(rows, ","),
        ("matrix", "samples-in-columns"): text(turned, ";"),
        ("diann", "auto"): text([["Protein.Group", *samples], *turned[1:]], "\t"),
        ("maxquant", "auto"): text(
            [["Majority protein IDs", *(f"LFQ intensity {s}" for s in samples)], *turned[1:]], "\t"
        ),
    }
    # two peptides that add up to the quantity; halves are exact
    areas = [["Protein", "Peptide", "Replicate", "Area"]]
    for s, row in zip(samples, values.tolist(), strict=True):
        for p, v in zip(proteins, row, strict=True):
            areas += [[p, "AK", s, repr(v / 2)], [p, "CK", s, repr(v / 2) if v else "#N/A"]]
    forms["skyline", "auto"] = text(areas, ",")
    return forms


def read(kind: str, orientation: str, content: str) -> ProteinTable:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_text(content)
        return read_table(path, kind, ReadOptions(orientation=orientation))


@settings(max_examples=25)
@given(tables())
def test_same_matrix_in_every_form(
    table: tuple[list[str], list[str], NDArray[np.float64]],
) -> None:
    samples, proteins, values = table
    for (kind, orientation), content in in_every_form(samples, proteins, values).items():
        found = read(kind, orientation, content)
        assert found.samples == tuple(samples)
        assert found.proteins == tuple(proteins)
        assert (np.nan_to_num(found.quantities) == values).all()


@settings(max_examples=50)
@given(tables(), st.integers(2, 8), st.sampled_from([0.0, 0.05, 0.7]))
def test_values_are_what_the_rules_say(
    table: tuple[list[str], list[str], NDArray[np.float64]], n_kept: int, floor: float
) -> None:
    samples, proteins, quantities = table
    options = PrepareOptions(proteins=n_kept, floor=floor, missing_limit=1)
    given_table = ProteinTable("matrix", "t", tuple(samples), tuple(proteins), quantities)
    sums = dict(zip(proteins, quantities.sum(axis=0), strict=True))
    expected = sorted((p for p in proteins if sums[p]), key=lambda p: (-sums[p], p))[:n_kept]
    kept = quantities[:, [proteins.index(p) for p in expected]]
    if (kept.max(axis=1) == 0).any():
        with pytest.raises(Exception, match="has none of the"):
            prepare_values(given_table, options)
        return
    found = prepare_values(given_table, options)
    assert list(found.proteins) == expected
    for row, values in zip(kept, found.values, strict=True):
        for quantity, value in zip(row, values, strict=True):
            share = np.log2(quantity) / np.log2(row.max()) if quantity else 0
            assert value == pytest.approx(share if share >= floor else 0, rel=1e-6)
    assert ((found.values >= 0) & (found.values <= 1)).all()
    assert (
        found.missing.tolist() == (quantities[:, quantities.any(axis=0)] == 0).sum(axis=1).tolist()
    )
