"""Labels of samples: DBSCAN over eps, its choice, and what is written."""

from __future__ import annotations

import csv
import json
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from latentbin.density import NOISE, Density, by_size, knee
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.cli import main
from latentbin.proteome.labelling import compare
from latentbin.proteome.labelling.choose import GIVEN, KNEE, TUNED, best, choose
from latentbin.proteome.labelling.eps import eps_grid
from latentbin.proteome.labelling.options import LabelOptions
from latentbin.proteome.labelling.scores import agreement, silhouette

CENTRES = np.array([[0, 0], [4, 0], [0, 4]])


def blobs(size=40, seed=1):
    """Three round groups; a last point far from all."""
    rng = np.random.default_rng(seed)
    points = np.concatenate([rng.normal(centre, 0.3, (size, 2)) for centre in CENTRES])
    groups = np.repeat(["a", "b", "c"], size)
    return np.vstack([points, [[20, 20]]]), np.append(groups, "")


def annotation(classes, tune=None, batches=None):
    nothing = Annotation.nothing(len(classes))
    return Annotation(
        np.asarray(classes),
        nothing.tune if tune is None else tune,
        nothing.batches if batches is None else np.asarray(batches),
        nothing.donors,
    )


@given(st.integers(0, 2**32 - 1), st.integers(5, 80), st.integers(2, 5), st.integers(1, 12))
def test_core_samples_are_labelled_as_by_scikit_learn(seed, n_points, min_samples, halves):
    # whole numbers, so that distances equal to eps and points on one another occur
    points, eps = np.random.default_rng(seed).integers(0, 20, (n_points, 2)), halves / 2
    theirs = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
    density = Density(points, min_samples)
    ours = density.dbscan(eps)
    core = np.zeros(n_points, bool)
    core[theirs.core_sample_indices_] = True
    assert ((density.core_distances <= eps) == core).all()
    assert ((ours == NOISE) == (theirs.labels_ == NOISE)).all()
    pairs = set(zip(ours[core].tolist(), theirs.labels_[core].tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})
    # a border sample has a core sample of its label within eps
    for at in np.flatnonzero(~core & (ours != NOISE)):
        near = core & (np.linalg.norm(points - points[at], axis=1) <= eps * (1 + 1e-9))
        assert ours[at] in ours[near]


def test_clusters_are_numbered_by_size():
    labels = by_size(np.array([7, 7, NOISE, 3, 3, 3, 5, 5]))
    assert labels.tolist() == [1, 1, NOISE, 0, 0, 0, 2, 2]


def test_nothing_is_near_at_a_tiny_eps():
    assert set(Density(blobs()[0], 3).dbscan(1e-9)) == {NOISE}


def test_the_grid_reaches_from_few_core_samples_to_all():
    points, _ = blobs()
    density = Density(points, 5)
    grid = eps_grid(density.core_distances, 20.0, 30)
    assert len(grid) == 30
    assert grid == sorted(grid)
    assert 0 < (density.core_distances <= grid[0]).mean() < 0.1
    assert (density.core_distances <= grid[-1]).all()
    assert eps_grid(np.zeros(9), 0.0, 30) == [1.0]


def test_the_knee_of_a_bent_line():
    # flat to 80 of 100, then steep
    distances = np.concatenate([np.linspace(1, 1.1, 80), np.linspace(1.2, 5, 20)])
    assert knee(np.random.default_rng(1).permutation(distances)) == pytest.approx(1.1, abs=0.11)
    assert knee(np.full(5, 2.0)) == 2.0


def test_of_equal_scores_the_middle_of_the_longest_run_with_least_noise():
    assert best([0, 1, 0, 1, 1, 1, 0, 1, 1], [0] * 9) == 4
    assert best([0.3], [7]) == 0
    assert best([0, 0.5, 0.4], [9, 5, 1]) == 1
    assert best([1, 1, 1, 1], [0] * 4) == 1
    assert best([0, 1, 1, 1, 1, 1, 0], [9, 8, 8, 3, 3, 3, 0]) == 4


