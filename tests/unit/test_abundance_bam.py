from __future__ import annotations

import gzip
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pysam
import pytest

from latentbin.abundance.assemble import merge
from latentbin.abundance.bgzf import EOF_BLOCK
from latentbin.abundance.cli import main
from latentbin.matrix import NamedMatrix

CONTIGS = {"c1": 1000, "c2": 600, "c3": 2000, "tiny": 300}

# contig, start, flag, MAPQ, tags; each read is 100M
Read = tuple[int, int, int, int, dict[str, int | str]]


def write(
    path: Path,
    reads: Sequence[Read],
    contigs: dict[str, int] = CONTIGS,
    order: str | None = "coordinate",
    mode: str = "wb",
    reference: Path | None = None,
) -> str:
    text = {"SQ": [{"SN": name, "LN": length} for name, length in contigs.items()]}
    hd = {} if order is None else {"HD": {"VN": "1.6", "SO": order}}
    header = pysam.AlignmentHeader.from_dict({**hd, **text})
    fasta = None if reference is None else str(reference)
    with pysam.AlignmentFile(str(path), mode, header=header, reference_filename=fasta) as handle:
        for number, (tid, start, flag, score, tags) in enumerate(reads):
            read = pysam.AlignedSegment(header)
            read.query_name, read.flag, read.mapping_quality = f"r{number}", flag, score
            read.reference_id, read.reference_start = tid, start
            read.query_sequence = "A" * 100
            if not flag & 4:
                read.cigarstring = "100M"
                read.set_tag("NM", 0)
            for name, value in tags.items():
                read.set_tag(name, value)
            handle.write(read)
    return str(path)


READS: list[Read] = [
    (0, 100, 0, 60, {"AS": 90}),
    (0, 300, 99, 60, {"AS": 80}),
    (0, 500, 147, 10, {"AS": 80}),
    (1, 100, 73, 60, {"AS": 40, "XA": "c3,+7,100M,0;c1,-9,100M,1;"}),  # mate unmapped: twice
    (2, 100, 256, 0, {"AS": 90}),  # another hit of a read
    (2, 200, 2048, 60, {"AS": 90}),  # a part of a read
    (-1, -1, 4, 0, {}),
]


@pytest.fixture
def bam(tmp_path: Path) -> str:
    return write(tmp_path / "gut.sorted.bam", READS)


@pytest.fixture
def fasta(tmp_path: Path) -> Path:
    path = tmp_path / "contigs.fna"
    path.write_text("".join(f">{name}\n{'A' * length}\n" for name, length in CONTIGS.items()))
    return path


def composition(path: Path, contigs: dict[str, int], min_length: int) -> str:
    lengths = np.array(list(contigs.values()))
    matrix = NamedMatrix(
        "composition",
        tuple(contigs),
        ("x",),
        np.zeros((len(contigs), 1), np.float32),
        {"lengths": lengths},
        {"min_length": min_length},
    )
    matrix.save(path)
    return str(path)


def run(*arguments: str, output: Path) -> NamedMatrix:
    assert main([*arguments, "--output", str(output)]) == 0
    return NamedMatrix.load(output, "abundance")


def refused(capsys: pytest.CaptureFixture[str], output: Path, *arguments: str) -> str:
    assert main([*arguments, "--output", str(output)]) == 1
    assert not output.exists()
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message.startswith("latentbin-abundance: error: ")
    return message


def test_depth(tmp_path: Path, bam: str) -> None:
    found = run("bam", "--bam", bam, output=tmp_path / "a.npz")
    assert found.columns == ("gut",)
    assert found.names == tuple(CONTIGS)
    assert found.attributes == {"unit": "depth"}
    assert list(found.arrays["lengths"]) == list(CONTIGS.values())
    # 75 bases left out at both ends; secondary records do not count, supplementary ones do
    np.testing.assert_allclose(found.values[:, 0], [300 / 850, 100 / 450, 100 / 1850, 0])
    share = 100 / 450
    np.testing.assert_allclose(found.arrays["variance"][1], share * (1 - share) * 450 / 449)
    assert found.report["records"] == [7]
    assert found.report["reads_mapped"] == [4]


