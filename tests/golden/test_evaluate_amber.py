"""Our figures against those of AMBER (cami-amber, the program of the CAMI challenges), same files.

AMBER runs as its own process, without its figures and web page: they take most of its time, and
nothing is read from them.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from latentbin.evaluate.cli import main

DATA = Path(__file__).parent / "data" / "evaluate"
AMBER = Path(sys.executable).parent / "amber.py"
SAMPLES = ("S1", "S2", "S3")
WITHOUT_FIGURES = """
import runpy, sys
from unittest.mock import MagicMock
sys.modules["cami_amber.plots"] = sys.modules["cami_amber.amber_html"] = MagicMock()
from cami_amber import binning_classes
binning_classes.GenomeQuery.plot = lambda self: None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# ours : AMBER's
SUMMARY = {
    "binned_bp": "percentage_of_assigned_bps",
    "binned_contigs": "percentage_of_assigned_seqs",
    "precision_bp": "precision_weighted_bp",
    "recall_bp": "recall_weighted_bp",
    "f1_bp": "f1_score_per_bp",
    "mean_precision_of_bins": "precision_avg_bp",
    "mean_recall_of_genomes": "recall_avg_bp",
    "adjusted_rand_bp": "adjusted_rand_index_bp",
    "adjusted_rand_contigs": "adjusted_rand_index_seq",
}
PER_BIN = {
    "genome": "genome_id",
    "bp": "total_length",
    "contigs": "total_seq_counts",
    "recall": "recall_bp",
    "precision": "precision_bp",
}


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def pairs(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("contig\t")]


def biobox(path: Path, rows: list[list[str]], columns: str) -> Path:
    """One section with all contigs, then one for each sample."""
    text = []
    for sample in ("all", *SAMPLES):
        text.append(f"@Version:0.9.1\n@SampleID:{sample}\n\n@@{columns}\n")
        chosen = [row for row in rows if sample == "all" or row[0].startswith(f"{sample}~")]
        text.extend("\t".join(row) + "\n" for row in chosen)
    path.write_text("".join(text))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Gold standard, binning and AMBER's results."""
    folder = tmp_path_factory.mktemp("amber")
    gold = biobox(folder / "gold.binning", pairs("truth.tsv"), "SEQUENCEID\tBINID\t_LENGTH")
    query = biobox(folder / "ours.binning", pairs("clusters.tsv"), "SEQUENCEID\tBINID")
    command = [sys.executable, "-c", WITHOUT_FIGURES, str(AMBER), "-g", str(gold), str(query)]
    subprocess.run(
        [*command, "-l", "ours", "-o", str(folder / "results"), "--silent"],
        check=True,
        capture_output=True,
        env={**os.environ, "MPLBACKEND": "Agg"},
    )
    return gold, query, folder / "results"


@pytest.mark.parametrize("sample", ["all", *SAMPLES])
def test_agrees_with_amber(files: tuple[Path, Path, Path], tmp_path: Path, sample: str) -> None:
    gold, query, results = files
    out = tmp_path / "out"
    inputs = ["--truth", str(gold), "--clusters", str(query), "--sample-id", sample]
    assert main([*inputs, "--output-dir", str(out)]) == 0
    ours = {row["metric"]: float(row["value"]) for row in read(out / "metrics.tsv")}

    (amber,) = (
        row
        for row in read(results / "results.tsv")
        if row["Tool"] == "ours" and row["Sample"] == sample
    )
    for name, theirs in SUMMARY.items():
        assert ours[name] == pytest.approx(float(amber[theirs]), abs=1e-6), name

    bins = [
        row
        for row in read(results / "bin_metrics.tsv")
        if row["Tool"] == "ours" and row["sample_id"] == sample
    ]
    theirs_of_bin = {row["BINID"]: row for row in bins}
    ours_of_bin = {row["bin"]: row for row in read(out / "bins.tsv")}
    assert ours_of_bin.keys() == theirs_of_bin.keys()
    for name, row in ours_of_bin.items():
        for column, theirs in PER_BIN.items():
            expected = theirs_of_bin[name][theirs]
            if column in ("recall", "precision"):
                assert float(row[column]) == pytest.approx(float(expected), abs=5.1e-5)
            else:
                assert row[column] == expected

    for completeness in (50, 70, 90):
        for contamination in (5, 10):
            recovered = sum(
                float(row["recall_bp"]) > completeness / 100
                and float(row["precision_bp"]) > 1 - contamination / 100
                for row in bins
            )
            name = f"amber_completeness_{completeness}_contamination_{contamination}"
            assert ours[name] == recovered


def test_figures_of_samples_are_those_of_each_alone(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    _, _, results = files
    out = tmp_path / "out"
    inputs = ["--truth", str(DATA / "truth.tsv"), "--clusters", str(DATA / "clusters.tsv")]
    assert main([*inputs, "--separator", "~", "--output-dir", str(out)]) == 0
    amber = {row["Sample"]: row for row in read(results / "results.tsv") if row["Tool"] == "ours"}
    table = read(out / "samples.tsv")
    assert sorted(row["sample"] for row in table) == list(SAMPLES)
    for row in table:
        for name, theirs in SUMMARY.items():
            expected = float(amber[row["sample"]][theirs])
            assert float(row[name]) == pytest.approx(expected, abs=1e-6), name
