"""latentbin-deepmetabin as a user meets it."""

from __future__ import annotations

import argparse
import dataclasses
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from tests.planted import planted_matrices, save_planted, save_sequences

from latentbin import __version__
from latentbin.clusters import read_clusters
from latentbin.deepmetabin.cli import build_parser, main
from latentbin.deepmetabin.options import ClusterOptions, EmbedOptions, GraphOptions
from latentbin.files import file_digest
from latentbin.graph_file import read_graph
from latentbin.matrix import NamedMatrix
from latentbin.options import as_dict, flag
from latentbin.scg import write_markers

SMALL = ("--epochs", 2, "--hidden-size", 16, "--latent-size", 4, "--batch-size", 32)


def run(*arguments):
    return main([str(argument) for argument in arguments])


def graph(folder, *options, output="graph.npz"):
    files = ("--composition", folder / "composition.npz", "--abundance", folder / "abundance.npz")
    return run("graph", *files, "--output", folder / output, "--threads", 1, *options)


def embed(folder, *options, output="latent.npz", markers="markers.tsv"):
    files = ("--composition", folder / "composition.npz", "--abundance", folder / "abundance.npz")
    links = ("--graph", folder / "graph.npz", "--markers", folder / markers)
    rest = ("--output", folder / output, "--device", "cpu", "--threads", 1)
    return run("embed", *files, *links, *rest, *SMALL, *options)