def test_rpkm_counts_alternative_hits_and_lone_mates(tmp_path: Path, bam: str) -> None:
    found = run("bam", "--bam", bam, "--unit", "rpkm", output=tmp_path / "a.npz")
    counts = found.values[:, 0] * np.array([1.0, 0.6, 2.0, 0.3]) * 4 / 1e6
    np.testing.assert_allclose(counts, [3 + 2, 2, 1 + 2, 0])
    assert found.attributes == {"unit": "rpkm"}
    assert "variance" not in found.arrays


@pytest.mark.parametrize(
    ("options", "expected"),
    [(["--min-score", "20"], [2 + 2, 2, 0 + 2, 0]),
     (["--score", "AS", "--min-score", "80"], [3, 0, 1, 0])],
)  # fmt: skip
def test_thresholds(tmp_path: Path, bam: str, options: list[str], expected: list[int]) -> None:
    found = run("bam", "--bam", bam, "--unit", "rpkm", *options, output=tmp_path / "a.npz")
    counts = found.values[:, 0] * np.array([1.0, 0.6, 2.0, 0.3]) * 3 / 1e6
    np.testing.assert_allclose(counts, expected)


def test_rows_are_those_of_the_catalogue(
    tmp_path: Path, bam: str, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue = composition(tmp_path / "c.npz", {"c3": 2000, "c1": 1000, "c2": 600}, 500)
    found = run("bam", "--bam", bam, "--catalogue", catalogue, output=tmp_path / "a.npz")
    assert found.names == ("c3", "c1", "c2")
    np.testing.assert_allclose(found.values[:, 0], [100 / 1850, 300 / 850, 100 / 450])
    log = capsys.readouterr().err
    assert "1 contigs shorter than 500 bp are not in the catalogue" in log
    assert "re-ordered" in log


def test_a_fasta_is_a_catalogue_too(tmp_path: Path, bam: str, fasta: Path) -> None:
    found = run("bam", "--bam", bam, "--catalogue", str(fasta), output=tmp_path / "a.npz")
    assert found.names == tuple(CONTIGS)


def test_sam_and_cram_give_the_same(tmp_path: Path, bam: str, fasta: Path) -> None:
    plain = run("bam", "--bam", bam, output=tmp_path / "a.npz")
    sam = write(tmp_path / "s.sam", READS, mode="w")
    cram = write(tmp_path / "s.cram", READS, mode="wc", reference=fasta)
    zipped = tmp_path / "r.fna.gz"
    zipped.write_bytes(gzip.compress(fasta.read_bytes()))
    for path in (sam, cram):
        found = run("bam", "--bam", path, "--reference", str(zipped), output=tmp_path / "b.npz")
        np.testing.assert_array_equal(found.values, plain.values)
        np.testing.assert_array_equal(found.arrays["variance"], plain.arrays["variance"])


def test_samples_are_columns(tmp_path: Path, bam: str, capsys: pytest.CaptureFixture[str]) -> None:
    silent = write(tmp_path / "silent.bam", [(-1, -1, 4, 0, {})])
    found = run(
        "bam", "--bam", bam, silent, "--sample", "A", "B", "--threads", "2",
        output=tmp_path / "a.npz",
    )  # fmt: skip
    assert found.columns == ("A", "B")
    assert found.values[:, 0].any()
    assert not found.values[:, 1].any()
    assert "sample 'B' has abundance 0 in every contig" in capsys.readouterr().err


def test_no_nm_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "x.bam", [(0, 100, 0, 60, {})])
    header = pysam.AlignmentFile(path).header
    with pysam.AlignmentFile(str(tmp_path / "y.bam"), "wb", header=header) as handle:
        for read in pysam.AlignmentFile(path):
            read.set_tag("NM", None)
            handle.write(read)
    run("bam", "--bam", str(tmp_path / "y.bam"), output=tmp_path / "a.npz")
    assert "1 reads have no NM tag" in capsys.readouterr().err


