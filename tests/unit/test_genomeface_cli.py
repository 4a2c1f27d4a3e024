"""latentbin-genomeface as a user meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from tests.planted import planted_genome, planted_matrices, save_sequences

from latentbin.clusters import read_clusters
from latentbin.genomeface.cli import main
from latentbin.matrix import NamedMatrix

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.fixture
def planted(tmp_path):
    _, abundance, _ = planted_matrices(contigs=25)
    abundance.save(tmp_path / "abundance.npz")
    save_sequences(tmp_path, abundance, planted_matrices(contigs=25)[2])
    return tmp_path, abundance


def embed(folder, *options, output="embedding.npz"):
    files = ("--fasta", folder / "contigs.fna", "--abundance", folder / "abundance.npz")
    return run("embed", *files, "--output", folder / output, "--device", "cpu", *options)


def cluster(folder, *options):
    files = ("--embedding", folder / "embedding.npz", "--markers", folder / "markers.tsv")
    return run("cluster", *files, "--output", folder / "clusters.tsv", *options)


def save_embedding(folder, names):
    """An embedding made by hand, with two genomes, and a table of no genes."""
    rng = np.random.default_rng(1)
    values = np.eye(2)[np.arange(len(names)) % 2].repeat(3, axis=1) + rng.normal(
        0, 0.1, (len(names), 6)
    )
    for part in (values[:, :4], values[:, 4:]):
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    NamedMatrix(
        "embedding",
        names,
        tuple("abcdef"),
        values.astype(np.float32),
        {
            "lengths": np.arange(len(names)) * 100 + 1_000,
            "counted": np.arange(len(names)) != 3,
        },
        {"widths": [4, 2], "weights": [5.0, 5.0]},
    ).save(folder / "embedding.npz")
    header = "contig gene score start end strand partial".replace(" ", "\t")
    (folder / "markers.tsv").write_text(f"#genes\tg1\tg2\n{header}\n")


@pytest.mark.parametrize("step", [[], ["embed"], ["cluster"], ["train", "composition"]])
def test_help_is_there_without_tensorflow(step):
    code = (
        "import sys\n"
        "from latentbin.genomeface.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'numba', 'scipy', 'faiss', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *step, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage: latentbin-genomeface" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["embed"],
        ["train"],
        ["train", "abundance"],
        ["cluster", "--embedding", "e", "--markers", "m", "--output", "c", "--neighbours", "0"],
        ["train", "abundance", "--output", "w.npz", "--checkpoint-every", "0"],
    ],
)
def test_wrong_usage_ends_with_2(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as error:
        run(*arguments)
    assert error.value.code == 2


def test_the_embedding_says_what_it_is(planted):
    folder, abundance = planted
    assert embed(folder, "--threads", 1) == 0
    made = NamedMatrix.load(folder / "embedding.npz", "embedding")
    assert made.names == abundance.names
    widths = made.attributes["widths"]
    assert widths == [144, 64]
    assert len(made.columns) == sum(widths)
    for part in (made.values[:, :144], made.values[:, 144:]):
        np.testing.assert_allclose(np.linalg.norm(part, axis=1), 1, atol=1e-4)
    assert made.arrays["counted"].all()
    np.testing.assert_array_equal(made.arrays["lengths"], abundance.arrays["lengths"])
    assert made.attributes["samples"] == 4
    assert set(made.report["inputs"]) == {"contigs.fna", "abundance.npz"}
    assert made.report["weights"] == {"composition": "shipped", "abundance": "shipped"}


def test_threads_change_no_value_that_matters(planted):
    folder, _ = planted
    assert embed(folder, "--threads", 1, output="one.npz") == 0
    assert embed(folder, "--threads", 3, output="three.npz") == 0
    one, three = (NamedMatrix.load(folder / f"{n}.npz", "embedding") for n in ("one", "three"))
    np.testing.assert_allclose(one.values, three.values, atol=1e-5)


def test_a_unit_other_than_depth_is_refused(planted, capsys):
    folder, abundance = planted
    NamedMatrix(
        "abundance",
        abundance.names,
        abundance.columns,
        abundance.values,
        abundance.arrays,
        {"unit": "rpkm"},
    ).save(folder / "abundance.npz")
    assert embed(folder) == 1
    error = capsys.readouterr().err
    assert "abundance.npz: holds rpkm, expected depth" in error
    assert "--unit depth" in error
    assert not (folder / "embedding.npz").exists()


def test_a_gpu_that_is_not_there_is_said(planted, capsys):
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("there is one")
    folder, _ = planted
    assert embed(folder, "--device", "cuda") == 1
    assert "--device cuda: TensorFlow finds no usable GPU" in capsys.readouterr().err


def test_the_largest_cluster_is_number_1_and_uncounted_contigs_have_none(tmp_path):
    names = tuple(f"k{n}" for n in range(12))
    save_embedding(tmp_path, names)
    assert cluster(tmp_path) == 0
    clusters = read_clusters(tmp_path / "clusters.tsv")
    assert set(clusters) == set(names) - {"k3"}
    lengths = dict(zip(names, range(1_000, 2_200, 100), strict=True))
    sizes = dict.fromkeys(clusters.values(), 0)
    for name, label in clusters.items():
        sizes[label] += lengths[name]
    ordered = [sizes[str(number)] for number in range(1, len(sizes) + 1)]
    assert ordered == sorted(ordered, reverse=True)


def test_a_table_without_any_gene_is_said(tmp_path, capsys):
    save_embedding(tmp_path, tuple(f"k{n}" for n in range(12)))
    assert cluster(tmp_path) == 0
    assert "no single-copy gene on any contig" in capsys.readouterr().err


def test_an_embedding_of_nothing_gives_no_cluster(tmp_path):
    save_embedding(tmp_path, tuple(f"k{n}" for n in range(12)))
    made = NamedMatrix.load(tmp_path / "embedding.npz", "embedding")
    made.arrays["counted"][:] = False
    made.save(tmp_path / "embedding.npz")
    assert cluster(tmp_path) == 0
    assert read_clusters(tmp_path / "clusters.tsv") == {}


def test_samples_are_clustered_on_their_own(tmp_path, capsys):
    save_embedding(tmp_path, tuple(f"S{n % 3}C{n}" for n in range(12)))
    assert cluster(tmp_path, "--per-sample", "--separator", "C") == 0
    assert "3 samples in the contigs' names" in capsys.readouterr().err
    clusters = read_clusters(tmp_path / "clusters.tsv")
    of_label = {
        label: {n[:2] for n, at in clusters.items() if at == label}
        for label in set(clusters.values())
    }
    assert all(len(samples) == 1 for samples in of_label.values())


def test_per_sample_needs_the_separator(tmp_path, capsys):
    save_embedding(tmp_path, ("a", "b", "c", "d"))
    assert cluster(tmp_path, "--per-sample") == 1
    assert "--per-sample needs --separator" in capsys.readouterr().err
    assert cluster(tmp_path, "--separator", "C") == 1
    assert "contig 'a' does not have the separator 'C'" in capsys.readouterr().err
    assert not (tmp_path / "clusters.tsv").exists()


def test_train_composition_writes_weights_that_embed_takes(planted):
    folder, _ = planted
    rng = np.random.default_rng(3)
    (folder / "genomes").mkdir()
    rows = ["genome\tgenus"]
    for number in range(6):
        (sequence,) = planted_genome(rng, [31_000])
        (folder / f"genomes/g{number}.fna").write_bytes(b">c\n%b\n" % sequence)
        rows.append(f"g{number}\tG{number // 2}")
    (folder / "labels.tsv").write_text("\n".join(rows) + "\n")
    arguments = ["train", "composition", "--genomes", folder / "genomes", "--steps", 3]
    arguments += ["--labels", folder / "labels.tsv", "--group-column", "genus"]
    arguments += ["--hold-out", 0.34, "--batch-size", 32, "--threads", 1, "--device", "cpu"]
    arguments += ["--checkpoint", folder / "c.npz", "--output", folder / "w.npz"]
    assert run(*arguments) == 0
    card = json.loads((folder / "w.json").read_text())
    assert card["judged_on"]["genomes"] == 2
    assert card["genomes"] == 4
    assert (folder / "c.npz").exists()
    assert embed(folder, "--composition-weights", folder / "w.npz", "--threads", 1) == 0
    made = NamedMatrix.load(folder / "embedding.npz", "embedding")
    assert made.attributes["weights"][0] == card["scale"] / 2
    assert made.report["weights"]["composition"] == str(folder / "w.npz")


@pytest.mark.parametrize("flag", ["--output", "--checkpoint"])
def test_outputs_of_training_are_checked_before_any_work(tmp_path, capsys, flag):
    arguments = ["train", "composition", "--genomes", "absent", "--output", tmp_path / "w.npz"]
    assert run(*arguments, flag, tmp_path / "none" / "x.npz") == 1
    assert "its folder does not exist" in capsys.readouterr().err
