"""Taxonomy end to end: a stub run over every kind of row, a real run, bins, bad input."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import COMMANDS, ROOT, Run, RunPipeline, check_problems, check_resumes, run_module

TAXONOMY = ("--workflow", "taxonomy")
EVERY_KIND = """\
dataset,contigs,labels,trained_by,contig2bin,quality
known.x,contigs.fna,labels.tsv,,,
plain,new.fna,,known.x,,
bins,new.fna,,known.x,contig2bin.tsv,quality.tsv
given,new.fna,,,contig2bin.tsv,
"""
SPLIT = ("split.tsv", "split.json", "features/composition.npz")
PREDICTED = ("predictions.tsv", "predictions.json", "probabilities.npz")
TRAINED = ("model.npz", "training.tsv", "train.json", *PREDICTED)
EVALUATION = (
    *(f"evaluation/{name}.tsv" for name in ("scores", "classes", "confusion")),
    "evaluation/evaluation.json",
)
BINS = ("bin_taxonomy.tsv", "bin_taxonomy.json")


def tree(folder: str, *files: str) -> set[str]:
    return {f"{folder}/{name}" for name in files}


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def summary_of(run: Run) -> dict[tuple[str, str], dict[str, str]]:
    """The row of each data set and model."""
    rows = rows_of(run.results / "summary.tsv")
    return {(row["dataset"], row["model"]): row for row in rows}


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A samplesheet with every kind of row; its files exist and are empty."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    for cell in re.findall(r"\w+\.(?:tsv|fna)", EVERY_KIND):
        (folder / cell).touch()
    (folder / "model.npz").touch()
    path = folder / "datasets.csv"
    path.write_text(EVERY_KIND)
    return path


def check_stub_run(
    run_pipeline: RunPipeline, sheet: Path, parser: str, version: str | None
) -> None:
    words = ("-stub-run", *TAXONOMY, "--input", sheet, "--taxonomy_tune_trials", "3")
    words += ("--taxonomy_model", sheet.parent / "model.npz")
    words += ("--taxonomy_models", "lightgbm,centroid")
    run = run_pipeline(*words, parser=parser, version=version)
    assert run.returncode == 0, run.text
    expected = {"report.html", "summary.tsv"} | tree("known.x", *SPLIT)
    expected |= tree("known.x/lightgbm", "best.json", "study.log", *TRAINED, *EVALUATION)
    expected |= tree("known.x/centroid", *TRAINED, *EVALUATION)
    for dataset in ("plain", "bins", "given"):
        expected |= tree(dataset, "features/composition.npz", *PREDICTED)
    expected |= tree("bins", *BINS) | tree("given", *BINS)
    plots = {name for name in run.files() if name.endswith((".svg", ".png"))}
    assert run.files() - plots == expected
    assert len(plots) >= 4
    versions = yaml.safe_load((run.results / "pipeline_info/versions.yml").read_text())
    modules = {
        f"TAXONOMY_{path.parent.name.upper()}"
        for path in ROOT.glob("modules/*/taxonomy/*/meta.yml")
    }
    others = {"TAXONOMY_PREDICT_TEST", "COMPOSITION_TNF", "REPORT_DATASET", "Workflow"}
    assert set(versions) == modules | others
    check_resumes(run_pipeline, run, *words, parser=parser, version=version)


@pytest.mark.slow
def test_a_stub_run_makes_the_documented_tree_and_resumes(
    run_pipeline: RunPipeline, sheet: Path
) -> None:
    check_stub_run(run_pipeline, sheet, "v2", None)


@pytest.mark.slow
@pytest.mark.parametrize(("parser", "version"), [("v1", "25.04.0"), ("v1", "24.10.0")])
def test_other_parser_and_version(
    run_pipeline: RunPipeline, sheet: Path, parser: str, version: str
) -> None:
    check_stub_run(run_pipeline, sheet, parser, version)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Contigs of three genera with their taxa, and new ones."""
    folder = tmp_path_factory.mktemp("simulated") / "taxonomy"
    subprocess.run(
        [COMMANDS / "latentbin-simulate", "taxonomy", "--genera", "3", "--output-dir", folder],
        check=True,
        capture_output=True,
    )
    truth = rows_of(folder / "new_labels.tsv")
    lines = (f"{row['contig']}\t{row['strain']}\n" for row in truth)
    (folder / "contig2bin.tsv").write_text("".join(lines))
    return folder