def test_eps_is_chosen_by_the_tune_samples():
    points, groups = blobs()
    tune = np.zeros(len(points), bool)
    tune[[0, 1, 50, 51, 100, 101]] = True
    density = Density(points, 5)
    choice = choose(density, annotation(groups, tune), 60, None)
    assert choice.how == TUNED
    assert choice.chosen.n_clusters == 3
    assert choice.chosen.tune.v_measure == 1
    # noise stays noise, at whatever eps the rest is labelled well
    assert choice.chosen.labels[-1] == NOISE
    assert choice.chosen.known.v_measure > 0.97


@pytest.mark.parametrize("tuned", [[], [0, 1, 2]], ids=["none", "of one class"])
def test_without_tune_samples_eps_is_the_knee(tuned):
    points, groups = blobs()
    tune = np.zeros(len(points), bool)
    tune[tuned] = True
    choice = choose(Density(points, 5), annotation(groups, tune), 40, None)
    assert choice.how == KNEE
    assert choice.chosen.n_clusters == 3


def test_a_given_eps_is_kept_and_shown_among_the_others():
    points, groups = blobs()
    choice = choose(Density(points, 5), annotation(groups, np.ones(len(points), bool)), 40, 0.777)
    assert choice.how == GIVEN
    assert choice.chosen.eps == 0.777
    assert len(choice.tried) == 41
    assert [at.eps for at in choice.tried] == sorted(at.eps for at in choice.tried)


def test_agreement_by_hand():
    known = np.array(["a", "a", "b", "b", ""])
    perfect = agreement(known, np.array([1, 1, 0, 0, 5]))
    assert (perfect.samples, perfect.v_measure, perfect.adjusted_rand) == (4, 1, 1)
    # one label for all is complete and not homogeneous; noise is a label of its own
    one = agreement(known, np.full(5, NOISE))
    assert (one.homogeneity, one.completeness, one.v_measure) == (0, 1, 0)
    # b is cut in two: H(class | label) = 0, H(label | class) = ln 2 / 2, H(label) = 1.5 ln 2
    cut = agreement(known, np.array([0, 0, 1, NOISE, 0]))
    assert cut.homogeneity == pytest.approx(1)
    assert cut.completeness == pytest.approx(1 - 0.5 / 1.5)
    assert cut.v_measure == pytest.approx(2 * (2 / 3) / (5 / 3))
    assert agreement(np.array(["", ""]), np.array([0, 1])) is None


def test_the_silhouette_leaves_noise_out():
    points = np.array([[0.0], [1.0], [10.0], [11.0], [500.0]])
    labels = np.array([0, 0, 1, 1, NOISE])
    expected = np.mean([1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5])
    assert silhouette(points, labels) == pytest.approx(expected)
    assert silhouette(points, np.full(5, NOISE)) is None
    assert silhouette(points, np.array([0, 0, 0, 0, NOISE])) is None
    many = np.random.default_rng(1).normal(size=(5_000, 2)) + np.repeat([[0], [9]], 2_500, axis=0)
    assert silhouette(many, np.repeat([0, 1], 2_500)) > 0.7


def test_every_method_finds_round_groups():
    points = blobs()[0][:-1]
    made = {one.method: one for one in compare.other_methods(points, 5, 1)}
    assert list(made) == ["k-means", "agglomerative", "spectral", "affinity propagation", "HDBSCAN"]
    for name in ("k-means", "agglomerative", "spectral", "HDBSCAN"):
        assert made[name].labels.max() == 2, name
        assert agreement(np.repeat(["a", "b", "c"], 40), made[name].labels).v_measure > 0.95, name
    assert made["k-means"].settings == "k 3 by silhouette"


def test_methods_that_compare_all_pairs_are_left_out_for_many_samples(monkeypatch):
    monkeypatch.setattr(compare, "_MOST_SAMPLES", 100)
    made = {one.method: one for one in compare.other_methods(blobs()[0], 5, 1)}
    for name in ("agglomerative", "spectral", "affinity propagation"):
        assert made[name].labels is None
        assert made[name].settings == "left out: 121 samples, at most 100"
    assert made["k-means"].labels is not None


