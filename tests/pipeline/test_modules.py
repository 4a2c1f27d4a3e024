"""Modules: the form that lets each move to another pipeline as one folder, and each run alone."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import COMMANDS, ROOT, RunPipeline, run_module

MODULES = sorted(
    path.parent for path in ROOT.glob("modules/**/main.nf") if "tests" not in path.parts
)
ORDER = ("tag", "label", "conda", "container", "input:", "output:", "script:", "stub:")


def name_of(module: Path) -> str:
    return "/".join(module.relative_to(ROOT / "modules").parts)


@pytest.fixture(params=MODULES, ids=name_of)
def module(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_are_modules() -> None:
    assert len(MODULES) >= 20


def test_form(module: Path) -> None:
    text = (module / "main.nf").read_text()
    places = [re.search(rf"^    {re.escape(word)}", text, re.M) for word in ORDER]
    starts = [place.start() for place in places if place]
    assert len(starts) == len(ORDER)
    assert starts == sorted(starts)
    assert len(text.splitlines()) <= 60
    assert "params." not in text
    assert "task.ext.args" in text
    process = "_".join(module.relative_to(ROOT / "modules").parts[1:]).upper()
    assert f"process {process} {{" in text
    assert f"    {process}(" in (module / "tests/main.nf").read_text()


def test_meta_describes_inputs_and_outputs(module: Path) -> None:
    text = (module / "main.nf").read_text()
    meta = yaml.safe_load((module / "meta.yml").read_text())
    inputs, outputs = re.findall(r"    (?:in|out)put:\n((?:    \S.*\n)+)", text)
    # val(name) and path(name, ...), in order
    names = re.findall(r"(?:val|path)[( ](\w+)", inputs)
    described = [
        next(iter(item))
        for entry in meta["input"]
        for item in (entry if isinstance(entry, list) else [entry])
    ]
    assert described == names
    assert list(meta["output"]) == re.findall(r"emit: (\w+)", outputs)
    for channel, paths in meta["output"].items():
        (line,) = re.findall(rf".*emit: {channel}\b.*", outputs)
        for item in paths[0]:
            (element,) = item
            assert element in line


def test_environment_agrees_with_container_and_version(module: Path) -> None:
    from latentbin import __version__

    text = (module / "main.nf").read_text()
    environment = yaml.safe_load((module / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge", "bioconda"]
    if "/latentbin/" in text:
        (pinned,) = environment["dependencies"][-1]["pip"]
        assert re.fullmatch(rf"latentbin(\[\w+\])?=={re.escape(__version__)}", pinned)
        # written out: in another pipeline the manifest has that pipeline's version
        assert re.search(rf'"ghcr.io/latentbin/latentbin-\w+:{re.escape(__version__)}"', text)
    else:
        pins = dict(pin.split("::")[1].split("=") for pin in environment["dependencies"])
        for tool, version in re.findall(r"biocontainers/(\w+):([0-9.]+)--", text):
            assert pins[tool] == version


def test_commands_know_the_flags_that_modules_give() -> None:
    """Options of main.nf and conf/modules.config exist in the command's help."""
    config = (ROOT / "conf/modules.config").read_text()
    for module in MODULES:
        text = (module / "main.nf").read_text()
        called = re.search(r'"""\n    (latentbin-\w+)(?: ([a-z]+))? \\', text)
        if not called:
            continue
        process = "_".join(module.relative_to(ROOT / "modules").parts[1:]).upper()
        block = re.search(rf"^    withName: '{process}' {{(.*?)\n    }}", config, re.S | re.M)
        script = text.split("    script:")[1].split("    stub:")[0] + (block[1] if block else "")
        words = [COMMANDS / called[1], *filter(None, [called[2]]), "--help"]
        help_text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        known = set(re.findall(r"--[a-z][a-z-]+", help_text))
        assert set(re.findall(r"--[a-z][a-z-]+", script)) <= known, name_of(module)


