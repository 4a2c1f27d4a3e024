"""What the pages tell to type runs, from the first line to the last, and prints what they show."""

from __future__ import annotations

import csv
import gzip
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, Block, code
from tests.pipeline.conftest import COMMANDS, missing, need
from tests.planted_spectra import write_fasta, write_mzml

# what a user has made, not what came with the tree
LEFT_OUT = {"bench", "demo", "results", "site", "tutorial", "work"}
NEXTFLOW = ROOT / ".tools/bin/nextflow"
# Nextflow as a page means it, but nothing is fetched, tasks do not run, and what stands twice on
# the page is run once
IN_ITS_PLACE = f"""\
#!/usr/bin/env bash
words=()
for word; do
    [[ $word == latentbin/latentbin ]] && word=.
    words+=("$word")
done
grep -qxF -- "${{words[*]}}" "$0.log" 2>/dev/null && exit
echo "${{words[*]}}" >>"$0.log"
exec {NEXTFLOW} "${{words[@]}}" MODE
"""


@dataclass(frozen=True)
class Way:
    """How the commands of a page are run: on which files, what of the pipeline, and what comes."""

    prepare: Callable[[Path], None] = lambda folder: None
    pipeline: str = ""  # an option of nextflow run: -preview, -stub-run
    check: Callable[[Path], None] = lambda folder: None


def simulate(folder: Path, *words: str) -> None:
    given = [COMMANDS / "latentbin-simulate", *words]
    subprocess.run(given, cwd=folder, check=True, capture_output=True)


def community(folder: Path, *words: str) -> Path:
    few = ("--genome-count", "3", "--genome-length", "250000", "--samples", "2")
    simulate(folder, "community", *few, *words, "--output-dir", "community")
    return folder / "community"


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text().splitlines()]


def readme(folder: Path) -> None:
    """Two days of one co-assembly."""
    made = community(folder)
    (made / "contigs.fna.gz").rename(folder / "contigs.fna.gz")
    for sample, day in (("S1", "day1"), ("S2", "day2")):
        for end in (".bam", ".bam.bai"):
            (made / f"{sample}{end}").rename(folder / f"{day}{end}")


def check_readme(folder: Path) -> None:
    assert len(list((folder / "bins/bins").glob("*.fna.gz"))) >= 2
    (drawing,) = code(Path("README.md"), "text")
    above = []
    named = 0
    for line in drawing.body.splitlines():
        indent, path, meaning = re.fullmatch(r"( *)(\S+)(.*)", line).groups()
        depth = len(indent) // 2
        above = [*above[:depth], path if path.endswith("/") else ""]
        if "with --truth" not in meaning:
            assert list(folder.glob("".join([*above[:depth], path]))), line
            named += 1
    assert named > 10


