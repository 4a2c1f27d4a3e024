from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from latentbin.bins import sequences
from latentbin.bins.cli import main
from latentbin.contigs import read_fasta
from latentbin.matrix import NamedMatrix

# name, sequence, cluster
CONTIGS = [
    ("S1~a", "ACGTacgtNN" * 3, "1"),
    ("S1~b", "GGCC" * 5, "1"),
    ("S2~c", "ATAT" * 10, "1"),
    ("S2~d", "GATC" * 30, "x-2"),
    ("S1~e", "T", None),
    ("S1~f", "AAAA", "tiny"),
]


def write_inputs(
    folder: Path, contigs: Sequence[tuple[str, str, str | None]] = CONTIGS
) -> tuple[str, str]:
    fasta, clusters = folder / "contigs.fna", folder / "clusters.tsv"
    fasta.write_text("".join(f">{name} more\n{sequence}\n" for name, sequence, _ in contigs))
    rows = [f"{name}\t{cluster}\n" for name, _, cluster in contigs if cluster is not None]
    clusters.write_text("contig\tcluster\n" + "".join(rows))
    return str(fasta), str(clusters)


def run(tmp_path: Path, *more: str, inputs: tuple[str, str] | None = None) -> Path:
    fasta, clusters = inputs or write_inputs(tmp_path)
    out = tmp_path / "out"
    arguments = ["--fasta", fasta, "--clusters", clusters, "--output-dir", str(out), *more]
    assert main(["write", *arguments]) == 0
    return out


def records(path: Path) -> list[tuple[str, bytes]]:
    if not gzip.decompress(path.read_bytes()):
        return []
    return [(record.name, record.sequence) for record in read_fasta(path)]


def table(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text().splitlines()]


def test_all_files_of_a_small_binning(tmp_path: Path) -> None:
    out = run(tmp_path, "--min-bin-size", "20", "--sample-id", "gold")
    assert sorted(path.name for path in out.iterdir()) == [
        "bins",
        "bins.binning",
        "bins.json",
        "bins.tsv",
        "contig2bin.tsv",
        "unbinned.fna.gz",
    ]
    assert sorted(path.name for path in (out / "bins").iterdir()) == [
        "bin_1.fna.gz",
        "bin_x-2.fna.gz",
    ]
    assert [name for name, _ in records(out / "bins" / "bin_1.fna.gz")] == ["S1~a", "S1~b", "S2~c"]
    assert records(out / "unbinned.fna.gz") == [("S1~e", b"T"), ("S1~f", b"AAAA")]
    # bin_1: 12 + 20 of 64 bases that are no N; contigs of 40, 30, 20 bp, half of 90 is in two
    assert table(out / "bins.tsv") == [
        ["bin", "cluster", "sample", "contigs", "bp", "n50", "gc"],
        ["bin_x-2", "x-2", "", "1", "120", "120", "50.00"],
        ["bin_1", "1", "", "3", "90", "30", f"{100 * 32 / 84:.2f}"],
    ]
    assert (out / "contig2bin.tsv").read_text().splitlines() == [
        "S1~a\tbin_1",
        "S1~b\tbin_1",
        "S2~c\tbin_1",
        "S2~d\tbin_x-2",
    ]
    assert (out / "bins.binning").read_text().splitlines()[:5] == [
        "@Version:0.9.1",
        "@SampleID:gold",
        "",
        "@@SEQUENCEID\tBINID",
        "S1~a\tbin_1",
    ]
    report = json.loads((out / "bins.json").read_text())
    assert report["bins"] == {"bins": 2, "contigs": 4, "bp": 210}
    assert report["unbinned"] == {"contigs": 2, "bp": 5}
    assert report["too_small"] == {"bins": 1, "contigs": 1, "bp": 4}
    assert report["reason_for_no_bins"] is None


