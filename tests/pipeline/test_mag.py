"""Results of nf-core/mag in place of a samplesheet."""

from __future__ import annotations

import csv
import gzip
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from conftest import COMMANDS, RunPipeline, check_problems
from latentbin.matrix import NamedMatrix

# what mag 5 publishes of two assemblers (FLYE as it was called in 4), and of a co-assembly
TREE = """\
Assembly/MEGAHIT/MEGAHIT-S1.contigs.fa.gz
Assembly/MEGAHIT/MEGAHIT-S1.log
Assembly/MEGAHIT/QC/S1/MEGAHIT-S1.bowtie2.log
Assembly/SPAdes/SPAdes-group-0.contigs.fa.gz
Assembly/SPAdes/SPAdes-group-0.scaffolds.fa.gz
Assembly/SPAdes/SPAdes-group-0.assembly.gfa.gz
Assembly/SPAdes/QC/group-0/SPAdes-group-0-S1.bam
Assembly/SPAdes/QC/group-0/SPAdes-group-0-S1.bam.bai
Assembly/SPAdes/QC/group-0/SPAdes-group-0-S2.bam
Assembly/FLYE/FLYE-S2.fasta.gz
Assembly/FLYE/FLYE-S3.fasta.gz
GenomeBinning/depths/contigs/MEGAHIT-S1-depth.txt.gz
GenomeBinning/depths/contigs/FLYE-S2-depth.txt.gz
GenomeBinning/depths/contigs/MEGAHIT-own-depth.txt.gz
GenomeBinning/MetaBAT2/bins/MEGAHIT-MetaBAT2-S1.1.fa.gz
"""


def make_tree(folder: Path) -> Path:
    for name in TREE.split():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.mark.slow
def test_assemblies_are_found_with_their_depths(run_pipeline: RunPipeline, tmp_path: Path) -> None:
    results = make_tree(tmp_path / "mag")
    (tmp_path / "own.fa").touch()
    sheet = tmp_path / "assemblies.csv"
    sheet.write_text(f"id,group,assembler,fasta\nown,0,MEGAHIT,{tmp_path}/own.fa\n")
    words = ("--mag_results", results, "--mag_assemblies", sheet, "--binners", "vamb")
    run = run_pipeline("-stub-run", *words, parser="v2")
    assert run.returncode == 0, run.text
    groups = {"MEGAHIT-S1", "SPAdes-group-0", "FLYE-S2", "MEGAHIT-own"}
    assert {name.split("/")[0] for name in run.files() if "/" in name} == groups
    assert "FLYE-S3: nf-core/mag left neither FLYE-S3-depth.txt.gz nor BAMs" in run.text
    for task in (
        "ABUNDANCE_TABLE (MEGAHIT-S1.all)",
        "ABUNDANCE_BAM (SPAdes-group-0.S1)",
        "ABUNDANCE_BAM (SPAdes-group-0.S2)",
    ):
        assert f"FEATURES:{task}" in run.text
    # scaffolds, as mag itself bins them
    staged = {path.resolve().name for path in tmp_path.glob("work/*/*/*.fa.gz")}
    assert "SPAdes-group-0.scaffolds.fa.gz" in staged
    assert "SPAdes-group-0.contigs.fa.gz" not in staged


def test_what_is_not_of_mag_is_refused(run_pipeline: RunPipeline, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    expected = [r"--mag_results: '.*empty' has no Assembly/<assembler>/<assembler>-<sample>"]
    check_problems(run_pipeline("--mag_results", tmp_path / "empty"), expected)


def write_jgi(path: Path, abundance: NamedMatrix) -> None:
    """The table of MetaBAT's jgi_summarize_bam_contig_depths, columns named as in mag."""
    columns = [f"MEGAHIT-S1-{sample}.bam" for sample in abundance.columns]
    titles = [title for column in columns for title in (column, f"{column}-var")]
    rows = ["\t".join(("contigName", "contigLen", "totalAvgDepth", *titles))]
    variance = abundance.arrays["variance"]
    for row, (name, length) in enumerate(
        zip(abundance.names, abundance.arrays["lengths"], strict=True)
    ):
        pairs = np.stack([abundance.values[row], variance[row]], axis=1).ravel()
        total = abundance.values[row].sum()
        rows.append("\t".join((name, str(length), f"{total:.4f}", *(f"{x:.4f}" for x in pairs))))
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt") as handle:
        handle.write("\n".join(rows) + "\n")


@pytest.mark.slow
def test_an_assembly_of_mag_is_binned(
    run_pipeline: RunPipeline, community: Path, tmp_path: Path
) -> None:
    results = tmp_path / "mag"
    assembly = results / "Assembly/MEGAHIT/MEGAHIT-S1.contigs.fa.gz"
    assembly.parent.mkdir(parents=True)
    shutil.copy(community / "contigs.fna.gz", assembly)
    counted = tmp_path / "counted.npz"
    bams = sorted(community.glob("*.bam"))
    words = [COMMANDS / "latentbin-abundance", "bam", "--bam", *bams, "--output", counted]
    subprocess.run(words, check=True, capture_output=True)
    expected = NamedMatrix.load(counted, "abundance")
    write_jgi(results / "GenomeBinning/depths/contigs/MEGAHIT-S1-depth.txt.gz", expected)

    options = ("--vamb_epochs", "30", "--min_bin_size", "20000", "--binners", "vamb")
    truth = ("--truth", community / "truth.binning")
    run = run_pipeline("--mag_results", results, *options, *truth)
    assert run.returncode == 0, run.text
    path = run.results / "MEGAHIT-S1/features/abundance.npz"
    abundance = NamedMatrix.load(path, "abundance")
    assert abundance.columns == ("MEGAHIT-S1-S1", "MEGAHIT-S1-S2")
    # contigs too short for the catalogue are in mag's table only
    long_enough = expected.arrays["lengths"] >= 1000
    assert 0 < long_enough.sum() < len(long_enough)
    expected = expected.take(long_enough).in_order_of(abundance)
    np.testing.assert_allclose(abundance.values, expected.values, atol=1e-3)
    with open(run.results / "summary.tsv", newline="") as handle:
        (row,) = csv.DictReader(handle, delimiter="\t")
    assert row["group"] == "MEGAHIT-S1"
    assert int(row["bins"]) > 0
    assert float(row["precision_bp"]) > 0.8
    assert re.search("Of nf-core/mag: MEGAHIT-S1", run.text)