def test_methods_on_equal_samples_say_that_there_is_nothing():
    made = list(compare.other_methods(np.zeros((20, 2)), 3, 1))
    assert made[0].settings == "left out: no clustering has a silhouette"


def test_min_samples_grows_with_the_samples():
    options = LabelOptions()
    assert [options.min_samples_for(n) for n in (10, 160, 240, 5_000)] == [3, 4, 6, 10]
    assert LabelOptions(min_samples=4).min_samples_for(5_000) == 4
    with pytest.raises(OptionError, match="--min-samples must be at least 2"):
        LabelOptions(min_samples=1)


def save_latent(folder, tune=(0, 1, 50, 51, 100, 101), batches=None, classes=None, seed=1):
    points, groups = blobs(seed=seed)
    marked = np.zeros(len(points), bool)
    marked[list(tune)] = True
    known = annotation(groups if classes is None else classes, marked, batches)
    names = tuple(f"S{i}" for i in range(len(points)))
    NamedMatrix(
        "proteome-latent", names, ("z1", "z2"), points.astype(np.float32), known.arrays()
    ).save(folder / "l.npz")
    return names


def label(folder, *more, name="out"):
    words = ["label", "--latent", folder / "l.npz", "--output-dir", folder / name, *more]
    return main([str(word) for word in words])


