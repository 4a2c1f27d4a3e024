"""Subworkflows: what their meta.yml says of them, and each alone on simulated data."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import COMMANDS, ROOT, RunPipeline

# those of functions (utils_*) have no workflow
SUBWORKFLOWS = sorted(
    path.parent
    for path in ROOT.glob("subworkflows/local/*/main.nf")
    if re.search(r"^workflow \w+ \{", path.read_text(), re.M)
)


@pytest.fixture(params=SUBWORKFLOWS, ids=lambda path: path.name)
def subworkflow(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_are_subworkflows() -> None:
    assert len(SUBWORKFLOWS) >= 7


def test_meta_describes_channels_and_components(subworkflow: Path) -> None:
    text = (subworkflow / "main.nf").read_text()
    meta = yaml.safe_load((subworkflow / "meta.yml").read_text())
    assert meta["name"] == subworkflow.name
    assert f"workflow {subworkflow.name.upper()} {{" in text
    taken = text.split("    take:\n")[1].split("\n\n")[0]
    emitted = text.split("    emit:\n")[1].split("\n}")[0]
    for key, lines in (("input", taken), ("output", emitted)):
        channels = [next(iter(channel)) for channel in meta[key]]
        assert channels == re.findall(r"^    (\w+)", lines, re.M)
        for channel in meta[key]:
            (described,) = channel.values()
            assert described["description"]
            for element in described["structure"]:
                (of,) = element.values()
                assert of["type"] in ("map", "file", "list", "string", "boolean")
                assert of["description"]
    included = re.findall(r"from '(?:\.\./)+(?:modules/local/)?([\w/]+)'", text)
    assert meta["components"] == included


def test_each_has_a_run_of_its_own(subworkflow: Path) -> None:
    script = (subworkflow / "tests/main.nf").read_text()
    assert f"include {{ {subworkflow.name.upper()} }} from '../main'" in script
    assert f"nextflow run subworkflows/local/{subworkflow.name}/tests" in script


@pytest.mark.slow
def test_each_subworkflow_runs_alone(
    run_pipeline: RunPipeline, community: Path, tmp_path: Path, mappers: None
) -> None:
    """In the order of the data. That of spectra: test_spectra.py."""
    config = tmp_path / "few.config"
    config.write_text("process { withName: '.*_EMBED' { ext.args = '--epochs 5' } }\n")

    def run(name: str, *words: str | Path, **given: Path) -> dict[str, list[str]]:
        flags = [word for key, value in given.items() for word in (f"--{key}", value)]
        script = ROOT / "subworkflows/local" / name / "tests"
        done = run_pipeline(*words, *flags, script=script)
        assert done.returncode == 0, done.text
        lines = [line.split() for line in done.text.splitlines()]
        return {words[0]: words[1:] for words in lines if len(words) > 1}

    fasta = community / "contigs.fna.gz"
    reads = {f"fastq_{mate}": community / f"S2_{mate}.fastq.gz" for mate in (1, 2)}
    sample, bam = run("mapping", fasta=fasta, **reads)["bam"]
    assert sample == "test.S1"
    assert Path(bam).stat().st_size > 1000

    features = run("features", fasta=fasta, bam=community / "S1.bam", **reads)
    abundance, markers = (Path(features[what][1]) for what in ("abundance", "markers"))
    made = tmp_path.glob("work/*/*/test.composition.npz")
    (composition,) = (path for path in made if not path.is_symlink())
    from latentbin.matrix import NamedMatrix

    assert NamedMatrix.load(abundance, "abundance").columns == ("S1", "S2")

    both = {"composition": composition, "abundance": abundance, "markers": markers}
    clusters = {
        "vamb": run("vamb", "-c", config, **both)["clusters"],
        "deepmetabin": run("deepmetabin", "-c", config, **both)["clusters"],
        "genomeface": run("genomeface", fasta=fasta, abundance=abundance, markers=markers)[
            "clusters"
        ],
    }
    for binner, (group, found, path) in clusters.items():
        assert (group, found) == ("test", binner)
        rows = Path(path).read_text().splitlines()
        assert rows[0].split("\t")[:2] == ["contig", "cluster"]
        assert len(rows) > 10

    # contigs of a genome as a genus
    truth = [line.split("\t") for line in (community / "truth.binning").read_text().splitlines()]
    known_names = set(NamedMatrix.load(composition, "composition").names)
    contigs = [row[:2] for row in truth if row[0] in known_names]
    labels, contig2bin = tmp_path / "labels.tsv", tmp_path / "contig2bin.tsv"
    labels.write_text("contig\tgenus\n" + "".join(f"{c}\t{genome}\n" for c, genome in contigs))
    contig2bin.write_text("".join(f"{c}\tbin_{genome}\n" for c, genome in contigs))
    known = ("--matrix", composition, "--labels", labels)
    split, model = tmp_path / "split.tsv", tmp_path / "model"
    taxonomy = COMMANDS / "latentbin-taxonomy"
    for step in (
        ("split", *known, "--by", "random", "--output", split),
        ("train", *known, "--split", split, "--model", "linear", "--output-dir", model),
    ):
        subprocess.run([taxonomy, *step], check=True, capture_output=True)
    given = {"composition": composition, "model": model / "model.npz", "contig2bin": contig2bin}
    run("taxa", **given)
    (table,) = tmp_path.glob("work/*/*/test.vamb.bin_taxonomy.tsv")
    assert len(table.read_text().splitlines()) == 1 + len({genome for _, genome in contigs})