def usage(folder: Path) -> None:
    """An assembly for each sample, and all else that the commands read."""
    made = community(folder, "--mode", "multi")
    for path in (*made.glob("assemblies/*"), *made.glob("S?.bam*"), made / "truth.binning"):
        path.rename(folder / path.name)
    truth = [row for row in rows(folder / "truth.binning") if row[0] and row[0][0] not in "@#"]
    # reads per base as of strobealign --aemb
    depths = "".join(f"{row[0]}\t{number % 7 + 1}.5\n" for number, row in enumerate(truth))
    (folder / "depth.tsv").write_text(depths)

    # contigs of known taxa: of the same community, as if each genome had four strains
    joined = [f"{sample}.fna.gz" for sample in ("S1", "S2")]
    catalogue = ["--assembly", *joined, "--sample", "S1", "S2", "--output", "contigs.fna.gz"]
    subprocess.run([COMMANDS / "latentbin-catalogue", *catalogue], cwd=folder, check=True)
    taxa = [
        "contig\tgenus\tstrain",
        *(f"{c}\t{g}\t{g}.{n % 4}" for n, (c, g, *_) in enumerate(truth)),
    ]
    for name in ("labels.tsv", "truth.tsv"):
        (folder / name).write_text("\n".join(taxa) + "\n")

    proteins = ("--samples", "40", "--proteins", "80", "--new-samples", "8")
    simulate(folder, "proteome", *proteins, "--output-dir", "proteins")
    (folder / "proteins/samples.csv").rename(folder / "samples.csv")
    for name, to in (("proteome.tsv", "report.pg_matrix.tsv"), ("new.tsv", "new.tsv")):
        _, *titles = (table := rows(folder / "proteins" / name))[0]
        lines = [["Protein.Group", "Genes", *titles], *([row[0], *row] for row in table[1:])]
        (folder / to).write_text("".join("\t".join(line) + "\n" for line in lines))
    # so many that one in a hundred may be wrong
    write_fasta(folder / "proteins.fasta", 120)
    for sample in (1, 2):
        plain = folder / f"S{sample}.mzML"
        write_mzml(plain, dict.fromkeys(range(120), 1e6), with_ms1=False, seed=sample)
        (folder / f"S{sample}.mzML.gz").write_bytes(gzip.compress(plain.read_bytes()))

    depth = folder / "mag_results/GenomeBinning/depths/contigs/MEGAHIT-S1-depth.txt.gz"
    assembly = folder / "mag_results/Assembly/MEGAHIT/MEGAHIT-S1.contigs.fa.gz"
    for path in (depth, assembly):
        path.parent.mkdir(parents=True)
        path.touch()


def check_usage(folder: Path) -> None:
    """Nothing that the commands were told to write is empty, and the figures are sensible."""
    script = "".join(block.body for block in code(Path("docs/usage.md"), "bash"))
    outputs = re.findall(r"--(?:output|json|h5ad|study|probabilities) (\S+)", script)
    assert len(outputs) > 25
    for name in outputs:
        path = folder / name.replace("$sample", "S1")
        assert path.stat().st_size > 0, name
    assert len(list((folder / "bins/bins").glob("*.fna.gz"))) >= 3
    with (folder / "proteins.tsv").open() as handle:
        assert len(list(csv.DictReader(handle, delimiter="\t"))) >= 100
    assert len(rows(folder / "bin_taxonomy.tsv")) > 3


def clusters(folder: Path) -> None:
    community(folder)
    (folder / "community/samplesheet.csv").rename(folder / "samplesheet.csv")


def scale(folder: Path) -> None:
    clusters(folder)
    (folder / "samplesheet.csv").rename(folder / "thousand.csv")


def models(folder: Path) -> None:
    """Two of GTDB's genomes, where GTDB has them."""
    domains = {"bac120": ("GCF_000657795.2", "Bacteria"), "ar53": ("GCA_002508705.1", "Archaea")}
    for table, (genome, domain) in domains.items():
        taxa = f"d__{domain};p__P;c__C;o__O;f__F{table};g__G{table};s__G{table} s"
        prefix = "RS" if genome.startswith("GCF") else "GB"
        (folder / f"{table}_taxonomy.tsv").write_text(f"{prefix}_{genome}\t{taxa}\n")
        digits = genome[4:13]
        place = [genome[:3], digits[:3], digits[3:6], digits[6:]]
        path = folder.joinpath("gtdb_genomes_reps", *place, f"{genome}_genomic.fna.gz")
        path.parent.mkdir(parents=True)
        path.touch()


def check_models(folder: Path) -> None:
    header, *genomes = rows(folder / "genomes.tsv")
    assert header == ["genome", "genus", "family"]
    assert [row[1:] for row in genomes] == [
        ["g__Gbac120", "f__Fbac120"],
        ["g__Gar53", "f__Far53"],
    ]
    files = {path.name for path in (folder / "genomes").iterdir() if path.exists()}
    assert {f"{row[0]}.fna.gz" for row in genomes} == files


