"""docs/output.md names the columns that the tables have, all of them and in their order."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, run
from tests.planted_taxonomy import plant

TEXT = (ROOT / "docs/output.md").read_text()
BINNING = (
    "latentbin-simulate community --mode multi --genome-count 2 --genome-length 100000 --samples 2 "
    "--depth 4 --output-dir community",
    "latentbin-catalogue --assembly community/assemblies/S1.fna.gz community/assemblies/S2.fna.gz "
    "--sample S1 S2 --output catalogue.fna",
    "latentbin-composition tnf --fasta catalogue.fna --output composition.npz",
    "latentbin-abundance bam --bam community/S1.bam community/S2.bam "
    "--catalogue composition.npz --output abundance.npz",
    "latentbin-markers find --fasta catalogue.fna --output markers.tsv",
    "latentbin-vamb embed --composition composition.npz --abundance abundance.npz --epochs 2 "
    "--hidden-size 16 --separator '~' --output latent.npz",
    "latentbin-vamb cluster --latent latent.npz --separator '~' --output clusters.tsv",
    "latentbin-bins write --fasta catalogue.fna --clusters clusters.tsv --abundance abundance.npz "
    "--separator '~' --min-bin-size 2000 --output-dir bins",
    "latentbin-bins quality --contig2bin bins/contig2bin.tsv --fasta catalogue.fna "
    "--markers markers.tsv --output quality.tsv",
    "latentbin-evaluate --clusters clusters.tsv --truth community/truth.binning --separator '~' "
    "--output-dir evaluation",
    "latentbin-deepmetabin graph --composition composition.npz --abundance abundance.npz "
    "--output graph.npz",
    "latentbin-report group --name gut --fasta catalogue.fna --composition composition.npz "
    "--abundance abundance.npz --contig2bin vamb=bins/contig2bin.tsv --latent vamb=latent.npz "
    "--h5ad results.h5ad --output gut.summary.json",
)
PROTEOMICS = (
    "latentbin-simulate proteome --samples 60 --proteins 80 --samples-per-donor 2 --batches 2 "
    "--new-samples 8 --output-dir proteome",
    "latentbin-proteome prepare --table proteome/proteome.tsv --samples proteome/samples.csv "
    "--output proteome.npz",
    "latentbin-proteome embed --proteome proteome.npz --epochs 3 --output latent.npz",
    "latentbin-proteome label --latent latent.npz --output-dir labels",
    # of the classes: after three epochs there may be one label only
    "latentbin-proteome train --proteome proteome.npz --epochs 1 --min-steps 5 --folds 2 "
    "--output-dir classifier",
    "latentbin-proteome prepare --table proteome/new.tsv --samples proteome/new_samples.csv "
    "--like proteome.npz --output new.npz",
    "latentbin-proteome classify --proteome new.npz --classifier classifier/classifier.npz "
    "--output new_predictions.tsv",
)
TAXONOMY = (
    "latentbin-taxonomy split --labels labels.tsv --by species --rank genus --output split.tsv",
    "latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv "
    "--lightgbm-rounds 3 --output-dir lightgbm",
    "latentbin-taxonomy train --matrix composition.npz --labels labels.tsv --split split.tsv "
    "--model linear --output-dir linear",
    "latentbin-taxonomy predict --matrix composition.npz --model linear/model.npz "
    "--probabilities probabilities.npz --output predictions.tsv",
    "latentbin-taxonomy evaluate --predictions predictions.tsv --labels labels.tsv "
    "--split split.tsv --probabilities probabilities.npz --composition composition.npz "
    "--output-dir scores",
    "latentbin-taxonomy vote --contig2bin contig2bin.tsv --predictions predictions.tsv "
    "--composition composition.npz --output bin_taxonomy.tsv",
    "latentbin-explore --matrix composition.npz --truth labels.tsv --class-column genus "
    "--embeddings pca,vae --clusterings kmeans --epochs 2 --elbow 2,3 --output-dir explore",
)
# section, file as the page has it, where it is in the folder, columns that this file lacks
TABLES = [
    ("Binning", "clusters.tsv", "binning/clusters.tsv", ()),
    ("Binning", "markers.tsv", "binning/markers.tsv", ()),
    ("Binning", "quality.tsv", "binning/quality.tsv", ()),
    ("Binning", "bins.tsv", "binning/bins/bins.tsv", ()),
    ("Binning", "genomes.tsv", "binning/evaluation/genomes.tsv", ()),
    ("Binning", "evaluation/bins.tsv", "binning/evaluation/bins.tsv", ()),
    ("Proteomics", "labels.tsv", "proteomics/labels/labels.tsv", ()),
    ("Proteomics", "eps.tsv", "proteomics/labels/eps.tsv", ()),
    ("Proteomics", "methods.tsv", "proteomics/labels/methods.tsv", ()),
    ("Proteomics", "follows.tsv", "proteomics/labels/follows.tsv", ()),
    ("Proteomics", "scores.tsv", "proteomics/classifier/scores.tsv", ()),
    ("Proteomics", "classes.tsv", "proteomics/classifier/classes.tsv", ()),
    ("Proteomics", "classifier/predictions.tsv", "proteomics/classifier/predictions.tsv", ()),
    ("Proteomics", "predictions.tsv", "proteomics/new_predictions.tsv", ()),
    ("Taxonomy", "split.tsv", "taxonomy/split.tsv", ()),
    ("Taxonomy", "training.tsv", "taxonomy/lightgbm/training.tsv", ("validation_accuracy",)),
    ("Taxonomy", "predictions.tsv", "taxonomy/predictions.tsv", ()),
    ("Taxonomy", "scores.tsv", "taxonomy/scores/scores.tsv", ()),
    ("Taxonomy", "classes.tsv", "taxonomy/scores/classes.tsv", ()),
    ("Taxonomy", "confusion.tsv", "taxonomy/scores/confusion.tsv", ()),
    ("Taxonomy", "bin_taxonomy.tsv", "taxonomy/bin_taxonomy.tsv", ()),
    ("Exploration", "metrics.tsv", "taxonomy/explore/metrics.tsv", ()),
    ("Exploration", "elbow.tsv", "taxonomy/explore/elbow.tsv", ()),
]


def section(name: str) -> str:
    return TEXT.split(f"\n## {name}\n")[1].split("\n## ")[0]


def columns(part: str, file: str) -> list[str]:
    """What the page says: names, those with `<something>` in them for any such name."""
    (table,) = re.findall(
        rf"^\| Column of {re.escape(file)} \| Unit \| Meaning \|\n\|[-|]+\|\n((?:\|.*\n)+)",
        section(part),
        re.M,
    )
    cells = [line.split("|")[1] for line in table.splitlines()]
    return [name.strip().replace("`", "") for cell in cells for name in cell.split(",")]


def pattern(names: list[str]) -> str:
    """A regular expression of the header; columns of one `<something>` may come again."""
    parts = []
    for kind, group in groupby(names, key=lambda name: re.findall("<.+?>", name)):
        run_of = r"\t".join(re.sub(r"<.+?>", r"[^\\t]+", re.escape(name)) for name in group)
        parts.append(rf"{run_of}(?:\t{run_of})*" if kind else run_of)
    return r"\t".join(parts)


def header(path: Path) -> str:
    return next(line for line in path.read_text().splitlines() if not line.startswith("#"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real outputs of every step, of small inputs."""
    made = tmp_path_factory.mktemp("outputs")
    for name, commands in (
        ("binning", BINNING),
        ("proteomics", PROTEOMICS),
        ("taxonomy", TAXONOMY),
    ):
        (made / name).mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(made / name)
            if name == "taxonomy":
                contigs, _, genus = plant(Path())
                bins = zip(contigs, genus, strict=True)
                Path("contig2bin.tsv").write_text("".join(f"{c}\tbin{g}\n" for c, g in bins))
            for command in commands:
                assert run(command) == 0, command
    return made


