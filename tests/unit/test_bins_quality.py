from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from latentbin.bins.cli import main
from latentbin.bins.options import QualityOptions
from latentbin.bins.quality import (
    CLASSES,
    NEIGHBOURS,
    classify,
    gene_weights,
    judge_by_genes,
    wilson,
)
from latentbin.matrix import NamedMatrix
from latentbin.scg import Hit, write_markers

# genes of the user's own, without neighbours: all weigh the same
GENES = tuple(f"G{number:02}" for number in range(20))
LENGTHS = {"S1~a": 300, "S1~b": 200, "S1~c": 250, "S2~a": 400, "S2~b": 100, "S2~c": 50}
CLUSTERS = {"S1~a": "1", "S1~b": "1", "S1~c": "2", "S2~a": "1", "S2~b": "x"}
# S1 of cluster 1 has all genes, one of them twice; cluster 2 has half, S2 of 1 has none
CARRIED = {"S1~a": GENES[:12], "S1~b": GENES[11:], "S1~c": GENES[:10], "S2~c": GENES[:3]}


def write_inputs(folder: Path) -> dict[str, str]:
    """Paths by the name of their option."""
    fasta = "".join(f">{name}\n{'ACGTA' * (length // 5)}\n" for name, length in LENGTHS.items())
    (folder / "contigs.fna").write_text(fasta)
    rows = "".join(f"{contig}\t{cluster}\n" for contig, cluster in CLUSTERS.items())
    (folder / "clusters.tsv").write_text("contig\tcluster\n" + rows)
    hits = [
        Hit(contig, gene, 50.0, 1 + place, 90, "+", False)
        for contig, genes in CARRIED.items()
        for place, gene in enumerate(genes)
    ]
    write_markers(folder / "markers.tsv", GENES, hits)
    names = tuple(name for name, length in LENGTHS.items() if length >= 100)
    NamedMatrix(
        "composition",
        names,
        ("x",),
        np.zeros((len(names), 1), np.float32),
        {"lengths": np.array([LENGTHS[name] for name in names])},
    ).save(folder / "composition.npz")
    return {
        "--fasta": str(folder / "contigs.fna"),
        "--clusters": str(folder / "clusters.tsv"),
        "--markers": str(folder / "markers.tsv"),
    }


def quality(folder: Path, inputs: dict[str, str], *more: str) -> list[dict[str, str]]:
    words = [word for pair in inputs.items() for word in pair]
    assert main(["quality", *words, "--output", str(folder / "quality.tsv"), *more]) == 0
    return rows_of(folder / "quality.tsv")


