from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.bins.cli import main
from latentbin.bins.options import QualityOptions
from latentbin.bins.quality import NEIGHBOURS, Judgement, judge_by_genes
from latentbin.scg import Hit, write_markers

# some of an operon, some without neighbours
GENES = (*NEIGHBOURS[0].split()[:5], *NEIGHBOURS[2].split(), "G1", "G2", "G3")
COPIES = st.lists(
    st.lists(st.integers(0, 3), min_size=len(GENES), max_size=len(GENES)), min_size=1, max_size=6
).map(lambda rows: np.array(rows, np.int64))
# name of the bin (or none), length, genes on the contig
CONTIGS = st.lists(
    st.tuples(
        st.sampled_from(["x", "y", "z", None]), st.integers(1, 40), st.sets(st.sampled_from(GENES))
    ),
    min_size=1,
    max_size=10,
)


def judge(copies: np.ndarray) -> Judgement:
    return judge_by_genes(GENES, copies, QualityOptions())


@given(COPIES)
def test_counts_and_percentages_are_consistent(copies: np.ndarray) -> None:
    judged = judge(copies)
    genes = judged.genes
    assert genes is not None
    assert (genes.found + genes.extra == copies.sum(axis=1)).all()
    assert (genes.found <= len(GENES)).all()
    assert (judged.completeness[genes.found == len(GENES)] == 100).all()
    assert ((judged.completeness == 0) == (genes.found == 0)).all()
    assert (judged.completeness <= 100).all()
    assert ((judged.contamination == 0) == (genes.extra == 0)).all()
    for values, ends in (
        (judged.completeness, genes.completeness),
        (judged.contamination, genes.contamination),
    ):
        assert (ends[:, 0] <= values).all()
        assert (values <= ends[:, 1]).all()
        assert (ends[:, 0] >= 0).all()
        assert (ends[:, 1] <= 100).all()
    assert np.allclose(genes.probability.sum(axis=1), 1)
    assert (genes.probability >= 0).all()


@given(COPIES, st.randoms(use_true_random=False))
def test_each_bin_is_judged_alone(copies: np.ndarray, random: Random) -> None:
    order = list(range(len(copies)))
    random.shuffle(order)
    whole, shuffled = judge(copies), judge(copies[order])
    assert (shuffled.completeness == whole.completeness[order]).all()
    assert (shuffled.contamination == whole.contamination[order]).all()
    assert shuffled.classes == tuple(whole.classes[row] for row in order)


@given(COPIES)
def test_merging_bins_never_lowers_the_genes_found(copies: np.ndarray) -> None:
    parts, merged = judge(copies), judge(copies.sum(axis=0, keepdims=True))
    assert parts.genes is not None
    assert merged.genes is not None
    assert (merged.genes.found >= parts.genes.found).all()
    assert (merged.genes.extra >= parts.genes.extra).all()
    assert (merged.completeness >= parts.completeness).all()


def table_of(contigs: dict[str, tuple[str | None, int, set[str]]]) -> str:
    """What the command says of contigs in this order."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "c.fna").write_text(
            "".join(f">{contig}\n{'A' * length}\n" for contig, (_, length, _) in contigs.items())
        )
        rows = [f"{contig}\t{place}\n" for contig, (place, *_) in contigs.items() if place]
        (folder / "contig2bin.tsv").write_text("".join(rows))
        hits = [
            Hit(contig, gene, 9.0, 1, 30, "-", False)
            for contig, (*_, genes) in contigs.items()
            for gene in sorted(genes)
        ]
        write_markers(folder / "markers.tsv", GENES, hits)
        words = ["--contig2bin", str(folder / "contig2bin.tsv"), "--fasta", str(folder / "c.fna")]
        words += ["--markers", str(folder / "markers.tsv"), "--output", str(folder / "out.tsv")]
        assert main(["quality", *words]) == 0
        return (folder / "out.tsv").read_text()


@settings(max_examples=25)
@given(CONTIGS, st.randoms(use_true_random=False))
def test_the_order_of_contigs_is_irrelevant(
    contigs: list[tuple[str | None, int, set[str]]], random: Random
) -> None:
    named = {f"k{number}": contig for number, contig in enumerate(contigs)}
    names = list(named)
    random.shuffle(names)
    assert table_of({name: named[name] for name in names}) == table_of(named)


@settings(max_examples=25)
@given(CONTIGS, st.sampled_from(["x", "y", "z"]))
def test_a_contig_without_genes_changes_sizes_alone(
    contigs: list[tuple[str | None, int, set[str]]], place: str
) -> None:
    named = {f"k{number}": contig for number, contig in enumerate(contigs)}
    before = columns_of_genes(table_of(named))
    after = columns_of_genes(table_of(named | {"more": (place, 7, set())}))
    assert after.keys() == before.keys() | {place}
    for name, cells in before.items():
        assert after[name] == cells


def columns_of_genes(table: str) -> dict[str, list[str]]:
    """Cells up to the number of extra copies, by bin."""
    rows = [line.split("\t") for line in table.splitlines()]
    end = rows[0].index("extra_copies") + 1
    return {row[0]: row[1:end] for row in rows[1:]}
