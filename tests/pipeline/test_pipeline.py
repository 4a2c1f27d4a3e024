"""The pipeline end to end: stub runs over every kind of row, real runs, resume, bad input."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from conftest import COMMANDS, ROOT, Run, RunPipeline, check_problems, check_resumes

EVERY_KIND = """\
sample,group,assembly,fastq_1,fastq_2,bam,depth
S1,co,a.fna,,,S1.bam,
S2,co,a.fna,,,S2.bam,
S1,multi.x,b.fna,,,S1.bam,
S2,multi.x,c/b.fna,,,S2.bam,
S1,mapped,a.fna,S1_1.fq.gz,S1_2.fq.gz,,
S2,mapped,a.fna,S2_1.fq.gz,,,
all,table,a.fna,,,,depth.tsv
"""
BIN_FILES = (
    "bins.binning",
    "bins.json",
    "bins.tsv",
    "bins/1.fna.gz",
    "clusters.tsv",
    "contig2bin.tsv",
    "quality.json",
    "quality.tsv",
    "unbinned.fna.gz",
)
FEATURES = ("abundance.npz", "composition.npz", "markers.tsv")
BINNERS = {
    "vamb": ("latent.npz",),
    "deepmetabin": ("graph.npz", "latent.npz"),
    "genomeface": ("embedding.npz",),
}
PREDICTIONS = ("predictions.json", "predictions.tsv", "probabilities.npz")
BIN_TAXONOMY = ("bin_taxonomy.json", "bin_taxonomy.tsv")
EVALUATION_FILES = ("bins.tsv", "genomes.tsv", "metrics.json", "metrics.tsv")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A samplesheet with every kind of row; its files exist and are empty."""
    folder = tmp_path / "sheets"
    for cell in re.findall(r"[\w/]+\.(?:fna|bam|fq\.gz|tsv)", EVERY_KIND):
        path = folder / cell
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
    path = folder / "sheet.csv"
    path.write_text(EVERY_KIND)
    return path


def check_stub_run(
    run_pipeline: RunPipeline, sheet: Path, parser: str, version: str | None
) -> None:
    truth = sheet.parent / "depth.tsv"
    model = sheet.parent / "model.npz"
    model.touch()
    words = ("-stub-run", "--input", sheet, "--truth", truth, "--save_bam")
    words += ("--taxonomy_model", model)
    run = run_pipeline(*words, parser=parser, version=version)
    assert run.returncode == 0, run.text
    # Nextflow runs on when a process gets fewer or more inputs than it names
    assert "does not match tuple declaration" not in run.text
    expected = {"report.html", "summary.tsv", "multi.x/catalogue/catalogue.fna.gz"}
    expected |= {f"mapping/mapped.{s}.{end}" for s in ("S1", "S2") for end in ("bam", "bam.bai")}
    for group in ("co", "multi.x", "mapped", "table"):
        expected |= {f"{group}/features/{name}" for name in FEATURES}
        expected |= {f"{group}/{name}" for name in (*PREDICTIONS, "results.h5ad")}
        for binner, learned in BINNERS.items():
            expected |= {
                f"{group}/{binner}/{name}" for name in (*learned, *BIN_FILES, *BIN_TAXONOMY)
            }
            expected |= {f"{group}/{binner}/evaluation/{name}" for name in EVALUATION_FILES}
    assert run.files() == expected
    versions = yaml.safe_load((run.results / "pipeline_info/versions.yml").read_text())
    modules = {
        "_".join(path.parent.relative_to(ROOT / "modules").parts[1:]).upper()
        for path in ROOT.glob("modules/*/**/meta.yml")
        if not {"proteome", "explore", "taxonomy", "report"} & set(path.parts)
    }
    modules |= {"TAXONOMY_PREDICT", "TAXONOMY_VOTE", "REPORT_GROUP", "Workflow"}
    modules |= {"COMPOSITION_OF_PART", "MARKERS_OF_PART"}
    assert set(versions) == modules - {"STROBEALIGN_ALIGN"}
    check_resumes(run_pipeline, run, *words, parser=parser, version=version)


def test_a_stub_run_makes_the_documented_tree_and_resumes(
    run_pipeline: RunPipeline, sheet: Path
) -> None:
    check_stub_run(run_pipeline, sheet, "v1", None)


