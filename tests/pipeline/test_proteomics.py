"""Proteomics end to end: stub runs over every kind of row, real runs, resume, bad input."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml
from tests.planted_spectra import write_fasta, write_mzml

from conftest import COMMANDS, ROOT, Run, RunPipeline, check_problems, check_resumes, run_module

PROTEOMICS = ("--workflow", "proteomics")
EVERY_KIND = """\
study,table,samples,format,new_table,new_samples,sample,mzml,fasta
one.x,proteins.tsv,samples.csv,maxquant,new.tsv,new_samples.csv,,,
two,other/proteins.tsv,,,,,,,
few,,few.csv,,,,S1,S1.mzML,p.fasta
few,,,,,,S2,S2.mzML.gz,p.fasta
"""
MANY = "".join(f"many,,,,new.tsv,,S{i},S{i}.mzML,p.fasta\n" for i in range(8))
LABELS = (
    *(f"labels/{name}.tsv" for name in ("labels", "eps", "methods", "follows")),
    *(f"labels/{name}.{end}" for name in ("latent", "eps", "methods") for end in ("svg", "png")),
    "labels/summary.json",
)
CLASSIFIER = (
    *(f"classifier/{name}.tsv" for name in ("scores", "classes", "confusion", "predictions")),
    *(
        f"classifier/{name}.{end}"
        for name in ("confusion", "reliability")
        for end in ("svg", "png")
    ),
    "classifier/classifier.npz",
    "classifier/summary.json",
)
SPECTRA = (
    *("psms.tsv", "proteins.tsv", "identification.json"),
    *("table.tsv", "table.json"),
)
NEW = ("new.json", "new.npz", "predictions.json", "predictions.tsv")
STUDY = ("latent.npz", "proteome.json", "proteome.npz", *LABELS, *CLASSIFIER)


def tree(study: str, *files: str) -> set[str]:
    return {f"{study}/{name}" for name in files}


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A samplesheet with every kind of row; its files exist and are empty."""
    folder = tmp_path / "sheets"
    for cell in re.findall(r"[\w/]+\.(?:tsv|csv|mzML\.gz|mzML|fasta)", EVERY_KIND + MANY):
        path = folder / cell
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
    path = folder / "studies.csv"
    path.write_text(EVERY_KIND)
    return path


def read_summary(run: Run) -> dict[str, dict[str, str]]:
    """The row of each study."""
    with open(run.results / "summary.tsv", newline="") as handle:
        return {row["study"]: row for row in csv.DictReader(handle, delimiter="\t")}


def check_stub_run(
    run_pipeline: RunPipeline, sheet: Path, parser: str, version: str | None
) -> None:
    words = ("-stub-run", *PROTEOMICS, "--input", sheet)
    run = run_pipeline(*words, parser=parser, version=version)
    assert run.returncode == 0, run.text
    assert "does not match tuple declaration" not in run.text
    expected = {"report.html", "summary.tsv"} | tree("one.x", *STUDY, *NEW) | tree("two", *STUDY)
    spectra = tuple(f"spectra/{name}" for name in SPECTRA)
    expected |= tree("few", *spectra)
    if "many," in sheet.read_text():
        expected |= tree("many", *spectra, *STUDY, *NEW)
    assert run.files() == expected
    assert "few: no labels: they need 8 samples, there are 2" in run.text
    assert read_summary(run)["few"]["note"] == "no labels: they need 8 samples, there are 2"
    versions = yaml.safe_load((run.results / "pipeline_info/versions.yml").read_text())
    modules = {
        f"PROTEOME_{path.parent.name.upper()}"
        for path in ROOT.glob("modules/*/proteome/*/meta.yml")
    }
    assert set(versions) == modules | {"PROTEOME_PREPARE_NEW", "REPORT_STUDY", "Workflow"}
    check_resumes(run_pipeline, run, *words, parser=parser, version=version)


@pytest.mark.slow
def test_a_stub_run_makes_the_documented_tree_and_resumes(
    run_pipeline: RunPipeline, sheet: Path
) -> None:
    check_stub_run(run_pipeline, sheet, "v2", None)


