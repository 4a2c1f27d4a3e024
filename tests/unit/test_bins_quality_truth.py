"""Quality of bins whose truth is known, from sequences to classes."""

from __future__ import annotations

from pathlib import Path

import pytest

from latentbin.bins.cli import main as bins
from latentbin.clusters import write_clusters
from latentbin.evaluate.tables import read_truth
from latentbin.markers.cli import main as markers
from latentbin.simulate.cli import main as simulate


@pytest.mark.slow
def test_classes_of_made_bins(tmp_path: Path) -> None:
    """Three bins of one genome each, one of two genomes, and half a genome."""
    flags = {"genome-count": 6, "genome-length": 250_000, "samples": 1, "dropout": 0}
    flags |= {"divergence": 0, "depth": 25, "spread": 0, "seed": 4}
    words = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
    assert simulate(["community", *words, "--output-dir", str(tmp_path / "c")]) == 0
    fasta = str(tmp_path / "c" / "contigs.fna.gz")
    assert markers(["find", "--fasta", fasta, "--output", str(tmp_path / "markers.tsv")]) == 0

    truth = read_truth(tmp_path / "c" / "truth.binning")
    clusters = {}
    kept = dict.fromkeys(truth.genomes, 0)
    whole = dict(kept)
    for name, length, code in zip(
        truth.contigs.names, truth.contigs.lengths, truth.codes, strict=True
    ):
        genome = truth.genomes[code]
        whole[genome] += int(length)
        if genome == "genome5" and kept[genome] > 0.5 * whole[genome]:
            continue
        kept[genome] += int(length)
        clusters[name] = {"genome3": "two", "genome4": "two"}.get(genome, genome)
    write_clusters(tmp_path / "clusters.tsv", clusters)
    words = ["--clusters", str(tmp_path / "clusters.tsv"), "--fasta", fasta, "--prefix", ""]
    words += ["--markers", str(tmp_path / "markers.tsv"), "--min-bin-size", "1000"]
    assert bins(["quality", *words, "--output", str(tmp_path / "quality.tsv")]) == 0

    text = (tmp_path / "quality.tsv").read_text()
    header, *lines = (line.split("\t") for line in text.splitlines())
    rows = {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    classes = {name: row["class"] for name, row in rows.items()}
    assert [classes[name] for name in ("genome1", "genome2", "genome6")] == ["NC"] * 3
    assert classes["two"] == "LQ"
    assert float(rows["two"]["completeness"]) > 95
    assert 35 < float(rows["two"]["contamination"]) <= 50
    half = rows["genome5"]
    share = 100 * kept["genome5"] / whole["genome5"]
    assert float(half["completeness_low"]) <= share <= float(half["completeness_high"])
    assert half["class"] != "NC"