@pytest.mark.slow
@pytest.mark.parametrize(("parser", "version"), [("v2", "25.04.0"), ("v1", "24.10.0")])
def test_other_parser_and_version(
    run_pipeline: RunPipeline, sheet: Path, parser: str, version: str
) -> None:
    check_stub_run(run_pipeline, sheet, parser, version)


def test_a_resumed_run_publishes_anew() -> None:
    config = (ROOT / "conf/publish.config").read_text()
    blocks = config.split("withName: ")[1:]
    assert len(blocks) > 10
    for block in blocks:
        if "publishDir = [enabled: false]" in block:
            continue
        assert re.search(r"^            overwrite: (true|'lenient'),$", block, re.M), block


def test_strobealign_and_one_binner_under_the_strict_parser(
    run_pipeline: RunPipeline, sheet: Path, tmp_path: Path
) -> None:
    rows = EVERY_KIND.splitlines()
    sheet.write_text(f"{rows[0]}\n{rows[5]}\n")
    weights = []
    for network in ("composition", "abundance"):
        # both may have the same name
        path = tmp_path / network / "weights.npz"
        path.parent.mkdir()
        path.touch()
        path.with_suffix(".json").touch()
        weights += [f"--genomeface_{network}_weights", path]
    # parameters of an institution's config are none of ours
    site = tmp_path / "site.config"
    site.write_text("params { config_profile_name = 'X'; max_memory = 125.GB; project = null }\n")
    words = ("--mapper", "strobealign", "--binners", "genomeface", *weights, "-c", site)
    run = run_pipeline("-stub-run", "--input", sheet, *words, parser="v2")
    assert run.returncode == 0, run.text
    assert "config file that do nothing here: max_memory, project\n" in run.text
    assert "MAPPING:STROBEALIGN_ALIGN (mapped.S1)" in run.text
    assert "MAPPING:MINIMAP2" not in run.text
    folders = {name.split("/")[1] for name in run.files() if name.count("/") > 1}
    assert folders == {"features", "genomeface"}
    for network in ("composition", "abundance"):
        staged = {path.resolve() for path in tmp_path.glob(f"work/*/*/{network}/weights.*")}
        assert staged == {tmp_path / network / f"weights.{end}" for end in ("npz", "json")}