@pytest.mark.slow
def test_each_module_runs_alone(
    run_pipeline: RunPipeline, community: Path, tmp_path: Path, mappers: None
) -> None:
    """In the order of the data: what one makes, the next takes."""
    fasta = community / "contigs.fna.gz"
    other = tmp_path / "other.fna.gz"
    other.write_bytes(fasta.read_bytes())
    made: dict[str, Path] = {}

    def run(name: str, output: str, **params: Path | str) -> Path:
        made[name] = run_module(run_pipeline, name, output, **params)
        return made[name]

    reads = {f"fastq_{mate}": community / f"S1_{mate}.fastq.gz" for mate in (1, 2)}
    run("local/catalogue/concatenate", "*.catalogue.fna.gz", assembly_1=fasta, assembly_2=other)
    index = run("local/minimap2/index", "*.mmi", fasta=fasta)
    bam = run("local/minimap2/align", "*.bam", **reads, fasta=index)
    run("local/samtools/index", "*.bai", bam=bam)
    composition = run("local/composition/tnf", "*.composition.npz", fasta=fasta)
    first = run(
        "local/abundance/bam", "*.abundance.npz", bam=bam, catalogue=composition, fasta=fasta
    )
    table = tmp_path / "aemb.tsv"
    names = subprocess.run(["zgrep", "-o", "^>[^ ]*", fasta], capture_output=True, text=True).stdout
    table.write_text("".join(f"{name[1:]}\t{row}.5\n" for row, name in enumerate(names.split())))
    second = run("local/abundance/table", "*.abundance.npz", table=table, catalogue=composition)
    abundance = run(
        "local/abundance/merge", "*.abundance.npz", abundance_1=first, abundance_2=second
    )
    parts = {f"composition_{number}": tmp_path / f"S{number}.npz" for number in (1, 2)}
    for path in parts.values():
        words = ["tnf", "--fasta", fasta, "--prefix", f"{path.stem}~", "--output", path]
        subprocess.run([COMMANDS / "latentbin-composition", *words], check=True)
    run("local/composition/merge", "*.composition.npz", **parts)
    features = {"composition": composition, "abundance": abundance}
    latent = run("local/vamb/embed", "*.latent.npz", **features)
    markers = run("local/markers/find", "*.markers.tsv", fasta=fasta)
    empty = tmp_path / "empty.tsv"
    empty.write_text("".join(markers.read_text().splitlines(keepends=True)[:2]))
    run("local/markers/merge", "*.markers.tsv", markers_1=markers, markers_2=empty)
    run("local/vamb/cluster", "*.clusters.tsv", latent=latent, markers=markers)
    graph = run("local/deepmetabin/graph", "*.graph.npz", **features)
    known = {"graph": graph, "markers": markers}
    latent = run("local/deepmetabin/embed", "*.latent.npz", **features, **known)
    run("local/deepmetabin/cluster", "*.clusters.tsv", latent=latent, **known)
    embedding = run("local/genomeface/embed", "*.embedding.npz", fasta=fasta, abundance=abundance)
    clusters = run(
        "local/genomeface/cluster", "*.clusters.tsv", embedding=embedding, markers=markers
    )
    table = run("local/bins/write", "test.vamb/bins.tsv", clusters=clusters, fasta=fasta)
    contig2bin = table.with_name("contig2bin.tsv")
    run(
        *("local/bins/quality", "test.vamb.quality.tsv"),
        contig2bin=contig2bin,
        fasta=fasta,
        markers=markers,
    )
    truth = community / "truth.binning"
    run("local/evaluate", "test.vamb/metrics.tsv", clusters=clusters, fasta=fasta, truth=truth)
    run("local/explore/explore", "test.explore/metrics.tsv", matrix=latent, truth=truth)
    summary = run(
        "local/report/group", "*.summary.json", fasta=fasta, **features, contig2bin=contig2bin
    )
    run("local/report/write", "report.html", summary=summary)
    (tmp_path / "labels.tsv").write_text("sample\tlabel\na\t1\nb\tnoise\n")
    labels = {"labels": 1, "noise": 1, "eps": 0.5, "eps_by": "given", "follows": {}}
    (tmp_path / "summary.json").write_text(json.dumps({**labels, "follows_most": None}))
    (tmp_path / "evaluation.json").write_text('{"ranks": {}, "split": {}}')
    known = {"labels": tmp_path / "labels.tsv", "labels_report": tmp_path / "summary.json"}
    run("local/report/study", "*.summary.json", **known)
    run("local/report/dataset", "*.summary.json", evaluation=tmp_path / "evaluation.json")
    # those of spectra: test_spectra.py
    elsewhere = {"proteome", "taxonomy"}
    others = {name_of(m) for m in MODULES if elsewhere & set(m.parts)}
    others |= {"local/strobealign/align"}
    assert set(made) == {name_of(module) for module in MODULES} - others