def table(path):
    with open(path, newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_the_folder_has_tables_plots_and_a_summary(tmp_path):
    names = save_latent(tmp_path, batches=["day1", "day2"] * 60 + ["day1"])
    assert label(tmp_path) == 0
    out = tmp_path / "out"
    labels = table(out / "labels.tsv")
    assert tuple(row["sample"] for row in labels) == names
    assert {row["label"] for row in labels} == {"1", "2", "3", "noise"}
    assert labels[-1] == {
        **dict.fromkeys(labels[0], ""), "sample": "S120", "label": "noise", "tune": "0",
        "batch": "day1",
    }  # fmt: skip
    assert all(row["suggested_class"] == row["class"] for row in labels if row["label"] != "noise")
    (chosen,) = (row for row in table(out / "eps.tsv") if row["chosen"] == "1")
    summary = json.loads((out / "summary.json").read_text())
    assert float(chosen["eps"]) == summary["eps"]
    assert (summary["labels"], summary["noise"], summary["samples"]) == (
        3,
        int(chosen["noise"]),
        121,
    )
    assert summary["eps_by"] == "tune samples"
    assert summary["follows_most"] == "class"
    assert float(chosen["tune_v_measure"]) == 1
    follows = {row["known"]: row for row in table(out / "follows.tsv")}
    assert set(follows) == {"class", "batch"}
    assert float(follows["class"]["v_measure"]) > 0.95
    assert abs(float(follows["batch"]["adjusted_mutual_info"])) < 0.1
    methods = table(out / "methods.tsv")
    assert methods[0]["method"] == "DBSCAN"
    assert len(methods) == 6
    for plot in ("latent", "eps", "methods"):
        assert (out / f"{plot}.png").read_bytes().startswith(b"\x89PNG")
        assert b"</svg>" in (out / f"{plot}.svg").read_bytes()
    assert "Coloured by batch" in (out / "latent.svg").read_text()
    assert label(tmp_path, name="again") == 0
    for path in out.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_labels_that_follow_the_batch_are_said_to(tmp_path, capfd):
    _, groups = blobs()
    rng = np.random.default_rng(3)
    save_latent(tmp_path, batches=groups, classes=rng.choice(["x", "y"], len(groups)), tune=())
    assert label(tmp_path, "--no-compare") == 0
    said = capfd.readouterr().err
    assert "the labels follow the batch rather than the class" in said
    assert "no tune samples: eps" in said
    assert "is the knee of the k-distances, a guess" in said
    assert len(table(tmp_path / "out" / "methods.tsv")) == 1


@pytest.mark.parametrize("batches", [["x"] * 3 + ["y"] + [""] * 117, [*map(str, range(121))]])
def test_single_samples_are_no_groups_to_follow(tmp_path, batches):
    save_latent(tmp_path, batches=batches)
    assert label(tmp_path, "--no-compare") == 0
    assert [row["known"] for row in table(tmp_path / "out" / "follows.tsv")] == ["class"]


def test_labels_that_tell_nothing_of_tune_samples_are_said_to(tmp_path, capfd):
    rng = np.random.default_rng(3)
    save_latent(tmp_path, classes=rng.choice(["x", "y"], 121), tune=range(0, 121, 3))
    assert label(tmp_path, "--no-compare") == 0
    assert "tell little of the classes of the tune samples (V-measure 0." in capfd.readouterr().err


def test_tune_samples_of_one_class_cannot_choose(tmp_path, capfd):
    save_latent(tmp_path, tune=(0, 1, 2))
    assert label(tmp_path, "--no-compare") == 0
    assert "tune samples of one class only, 'a'" in capfd.readouterr().err


def test_no_groups_are_said_to_be_none(tmp_path, capfd):
    save_latent(tmp_path)
    assert label(tmp_path, "--no-compare", "--eps", 1000) == 0
    assert "DBSCAN finds 1 cluster: the latent shows no groups" in capfd.readouterr().err
    assert label(tmp_path, "--no-compare", "--eps", 1e-6, name="noise") == 0
    assert "DBSCAN finds 0 clusters" in capfd.readouterr().err
    assert {row["label"] for row in table(tmp_path / "noise" / "labels.tsv")} == {"noise"}


def test_another_sheet_replaces_what_was_known(tmp_path):
    names = save_latent(tmp_path, tune=())
    _, groups = blobs()
    rows = [
        f"{name},run{at},{groups[at]},{int(at % 10 == 0)}" for at, name in enumerate(names[:-1])
    ]
    (tmp_path / "s.csv").write_text("\n".join(["sample,run,class,tune", *rows]) + "\n")
    assert label(tmp_path, "--no-compare", "--samples", tmp_path / "s.csv") == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["tune_samples"], summary["eps_by"]) == (12, "tune samples")
    (tmp_path / "s.csv").write_text("sample,class\nX,a\n")
    assert label(tmp_path, "--samples", tmp_path / "s.csv", name="no") == 1
    assert not (tmp_path / "no").exists()


def test_a_sheet_of_other_samples_is_refused(tmp_path, capfd):
    save_latent(tmp_path)
    (tmp_path / "s.csv").write_text("sample,class\nX,a\n")
    assert label(tmp_path, "--samples", tmp_path / "s.csv") == 1
    assert "s.csv: sample 'X' (run 'X') is not in" in capfd.readouterr().err


def test_fewer_samples_than_min_samples_are_refused(tmp_path, capfd):
    save_latent(tmp_path)
    assert label(tmp_path, "--min-samples", 500) == 1
    assert "has 121 samples, fewer than --min-samples 500" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_with_content_is_refused(tmp_path, capfd):
    save_latent(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("")
    assert label(tmp_path) == 1
    assert "is not an empty folder" in capfd.readouterr().err


@pytest.mark.parametrize("size", [1, 3])
def test_latents_of_other_sizes_are_drawn(tmp_path, size):
    points = np.random.default_rng(1).normal(size=(60, size)) + 9 * (np.arange(60) % 2)[:, None]
    nothing = Annotation.nothing(60)
    names = tuple(f"S{i}" for i in range(60))
    columns = tuple(f"z{i}" for i in range(size))
    NamedMatrix(
        "proteome-latent", names, columns, points.astype(np.float32), nothing.arrays()
    ).save(tmp_path / "l.npz")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    assert label(tmp_path, "--no-compare", "--eps", 3) == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["labels"] == 2
