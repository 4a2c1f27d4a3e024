"""Figures worked by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from latentbin.evaluate.cli import main
from latentbin.evaluate.metrics import overlaps, quality, summarise

# contig, genome, length, bin: A is 95 % in bin 1, which has 5 of 100 kb of B; the rest of B is in
# bin 2, but for 5 kb that are in no bin; C is in no bin
CONTIGS = [
    ("a1", "A", 50_000, "1"),
    ("a2", "A", 45_000, "1"),
    ("a3", "A", 5_000, None),
    ("b1", "B", 5_000, "1"),
    ("b2", "B", 40_000, "2"),
    ("b3", "B", 50_000, "2"),
    ("b4", "B", 5_000, None),
    ("c1", "C", 100_000, None),
]


def write(folder: Path) -> list[str]:
    truth, clusters = folder / "truth.tsv", folder / "clusters.tsv"
    truth.write_text("".join(f"{name}\t{genome}\t{bp}\n" for name, genome, bp, _ in CONTIGS))
    rows = [f"{name}\t{number}\n" for name, _, _, number in CONTIGS if number]
    clusters.write_text("contig\tcluster\n" + "".join(rows))
    return ["--truth", str(truth), "--clusters", str(clusters)]


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_figures_worked_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main([*write(tmp_path), "--output-dir", str(out)]) == 0
    figures = json.loads((out / "metrics.json").read_text())["metrics"]
    expected = {
        "genomes": 3,
        "contigs": 8,
        "bp": 300_000,
        "bins": 2,
        "binned_contigs": 5 / 8,
        "binned_bp": 190 / 300,
        # A and B: 0.95 of A at precision 0.95, 0.9 of B at precision 1: both just reach it
        "near_complete": 2,
        "recall_90_precision_90": 2,
        "recall_70_precision_95": 2,
        "medium_quality": 2,
        # AMBER's are strict: B has not more than 0.9, A not less than 0.05 contamination
        "amber_completeness_90_contamination_10": 1,
        "amber_completeness_90_contamination_5": 0,
        "amber_completeness_70_contamination_10": 2,
        "amber_completeness_70_contamination_5": 1,
        "amber_completeness_50_contamination_10": 2,
        "amber_completeness_50_contamination_5": 1,
        "precision_bp": 185 / 190,
        "recall_bp": 185 / 300,
        "f1_bp": 2 * (185 / 190) * (185 / 300) / (185 / 190 + 185 / 300),
        "mean_precision_of_bins": (0.95 + 1) / 2,
        "mean_recall_of_genomes": (0.95 + 0.9 + 0) / 3,
        "precision_contigs": 4 / 5,
        "recall_contigs": 4 / 8,
        "f1_contigs": 2 * 0.8 * 0.5 / 1.3,
    }
    # pairs of contigs together: in bins and genomes 2, in bins 4, in genomes 4, of 10
    expected["adjusted_rand_contigs"] = (2 - 4 * 4 / 10) / (4 - 4 * 4 / 10)
    assert {name: figures[name] for name in expected} == pytest.approx(expected)
    assert figures.keys() - expected.keys() == {"adjusted_rand_bp"}
    printed = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert printed["near_complete"] == "2"
    assert printed["binned_bp"] == "0.633333"
    written = {row["metric"]: row["value"] for row in read(out / "metrics.tsv")}
    assert written.items() >= printed.items()
    assert written.keys() == figures.keys()


def test_tables_worked_by_hand(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main([*write(tmp_path), "--output-dir", str(out)]) == 0
    genomes = [list(row.values()) for row in read(out / "genomes.tsv")]
    assert genomes == [
        ["A", "100000", "3", "1", "0.9500", "0.9500", "0.9500", "NC"],
        ["B", "100000", "4", "2", "0.9000", "1.0000", "0.9474", "NC"],
        ["C", "100000", "1", "", "0.0000", "0.0000", "0.0000", "none"],
    ]
    bins = [list(row.values()) for row in read(out / "bins.tsv")]
    assert bins == [
        ["1", "100000", "3", "A", "0.9500", "0.9500", "0.9500", "NC"],
        ["2", "90000", "2", "B", "0.9000", "1.0000", "0.9474", "NC"],
    ]
    assert not (out / "samples.tsv").exists()


def test_small_bins_count_as_unbinned(tmp_path: Path) -> None:
    out = tmp_path / "out"
    more = ["--min-bin-size", "95000", "--output-dir", str(out)]
    assert main([*write(tmp_path), *more]) == 0
    figures = json.loads((out / "metrics.json").read_text())["metrics"]
    assert (figures["bins"], figures["near_complete"]) == (1, 1)
    assert figures["binned_bp"] == pytest.approx(1 / 3)
    assert [row["bin"] for row in read(out / "bins.tsv")] == ["1"]
    assert [row["best_bin"] for row in read(out / "genomes.tsv")] == ["1", "1", ""]


def test_a_genome_of_several_samples_counts_once(tmp_path: Path) -> None:
    truth, clusters, out = tmp_path / "t.tsv", tmp_path / "c.tsv", tmp_path / "out"
    truth.write_text("S1~a\tA\t100\nS2~b\tA\t100\nS2~c\tA\t100\nS2~d\tB\t100\n")
    clusters.write_text("contig\tcluster\nS1~a\t1\nS2~b\t1\n")
    inputs = ["--truth", str(truth), "--clusters", str(clusters), "--separator", "~"]
    assert main([*inputs, "--output-dir", str(out)]) == 0
    figures = json.loads((out / "metrics.json").read_text())
    assert figures["metrics"]["genomes"] == 2
    assert figures["metrics"]["bins"] == 2
    assert figures["metrics"]["near_complete"] == 1
    assert figures["samples"]["S1"]["mean_recall_of_genomes"] == 1
    assert figures["samples"]["S2"]["mean_recall_of_genomes"] == 0.25
    genomes = [list(row.values())[:5] for row in read(out / "genomes.tsv")]
    assert genomes == [
        ["S2", "A", "200", "2", "1"],
        ["S1", "A", "100", "1", "1"],
        ["S2", "B", "100", "1", ""],
    ]


def test_no_bin_at_all(tmp_path: Path) -> None:
    truth, clusters, out = tmp_path / "t.tsv", tmp_path / "c.tsv", tmp_path / "out"
    truth.write_text("a\tA\t100\n")
    clusters.write_text("contig\tcluster\n")
    inputs = ["--truth", str(truth), "--clusters", str(clusters), "--output-dir", str(out)]
    assert main(inputs) == 0
    figures = json.loads((out / "metrics.json").read_text())["metrics"]
    nonzero = {name for name, value in figures.items() if value}
    assert nonzero == {"genomes", "contigs", "bp"}
    assert read(out / "bins.tsv") == []


def test_quality_classes() -> None:
    recall, precision = np.array([0.9, 0.9, 0.5, 0.49, 1]), np.array([0.95, 0.94, 0.9, 1, 0.89])
    assert quality(recall, precision) == ["NC", "MQ", "MQ", "low", "low"]


def test_a_million_contigs() -> None:
    random = np.random.default_rng(1)
    n = 1_000_000
    genomes = random.integers(0, 2_000, n)
    bins = np.where(random.random(n) < 0.8, genomes, random.integers(-1, 5_000, n))
    lengths = random.integers(1_000, 100_000, n)
    figures = summarise(overlaps(bins, genomes, lengths, 5_000, 2_000), np.arange(2_000))
    assert figures["bp"] == lengths.sum()
    assert 0.79 < figures["recall_bp"] < 0.82
