"""What must hold for any file: the compiled scans against plain readings of the same input."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latentbin.abundance import bgzf, cells
from latentbin.abundance.counting import count_file, count_files
from latentbin.abundance.names import NameIndex, find_name
from latentbin.abundance.options import BamOptions

LENGTHS = {"a": 500, "b|x": 151, "c": 40, "d": 900, "e": 153}
TAGS = ["i", "I", "c", "C", "s", "S"]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """On a fresh machine the first call compiles; examples are timed without that."""
    cells.parse_number(np.frombuffer(b"1", np.uint8), 0, 1)
    find_name(*NameIndex.of(["a"]).arrays, np.frombuffer(b"<a>", np.uint8), 1, 2)


def write_bam(path: Path, seed: int, n_reads: int) -> None:
    source = random.Random(seed)
    header = pysam.AlignmentHeader.from_references(list(LENGTHS), list(LENGTHS.values()))
    reads = []
    for number in range(n_reads):
        read = pysam.AlignedSegment(header)
        read.query_name = "r" * source.randint(1, 9) + str(number)
        read.flag = source.choice(
            [0, 0, 16, 99, 147, 73, 9, 4, 77, 256, 265, 512, 1024, 2048, 2121]
        )
        steps = [
            (source.choice([0, 0, 0, 1, 2, 3, 7, 8]), source.randint(1, 40))
            for _ in range(source.randint(0, 4))
        ]
        cigar = [(4, source.randint(1, 9))] * source.randint(0, 1) + steps + [(0, 20)]
        read.cigartuples = cigar
        read.mapping_quality = source.randint(0, 60)
        read.reference_id = source.randrange(len(LENGTHS))
        length = list(LENGTHS.values())[read.reference_id]
        read.reference_start = source.randrange(length)  # may reach past the end
        if read.flag & 4 and source.random() < 0.5:
            read.reference_id, read.reference_start, read.cigarstring = -1, -1, None
        read.query_sequence = "ACGT" * 100
        size = read.infer_query_length() or 30
        read.query_sequence = None if source.random() < 0.1 else "A" * size
        if source.random() < 0.3:
            read.set_tag("ZZ", "text")
            read.set_tag("BB", [1, 2, 3])
            read.set_tag("XF", 1.5)
        read.set_tag("AS", source.randint(0, 100), source.choice(TAGS))
        if source.random() < 0.9:
            gaps = sum(n for kind, n in steps if kind in (1, 2))
            read.set_tag("NM", gaps + source.randint(0, 3), source.choice(TAGS))
        if source.random() < 0.3:
            hits = source.choices(list(LENGTHS), k=source.randint(1, 3))
            read.set_tag("XA", "".join(f"{name},+{5},20M,0;" for name in hits))
        reads.append(read)
    reads.sort(key=lambda r: (r.reference_id % 1000, r.reference_start))
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for read in reads:
            handle.write(read)


def scored(read: pysam.AlignedSegment, options: BamOptions) -> bool:
    if options.min_score is None:
        return True
    score = read.get_tag("AS") if options.score == "AS" else read.mapping_quality
    return bool(score >= options.min_score)


def plain_depth(path: Path, options: BamOptions) -> tuple[np.ndarray, np.ndarray]:
    """The definition in the docstring of `scan`, read by read, base by base."""
    depths = {tid: np.zeros(length, int) for tid, length in enumerate(LENGTHS.values())}
    edges: dict[int, int] = {}
    bases = n_reads = 0
    current = None
    with pysam.AlignmentFile(str(path)) as handle:
        for read in handle:
            n_reads += 1
            bases += read.query_length
            if read.flag & 0x704 or read.reference_id < 0 or not scored(read, options):
                continue
            edge = min(options.max_edge, bases // n_reads)
            if current is not None:
                edges[current] = edge
            current = read.reference_id
            edges[current] = edge
            here, covered = read.reference_start, []
            count = dict.fromkeys(range(10), 0)
            for kind, size in read.cigartuples:
                if kind in (0, 2, 3, 7, 8):
                    if here + size > len(depths[current]):
                        break
                    if kind in (0, 7, 8):
                        covered.append((here, here + size))
                    here += size
                count[kind] += size
            aligned, gaps = count[0] + count[7] + count[8], count[1] + count[2]
            mismatches = count[8]
            if count[0] and read.has_tag("NM") and read.get_tag("NM") >= gaps:
                mismatches = int(read.get_tag("NM")) - gaps
            if aligned == 0:
                continue
            identity = np.float32(aligned - mismatches) / np.float32(aligned + gaps)
            if identity >= np.float32(options.min_identity / 100):
                for start, end in covered:
                    depths[current][start:end] += 1
    mean, variance = np.zeros(len(LENGTHS)), np.zeros(len(LENGTHS))
    for tid, depth in depths.items():
        edge = edges.get(tid, 0)
        inner = depth[edge : len(depth) - edge] if len(depth) > 2 * edge + 1 else depth
        if len(inner) > 2:
            mean[tid], variance[tid] = inner.mean(), inner.var(ddof=1)
    return mean, variance


def plain_rpkm(path: Path, options: BamOptions) -> np.ndarray:
    counts, n_reads = dict.fromkeys(LENGTHS, 0), 0
    with pysam.AlignmentFile(str(path)) as handle:
        for read in handle:
            if read.flag & 0xE04 or read.reference_id < 0 or not scored(read, options):
                continue
            weight = 2 if read.is_paired and read.mate_is_unmapped else 1
            n_reads += not read.is_secondary
            counts[read.reference_name] += weight
            if read.has_tag("XA"):
                for hit in read.get_tag("XA").split(";")[:-1]:
                    counts[hit.split(",")[0]] += weight
    per_kb = np.array([counts[name] / (length / 1000) for name, length in LENGTHS.items()])
    return per_kb / (max(n_reads, 1) / 1e6)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    n_reads=st.integers(1, 60),
    identity=st.sampled_from([0.0, 90.0, 97.0, 100.0]),
    edge=st.integers(0, 100),
    score=st.sampled_from([("mapq", None), ("mapq", 30), ("AS", 50)]),
)
def test_scans_agree_with_pysam(
    seed: int, n_reads: int, identity: float, edge: int, score: tuple[str, int | None]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.bam"
        write_bam(path, seed, n_reads)
        options = BamOptions(
            min_identity=identity, max_edge=edge, score=score[0], min_score=score[1]
        )
        _, sample = count_file(str(path), options)
        mean, variance = plain_depth(path, options)
        assert sample.variance is not None
        np.testing.assert_allclose(sample.values, mean, rtol=1e-12)
        np.testing.assert_allclose(sample.variance, variance, rtol=1e-9, atol=1e-12)
        options = BamOptions(unit="rpkm", score=score[0], min_score=score[1])
        _, sample = count_file(str(path), options)
        np.testing.assert_allclose(sample.values, plain_rpkm(path, options), rtol=1e-12)


def test_many_batches_and_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bgzf, "_BATCH_BYTES", 1 << 15)
    paths = [tmp_path / "1.bam", tmp_path / "2.bam"]
    for seed, path in enumerate(paths):
        write_bam(path, seed, 8000)
        assert path.stat().st_size > 5 << 15  # several batches
    names = [str(path) for path in paths]
    one = count_files(names, None, BamOptions(), None, 1)
    four = count_files(names, None, BamOptions(), None, 4)
    assert one[1].tobytes() == four[1].tobytes()
    assert one[2] is not None
    assert four[2] is not None
    assert one[2].tobytes() == four[2].tobytes()
    mean, _ = plain_depth(paths[0], BamOptions())
    np.testing.assert_allclose(one[1][:, 0], mean, rtol=1e-6)


@given(st.floats(0, 1e30), st.sampled_from(["g", ".3f", ".17g", "e", ".4e", "r"]))
def test_numbers_are_read_as_python_reads_them(value: float, form: str) -> None:
    text = repr(value) if form == "r" else format(value, form)
    data = np.frombuffer(text.encode(), np.uint8)
    assert np.isclose(cells.parse_number(data, 0, len(data)), float(text), rtol=1e-14, atol=1e-300)


@given(st.text("0123456789.eE+-nainf x", max_size=8))
def test_what_is_no_number_is_refused(text: str) -> None:
    data = np.frombuffer(text.encode() or b"", np.uint8)
    try:
        expected = float(text) if text.strip() == text and "n" not in text.lower() else np.nan
    except ValueError:
        expected = np.nan
    found = cells.parse_number(data, 0, len(data))
    assert np.isnan(expected) == np.isnan(found)
    if not np.isnan(expected):
        assert np.isclose(found, expected, rtol=1e-14, atol=1e-300) or found == expected


@given(st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=40), st.text(max_size=5))
def test_names_are_found(names: list[str], other: str) -> None:
    index = NameIndex.of(names)
    for row, name in [*enumerate(names), (names.index(other) if other in names else -1, other)]:
        data = np.frombuffer(b"<" + name.encode() + b">", np.uint8)
        assert find_name(*index.arrays, data, 1, len(data) - 1) == row