@pytest.mark.slow
@pytest.mark.parametrize(("part", "file", "path", "without"), TABLES)
def test_tables_have_the_columns_of_the_page(
    part: str, file: str, path: str, without: tuple[str, ...], folder: Path
) -> None:
    names = [name for name in columns(part, file) if name not in without]
    found = header(folder / path)
    assert re.fullmatch(pattern(names), found), (names, found.split("\t"))


@pytest.mark.slow
def test_figures_of_the_evaluation_are_those_of_the_page(folder: Path) -> None:
    rows = re.findall(
        r"^\| Figure \| Unit \| Meaning \|\n\|[-|]+\|\n((?:\|.*\n)+)", section("Binning"), re.M
    )[0].splitlines()
    said = [name.strip() for row in rows for name in row.split("|")[1].split(",")]
    lines = (folder / "binning/evaluation/metrics.tsv").read_text().splitlines()
    assert lines[0] == "metric\tvalue"
    assert sorted(line.split("\t")[0] for line in lines[1:]) == sorted(said)
    samples = header(folder / "binning/evaluation/samples.tsv").split("\t")
    assert samples[0] == "sample"
    assert set(samples[1:]) <= set(said)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["Binning", "Proteomics"])
def test_python_of_the_page_opens_the_files(part: str, folder: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", section(part), re.S | re.M)
    assert blocks
    words = [sys.executable, "-c", "".join(blocks)]
    done = subprocess.run(words, cwd=folder / part.lower(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_all_python_of_the_page_is_in_these_parts() -> None:
    parts = section("Binning") + section("Proteomics")
    assert TEXT.count("```python\n") == parts.count("```python\n") == 4


def test_every_table_with_columns_is_looked_at() -> None:
    made_by_the_pipeline = {"summary.tsv", "psms.tsv", "proteins.tsv"}
    told = set(re.findall(r"^\| Column of (\S+) \|", TEXT, re.M))
    assert told - {file for _, file, _, _ in TABLES} <= made_by_the_pipeline


@pytest.mark.parametrize("part", ["Binning", "Proteomics", "Taxonomy"])
def test_summaries_have_the_columns_of_the_page(part: str) -> None:
    text = (ROOT / "subworkflows/local/utils_reports/main.nf").read_text()
    body = text.split(
        {"Binning": "def resultsText", "Proteomics": "def studiesText"}.get(
            part, "def taxonomyText"
        )
    )[1].split("\ndef ")[0]
    quoted = re.findall(
        r"'(\w+)'", re.search(r"def (?:header|columns) = (.*?\n)    def ", body, re.S)[1]
    )
    if part == "Binning":
        quoted += re.findall(r"^        (\w+): '", body, re.M)
    quoted = [name for name in quoted if name != "identification"]
    assert columns(part, "summary.tsv") == quoted
