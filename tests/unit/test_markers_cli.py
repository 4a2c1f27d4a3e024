"""`latentbin-markers` from the command line."""

from __future__ import annotations

import gzip
import re
from importlib import resources

import numpy as np
import pytest

from latentbin.markers.cli import main
from latentbin.scg import HEADER, read_markers
from latentbin.simulate.genomes import make_genome, to_text


@pytest.fixture(scope="module")
def genome():
    return to_text(make_genome(np.random.default_rng(31), "g", 80_000, 0.5).sequences[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory, genome):
    """Contigs, and the results of the default and the exhaustive search."""
    path = tmp_path_factory.mktemp("markers")
    records = {"whole": genome, "gap": b"N" * 5000, "short": genome[:999], "none": b"ACGTTGA" * 400}
    with open(path / "contigs.fna", "wb") as handle:
        for name, sequence in records.items():
            handle.write(b">" + name.encode() + b" note\n" + sequence + b"\n")
    fasta = ("--fasta", str(path / "contigs.fna"), "--threads", "2")
    assert main(["find", *fasta, "--output", str(path / "markers.tsv")]) == 0
    outputs = (
        "--output",
        path / "all.tsv",
        "--gff",
        path / "g.gff",
        "--proteins",
        path / "p.faa.gz",
    )
    assert main(["find", *fasta, *map(str, outputs)]) == 0
    return path


def rows(path):
    return [line.split("\t") for line in path.read_text().splitlines()[2:]]


def run(tmp_path, fasta, *options):
    output = tmp_path / "markers.tsv"
    return main(
        ["find", "--fasta", str(fasta), "--output", str(output), *map(str, options)]
    ), output


def write(tmp_path, **sequences):
    path = tmp_path / "c.fna"
    path.write_text("".join(f">{name}\n{text}\n" for name, text in sequences.items()))
    return path


def test_table_holds_the_genes_in_order(folder):
    text = (folder / "markers.tsv").read_text().splitlines()
    assert len(text[0].split("\t")) == 41
    assert text[0].startswith("#genes\tCOG0012\tCOG0016\t")
    assert tuple(text[1].split("\t")) == HEADER
    found = rows(folder / "markers.tsv")
    assert {row[0] for row in found} == {"whole"}
    starts = [int(row[3]) for row in found]
    assert starts == sorted(starts)
    assert len({row[1] for row in found}) >= 36
    assert all(re.fullmatch(r"\d+\.\d", row[2]) and row[5] in "+-" for row in found)
    markers = read_markers(folder / "markers.tsv", ("whole", "gap", "none"))
    assert set(markers.contig.tolist()) == {0}


def test_gff_and_proteins_hold_all_genes_and_those_of_the_table(folder):
    gff = (folder / "g.gff").read_text().splitlines()
    assert gff[0] == "##gff-version 3"
    assert gff[1] == "##sequence-region whole 1 80000"
    genes = [line.split("\t") for line in gff if line[0] != "#"]
    assert len(genes) > 50
    places = {(g[0], g[3], g[4], g[6]) for g in genes}
    assert {(r[0], r[3], r[4], r[5]) for r in rows(folder / "all.tsv")} <= places
    proteins = gzip.decompress((folder / "p.faa.gz").read_bytes()).decode()
    headers = [line.split(" # ") for line in proteins.splitlines() if line[0] == ">"]
    assert [(h[0][1:].rsplit("_", 1)[0], h[1], h[2]) for h in headers] == [
        (g[0], g[3], g[4]) for g in genes
    ]
    assert [h[0][1:] for h in headers] == [re.match("ID=([^;]+)", g[8])[1] for g in genes]


def test_gff_implies_the_exhaustive_search_and_says_so(folder, tmp_path, capsys, genome):
    def keys(path):
        return {(r[1], r[4] if r[5] == "+" else r[3]) for r in rows(path)}

    assert keys(folder / "markers.tsv") == keys(folder / "all.tsv")
    fasta = write(tmp_path, a="ACGTTGCA" * 200)
    assert run(tmp_path, fasta, "--gff", tmp_path / "g.gff")[0] == 0
    assert "calling the genes of every contig in full, for --gff" in capsys.readouterr().err


def test_gene_over_the_end_of_a_contig_counts_and_is_partial(folder, tmp_path, genome):
    name, start, end = next(
        (row[1], int(row[3]), int(row[4]))
        for row in rows(folder / "markers.tsv")
        if float(row[2]) > 500 and 3000 < int(row[3]) < 70_000
    )
    cut = end - (end - start) // 8  # seven eighths of the gene are left
    for text in (genome[start - 3000 : cut], genome[start - 1 + (end - start) // 8 : end + 3000]):
        code, output = run(tmp_path, write(tmp_path, piece=text.decode()))
        assert code == 0
        assert [row[6] for row in rows(output) if row[1] == name] == ["yes"]


def test_nothing_found_is_a_table_without_rows(tmp_path, capsys):
    fasta = write(tmp_path, gap="N" * 2000, short="ACGT")
    for extra in ((), ("--exhaustive",)):
        code, output = run(tmp_path, fasta, *extra)
        assert code == 0
        assert len(output.read_text().splitlines()) == 2
        log = capsys.readouterr().err
        assert "1 contigs, 2000 bp; 1 shorter than 1000 bp left out" in log
        assert "0 single-copy genes found, of 0 of the 40 kinds" in log
    assert run(tmp_path, write(tmp_path, a="ACGT" * 20))[0] == 0


def test_run_of_n_longer_than_hmmer_takes(tmp_path):
    fasta = write(tmp_path, gap="N" * 400_000)
    code, output = run(tmp_path, fasta, "--exhaustive", "--proteins", tmp_path / "p.faa")
    assert code == 0
    assert len(output.read_text().splitlines()) == 2


@pytest.mark.parametrize("extra", [(), ("--exhaustive",)])
def test_lower_case_and_rna_count(folder, tmp_path, genome, extra):
    text = genome.decode()
    fasta = write(tmp_path, whole=text[:40_000].lower() + text[40_000:].replace("T", "U"))
    code, output = run(tmp_path, fasta, *extra)
    assert code == 0
    assert rows(output) == rows(folder / ("all.tsv" if extra else "markers.tsv"))


def test_min_length(folder, tmp_path):
    code, output = run(tmp_path, folder / "contigs.fna", "--min-length", "100000")
    assert code == 0
    assert rows(output) == []


def test_own_profiles_give_the_same_rows(folder, tmp_path):
    data = resources.files("fetchmgs") / "data"
    path = tmp_path / "set.hmm"
    path.write_text((data / "COG0012.hmm").read_text() + (data / "COG0533.hmm").read_text())
    table = tmp_path / "cutoffs.tsv"
    table.write_text("COG0012\t210\nCOG0533\t300\n")
    code, output = run(tmp_path, folder / "contigs.fna", "--hmm", path, "--cutoffs", table)
    assert code == 0
    assert output.read_text().splitlines()[0] == "#genes\tCOG0012\tCOG0533"
    expected = [r for r in rows(folder / "markers.tsv") if r[1] in ("COG0012", "COG0533")]
    assert rows(output) == expected
    assert len(expected) == 2
    assert run(tmp_path, folder / "contigs.fna", "--hmm", path)[0] == 1


def test_cutoffs_without_profiles(tmp_path, capsys):
    assert run(tmp_path, "c.fna", "--cutoffs", "c.tsv")[0] == 1
    assert "--cutoffs goes with --hmm" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--output", "--gff", "--proteins"])
def test_output_folders_are_checked_before_the_input_is_read(tmp_path, capsys, option):
    base = ["find", "--fasta", "absent.fna", "--output", str(tmp_path / "m.tsv")]
    assert main([*base, option, str(tmp_path / "no" / "file")]) == 1
    assert "its folder does not exist" in capsys.readouterr().err


def test_broken_input_leaves_nothing_behind(tmp_path, capsys):
    fasta = write(tmp_path, a="ACGT" * 400)
    with open(fasta, "a") as handle:
        handle.write(">b\nMKVLE\n")
    before = set(tmp_path.iterdir())
    assert run(tmp_path, fasta, "--gff", tmp_path / "g.gff")[0] == 1
    assert "this is protein" in capsys.readouterr().err
    assert set(tmp_path.iterdir()) == before