def read_summary(folder: Path) -> dict[str, dict[str, str]]:
    """The row of each binner; there is one group."""
    with open(folder / "summary.tsv", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    found = {row["binner"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def commands(run: Run, start: str) -> list[str]:
    """What tasks were told to do, of those that ran a command that starts so."""
    texts = (path.read_text() for path in run.folder.glob("work/*/*/.command.sh"))
    return [text for text in texts if f"\n{start}" in text]


def test_a_real_run_bins_a_community_and_resumes(
    run_pipeline: RunPipeline, community: Path
) -> None:
    words = ("--input", community / "samplesheet.csv", "--truth", community / "truth.binning")
    epochs = ("--vamb_epochs", "30", "--deepmetabin_epochs", "30")
    run = run_pipeline(*words, *epochs, "--min_bin_size", "20000")
    assert run.returncode == 0, run.text
    summary = read_summary(run.results)
    assert set(summary) == set(BINNERS)
    for binner, found in summary.items():
        folder = run.results / "community" / binner
        bins = list((folder / "bins").glob(f"{binner}_*.fna.gz"))
        assert int(found["bins"]) == len(bins) > 0
        assert float(found["precision_bp"]) > 0.8
        evaluation = json.loads((folder / "evaluation/metrics.json").read_text())
        assert evaluation["metrics"]["genomes"] == 3
        with open(folder / "quality.tsv", newline="") as handle:
            classes = [row["class"] for row in csv.DictReader(handle, delimiter="\t")]
        assert len(classes) == len(bins)
        near_complete, medium = classes.count("NC"), classes.count("MQ")
        assert int(found["near_complete_bins"]) == near_complete
        assert int(found["medium_quality_bins"]) == near_complete + medium > 0
    (cluster,) = commands(run, "latentbin-vamb cluster")
    assert "--markers community.markers.tsv" in cluster
    (embed,) = commands(run, "latentbin-deepmetabin embed")
    assert "--epochs 30 --device auto" in embed
    params = json.loads((run.results / "pipeline_info/params.json").read_text())
    assert params["vamb_epochs"] == 30

    # what was cut off when a run was killed is made whole
    latent = run.results / "community/vamb/latent.npz"
    whole = latent.read_bytes()
    latent.write_bytes(whole[:1000])

    # what changes only the last steps, writing and judging bins and the report of them, leaves the
    # training alone
    again = run_pipeline(*words, *epochs, "--min_bin_size", "30000", "-resume")
    assert again.returncode == 0, again.text
    last = 2 * len(BINNERS) + 2
    assert (again.count("Submitted"), again.count("Cached")) == (
        last,
        run.count("Submitted") - last,
    )
    assert latent.read_bytes() == whole


@pytest.mark.slow
def test_mapped_reads_agree_with_the_given_bams(
    run_pipeline: RunPipeline, community: Path, mappers: None
) -> None:
    import numpy as np

    from latentbin.matrix import NamedMatrix

    depths = []
    for name in ("samplesheet.csv", "samplesheet_fastq.csv"):
        options = ("--vamb_epochs", "2", "--binners", "vamb", "--vamb_markers", "false")
        run = run_pipeline("--input", community / name, *options)
        assert run.returncode == 0, run.text
        assert set(read_summary(run.results)) == {"vamb"}
        clusterings = commands(run, "latentbin-vamb cluster")
        assert clusterings
        assert not any("--markers" in text for text in clusterings)
        path = run.results / "community/features/abundance.npz"
        depths.append(NamedMatrix.load(path, "abundance"))
    assert depths[0].columns == depths[1].columns == ("S1", "S2")
    np.testing.assert_allclose(depths[0].values, depths[1].values, rtol=0.2, atol=0.5)


@pytest.mark.slow
def test_several_assemblies_are_joined_and_split_again(
    run_pipeline: RunPipeline, community: Path, tmp_path: Path, mappers: None
) -> None:
    copy = tmp_path / "other.fna.gz"
    copy.write_bytes((community / "contigs.fna.gz").read_bytes())
    header, first, second = (community / "samplesheet_fastq.csv").read_text().splitlines()
    sheet = tmp_path / "multi.csv"
    second = second.replace(str(community / "contigs.fna.gz"), copy.name)
    sheet.write_text("\n".join((header, first, second)) + "\n")
    # the program's own weights, given as a user gives theirs
    weights = ROOT / "src/latentbin/genomeface/weights/composition.npz"
    options = ("--min_bin_size", "10000", "--vamb_epochs", "30")
    run = run_pipeline(*("--input", sheet, "--genomeface_composition_weights", weights, *options))
    assert run.returncode == 0, run.text
    (embed,) = commands(run, "latentbin-genomeface embed")
    assert "--composition-weights composition/*.npz" in embed
    assert "--abundance-weights" not in embed
    for binner in BINNERS:
        (cluster,) = commands(run, f"latentbin-{binner} cluster")
        assert "--separator='~'" in cluster
    assert "community/catalogue/catalogue.fna.gz" in run.files()
    check_features_of_parts(run)
    for binner in BINNERS:
        names = {path.name for path in (run.results / "community" / binner / "bins").iterdir()}
        assert {name.split("~")[0] for name in names} == {f"{binner}_S1", f"{binner}_S2"}


def check_features_of_parts(run: Run) -> None:
    """A task for each assembly, and together what the catalogue gives when it is searched whole."""
    import numpy as np

    from latentbin.matrix import NamedMatrix

    for command, option in (("latentbin-composition", "tnf"), ("latentbin-markers", "find")):
        made = sorted(commands(run, f"{command} {option}"))
        assert [re.findall(r"--prefix='(.*)'", text) for text in made] == [["S1~"], ["S2~"]]
    folder = run.results / "community/features"
    fasta = run.results / "community/catalogue/catalogue.fna.gz"
    whole = run.results.parent / "whole"
    for words in (("latentbin-composition", "tnf"), ("latentbin-markers", "find")):
        given = ("--fasta", fasta, "--output", whole.with_suffix(f".{words[1]}"))
        subprocess.run([COMMANDS / words[0], words[1], *given], check=True, capture_output=True)
    assert (folder / "markers.tsv").read_bytes() == whole.with_suffix(".find").read_bytes()
    one, other = (
        NamedMatrix.load(path, "composition")
        for path in (whole.with_suffix(".tnf"), folder / "composition.npz")
    )
    assert other.names == one.names
    np.testing.assert_allclose(other.values, one.values, rtol=0, atol=1e-7)


def test_every_problem_is_listed_at_once(run_pipeline: RunPipeline, sheet: Path) -> None:
    rows = (
        "sample,group,assembly,fastq_1,fastq_2,bam,depths",
        "S1,co,a.fna,,,S1.bam,",  # line 2
        "S1,co,a.fna,,,S2.bam,",
        "",
        "S 3,co,absent.fna,,,,",  # line 5
        "S4,co,a.fna,,S1_2.fq.gz,,",
        "S5,co,b.fna,S2_1.fq.gz,,S1.bam,,9",
        ",co,a.fna,,,S1.sam,",  # line 8
        '"S~9",co,a.fna,,,,',
    )
    # a byte order mark and Windows line ends are no problem
    sheet.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    lonely = sheet.parent / "lonely.npz"
    lonely.touch()
    run = run_pipeline(
        *("--input", sheet, "--min_lenght", "5", "--seed", "x", "--mapper", "bwa"),
        *("--min_identity", "101", "--truth", "nowhere.binning"),
        *("--genomeface_abundance_weights", lonely, "--abundance_unit", "rpkm"),
        *("--binners", "metabat,deepmetabin,genomeface"),
        "--separator",
    )
    expected = (
        r"--min_lenght: there is no such parameter. Did you mean --min_length\?",
        r"--seed: expected integer, got 'x'\.",
        r"--mapper: expected one of minimap2, strobealign, got 'bwa'\.",
        r"--min_identity: must be at most 100, got 101\.",
        r"--truth: 'nowhere.binning' does not exist\.",
        r"--binners: 'metabat,deepmetabin,genomeface': expected names of binners "
        r"\(vamb, deepmetabin, genomeface\)",
        r"--abundance_unit: only VAMB takes rpkm\.",
        r"--genomeface_abundance_weights: 'lonely.json' is not beside 'lonely.npz'\.",
        r"--separator: expected string, got no value\.",
        r"sheet.csv: unknown column 'depths'. Did you mean depth\?",
        r"sheet.csv, line 5, sample: 'S 3': a sample name has letters",
        r"sheet.csv, line 5, assembly: 'absent.fna' does not exist",
        r"sheet.csv, line 5 \(sample S 3\): has no reads, BAM or depth table",
        r"sheet.csv, line 6 \(sample S4\): has fastq_2 without fastq_1",
        r"sheet.csv, line 7: has 8 cells, the header has 7",
        r"sheet.csv, line 7 \(sample S5\): has reads and bam",
        r"sheet.csv, line 8: 'sample' is empty",
        r"sheet.csv, line 8, bam: 'S1.sam': a file of mapped reads ends with .bam or .cram",
        r"sheet.csv, line 9, sample: 'S~9': a sample name has letters",
        r"sheet.csv, lines 2, 3: sample 'S1' stands more than once in group 'co'",
        r"sheet.csv, lines 2, 7: '.*S1.bam' is used more than once in group 'co'",
        r"sheet.csv, lines 2, 3, 6, 8, 9: share '.*a.fna' while other rows",
    )
    check_problems(run, expected)


def test_help_prints_every_parameter(run_pipeline: RunPipeline) -> None:
    run = run_pipeline("--help")
    assert run.returncode == 0
    schema = json.loads((ROOT / "nextflow_schema.json").read_text())
    for group in schema["$defs"].values():
        for name, spec in group["properties"].items():
            assert re.search(rf"--{name} +{re.escape(spec['description'])}", run.text), name
    assert not run.results.exists()


def test_a_killed_task_is_tried_again(
    run_pipeline: RunPipeline, sheet: Path, tmp_path: Path
) -> None:
    rows = EVERY_KIND.splitlines()
    sheet.write_text(f"{rows[0]}\n{rows[7]}\n")
    config = tmp_path / "killed.config"
    config.write_text(
        "process { withName: 'COMPOSITION_TNF' {\n"
        "    beforeScript = { task.attempt == 1 ? 'exit 137' : '' }\n} }\n"
    )
    run = run_pipeline("-stub-run", "--input", sheet, "-c", config, "--binners", "vamb")
    assert run.returncode == 0, run.text
    assert "terminated with an error exit status (137) -- Execution is retried (1)" in run.text
    trace = (run.results / "pipeline_info/execution_trace.tsv").read_text()
    assert [line.split("\t")[5] for line in trace.splitlines() if "COMPOSITION" in line] == [
        "137",
        "0",
    ]