def cluster(folder, *options, output="clusters.tsv", markers="markers.tsv"):
    links = ("--graph", folder / "graph.npz", "--markers", folder / markers)
    files = ("--latent", folder / "latent.npz", *links, "--output", folder / output)
    return run("cluster", *files, "--threads", 1, *options)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the inputs and outputs of all steps, and the genome of each contig."""
    folder = tmp_path_factory.mktemp("made")
    composition, _, truth = planted_matrices(contigs=30)
    save_planted(folder, contigs=30)
    save_sequences(folder, composition, truth)
    assert graph(folder, "--seed", 3, "--min-length", 1200, "--directions", 30) == 0
    assert embed(folder, "--seed", 4) == 0
    assert cluster(folder) == 0
    return folder, composition.names, truth


@pytest.fixture
def planted(made, tmp_path):
    folder, names, truth = made
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return tmp_path, names, truth


def write_truth(path, names, truth, cami):
    if cami:
        text = "@Version:0.9.1\n@SampleID:one\n\n@@SEQUENCEID\tBINID\t_LENGTH\n"
    else:
        text = ""
    path.write_text(
        text + "".join(f"{n}\tgenome{g}\t2000\n" for n, g in zip(names, truth, strict=True))
    )


@pytest.mark.parametrize("cami", [False, True])
def test_links_are_judged_by_the_truth(planted, capsys, cami):
    folder, names, truth = planted
    known = np.arange(len(names)) != 5
    write_truth(
        folder / "truth.tsv",
        [n for n, k in zip(names, known, strict=True) if k],
        truth[known],
        cami,
    )
    assert graph(folder, "--truth", folder / "truth.tsv") == 0
    made = read_graph(folder / "graph.npz", names)
    judged = known[made.graph.u] & known[made.graph.v]
    same = (truth[made.graph.u] == truth[made.graph.v])[judged]
    report = made.report["truth"]
    assert report["kept"]["edges"] == len(made.graph)
    assert report["kept"]["judged_edges"] == len(same) < len(made.graph)
    assert report["kept"]["same_genome"] == pytest.approx(same.mean())
    assert report["all"]["edges"] == made.report["counts"]["edges"] >= len(made.graph)
    assert report["all"]["same_genome"] > 0.6
    assert (
        f"kept links: {100 * same.mean():.2f} % of {len(same)} join the same genome"
        in capsys.readouterr().err
    )


def test_a_truth_needs_no_lengths(planted, capsys):
    folder, names, truth = planted
    lines = [f"{name}\tgenome{genome}\n" for name, genome in zip(names, truth, strict=True)]
    (folder / "truth.tsv").write_text("".join(lines))
    assert graph(folder, "--truth", folder / "truth.tsv") == 0
    assert "join the same genome" in capsys.readouterr().err


def test_a_truth_of_other_contigs_is_refused(planted, capsys):
    folder, names, truth = planted
    write_truth(folder / "truth.tsv", [f"other_{name}" for name in names], truth, False)
    assert graph(folder, "--truth", folder / "truth.tsv", output="new.npz") == 1
    error = capsys.readouterr().err
    assert f"composition.npz: has none of the {len(names)} contigs of" in error
    assert str(folder / "truth.tsv") in error
    assert "the truth 'other_k0'" in error
    assert not (folder / "new.npz").exists()


def test_ways_to_refine(planted, capsys):
    folder, names, _ = planted
    found = {}
    for way in ("none", "dbscan", "peaks"):
        assert graph(folder, "--refine", way, output=f"{way}.npz") == 0
        found[way] = read_graph(folder / f"{way}.npz", names)
        assert found[way].report["options"]["refine"] == way
    assert "links, not refined" in capsys.readouterr().err
    pairs = {
        way: set(zip(file.graph.u.tolist(), file.graph.v.tolist(), strict=True))
        for way, file in found.items()
    }
    assert pairs["dbscan"] < pairs["none"]
    assert pairs["peaks"] < pairs["none"]
    assert "counts" not in found["none"].report
    for way in ("dbscan", "peaks"):
        report = found[way].report
        assert report["counts"]["edges_kept"] == len(pairs[way])
        assert report["counts"]["edges"] == len(pairs["none"])
        assert found[way].graph.distance.max() <= report["eps"]
    # far enough, DBSCAN runs through whatever is connected
    seeds = {}
    for way in ("dbscan", "peaks"):
        far = ("--refine", way, "--eps", 1e6, "--wide-neighbours", 4)
        assert graph(folder, *far, output="far.npz") == 0
        seeds[way] = read_graph(folder / "far.npz").report["counts"]["seed_labels"]
    assert seeds["dbscan"] == 3 < seeds["peaks"]
    assert graph(folder, "--eps", 0.001, output="short.npz") == 0
    assert len(read_graph(folder / "short.npz").graph) == 0


def test_outputs_say_how_they_were_made(made):
    folder, names, _ = made
    digests = {
        name: file_digest(folder / file)
        for name, file in {
            "composition": "composition.npz",
            "abundance": "abundance.npz",
            "graph": "graph.npz",
            "markers": "markers.tsv",
        }.items()
    }
    links = read_graph(folder / "graph.npz")
    assert links.contigs.names == names
    assert links.attributes == {"min_length": 1200, "directions": 30, "neighbours": 3}
    report = links.report
    assert report["options"] == as_dict(GraphOptions(min_length=1200, directions=30))
    assert (report["version"], report["seed"]) == (__version__, 3)
    assert report["inputs"] == {name: digests[name] for name in ("composition", "abundance")}
    latent = NamedMatrix.load(folder / "latent.npz", "latent")
    assert latent.values.shape == (len(names), 4)
    assert latent.attributes["method"] == "deepmetabin"
    report = latent.report
    small = {"epochs": 2, "hidden_size": 16, "latent_size": 4, "batch_size": 32}
    assert report["options"] == as_dict(EmbedOptions(**small))
    assert (report["version"], report["seed"], report["device"]) == (__version__, 4, "cpu")
    assert report["inputs"] == digests
    assert report["torch"]
    assert report["components"] == 3  # as many as there are genomes: each has each gene once
    assert np.array(report["loss"]["epochs"]).shape == (2, len(report["loss"]["terms"]))
    assert set(read_clusters(folder / "clusters.tsv")) == set(names)


def test_the_graph_says_which_contigs_are_embedded(planted, capsys):
    folder, names, _ = planted
    lengths = NamedMatrix.load(folder / "composition.npz", "composition").contigs.lengths
    limit = int(np.median(lengths))
    assert graph(folder, "--min-length", limit, "--directions", 7) == 0
    assert embed(folder) == 0
    latent = NamedMatrix.load(folder / "latent.npz", "latent")
    expected = [name for name, length in zip(names, lengths, strict=True) if length >= limit]
    assert list(latent.names) == expected
    assert f"contigs shorter than {limit} bp are left unbinned" in capsys.readouterr().err
    assert cluster(folder) == 0
    assert sorted(read_clusters(folder / "clusters.tsv")) == sorted(expected)


def test_the_graph_says_how_many_columns_composition_gets(planted, monkeypatch):
    folder, _, _ = planted
    assert graph(folder, "--directions", 7) == 0
    from latentbin.deepmetabin import steps

    widths, plain = [], steps.make_features

    def watched(*arguments):
        features = plain(*arguments)
        widths.append(features.points.shape[1])
        return features

    monkeypatch.setattr(steps, "make_features", watched)
    assert embed(folder) == 0
    assert widths == [7 + 4]


@pytest.mark.parametrize("step", [embed, cluster])
def test_a_graph_of_other_contigs_is_refused(planted, capsys, step):
    folder, names, _ = planted
    composition, abundance, _ = planted_matrices(contigs=30)
    fewer = folder / "fewer"
    fewer.mkdir()
    rows = np.arange(len(names)) != 8
    composition.take(rows).save(fewer / "composition.npz")
    abundance.take(rows).save(fewer / "abundance.npz")
    assert graph(fewer, output="../graph.npz") == 0
    capsys.readouterr()
    assert step(folder, output="new.out") == 1
    error = capsys.readouterr().err
    assert "contig 'k8'" in error
    assert "graph.npz" in error
    assert ("latent.npz" if step is cluster else "composition.npz") in error
    assert not (folder / "new.out").exists()


def test_components_are_those_asked_for(planted, capsys):
    folder, *_ = planted
    assert embed(folder, "--components", 5) == 0
    assert "5 components in the latent's mixture" in capsys.readouterr().err
    assert NamedMatrix.load(folder / "latent.npz", "latent").report["components"] == 5
    options = ("--method", "mixture", "--split", "none")
    for number in (1, 4):
        assert cluster(folder, *options, "--components", number) == 0
        assert len(set(read_clusters(folder / "clusters.tsv").values())) == number


def test_without_any_gene_it_warns_and_works(planted, capsys):
    folder, names, _ = planted
    write_markers(folder / "none.tsv", ("a", "b"), ())
    for step in (embed, cluster):
        assert step(folder, markers="none.tsv") == 0
        error = capsys.readouterr().err
        assert f"{folder / 'none.tsv'}: no single-copy gene on any contig" in error
        assert "Give --components if you know" in error
    assert set(read_clusters(folder / "clusters.tsv")) == set(names)


def test_abundance_that_is_no_depth_is_refused(planted, capsys):
    folder, *_ = planted
    matrix = NamedMatrix.load(folder / "abundance.npz", "abundance")
    dataclasses.replace(matrix, attributes={"unit": "rpkm"}).save(folder / "abundance.npz")
    assert graph(folder) == 1
    error = capsys.readouterr().err
    assert "abundance.npz: holds rpkm, expected depth" in error
    assert "latentbin-abundance --unit depth" in error


def renamed(folder, name_of):
    """The same contigs with other names, in all input files."""
    for file, kind in (("composition.npz", "composition"), ("abundance.npz", "abundance")):
        matrix = NamedMatrix.load(folder / file, kind)
        names = tuple(name_of[name] for name in matrix.names)
        dataclasses.replace(matrix, names=names).save(folder / file)
    text = (folder / "markers.tsv").read_text()
    text = re.sub(r"^k\d+", lambda match: name_of[match[0]], text, flags=re.M)
    (folder / "markers.tsv").write_text(text)


def test_genes_of_different_samples_do_not_count_as_different_genomes(planted):
    folder, names, truth = planted
    # each genome is in a sample of its own
    name_of = {n: f"S{g + 1}C{n}" for n, g in zip(names, truth, strict=True)}
    renamed(folder, name_of)
    assert graph(folder, "--separator", "C") == 0
    for options, components in (((), 3), (("--separator", "C"), 1)):
        assert embed(folder, *options) == 0
        latent = NamedMatrix.load(folder / "latent.npz", "latent")
        assert latent.report["components"] == components
    one = ("--method", "mixture", "--components", 1)
    assert cluster(folder, *one, "--separator", "C") == 0
    assert set(read_clusters(folder / "clusters.tsv")) == set(name_of.values())
    assert len(set(read_clusters(folder / "clusters.tsv").values())) == 1
    assert cluster(folder, *one) == 0
    assert len(set(read_clusters(folder / "clusters.tsv").values())) > 1


@pytest.mark.parametrize("step", [graph, embed, cluster])
def test_names_without_the_separator_are_refused(planted, capsys, step):
    folder, *_ = planted
    assert step(folder, "--separator", "_", output="new.out") == 1
    error = capsys.readouterr().err
    assert "'k0'" in error
    assert "'_'" in error
    assert ("latent.npz" if step is cluster else "composition.npz") in error
    assert not (folder / "new.out").exists()


@pytest.mark.parametrize("step", [graph, embed, cluster])
def test_output_in_a_missing_folder_is_refused_before_anything_is_read(tmp_path, capsys, step):
    assert step(tmp_path, output="none/new.out") == 1
    assert "its folder does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("step", "options", "said"),
    [
        (graph, ("--directions", 104), "--directions must be at most 103"),
        (graph, ("--disagreement", "nan"), "--disagreement must be a number"),
        (embed, ("--dropout", 1), "--dropout must be at most 0.95"),
        (embed, ("--components", 0), "--components must be at least 1"),
        (cluster, ("--prominence", -1), "--prominence must be at least 0"),
        (cluster, ("--split", "some"), "invalid choice: 'some'"),
    ],
)
def test_options_out_of_bounds_are_wrong_usage(made, capsys, step, options, said):
    with pytest.raises(SystemExit) as end:
        step(made[0], *options, output="new.out")
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def help_of(step):
    (steps,) = (
        action for action in build_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )  # fmt: skip
    return " ".join(steps.choices[step].format_help().split())


@pytest.mark.parametrize(
    ("step", "options", "notes"),
    [
        ("graph", GraphOptions, {"eps": "90 % quantile of the links' lengths"}),
        ("embed", EmbedOptions, {"components": "as many genomes as the genes count"}),
        ("cluster", ClusterOptions, {"components": "--component-share of the genes' count"}),
    ],
)
def test_help_lists_every_option_with_its_default(step, options, notes):
    text = help_of(step)
    for field in dataclasses.fields(options):
        shown = notes.get(field.name, field.default)
        said = f"{field.metadata['help']} [{shown}]"
        assert re.search(rf"{flag(field.name)} [^\[]*?{re.escape(said)}", text), field.name
    assert "random seed [1]" in text


@pytest.mark.parametrize("step", [(), ("graph",), ("embed",), ("cluster",)])
def test_help_is_there_at_once(step):
    code = (
        "import sys\nfrom latentbin.deepmetabin.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n"
        "    assert not {'torch', 'scipy', 'sklearn', 'numba', 'faiss'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *step, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage: latentbin-deepmetabin" in done.stdout
