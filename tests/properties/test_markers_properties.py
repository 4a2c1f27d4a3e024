"""What must not change the single-copy genes that are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.contigs import Record
from latentbin.markers import model
from latentbin.markers.calling import Stretch, _windows
from latentbin.markers.model import MarkerFinder
from latentbin.markers.profiles import universal_profiles
from latentbin.simulate.genomes import make_genome, to_text


@pytest.fixture(scope="module")
def contigs():
    """80 kb in pieces of 2 to 9 kb."""
    rng = np.random.default_rng(41)
    text = to_text(make_genome(rng, "g", 80_000, 0.55).sequences[0])
    ends = rng.integers(2000, 9000, 40).cumsum()
    pieces = [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    return [Record(f"c{n}", piece) for n, piece in enumerate(pieces) if len(piece) >= 1000]


@pytest.fixture(scope="module")
def finder():
    return MarkerFinder(universal_profiles())


@pytest.fixture(scope="module")
def expected(finder, contigs):
    hits = {record.name: () for record in contigs}
    for hit in finder.find_batch(contigs).hits:
        hits[hit.contig] += (hit,)
    assert sum(map(len, hits.values())) > 25
    return hits


@settings(max_examples=3)
@given(data=st.data())
def test_order_threads_and_batches_change_nothing(data, finder, contigs, expected):
    order = data.draw(st.permutations(contigs))
    threads = data.draw(st.sampled_from([1, 2, 5]))
    size = data.draw(st.sampled_from([1, 10_000, 1 << 19]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "_BATCH_BASES", size)
        patch.setattr(model, "_AHEAD_BASES", 20_000)
        found = list(finder.find(iter(order), threads))
    assert sum(batch.n_contigs for batch in found) == len(contigs)
    hits = [hit for batch in found for hit in batch.hits]
    assert hits == [hit for record in order for hit in expected[record.name]]


def test_reverse_complements_hold_the_same_genes(finder, contigs, expected):
    complement = bytes.maketrans(b"ACGT", b"TGCA")
    turned = [r._replace(sequence=r.sequence.translate(complement)[::-1]) for r in contigs]
    size = {record.name: len(record.sequence) for record in contigs}

    def stop(hit):
        return hit.end if hit.strand == "+" else hit.start

    found = {
        (hit.contig, hit.gene, hit.strand, size[hit.contig] + 1 - stop(hit))
        for hit in finder.find_batch(turned).hits
    }
    known = {
        (hit.contig, hit.gene, "-" if hit.strand == "+" else "+", stop(hit))
        for hits in expected.values()
        for hit in hits
    }
    # Prodigal is not quite the same on both strands
    assert len(found & known) >= 0.95 * len(known)
    assert len(found - known) <= 0.05 * len(known)


@given(
    st.integers(1, 500),
    st.lists(st.tuples(st.integers(0, 499), st.integers(1, 60)), max_size=6),
    st.integers(0, 80),
)
def test_windows_cover_every_stretch_with_its_flanks_once(length, places, flank):
    stretches = [
        Stretch(first, min(first + size, length), True) for first, size in places if first < length
    ]
    windows = list(_windows(stretches, length, flank))
    covered = np.zeros(length, np.int64)
    for begin, end, inside in windows:
        assert 0 <= begin < end <= length
        assert all(begin <= stretch.first < stretch.last <= end for stretch in inside)
        covered[begin:end] += 1
    assert sorted(stretch for _, _, inside in windows for stretch in inside) == sorted(stretches)
    wanted = np.zeros(length, bool)
    for first, last, _ in stretches:
        wanted[max(first - flank, 0) : last + flank] = True
    assert (covered == wanted).all()


def test_error_in_a_thread_reaches_the_caller(finder, contigs, monkeypatch):
    def broken(batch):
        raise RuntimeError("no room")

    monkeypatch.setattr(finder, "find_batch", broken)
    with pytest.raises(RuntimeError, match="no room"):
        list(finder.find(contigs, 2))


def test_all_genes_are_known_to_the_exhaustive_search_only():
    with pytest.raises(ValueError, match="exhaustive search only"):
        MarkerFinder(universal_profiles(), gff=True)