def rows_of(path: Path) -> list[dict[str, str]]:
    header, *rows = (line.split("\t") for line in path.read_text().splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_bins_of_clusters_split_by_sample(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    more = ["--separator", "~", "--min-bin-size", "150", "--prefix", "v_", "--gene-recall", "1"]
    more += ["--json", str(tmp_path / "quality.json")]
    rows = quality(tmp_path, inputs, *more)
    assert [(row["bin"], row["class"]) for row in rows] == [
        ("v_S1~1", "NC"),
        ("v_S1~2", "MQ"),
        ("v_S2~1", "LQ"),
    ]
    # all of 20 genes, one extra copy among 21
    all_found = stats.binomtest(20, 20).proportion_ci(method="wilson")
    ends = stats.binomtest(1, 21).proportion_ci(method="wilson")
    assert rows[0] == {
        "bin": "v_S1~1",
        "class": "NC",
        "completeness": "100.00",
        "contamination": "4.76",
        "judged_by": "scg",
        "probability": rows[0]["probability"],
        "completeness_low": f"{100 * all_found.low:.2f}",
        "completeness_high": "100.00",
        "contamination_low": f"{100 * ends.low:.2f}",
        "contamination_high": f"{100 * ends.high:.2f}",
        "genes_found": "20",
        "extra_copies": "1",
        "contigs": "2",
        "bp": "500",
        "n50": "300",
    }
    # the normal tails of two score tests
    complete = stats.norm.cdf((1 - 0.9) / math.sqrt(0.9 * 0.1 / 20))
    clean = stats.norm.cdf((0.05 - 1 / 21) / math.sqrt(0.05 * 0.95 / 21))
    assert float(rows[0]["probability"]) == pytest.approx(complete * clean, abs=6e-4)
    assert (rows[1]["completeness"], rows[1]["contamination"]) == ("50.00", "0.00")
    nothing = ("completeness", "contamination_low", "contamination_high", "genes_found")
    assert [rows[2][name] for name in nothing] == ["0.00", "0.00", "100.00", "0"]
    report = json.loads((tmp_path / "quality.json").read_text())
    assert report["classes"] == {"NC": 1, "MQ": 1, "LQ": 1}
    assert (report["bins"], report["genes"], report["judged_by"]) == (3, 20, "scg")
    assert (report["options"]["separator"], report["options"]["gene_recall"]) == ("~", 1)
    assert set(report["inputs"]) == {"clusters_sha256", "markers_sha256"}


def test_contig2bin_of_write_gives_the_same_table(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    naming = ["--separator", "~", "--min-bin-size", "150"]
    of_clusters = quality(tmp_path, inputs, *naming)
    words = ["--fasta", inputs["--fasta"], "--clusters", inputs["--clusters"], *naming]
    assert main(["write", *words, "--output-dir", str(tmp_path / "bins")]) == 0
    written = inputs | {"--contig2bin": str(tmp_path / "bins" / "contig2bin.tsv")}
    del written["--clusters"]
    assert quality(tmp_path, written) == of_clusters
    # small bins of another binner are judged as well
    (tmp_path / "other.tsv").write_text("S2~b\ttiny\nS1~a\tbig.1\n")
    other = quality(tmp_path, written | {"--contig2bin": str(tmp_path / "other.tsv")})
    assert [(row["bin"], row["bp"]) for row in other] == [("big.1", "300"), ("tiny", "100")]


def test_catalogue_in_place_of_fasta(tmp_path: Path) -> None:
    """Genes on contigs that the catalogue's length limit leaves out are no error."""
    inputs = write_inputs(tmp_path)
    expected = quality(tmp_path, inputs, "--min-bin-size", "1")
    del inputs["--fasta"]
    inputs["--catalogue"] = str(tmp_path / "composition.npz")
    assert quality(tmp_path, inputs, "--min-bin-size", "1") == expected


def test_thresholds(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    naming = ["--separator", "~", "--min-bin-size", "150"]
    strict = ["--nc-contamination", "4", "--mq-completeness", "52"]
    assert [row["class"] for row in quality(tmp_path, inputs, *naming, *strict)] == [
        "MQ",
        "LQ",
        "LQ",
    ]
    completeness = np.array([90.0, 90.1, 50.0, 49.9, 100, 100])
    contamination = np.array([0, 4.9, 9.9, 0, 5, 10.0])
    classes = classify(completeness, contamination, QualityOptions())
    assert classes == ("MQ", "NC", "MQ", "LQ", "MQ", "LQ")


def test_neighbours_count_for_less() -> None:
    operon = NEIGHBOURS[0].split()
    assert len(operon) == 22
    genes = (*operon, *NEIGHBOURS[1].split(), *NEIGHBOURS[2].split(), *GENES[:13])
    weights = gene_weights(genes)
    assert weights[:22] == pytest.approx(1 / (1 + 21 * 0.2))
    assert weights[22:27] == pytest.approx([1 / 1.4] * 3 + [1 / 1.2] * 2)
    assert weights[27:] == pytest.approx(1)
    assert weights.sum() == pytest.approx(21.04, abs=0.01)
    # without its neighbours in the set, a gene is like any other
    assert gene_weights(("COG0048", "G00")).tolist() == [1, 1]
    lost = np.ones((1, 40), np.int64)
    lost[:, :22] = 0
    judged = judge_by_genes(genes, lost, QualityOptions(gene_recall=1))
    assert judged.completeness == pytest.approx(100 * (1 - 22 / 5.2 / weights.sum()))


def test_completeness_is_of_the_genes_that_a_complete_genome_shows() -> None:
    copies = np.ones((3, 20), np.int64)
    copies[1, :1] = 0
    copies[2, :10] = 0
    judged = judge_by_genes(GENES, copies, QualityOptions(gene_recall=0.95))
    assert judged.completeness == pytest.approx([100, 100, 100 * 10 / 19])


def test_wilson_is_scipys() -> None:
    counts, sizes = np.array([0, 1, 7, 30, 30]), np.array([30, 30, 30, 30, 31])
    ours = wilson(counts / sizes, sizes.astype(float))
    for (low, high), count, size in zip(ours, counts, sizes, strict=True):
        theirs = stats.binomtest(int(count), int(size)).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=1e-8)
    assert wilson(np.array([0.0]), np.array([0.0])).tolist() == [[0, 1]]


def test_a_bin_without_any_gene_is_of_low_quality_for_certain() -> None:
    judged = judge_by_genes(GENES, np.zeros((1, 20), np.int64), QualityOptions())
    assert judged.classes == ("LQ",)
    assert judged.genes is not None
    assert judged.genes.probability[0, CLASSES.index("LQ")] > 0.999


def test_checkm2_is_read_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = write_inputs(tmp_path)
    del inputs["--markers"]
    # as CheckM2 1.1.0 writes it of bins/*.fna.gz
    header = (
        "Name Completeness Contamination Completeness_Model_Used Translation_Table_Used "
        "Coding_Density Contig_N50 Average_Gene_Length Genome_Size GC_Content "
        "Total_Coding_Sequences Total_Contigs Max_Contig_Length Additional_Notes"
    )
    rest = "\t11\t0.877\t464247\t311.4838709677419\t2949057\t0.33\t2790\t21\t99999"
    unsure = "Low confidence prediction - substantial (>50%) disagreement between models"
    table = [
        header.replace(" ", "\t"),
        f"bin_2.fna\t95.31\t0.4\tNeural Network (Specific Model){rest}\tNone",
        f"bin_1\t99.0\t120.5\tGradient Boost (General Model){rest}\t{unsure}",
        f"elsewhere\t1\t2\t{rest}\t{unsure}",
    ]
    (tmp_path / "quality_report.tsv").write_text("\n".join(table) + "\n")
    inputs["--checkm2"] = str(tmp_path / "quality_report.tsv")
    rows = quality(
        tmp_path, inputs, "--min-bin-size", "150", "--json", str(tmp_path / "quality.json")
    )
    columns = ("bin", "class", "completeness", "contamination", "judged_by", "genes_found", "bp")
    assert [[row[name] for name in columns] for row in rows] == [
        ["bin_2", "NC", "95.31", "0.40", "checkm2", "", "250"],
        ["bin_1", "LQ", "99.00", "120.50", "checkm2", "", "900"],
    ]
    report = json.loads((tmp_path / "quality.json").read_text())
    assert (report["genes"], report["judged_by"]) == (None, "checkm2")
    assert f"quality_report.tsv: CheckM2 notes of bin_1: {unsure}" in capsys.readouterr().err


def test_no_bin_is_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert quality(tmp_path, write_inputs(tmp_path)) == []
    assert "there is no bin: the largest cluster has 900 bp" in capsys.readouterr().err
    assert (tmp_path / "quality.tsv").read_text().startswith("bin\tclass\t")