WAYS = {
    Path("README.md"): Way(readme, "-stub-run", check_readme),
    Path("docs/usage.md"): Way(usage, "-preview", check_usage),
    Path("docs/clusters.md"): Way(clusters, "-preview"),
    Path("docs/scale.md"): Way(scale, "-preview"),
    Path("docs/models.md"): Way(models, "", check_models),
    **{
        Path(f"docs/tutorials/{name}.md"): Way()
        for name in ("add-a-binner", "first-metagenome", "many-samples", "proteomics")
    },
    Path("docs/tutorials/train-genomeface.md"): Way(),
}


def to_run(page: Path) -> list[Block]:
    return [block for block in code(page, "bash") if not block.reason]


def sheets(page: Path) -> dict[str, Block]:
    """The samplesheets of a page under the names that it has for them, the first of each kind."""
    names = {"sample": "samplesheet.csv", "study": "studies.csv", "dataset": "datasets.csv"}
    first: dict[str, Block] = {}
    for block in code(page, "csv"):
        first.setdefault(names[block.body.split(",")[0]], block)
    return first


def make_files(body: str, folder: Path) -> None:
    """Every file that a samplesheet names, empty where there is none."""
    for row in csv.DictReader(body.splitlines()):
        for cell in row.values():
            if re.search(r"\.\w+$", cell):
                (folder / cell).parent.mkdir(parents=True, exist_ok=True)
                (folder / cell).touch()


def tree(folder: Path, pipeline: str = "") -> None:
    """Make the folder like that of a clone which has been set up: its files, by links."""
    for path in ROOT.iterdir():
        if path.name not in LEFT_OUT and not path.name.startswith((".git", ".nextflow")):
            (folder / path.name).symlink_to(path)
    if pipeline:
        (folder / ".tools").unlink()
        (folder / ".tools/bin").mkdir(parents=True)
        for path in (ROOT / ".tools/bin").iterdir():
            (folder / ".tools/bin" / path.name).symlink_to(path)
        program = folder / ".tools/bin/nextflow"
        program.unlink()
        program.write_text(IN_ITS_PLACE.replace("MODE", pipeline))
        program.chmod(0o755)


def run(text: str, folder: Path) -> str:
    places = (COMMANDS, folder / ".tools/bin", os.environ["PATH"])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env={**os.environ, "NXF_ANSI_LOG": "false", "PATH": os.pathsep.join(map(str, places))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def shown(line: str) -> re.Pattern[str]:
    """A line of output as a page shows it; figures may differ, and what is behind '...'."""
    words = [re.sub(r"\d+", r"\\d+", re.escape(word)) for word in line.split() if word != "..."]
    return re.compile(r"^\s*" + r"\s+".join(words), re.M)


@pytest.mark.slow
@pytest.mark.parametrize("page", WAYS, ids=str)
def test_a_page_runs_and_prints_what_it_shows(page: Path, tmp_path: Path) -> None:
    script = "".join(block.body for block in to_run(page))
    if "nextflow run" in script and not NEXTFLOW.exists():
        missing("Nextflow is not set up: make nextflow")
    if "latentbin-proteome search" in script:
        need("comet-ms")
    way = WAYS[page]
    tree(tmp_path, way.pipeline)
    way.prepare(tmp_path)
    for block in code(page, "groovy"):
        if block.body.startswith("// site.config"):
            (tmp_path / "site.config").write_text(block.body)
    if not way.pipeline:
        said = run(script, tmp_path)
        for block in code(page, "text"):
            for line in block.body.splitlines():
                assert shown(line).search(said), f"{block}: {line}\n{said[-4000:]}"
        simulated = {
            path.read_text().replace(f"{path.parent}/", "")
            for path in tmp_path.glob("tutorial/*/samplesheet.csv")
        }
        for block in code(page, "csv"):
            assert block.body in simulated, block
    else:
        for name, block in {**sheets(Path("README.md")), **sheets(page)}.items():
            if not (tmp_path / name).exists():
                (tmp_path / name).write_text(block.body)
                make_files(block.body, tmp_path)
        run(script, tmp_path)
    way.check(tmp_path)
