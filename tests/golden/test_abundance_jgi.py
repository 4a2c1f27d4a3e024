"""Depth and variance against MetaBAT's own program.

`TABLE` is what ``jgi_summarize_bam_contig_depths`` 2.15 (Debian's metabat 2.15-4) printed for the
file that `make_bam` writes:

    jgi_summarize_bam_contig_depths --outputDepth depth.txt sample.bam

Where the program is installed, it is run again.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pysam
import pytest

from latentbin.abundance.counting import count_file
from latentbin.abundance.options import BamOptions

CONTIGS = {"long": 1500, "none": 700, "short": 160, "mid": 400, "tiny": 120}

TABLE = """\
contigName\tcontigLen\ttotalAvgDepth\tsample.bam\tsample.bam-var
long\t1500\t8.53852\t8.53852\t10.1775
none\t700\t0\t0\t0
short\t160\t28\t28\t0
mid\t400\t17.036\t17.036\t5.56095
tiny\t120\t16.5083\t16.5083\t34.5713
"""

# flag, CIGAR, NM: one of each thing that the definition speaks of
KINDS = [
    (0, "100M", 0),
    (16, "100M", 3),  # identity 0.97, just enough
    (0, "100M", 4),
    (99, "100M", 1),
    (0, "10S90M", 1),
    (16, "30M2I68M", 2),
    (0, "50M2D50M", 2),
    (0, "40M300N60M", 0),
    (0, "5H95M", 0),
    (2048, "40H60M", 0),  # supplementary: counts
    (0, "60=1X39=", 1),
    (0, "60=4X36=", 4),
    (0, "60=5M35=", 5),  # M beside = and X: ambiguous, here all mismatches
    (0, "60=5M35=", 0),
    (256, "100M", 0),  # secondary, failed quality, duplicate: do not count
    (512, "100M", 0),
    (1024, "100M", 0),
    (4, "", 0),  # unmapped, but placed
    (0, "100M", None),  # no NM: mismatches unknown
]


def make_bam(path: Path, read_length: int = 100, n_reads: int = 400) -> None:
    """A sorted BAM of the kinds above at random places; single-end, from a fixed seed."""
    source = random.Random(7)
    header = pysam.AlignmentHeader.from_dict(
        {
            "HD": {"VN": "1.6", "SO": "coordinate"},
            "SQ": [{"SN": name, "LN": length} for name, length in CONTIGS.items()],
        }
    )
    reads = []
    for number in range(n_reads):
        flag, cigar, edits = source.choice(KINDS)
        if read_length != 100:
            cigar = f"{read_length}M" if cigar else ""
        read = pysam.AlignedSegment(header)
        read.query_name, read.flag = f"r{number}", flag
        tid = source.choice([0, 0, 0, 2, 3, 3, 4])
        read.cigarstring = cigar or None
        span = read.reference_length or read_length
        room = list(CONTIGS.values())[tid] - span
        if room < 0:
            continue
        read.reference_id, read.reference_start = tid, source.randrange(room + 1)
        size = read.infer_query_length() or read_length
        read.query_sequence = "A" * size
        read.mapping_quality = source.choice([0, 20, 60])
        if edits is not None:
            read.set_tag("NM", edits)
        reads.append(read)
    reads.sort(key=lambda read: (read.reference_id, read.reference_start))
    with pysam.AlignmentFile(str(path), "wb", header=header) as handle:
        for read in reads:
            handle.write(read)


def columns(table: str) -> tuple[np.ndarray, np.ndarray]:
    cells = [line.split("\t") for line in table.splitlines()[1:]]
    assert [row[0] for row in cells] == list(CONTIGS)
    return np.array([float(row[3]) for row in cells]), np.array([float(row[4]) for row in cells])


def check(path: Path, table: str, options: BamOptions) -> None:
    _, sample = count_file(str(path), options)
    assert sample.variance is not None
    mean, variance = columns(table)
    # the program prints six digits, and adds squares in single precision
    np.testing.assert_allclose(sample.values, mean, rtol=5.1e-6)
    np.testing.assert_allclose(sample.variance, variance, rtol=2e-5)
    assert (mean > 0).sum() >= 4


def run_jgi(path: Path, *arguments: str) -> str:
    table = path.with_suffix(".txt")
    command = ["jgi_summarize_bam_contig_depths", "--outputDepth", str(table), *arguments]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return table.read_text()


def test_recorded_table(tmp_path: Path) -> None:
    make_bam(tmp_path / "sample.bam")
    check(tmp_path / "sample.bam", TABLE, BamOptions())


@pytest.mark.skipif(
    shutil.which("jgi_summarize_bam_contig_depths") is None, reason="MetaBAT is not installed"
)
@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((), BamOptions()),
        (("--percentIdentity", "95"), BamOptions(min_identity=95)),
        (("--maxEdgeBases", "20"), BamOptions(max_edge=20)),
        (("--minMapQual", "20"), BamOptions(min_score=20)),
        (("--includeEdgeBases",), BamOptions(max_edge=0)),
    ],
)
@pytest.mark.parametrize("read_length", [100, 40])
def test_the_program_itself(
    tmp_path: Path, arguments: tuple[str, ...], options: BamOptions, read_length: int
) -> None:
    path = tmp_path / "sample.bam"
    make_bam(path, read_length)
    check(path, run_jgi(path, *arguments), options)