def test_clusters_are_split_by_sample_at_the_first_separator(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, [*CONTIGS, ("S2~g~S1~h", "ACGT", "1")])
    more = ["--separator", "~", "--min-bin-size", "0", "--prefix", "vamb_"]
    out = run(tmp_path, *more, inputs=inputs)
    rows = {row[0]: row[1:5] for row in table(out / "bins.tsv")[1:]}
    assert rows == {
        "vamb_S2~x-2": ["x-2", "S2", "1", "120"],
        "vamb_S1~1": ["1", "S1", "2", "50"],
        "vamb_S2~1": ["1", "S2", "2", "44"],
        "vamb_S1~tiny": ["tiny", "S1", "1", "4"],
    }


@pytest.mark.parametrize(("unit", "more"), [("depth", []), ("rpkm", ["--threads", "1"])])
def test_abundance_is_weighted_by_length(tmp_path: Path, unit: str, more: list[str]) -> None:
    # another order, and without the contig that is in no cluster, as a length filter leaves it
    rows = [3, 2, 1, 0, 5]
    matrix = NamedMatrix(
        "abundance",
        tuple(CONTIGS[row][0] for row in rows),
        ("S1", "S2"),
        np.array([[1, 2], [3, 0], [5, 1], [7, 1], [0, 0]], np.float32),
        {"lengths": np.array([len(CONTIGS[row][1]) for row in rows])},
        {"unit": unit},
    )
    matrix.save(tmp_path / "abundance.npz")
    more = [*more, "--abundance", str(tmp_path / "abundance.npz"), "--min-bin-size", "20"]
    out = run(tmp_path, *more)
    header, large, small = table(out / "bins.tsv")
    assert header[7:] == [f"mean_{unit}", f"{unit}_S1", f"{unit}_S2"]
    assert large[7:] == ["1.5000", "1.0000", "2.0000"]
    first, second = (30 * 7 + 20 * 5 + 40 * 3) / 90, (30 + 20) / 90
    assert small[7:] == [f"{(first + second) / 2:.4f}", f"{first:.4f}", f"{second:.4f}"]


@pytest.mark.parametrize(
    ("contigs", "more", "reason"),
    [
        (CONTIGS, [], "the largest cluster has 120 bp, --min-bin-size is 200,000 bp"),
        (CONTIGS, ["--separator", "~"], "the largest cluster of one sample has 120 bp"),
        ([("a~a", "ACGT", None)], [], "the table of clusters lists no contig"),
    ],
)
def test_no_bin_is_a_result_with_a_reason(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    contigs: list[tuple[str, str, str | None]],
    more: list[str],
    reason: str,
) -> None:
    out = run(tmp_path, *more, inputs=write_inputs(tmp_path, contigs))
    assert reason in json.loads((out / "bins.json").read_text())["reason_for_no_bins"]
    assert f"no bin was written: {reason}" in capsys.readouterr().err
    assert not list((out / "bins").iterdir())
    assert len(table(out / "bins.tsv")) == 1
    assert (out / "contig2bin.tsv").read_text() == ""
    assert len(records(out / "unbinned.fna.gz")) == len(contigs)


def test_nothing_unbinned_is_an_empty_file(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path, [("a", "ACGT", "1")])
    out = run(tmp_path, "--min-bin-size", "1", inputs=inputs)
    assert records(out / "unbinned.fna.gz") == []


def test_bytes_depend_on_neither_threads_nor_buffer_nor_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = write_inputs(tmp_path)
    contents = []
    for number, (threads, buffer) in enumerate([("1", 1 << 26), ("3", 1 << 26), ("2", 50)]):
        monkeypatch.setattr(sequences, "_BUFFER_BYTES", buffer)
        folder = tmp_path / str(number)
        folder.mkdir()
        out = run(folder, "--min-bin-size", "20", "--threads", threads, inputs=inputs)
        files = sorted(path for path in out.rglob("*") if path.is_file())
        contents.append({str(path.relative_to(out)): path.read_bytes() for path in files})
    assert contents[0] == contents[1] == contents[2]
