"""The command: what it writes, what it refuses, the same bytes twice."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from tests.planted import planted_matrices

from latentbin.clusters import read_clusters
from latentbin.colours import NOBODY, OTHERS, PALETTE
from latentbin.explore.cli import main
from latentbin.explore.colouring import MOST_NAMED, Colouring
from latentbin.matrix import NamedMatrix

FAST = ["--embeddings", "pca", "--threads", "1", "--max-clusters", "6"]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Composition, abundance, truth; a genome each for three contigs is not known."""
    folder = tmp_path_factory.mktemp("planted")
    composition, abundance, truth = planted_matrices(contigs=40)
    composition.save(folder / "composition.npz")
    abundance.save(folder / "abundance.npz")
    rows = [f"{name}\tg{genome}\n" for name, genome in zip(composition.names, truth, strict=True)]
    (folder / "truth.tsv").write_text("contig\tgenome\n" + "".join(rows[3:]))
    return folder


def table(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def run(planted, output, *more, fast=FAST):
    words = ["--matrix", planted / "composition.npz", "--output-dir", output, *fast, *more]
    return main([str(word) for word in words])


def refused(capsys, *args, **kwargs):
    assert run(*args, **kwargs) == 1
    return capsys.readouterr().err


def test_what_is_written_with_truth(planted, tmp_path):
    out = tmp_path / "out"
    more = ["--matrix", planted / "abundance.npz", "--truth", planted / "truth.tsv"]
    assert run(planted, out, *more) == 0
    rows = table(out / "metrics.tsv")
    assert [row["clustering"] for row in rows] == ["k-means", "DBSCAN", "HDBSCAN", "GMM"]
    assert {row["embedding"] for row in rows} == {"PCA"}
    best = max(rows, key=lambda row: float(row["v_measure"]))
    assert float(best["v_measure"]) > 0.95
    assert float(best["accuracy"]) > 0.95
    said = json.loads((out / "metrics.json").read_text())
    assert said["counts"] == {
        "rows": 120,
        "rows_explored": 120,
        "classes_explored": 3,
        "rows_scored": 117,
    }
    assert said["class_column"] == "genome"
    assert said["matrices"][1] == {"kind": "abundance", "columns": 4, "scaled_by": "columns"}
    assert said["methods"][0]["v_measure"] == pytest.approx(float(rows[0]["v_measure"]), abs=1e-4)
    assert set(said["inputs"]) == {"composition.npz", "abundance.npz", "truth.tsv"}
    assert "seconds" not in json.dumps(said)
    for name in ("pca", "metrics"):
        assert (out / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert "<svg" in (out / f"{name}.svg").read_text()[:500]
    # clusters as every binner writes them, coordinates as a latent with lengths
    clusters = read_clusters(out / "clusters/pca.hdbscan.tsv")
    assert len(set(clusters.values())) == int(rows[2]["clusters"])
    assert 120 - len(clusters) == int(rows[2]["noise"])
    latent = NamedMatrix.load(out / "pca.npz", "latent")
    assert latent.columns[0] == "pca_1"
    assert len(latent.contigs) == 120


def test_the_page_stands_alone_and_names_rows(planted, tmp_path):
    out = tmp_path / "out"
    names = tuple(f"</script><b>{n}" for n in range(120))
    matrix = NamedMatrix.load(planted / "composition.npz", "composition")
    NamedMatrix("composition", names, matrix.columns, matrix.values).save(tmp_path / "m.npz")
    words = ["--matrix", tmp_path / "m.npz", "--output-dir", out, "--drawn-rows", "50", *FAST]
    assert main([str(word) for word in words]) == 0
    page = (out / "explore.html").read_text()
    assert "50 of 120 rows, drawn at random (--drawn-rows)" in page
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page)
    (text,) = re.findall(r"^const data = (.*);$", page, re.M)
    assert "</script>" not in text
    data = json.loads(text)
    assert len(set(data["names"]) & set(names)) == 50
    assert list(data["colourings"]) == [
        f"PCA + {m}" for m in ("k-means", "DBSCAN", "HDBSCAN", "GMM")
    ]
    assert [len(axis["at"]) for axis in data["embeddings"]["PCA"]] == [50, 50, 50]
    assert "50 of 120 rows drawn" in (out / "pca.svg").read_text()
    # without truth there are silhouettes, and nothing else
    row = table(out / "metrics.tsv")[0]
    assert row["v_measure"] == ""
    assert float(row["silhouette"]) > 0


def test_same_bytes_twice_but_for_the_time(planted, tmp_path):
    fast = ["--threads", "1", "--embeddings", "vae", "--epochs", "3", "--clusterings", "gmm"]
    more = ["--clusters", "classes"]
    more += ["--truth", planted / "truth.tsv", "--elbow", "2,4"]
    for name in ("a", "b"):
        assert run(planted, tmp_path / name, *more, fast=fast) == 0
    files = sorted(str(path.relative_to(tmp_path / "a")) for path in (tmp_path / "a").rglob("*.*"))
    assert {"vae.npz", "explore.html", "elbow.png", "clusters/vae.gmm.tsv"} <= set(files)
    timed = {"metrics.tsv", "elbow.tsv"}
    for name in files:
        one, two = (tmp_path / folder / name for folder in ("a", "b"))
        if name in timed:
            assert [row.rsplit("\t", 1)[0] for row in one.read_text().splitlines()] == [
                row.rsplit("\t", 1)[0] for row in two.read_text().splitlines()
            ]
        else:
            assert one.read_bytes() == two.read_bytes(), name
    sizes = table(tmp_path / "a/elbow.tsv")
    assert [row["latent_size"] for row in sizes] == ["2", "4"]
    assert [row["elbow"] for row in sizes].count("1") == 1


def test_sub_samples_are_counted(planted, tmp_path):
    truth = ["--truth", planted / "truth.tsv", "--clusterings", "kmeans"]
    balanced = ["--sub-sample", "balanced", "--per-class", "30", "--clusters", "classes"]
    assert run(planted, tmp_path / "a", *truth, *balanced) == 0
    said = json.loads((tmp_path / "a/metrics.json").read_text())
    assert said["counts"] == {
        "rows": 120,
        "classes_kept": 3,
        "classes_too_small": 0,
        "rows_of_small_classes": 0,
        "rows_without_class": 3,
        "rows_beyond_per_class": 27,
        "rows_explored": 90,
        "classes_explored": 3,
        "rows_scored": 90,
    }
    assert said["methods"][0]["settings"] == "k 3 as classes"
    assert run(planted, tmp_path / "b", *truth, "--max-rows", "50") == 0
    assert len(NamedMatrix.load(tmp_path / "b/pca.npz", "latent").names) == 50


def test_a_proteome_brings_its_classes(tmp_path):
    rng = np.random.default_rng(2)
    classes = np.repeat(["x", "y"], 20)
    values = rng.random((40, 12)) + (classes == "x")[:, None]
    text = {name: np.full(40, "") for name in ("batch", "donor")}
    arrays = {"class": classes, "tune": np.zeros(40, bool), **text}
    names = tuple(f"s{n}" for n in range(40))
    columns = tuple(f"p{n}" for n in range(12))
    path = tmp_path / "proteome.npz"
    NamedMatrix("proteome", names, columns, values.astype(np.float32), arrays).save(path)
    words = ["--matrix", path, "--class-column", "class", "--output-dir", tmp_path / "o", *FAST]
    assert main([str(word) for word in words]) == 0
    assert table(tmp_path / "o/metrics.tsv")[0]["v_measure"] == "1.0000"
    latent = NamedMatrix.load(tmp_path / "o/pca.npz", "proteome-latent")
    assert latent.arrays["class"].tolist() == classes.tolist()


def test_what_cannot_be_explored_is_refused(planted, tmp_path, capsys):
    truth = ["--truth", planted / "truth.tsv"]
    out = tmp_path / "o"
    said = refused(capsys, planted, out, "--sub-sample", "balanced")
    assert "--sub-sample balanced needs classes. Give --truth" in said
    said = refused(capsys, planted, out, *truth, "--sub-sample", "balanced")
    assert "no class has 1000 rows, the largest has 39" in said
    assert "Lower --per-class" in said
    more = ["--sub-sample", "unbalanced", "--min-per-class", "99"]
    assert "Lower --min-per-class" in refused(capsys, planted, out, *truth, *more)
    more = ["--sub-sample", "balanced", "--per-class", "5"]
    said = refused(capsys, planted, out, *truth, *more)
    assert "15 rows to explore, at least 20 are needed" in said
    said = refused(capsys, planted, out, fast=["--umap-limit", "100"])
    assert "120 rows are more than --umap-limit 100: UMAP would take hours" in said
    assert "--embeddings pca,vae" in said
    said = refused(capsys, planted, out, "--clusters", "120")
    assert "--clusters: 120 clusters of 120 rows. Ask for fewer" in said
    said = refused(capsys, planted, out, "--class-column", "genus")
    assert "says nothing of 'genus' of its rows" in said
    assert not out.exists()
    out.mkdir()
    (out / "kept").touch()
    assert "exists and is not an empty folder" in refused(capsys, planted, out)
    with pytest.raises(SystemExit) as usage:
        run(planted, tmp_path / "p", "--clusters", "classes")
    assert usage.value.code == 2
    assert "--clusters classes needs --truth" in capsys.readouterr().err


def test_an_output_that_stands_is_refused_before_work(planted, tmp_path, capsys):
    (tmp_path / "file").touch()
    assert "exists and is not an empty folder" in refused(capsys, planted, tmp_path / "file")
    said = refused(capsys, planted, tmp_path / "none" / "o")
    assert "its folder does not exist" in said
    assert "embedded by" not in said


def test_help_is_instant():
    code = (
        "import sys, latentbin.explore.cli as cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'torch', 'scipy', 'sklearn', 'umap', 'numba', 'plotly', 'matplotlib'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == ""
    assert "--class-column" in done.stdout


def test_the_largest_groups_have_colours_and_the_others_grey():
    codes = np.repeat(np.arange(30), np.arange(1, 31))  # the last is the largest
    colouring = Colouring.of_classes("by", np.append(codes, -1), [f"g{n:02}" for n in range(30)])
    assert colouring.names[0] == "g29"
    assert colouring.sizes.tolist() == sorted(range(1, 31), reverse=True)
    colours = colouring.colours()
    assert len(set(PALETTE)) == len(PALETTE) == MOST_NAMED
    assert colours[-1] == NOBODY
    assert colours[:-1][codes == 29].tolist() == [PALETTE[0]] * 30
    assert set(colours[np.flatnonzero(codes < 10)]) == {OTHERS}


@pytest.mark.slow
def test_all_embeddings_the_same_bytes_twice(planted, tmp_path):
    more = ["--matrix", planted / "abundance.npz", "--truth", planted / "truth.tsv"]
    for name in ("a", "b"):
        assert run(planted, tmp_path / name, *more, fast=["--threads", "1"]) == 0
    rows = table(tmp_path / "a/metrics.tsv")
    assert len(rows) == 12
    assert max(float(row["v_measure"]) for row in rows if row["embedding"] == "UMAP") > 0.95
    assert max(float(row["v_measure"]) for row in rows if row["embedding"] == "VAE") > 0.8
    for path in (tmp_path / "a").rglob("*.*"):
        if path.name != "metrics.tsv":
            twin = tmp_path / "b" / path.relative_to(tmp_path / "a")
            assert path.read_bytes() == twin.read_bytes(), path.name
