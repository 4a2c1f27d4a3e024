from __future__ import annotations

import csv
import gzip
import json

import pysam
import pytest

from latentbin.contigs import read_contigs, read_fasta
from latentbin.files import file_digest
from latentbin.simulate.cli import main

SMALL = ["--genome-count", "2", "--genome-length", "100000", "--samples", "2", "--depth", "4"]


def run(folder, *options):
    return main(["community", "--output-dir", str(folder), *options])


@pytest.fixture(scope="module")
def co(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulate") / "co"
    assert run(folder, *SMALL, "--fastq") == 0
    return folder


@pytest.fixture(scope="module")
def references(tmp_path_factory):
    folder = tmp_path_factory.mktemp("references")
    for name, text in (("a", "ACGTTGCATTGACCA"), ("b", "GGCATCCGTTAGCAT")):
        with gzip.open(folder / f"{name}.fna.gz", "wt") as handle:
            # the second sequence has an N that no contig may hold
            handle.write(f">x\n{text * 400}\n>y\n{text * 300}n{text * 200}\n")
    return sorted(folder.iterdir())


def rows(folder, name="samplesheet.csv"):
    with open(folder / name, newline="") as handle:
        return list(csv.DictReader(handle))


def truth(folder):
    lines = (folder / "truth.binning").read_text().splitlines()
    start = lines.index("@@SEQUENCEID\tBINID\t_LENGTH")
    return [line.split("\t") for line in lines[start + 1 :]]


def test_folder_is_what_the_pipeline_takes(co):
    sheet = rows(co)
    assert list(sheet[0]) == "sample group assembly fastq_1 fastq_2 bam depth".split()
    assert [row["sample"] for row in sheet] == ["S1", "S2"]
    assert {row["assembly"] for row in sheet} == {str(co / "contigs.fna.gz")}
    assert [row["bam"] for row in sheet] == [str(co / "S1.bam"), str(co / "S2.bam")]
    assert not any(row["fastq_1"] or row["fastq_2"] or row["depth"] for row in sheet)
    reads = rows(co, "samplesheet_fastq.csv")
    assert reads[0]["fastq_1"] == str(co / "S1_1.fastq.gz")
    assert not any(row["bam"] for row in reads)
    contigs = read_contigs(co / "contigs.fna.gz")
    for row in sheet:
        with pysam.AlignmentFile(row["bam"]) as bam:
            assert bam.references == contigs.names
            assert list(bam.lengths) == contigs.lengths.tolist()
            assert bam.has_index()


def test_truth_names_each_contig_of_the_catalogue(co):
    contigs = read_contigs(co / "contigs.fna.gz")
    lines = (co / "truth.binning").read_text().splitlines()
    assert lines[:2] == ["@Version:0.9.1", "@SampleID:catalogue"]
    found = truth(co)
    assert [name for name, _, _ in found] == list(contigs.names)
    assert [int(length) for _, _, length in found] == contigs.lengths.tolist()
    assert {genome for _, genome, _ in found} == {"genome1", "genome2"}


def test_description_names_seed_genomes_relatives_and_depths(co):
    text = json.loads((co / "community.json").read_text())
    assert text["seed"] == 1
    assert text["options"]["genome_length"] == 100000
    first, second = text["genomes"]
    assert first["relative_of"] is None
    assert second["relative_of"] == "genome1"
    assert 0.2 < first["gc"] < 0.8
    assert set(first["depth"]) == {"S1", "S2"}
    depths = [depth for genome in text["genomes"] for depth in genome["depth"].values()]
    assert sum(depths) / len(depths) == pytest.approx(4, abs=0.01)
    assert text["counts"]["contigs"] == len(truth(co))
    with gzip.open(co / "S1_1.fastq.gz", "rt") as handle:
        assert 2 * sum(1 for _ in handle) // 4 == text["counts"]["reads"]["S1"]


def test_same_seed_same_bytes_and_another_seed_not(co, tmp_path):
    assert run(tmp_path / "again", *SMALL, "--fastq") == 0
    names = sorted(p.name for p in co.iterdir() if p.is_file() and p.suffix != ".csv")
    assert len(names) == 11
    for name in names:
        assert file_digest(co / name) == file_digest(tmp_path / "again" / name), name
    assert run(tmp_path / "other", *SMALL, "--seed", "2") == 0
    assert file_digest(co / "S1.bam") != file_digest(tmp_path / "other" / "S1.bam")


def test_multi_has_an_assembly_per_sample_and_bams_of_the_catalogue(references, tmp_path):
    folder = tmp_path / "multi"
    genomes = ["--genomes", *map(str, references)]
    options = ["--mode", "multi", "--samples", "3", "--separator", "_", "--n50", "2000"]
    assert run(folder, *genomes, *options) == 0
    catalogue = []
    for row in rows(folder):
        assert row["assembly"] == str(folder / "assemblies" / f"{row['sample']}.fna.gz")
        names = read_contigs(row["assembly"]).names
        catalogue += [f"{row['sample']}_{name}" for name in names]
    for row in rows(folder):
        with pysam.AlignmentFile(row["bam"]) as bam:
            assert list(bam.references) == catalogue
    assert [name for name, _, _ in truth(folder)] == catalogue
    assert {genome for _, genome, _ in truth(folder)} <= {"a", "b"}


def test_contigs_of_given_genomes_hold_no_n_and_no_relative_is_made(references, tmp_path):
    folder = tmp_path / "given"
    assert run(folder, "--genomes", *map(str, references), "--samples", "1") == 0
    sequences = [record.sequence for record in read_fasta(folder / "contigs.fna.gz")]
    assert all(set(sequence) <= set(b"ACGT") for sequence in sequences)
    genomes = json.loads((folder / "community.json").read_text())["genomes"]
    assert [genome["name"] for genome in genomes] == ["a", "b"]
    assert {genome["relative_of"] for genome in genomes} == {None}
    assert len(list(read_fasta(folder / "genomes" / "a.fna.gz"))) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--genomes", "{a}"], "1 file given, a community needs two genomes"),
        (["--genomes", "{a}", "{a}"], "a genome named 'a' was given before"),
        (["--genomes", "{a}", "absent.fna"], "no such FASTA file"),
        (["--mode", "multi", "--separator", "S"], "must be a text that is not part of these"),
        (["--mode", "multi", "--separator", ""], "must be a text that is not part of these"),
        (["--mode", "multi", "--separator", " "], "white space would end the contig's name"),
        (["--depth", "0.1", "--min-contig-length", "50000"], "Raise --depth"),
    ],
)
def test_bad_input_is_named_and_leaves_nothing(references, tmp_path, capsys, options, said):
    if "--genomes" not in options:
        options = ["--genomes", "{a}", "{b}", *options]
    a, b = map(str, references)
    assert run(tmp_path / "out", *(option.format(a=a, b=b) for option in options)) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_results_are_not_mixed_with_what_is_there(references, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("x")
    assert run(tmp_path, "--genomes", *map(str, references)) == 1
    assert "is not an empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_out_of_bounds_is_a_usage_error(tmp_path):
    with pytest.raises(SystemExit) as error:
        run(tmp_path / "x", "--genome-length", "5000")
    assert error.value.code == 2