@pytest.mark.slow
def test_a_real_run_trains_judges_and_labels_bins(
    run_pipeline: RunPipeline, simulated: Path, community: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "datasets.csv"
    contigs, labels, new, bins = (
        simulated / name
        for name in ("contigs.fna.gz", "labels.tsv", "new_contigs.fna.gz", "contig2bin.tsv")
    )
    sheet.write_text(
        "dataset,contigs,labels,trained_by,contig2bin\n"
        f"known,{contigs},{labels},,\nnew,{new},,known,{bins}\n"
    )
    words = (*TAXONOMY, "--input", sheet, "--taxonomy_models", "linear,network")
    run = run_pipeline(*words, "--taxonomy_split", "species", "--taxonomy_unknown_below", "0")
    assert run.returncode == 0, run.text
    summary = summary_of(run)
    for model in ("linear", "network"):
        row = summary["known", model]
        found = json.loads((run.results / f"known/{model}/evaluation/evaluation.json").read_text())
        assert (row["rank"], row["split_by"]) == ("genus", "species")
        assert float(row["accuracy"]) == pytest.approx(
            found["ranks"]["genus"]["accuracy"], abs=5e-4
        )
        assert float(row["accuracy"]) > 0.6  # three genera
        assert "species" not in row["leaks"]
        assert "environment" in row["leaks"]
    assert "of the test part in column environment are in training, too" in run.text
    truth = {row["contig"]: row["genus"] for row in rows_of(simulated / "new_labels.tsv")}
    predicted = rows_of(run.results / "new/predictions.tsv")
    known = {row["genus"] for row in rows_of(labels)}
    judged = [row for row in predicted if truth[row["contig"]] in known]
    assert sum(row["genus"] == truth[row["contig"]] for row in judged) > 0.6 * len(judged)
    labelled = rows_of(run.results / "new/bin_taxonomy.tsv")
    assert summary["new", "linear"]["bins"] == str(len(labelled))
    assert {row["bin"] for row in labelled} == {
        row["strain"] for row in rows_of(simulated / "new_labels.tsv")
    }

    # the same model beside the quality of bins, in the binning workflow
    run = run_pipeline(
        *("--input", community / "samplesheet.csv", "--binners", "vamb", "--vamb_epochs", "5"),
        *("--min_bin_size", "20000", "--taxonomy_model", run.results / "known/linear/model.npz"),
    )
    assert run.returncode == 0, run.text
    (group,) = {
        name.split("/")[0] for name in run.files() if name.endswith("vamb/bin_taxonomy.tsv")
    }
    table = rows_of(run.results / group / "vamb/bin_taxonomy.tsv")
    quality = rows_of(run.results / group / "vamb/quality.tsv")
    assert [row["bin"] for row in table] == [row["bin"] for row in quality]
    assert table
    assert {"completeness", "genus", "genus_share"} <= set(table[0])
    assert {row["genus"] for row in table} <= known | {"unknown"}


@pytest.mark.slow
def test_each_module_runs_alone(run_pipeline: RunPipeline, simulated: Path, tmp_path: Path) -> None:
    config = tmp_path / "short.config"
    config.write_text("process { withName: 'TAXONOMY_TUNE' { ext.args = '--trials 1' } }\n")

    def run(step: str, output: str, **params: Path | str) -> Path:
        name = f"local/{step}" if "/" in step else f"local/taxonomy/{step}"
        return run_module(run_pipeline, name, output, "-c", config, **params)

    composition = run("composition/tnf", "*.composition.npz", fasta=simulated / "contigs.fna.gz")
    known = {"labels": simulated / "labels.tsv"}
    known["split"] = run("split", "test.split.tsv", by="strain", **known)
    run("tune", "test.best.json", matrix=composition, **known)
    model = run("train", "test.model/model.npz", matrix=composition, **known)
    predictions = run("predict", "test.predictions.tsv", matrix=composition, model=model)
    scores = run("evaluate", "test.evaluation/scores.tsv", predictions=predictions, **known)
    (row,) = rows_of(scores)
    assert float(row["accuracy"]) > 0.6
    bins = tmp_path / "contig2bin.tsv"
    labels = rows_of(known["labels"])
    bins.write_text("".join(f"{row['contig']}\t{row['strain']}\n" for row in labels))
    made = {"contig2bin": bins, "predictions": predictions, "composition": composition}
    taxa = rows_of(run("vote", "test.bin_taxonomy.tsv", **made))
    assert {row["bin"] for row in taxa} == {row["strain"] for row in labels}


def test_every_problem_is_listed_at_once(run_pipeline: RunPipeline, sheet: Path) -> None:
    rows = (
        "dataset,contigs,labels,trained_by,contig2bin,quality",
        "both,new.fna,labels.tsv,both,,",  # line 2
        "none,new.fna,,,,",
        "who,new.fna,,nobody,,",
        "bins,new.fna,labels.tsv,,contig2bin.tsv,",  # line 5
        "judged,new.fna,,both,,quality.tsv",
        "same,new.fna,labels.tsv,,,",
        "same,absent.fna,labels.tsv,,,",  # line 8
    )
    sheet.write_text("\n".join(rows) + "\n")
    run = run_pipeline(
        *TAXONOMY,
        *("--input", sheet, "--taxonomy_models", "forest", "--taxonomy_rank", "tribe"),
        *("--mapper", "minimap2", "--vamb_epochs", "3"),
    )
    expected = (
        r"--taxonomy_models: 'forest': models are lightgbm, network, linear, centroid and",
        r"--taxonomy_rank: expected one of domain, .*, got 'tribe'\.",
        r"--vamb_epochs: is of --workflow binning and does nothing in taxonomy\. Leave it out\.",
        r"datasets.csv, line 8.*'absent\.fna' does not exist\.",
        r"datasets.csv, line 2 \(data set both\): has labels, which a model is trained on,",
        r"datasets.csv, line 3 \(data set none\): has neither labels nor a model\.",
        r"datasets.csv, line 4 \(data set who\): trained_by is 'nobody', which is no",
        r"datasets.csv, line 5 \(data set bins\): has labels and bins\.",
        r"datasets.csv, line 6 \(data set judged\): has the quality of bins, but not its bins\.",
        r"datasets.csv, lines 7, 8: data set 'same' stands more than once\.",
    )
    check_problems(run, expected)