@pytest.mark.slow
@pytest.mark.parametrize(("parser", "version"), [("v1", "25.04.0"), ("v1", "24.10.0")])
def test_other_parser_and_version_and_many_runs(
    run_pipeline: RunPipeline, sheet: Path, parser: str, version: str
) -> None:
    sheet.write_text(EVERY_KIND + MANY)
    check_stub_run(run_pipeline, sheet, parser, version)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 samples of three classes, and 12 new ones."""
    folder = tmp_path_factory.mktemp("simulated") / "proteome"
    small = {
        "samples": 60,
        "proteins": 60,
        "classes": 3,
        "informative": 8,
        "new-samples": 12,
        "tune-share": 0.2,
    }
    flags = [word for name, value in small.items() for word in (f"--{name}", str(value))]
    subprocess.run(
        [COMMANDS / "latentbin-simulate", "proteome", *flags, "--output-dir", folder],
        check=True,
        capture_output=True,
    )
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def purity(pairs: list[tuple[str, str]]) -> float:
    """Share of samples whose class is that of most samples of their label."""
    counts = Counter(pairs)
    best = {label: max(n for (k, _), n in counts.items() if k == label) for label, _ in counts}
    return sum(best.values()) / len(pairs)


@pytest.mark.slow
def test_a_real_run_labels_classifies_and_resumes(
    run_pipeline: RunPipeline, simulated: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few.tsv"
    few.write_text("protein\ta\tb\tc\nP1\t5\t6\t7\nP2\t50\t60\t\n")
    sheet = tmp_path / "studies.csv"
    files = [simulated / name for name in ("proteome.tsv", "samples.csv")]
    new = [simulated / name for name in ("new.tsv", "new_samples.csv")]
    sheet.write_text(
        "study,table,samples,new_table,new_samples\n"
        f"sim,{files[0]},{files[1]},{new[0]},{new[1]}\n"
        f"few,{few},,,\n"
    )
    # the rest of a command's options, as a user gives them; here for a short training
    config = tmp_path / "small.config"
    config.write_text(
        "process {\n"
        "    withName: 'PROTEOME_TRAIN' { ext.args = '--folds 2 --held-out 0.5 --min-steps 100' }\n"
        "}\n"
    )
    words = (*PROTEOMICS, "--input", sheet, "-c", config, "--proteome_epochs", "150")
    run = run_pipeline(*words)
    assert run.returncode == 0, run.text
    assert tree("sim", *STUDY, *NEW) | tree("few", "proteome.npz", "proteome.json") == (
        run.files() - {"report.html", "summary.tsv"}
    )
    labels = rows_of(run.results / "sim/labels/labels.tsv")
    found = [(row["label"], row["class"]) for row in labels if row["label"] != "noise"]
    assert len(found) >= 50
    assert len({label for label, _ in found}) == 3
    assert purity(found) > 0.9
    predicted = rows_of(run.results / "sim/predictions.tsv")
    assert len(predicted) == 12
    # of the classes of a label the most frequent comes last and stays
    class_of = dict(pair for pair, _ in reversed(Counter(found).most_common()))
    right = sum(class_of[row["predicted"]] == row["class"] for row in predicted)
    assert right >= 9
    summary = read_summary(run)
    assert summary["few"]["note"] == "no labels: they need 8 samples, there are 3"
    sim = summary["sim"]
    judged = json.loads((run.results / "sim/labels/summary.json").read_text())
    trained = json.loads((run.results / "sim/classifier/summary.json").read_text())
    assert (sim["samples"], sim["proteins"], sim["labels"]) == ("60", "60", "3")
    assert sim["noise"] == str(60 - len(found))
    assert (sim["eps_by"], sim["follows"]) == ("tune samples", "class")
    assert float(sim["class_v_measure"]) == pytest.approx(
        judged["follows"]["class"]["v_measure"], abs=5e-4
    )
    accuracy = trained["scores"]["network"]["out-of-fold"]["accuracy"]
    assert float(sim["accuracy"]) == pytest.approx(accuracy, abs=5e-4)
    assert (sim["classifier_of"], sim["new_samples"], sim["note"]) == ("labels", "12", "")

    # another eps trains no autoencoder; where all is noise there is nothing to classify
    again = run_pipeline(*words, "--proteome_eps", "1e-9", "-resume")
    assert again.returncode == 0, again.text
    # the labels, what the report says of the study, and the page
    assert (again.count("Submitted"), again.count("Cached")) == (3, 4)
    assert "Submitted process > PROTEOMICS:PROTEOME_LABEL (sim)" in again.text
    reason = "no classifier: it needs two labels of two samples each, found none"
    assert f"sim: {reason}" in again.text
    assert read_summary(again)["sim"]["note"] == reason


@pytest.mark.slow
def test_classes_are_learned_where_they_are_asked_for(
    run_pipeline: RunPipeline, simulated: Path, tmp_path: Path
) -> None:
    lines = [line.split(",")[:2] for line in (simulated / "samples.csv").read_text().splitlines()]
    renamed = tmp_path / "renamed.csv"
    renamed.write_text("sample,type of it\n" + "".join(f"{s},{c}\n" for s, c in lines[1:]))
    sheet = tmp_path / "studies.csv"
    sheet.write_text(
        "study,table,samples,format,new_table\n"
        f"known,{simulated / 'proteome.tsv'},{renamed},matrix,{simulated / 'new.tsv'}\n"
        f"unknown,{simulated / 'proteome.tsv'},{tmp_path / 'none.csv'},,\n"
        f"other,{simulated / 'proteome.tsv'},{tmp_path / 'other.csv'},,\n"
    )
    # what truly differs is called a batch here; one sample of a class is no group to follow
    known = [f"{s},{c},{'a' if row else 'b'}\n" for row, (s, c) in enumerate(lines[1:31])]
    (tmp_path / "none.csv").write_text("sample,batch,type of it\n" + "".join(known))
    # and here classes are groups, which have nothing to do with the proteins
    known = [f"{s},{c},{'xy'[row % 2]}\n" for row, (s, c) in enumerate(lines[1:])]
    (tmp_path / "other.csv").write_text("sample,batch,type of it\n" + "".join(known))
    options = ("--proteome_target", "class", "--proteome_class_column", "type of it")
    run = run_pipeline(*PROTEOMICS, "--input", sheet, *options, "--proteome_epochs", "100")
    assert run.returncode == 0, run.text
    summary = read_summary(run)
    assert summary["known"]["classifier_of"] == "classes"
    assert float(summary["known"]["accuracy"]) > 0.9
    guess = "eps is a guess, for want of tune samples of two classes: look at labels/eps.png"
    assert summary["known"]["note"] == guess
    assert summary["unknown"]["note"].split(" | ") == [
        guess,
        "no classifier: it needs two classes of two samples each, found a: 29, b: 1",
    ]
    assert summary["unknown"]["follows"] == "batch"
    notes = summary["other"]["note"].split(" | ")
    assert "the labels follow the batch rather than the class" in notes
    with open(simulated / "new_samples.csv", newline="") as handle:
        true = {row["sample"]: row["class"] for row in csv.DictReader(handle)}
    predicted = rows_of(run.results / "known/predictions.tsv")
    assert sum(row["predicted"] == true[row["sample"]] for row in predicted) >= 10


@pytest.mark.slow
def test_from_spectra_to_labels(run_pipeline: RunPipeline, tmp_path: Path, comet: None) -> None:
    """Two studies with samples of the same names; one is large enough for labels."""
    write_fasta(tmp_path / "proteins.fasta", 6)
    rows = []
    for number in range(8):
        areas = {p: 1e6 * (p + 1 if number % 2 else 6 - p) * (1 + number / 50) for p in range(6)}
        write_mzml(tmp_path / f"S{number}.mzML", areas, seed=number)
        rows.append(f"many,S{number},S{number}.mzML,proteins.fasta")
    rows += [f"few,S{number},S{number}.mzML," for number in range(2)]
    rows[-1] += "proteins.fasta"  # in one row of the study
    sheet = tmp_path / "studies.csv"
    sheet.write_text("\n".join(("study,sample,mzml,fasta", *rows)) + "\n")
    options = ("--spectra_fdr_estimate", "plain", "--proteome_epochs", "20")
    run = run_pipeline(*PROTEOMICS, "--input", sheet, *options)
    assert run.returncode == 0, run.text
    summary = read_summary(run)
    assert [summary[s]["ms2_spectra"] for s in ("many", "few")] == ["192", "48"]
    for study, n_samples in (("many", 8), ("few", 2)):
        table = rows_of(run.results / study / "spectra/table.tsv")
        assert [row["protein"] for row in table] == [f"P{p}" for p in range(6)]
        assert list(table[0]) == ["protein", *(f"S{number}" for number in range(n_samples))]
        assert summary[study]["protein_groups"] == "6"
    assert "few/proteome.npz" not in run.files()
    names = [row["sample"] for row in rows_of(run.results / "many/labels/labels.tsv")]
    assert names == [f"S{number}" for number in range(8)]


@pytest.mark.slow
def test_each_module_runs_alone(run_pipeline: RunPipeline, simulated: Path) -> None:
    def run(step: str, output: str, **params: Path) -> Path:
        return run_module(run_pipeline, f"local/proteome/{step}", output, **params)

    samples = simulated / "samples.csv"
    proteome = run(
        *("prepare", "test.proteome.npz"), table=simulated / "proteome.tsv", samples=samples
    )
    latent = run("embed", "test.latent.npz", proteome=proteome)
    labels = run("label", "test.labels/labels.tsv", latent=latent)
    classifier = run("train", "test.classifier/classifier.npz", proteome=proteome, labels=labels)
    made = run("classify", "test.predictions.tsv", proteome=proteome, classifier=classifier)
    assert len(rows_of(made)) == 60


def test_every_problem_is_listed_at_once(run_pipeline: RunPipeline, sheet: Path) -> None:
    rows = (
        "study,tables,table,samples,format,new_table,new_samples,sample,mzml,fasta",
        ",,proteins.tsv,,,,,,,",  # line 2
        "a b,,proteins.tsv,,excel,,,,,",
        "both,,proteins.tsv,,,,,S1,S1.mzML,p.fasta",
        "none,,,,,,,,,",  # line 5
        "twice,,proteins.tsv,,,,new_samples.csv,,,",
        "twice,,other/proteins.tsv,,,,,,,",
        "mixed,,proteins.tsv,,,,,,,",  # line 8
        "mixed,,,,,,,,S1.mzML,p.fasta",
        "runs,,,few.csv,matrix,,,S1,S1.mzML,",
        "runs,,,samples.csv,,,,S1,S1.mzML,",  # line 11
        "raw,,,,,,,S1,S1.raw,p.fasta",
        "gone,,absent.tsv,,,,,S1,,",
    )
    sheet.write_text("\n".join(rows) + "\n")
    run = run_pipeline(
        *PROTEOMICS,
        *("--input", sheet, "--proteome_targets", "label", "--proteome_group_by", "day"),
        *("--proteome_tune_share", "20", "--binners", "vamb", "--proteome_class_column", "it's"),
    )
    expected = (
        r"--proteome_targets: there is no such parameter. Did you mean --proteome_target\?",
        r"--proteome_group_by: expected one of auto, donor, batch, sample, got 'day'\.",
        r"--proteome_tune_share: must be at most 1, got 20\.",
        r"--proteome_class_column: 'it's': has no quotation mark",
        r"--binners: is of --workflow binning and does nothing in proteomics\. Leave it out\.",
        r"studies.csv: unknown column 'tables'. Did you mean table\?",
        r"studies.csv, line 2: 'study' is empty",
        r"studies.csv, line 3, study: 'a b': a study name has letters",
        r"studies.csv, line 3, format: expected one of auto, skyline",
        r"studies.csv, line 4 \(study both\): has a table and spectra\.",
        r"studies.csv, line 5 \(study none\): has no table and no spectra\.",
        r"studies.csv, lines 6, 7: study 'twice' has several tables\.",
        r"studies.csv, lines 6, 7: study 'twice' has new_samples without new_table\.",
        r"studies.csv, lines 8, 9: study 'mixed' has a table and spectra\. Make them two",
        r"studies.csv, line 9 \(study mixed\): has spectra without a name\.",
        r"studies.csv, line 10 \(study runs\): has a format, which is that of a table",
        r"studies.csv, lines 10, 11: study 'runs' has spectra without proteins to search\.",
        r"studies.csv, lines 10, 11: sample 'S1' stands more than once in study 'runs'\.",
        r"studies.csv, lines 10, 11: mzml '.*S1.mzML' stands more than once in study 'runs'\.",
        r"studies.csv, lines 10, 11: study 'runs' has several files in samples \(.*few.csv, ",
        r"studies.csv, line 12, mzml: 'S1.raw': spectra are .mzML or .mzML.gz files",
        r"studies.csv, line 13, table: 'absent.tsv' does not exist",
        r"studies.csv, line 13 \(study gone\): has sample, which belongs to spectra,",
    )
    check_problems(run, expected)


def test_an_unknown_workflow_and_parameters_of_the_other_one(
    run_pipeline: RunPipeline, sheet: Path
) -> None:
    run = run_pipeline("--workflow", "assembly", "--input", sheet)
    assert run.returncode != 0
    assert "--workflow: expected one of binning, proteomics, taxonomy, got 'assembly'." in run.text
    run = run_pipeline("--input", sheet, "--proteome_eps", "1", "--spectra_fdr", "0.05")
    assert run.returncode != 0
    for name in ("proteome_eps", "spectra_fdr"):
        assert f"--{name}: is of --workflow proteomics and does nothing in binning." in run.text
    assert "studies.csv: column 'group' is missing." in run.text