def test_another_assembly(tmp_path: Path, bam: str, capsys: pytest.CaptureFixture[str]) -> None:
    cases: list[tuple[dict[str, int], str]] = [
        ({**CONTIGS, "other": 700}, "lacks contig 'other'"),
        ({**CONTIGS, "c2": 601}, "contig 'c2' has 600 bp, expected 601"),
        ({"c1": 1000, "c2": 600}, "contig 'c3' (2000 bp) is not in the catalogue"),
    ]
    for contigs, expected in cases:
        catalogue = composition(tmp_path / "c.npz", contigs, 250)
        message = refused(capsys, tmp_path / "a.npz", "bam", "--bam", bam, "--catalogue", catalogue)
        assert "mapped to another assembly" in message
        assert expected in message
        assert bam in message
    second = write(tmp_path / "2.bam", READS, {**CONTIGS, "c2": 601})
    message = refused(capsys, tmp_path / "a.npz", "bam", "--bam", bam, second)
    assert "2.bam: was mapped to another assembly than" in message


def damaged(folder: Path, bam: str) -> dict[str, tuple[str, str]]:
    data = Path(bam).read_bytes()
    text = folder / "text.bam"
    text.write_text("hello")
    zipped = folder / "zipped.bam"
    zipped.write_bytes(gzip.compress(b"hello"))
    cut = folder / "cut.bam"
    cut.write_bytes(data[:-40])
    broken = folder / "broken.bam"
    broken.write_bytes(data[: len(data) // 2] + EOF_BLOCK)
    flipped = folder / "flipped.bam"
    flipped.write_bytes(data[:40] + bytes([data[40] ^ 255]) + data[41:])
    vcf = folder / "vcf.bam"
    with pysam.BGZFile(str(vcf), "wb") as handle:
        handle.write(b"##fileformat=VCFv4.2\n" * 9)
    return {
        "missing": (str(folder / "no.bam"), "no such alignment file"),
        "folder": (str(folder), "is a directory"),
        "text": (str(text), "not a BAM file"),
        "gzip": (str(zipped), "not a BAM file"),
        "vcf": (str(vcf), "not a BAM file, though compressed like one"),
        "cut": (str(cut), "truncated (its end-of-file block is missing)"),
        "broken": (str(broken), "the file is damaged"),
        "flipped": (str(flipped), "the file is damaged"),
        "no reads": (write(folder / "empty.bam", []), "empty.bam: has no reads"),
        "no contigs": (write(folder / "none.bam", [(-1, -1, 4, 0, {})], {}), "names no contigs"),
        "by name": (write(folder / "q.bam", READS, order="queryname"), "sorted by 'queryname'"),
        "unsorted": (write(folder / "u.bam", READS, order="unsorted"), "is not sorted"),
        "backwards": (
            write(folder / "b.bam", [READS[1], READS[0]], order=None),
            "record 2 stands before the one in front of it",
        ),
        "contig backwards": (
            write(folder / "d.bam", [READS[3], READS[0]], order=None),
            "is not sorted by coordinate",
        ),
        "outside": (
            write(folder / "o.bam", [(1, 600, 0, 9, {})]),
            "record 1 is not a sound BAM record",
        ),
    }  # fmt: skip


def test_unusable_files(tmp_path: Path, bam: str, capsys: pytest.CaptureFixture[str]) -> None:
    for path, expected in damaged(tmp_path, bam).values():
        message = refused(capsys, tmp_path / "a.npz", "bam", "--bam", path)
        assert path in message
        assert expected in message


def test_damaged_cram(
    tmp_path: Path, bam: str, fasta: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cram = write(tmp_path / "s.cram", READS, mode="wc", reference=fasta)
    message = refused(capsys, tmp_path / "a.npz", "bam", "--bam", cram)
    assert "can only be read together with the FASTA" in message
    cut = tmp_path / "cut.cram"
    cut.write_bytes(Path(cram).read_bytes()[:-60])
    message = refused(
        capsys, tmp_path / "a.npz", "bam", "--bam", str(cut), "--reference", str(fasta)
    )
    assert "could not be read" in message
    noise = tmp_path / "noise.cram"
    noise.write_bytes(b"CRAM" + bytes(99))
    message = refused(
        capsys, tmp_path / "a.npz", "bam", "--bam", str(noise), "--reference", str(fasta)
    )
    assert "could not be read" in message


def test_unusable_options(tmp_path: Path, bam: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.npz"
    assert "two samples are named 'gut'" in refused(capsys, out, "bam", "--bam", bam, bam)
    assert "--sample gives 2 names, but there are 1 samples" in refused(
        capsys, out, "bam", "--bam", bam, "--sample", "a", "b"
    )
    assert "a sample has no name" in refused(capsys, out, "bam", "--bam", bam, "--sample", " ")
    no_tag = write(tmp_path / "n.bam", [(0, 1, 0, 9, {})])
    assert "record 1 has no AS tag" in refused(
        capsys, out, "bam", "--bam", no_tag, "--score", "AS", "--min-score", "9"
    )
    stranger = write(tmp_path / "x.bam", [(0, 1, 0, 9, {"XA": "nowhere,+1,100M,0;"})])
    assert "alternative hit (XA) on a contig that the header" in refused(
        capsys, out, "bam", "--bam", stranger, "--unit", "rpkm"
    )
    assert "its folder does not exist" in refused(
        capsys, tmp_path / "no" / "a.npz", "bam", "--bam", bam
    )
    for wrong in (
        ["--score", "AS"],
        ["--unit", "rpkm", "--min-identity", "90"],
        ["--min-identity", "101"],
        ["--max-edge", "-1"],
    ):
        with pytest.raises(SystemExit) as stop:
            main(["bam", "--bam", bam, "--output", str(out), *wrong])
        assert stop.value.code == 2


def test_merge(tmp_path: Path, bam: str, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = str(tmp_path / "a.npz"), str(tmp_path / "b.npz")
    other = write(tmp_path / "other.bam", READS[:2])
    run("bam", "--bam", bam, output=Path(a))
    shuffled = composition(tmp_path / "c.npz", dict(reversed(CONTIGS.items())), 0)
    run("bam", "--bam", other, "--catalogue", shuffled, output=Path(b))
    both = run("bam", "--bam", bam, other, output=tmp_path / "both.npz")
    merged = run("merge", "--abundance", a, b, output=tmp_path / "m.npz")
    assert merged.columns == ("gut", "other")
    np.testing.assert_array_equal(merged.values, both.values)
    np.testing.assert_array_equal(merged.arrays["variance"], both.arrays["variance"])
    assert "re-ordered" in capsys.readouterr().err

    rpkm = str(tmp_path / "r.npz")
    run("bam", "--bam", other, "--unit", "rpkm", output=Path(rpkm))
    out = tmp_path / "z.npz"
    assert "holds rpkm, but" in refused(capsys, out, "merge", "--abundance", a, rpkm)
    assert "sample 'gut' is in" in refused(capsys, out, "merge", "--abundance", a, a)
    few = composition(tmp_path / "f.npz", {"c1": 1000, "c3": 2000}, 700)
    run("bam", "--bam", other, "--catalogue", few, output=Path(b))
    assert "lacks contig" in refused(capsys, out, "merge", "--abundance", a, b)
    longer = write(tmp_path / "l.bam", READS[:2], {**CONTIGS, "c2": 601})
    run("bam", "--bam", longer, output=Path(b))
    assert "contig 'c2' has 601 bp" in refused(capsys, out, "merge", "--abundance", a, b)


def test_merge_has_the_names_of_two_files_in_memory_however_many_there_are() -> None:
    alive: weakref.WeakSet[NamedMatrix] = weakref.WeakSet()
    most = 0

    def matrix(number: int) -> NamedMatrix:
        values = np.full((3, 1), number, np.float32)
        made = NamedMatrix(
            "abundance", ("a", "b", "c"), (f"S{number}",), values, {}, {"unit": "depth"}
        )
        alive.add(made)
        return made

    def matrices() -> Iterator[NamedMatrix]:
        nonlocal most
        for number in range(20):
            most = max(most, len(alive))
            yield matrix(number)

    merged = merge(matrices())
    assert most == 2
    np.testing.assert_array_equal(merged.values, np.tile(np.arange(20), (3, 1)))


def test_a_folder_that_cannot_keep_machine_code_is_no_obstacle(tmp_path: Path) -> None:
    code = (
        "import numba.core.caching as c\n"
        "c.CacheImpl._locator_classes = []\n"
        "import numpy as np\n"
        "from latentbin.abundance.names import hash_name\n"
        "print(int(hash_name(np.zeros(0, np.uint8), 0, 0)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "14695981039346656037"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from latentbin.abundance.cli import build_parser\n"
        "build_parser().format_help()\n"
        "print([m for m in ('numpy', 'numba', 'pysam') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
