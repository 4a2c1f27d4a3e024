"""The notebook runs from top to bottom on what the commands make."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from conftest import COMMANDS, ROOT


@pytest.mark.slow
# what Jupyter's own packages warn of
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_of_results_runs(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    def run(command: str, *words: str | Path) -> None:
        subprocess.run([COMMANDS / command, *map(str, words)], check=True, cwd=tmp_path)

    run("latentbin-simulate", "community", "--output-dir", "community")
    fasta, features = "community/contigs.fna.gz", ("--composition", "tnf.npz")
    run("latentbin-composition", "tnf", "--fasta", fasta, "--output", "tnf.npz")
    bams = sorted((tmp_path / "community").glob("*.bam"))
    run("latentbin-abundance", "bam", "--bam", *bams, "--catalogue", "tnf.npz",
        "--output", "depth.npz")  # fmt: skip
    run("latentbin-markers", "find", "--fasta", fasta, "--output", "markers.tsv")
    features += ("--abundance", "depth.npz")
    run("latentbin-vamb", "embed", *features, "--epochs", "30", "--output", "latent.npz")
    run("latentbin-vamb", "cluster", "--latent", "latent.npz", "--markers", "markers.tsv",
        "--output", "clusters.tsv")  # fmt: skip
    run("latentbin-bins", "write", "--fasta", fasta, "--clusters", "clusters.tsv",
        "--output-dir", "bins")  # fmt: skip
    bins = ("--contig2bin", "bins/contig2bin.tsv")
    run("latentbin-bins", "quality", *bins, "--fasta", fasta, "--markers", "markers.tsv",
        "--output", "quality.tsv")  # fmt: skip
    folder = tmp_path / "demo/results/community"
    folder.mkdir(parents=True)
    run("latentbin-report", "group", "--name", "community", "--fasta", fasta, *features,
        "--markers", "markers.tsv", "--contig2bin", "vamb=bins/contig2bin.tsv",
        "--latent", "vamb=latent.npz", "--quality", "vamb=quality.tsv",
        "--h5ad", folder / "results.h5ad", "--output", "summary.json")  # fmt: skip

    notebook = nbformat.read(ROOT / "docs/tutorials/results.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    picked = (tmp_path / "picked_bin.txt").read_text().split()
    table = dict(line.split("\t") for line in (tmp_path / bins[1]).read_text().splitlines())
    assert len({table[name] for name in picked}) == 1
    assert len(picked) == sum(name == table[picked[0]] for name in table.values())
