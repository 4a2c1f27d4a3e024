"""From mzML to the table of proteins: the subworkflow, and each of its modules alone."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from tests.planted_spectra import write_fasta, write_mzml

from conftest import ROOT, RunPipeline

SCRIPT = ROOT / "subworkflows/local/spectra/tests"
CONFIG = """\
process.shell = ['/bin/bash', '-euo', 'pipefail']
process {
    withName: 'PROTEOME_IDENTIFY' { ext.args = '--fdr-estimate plain' }
}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six proteins in two samples, from 1:6 to 6:1; the second sample is gzip'd."""
    folder = tmp_path_factory.mktemp("runs")
    write_fasta(folder / "proteins.fasta", 6)
    write_mzml(folder / "S1.mzML", {protein: 1e6 * (protein + 1) for protein in range(6)})
    write_mzml(folder / "S2.mzML", {protein: 1e6 * (6 - protein) for protein in range(6)}, seed=1)
    plain = folder / "S2.mzML"
    with gzip.open(folder / "S2.mzML.gz", "wb") as zipped:
        zipped.write(plain.read_bytes())
    plain.unlink()
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "spectra.config"
    path.write_text(CONFIG)
    return path


def words_of(runs: Path, config: Path) -> list[str]:
    # not in the order of their names
    mzml = f"{runs / 'S2.mzML.gz'},{runs / 'S1.mzML'}"
    return ["-c", str(config), "--mzml", mzml, "--fasta", str(runs / "proteins.fasta")]


def said(text: str, what: str) -> list[list[str]]:
    return [line.split()[1:] for line in text.splitlines() if line.startswith(f"{what} ")]


def test_a_stub_run_under_the_strict_parser(
    run_pipeline: RunPipeline, runs: Path, config: Path
) -> None:
    run = run_pipeline("-stub-run", *words_of(runs, config), script=SCRIPT, parser="v2")
    assert run.returncode == 0, run.text
    assert "does not match tuple declaration" not in run.text
    ((study, table),) = said(run.text, "table")
    assert (study, Path(table).name) == ("study", "study.proteins.tsv")
    steps = {version[0].split(":")[-1] for version in said(run.text, "version")}
    assert steps == {f"PROTEOME_{step}" for step in ("SEARCH", "IDENTIFY", "QUANTIFY", "TABULATE")}


@pytest.mark.slow
def test_planted_ratios_come_back(
    run_pipeline: RunPipeline, runs: Path, config: Path, comet: None
) -> None:
    words = words_of(runs, config)
    run = run_pipeline(*words, script=SCRIPT)
    assert run.returncode == 0, run.text
    ((_, table),) = said(run.text, "table")
    with open(table) as handle:
        rows = {row["protein"]: row for row in csv.DictReader(handle, delimiter="\t")}
    assert set(rows) == {f"P{protein}" for protein in range(6)}
    assert list(rows["P0"]) == ["protein", "S1", "S2"]
    for protein in range(6):
        ratio = float(rows[f"P{protein}"]["S1"]) / float(rows[f"P{protein}"]["S2"])
        assert ratio == pytest.approx((protein + 1) / (6 - protein), rel=0.05)
    ((_, report),) = said(run.text, "report")
    identification = json.loads(Path(report).read_text())
    assert identification["samples"] == ["S1", "S2"]
    assert identification["spectra"]["ms2"] == 48
    assert identification["method"].startswith("target-decoy competition on Comet's expectation")
    (comet_version,) = {tuple(v[2:]) for v in said(run.text, "version") if v[1] == "comet"}
    assert len(comet_version) == 3  # like 2019.01 rev. 5

    again = run_pipeline(*words, "-resume", script=SCRIPT)
    assert again.returncode == 0, again.text
    assert (again.count("Submitted"), again.count("Cached")) == (0, 6)


@pytest.mark.slow
def test_each_module_runs_alone(
    run_pipeline: RunPipeline, runs: Path, tmp_path: Path, comet: None
) -> None:
    def run(step: str, output: str, **params: Path) -> Path:
        words = [word for key, path in params.items() for word in (f"--{key}", path)]
        folder = ROOT / f"modules/local/proteome/{step}/tests"
        done = run_pipeline(*words, script=folder)
        assert done.returncode == 0, done.text
        return max(tmp_path.glob(f"work/*/*/{output}"), key=lambda path: path.stat().st_mtime)

    mzml = runs / "S1.mzML"
    pin = run("search", "test.pin", mzml=mzml, fasta=runs / "proteins.fasta")
    psms = run("identify", "test/psms.tsv", pin=pin, search=pin.with_name("test.search.json"))
    quantities = run("quantify", "test.quantities.tsv", mzml=mzml, psms=psms)
    table = run("tabulate", "test.proteins.tsv", quantities=quantities)
    # 24 spectra are too few for 1 % by (decoys + 1) / targets: a header only
    assert table.read_text() == "protein\ttest\n"
