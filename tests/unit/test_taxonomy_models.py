"""Models as arrays: planted classes are found, files give back what was trained."""

from __future__ import annotations

import os

import numpy as np
import pytest
from tests.planted_taxonomy import COLUMNS, composition, plant

from latentbin.errors import ContractError, UserError
from latentbin.learning.dense import class_weights
from latentbin.matrix import members_of, save_members
from latentbin.taxonomy.labels import Labels, Lineages
from latentbin.taxonomy.matrices import load_matrix
from latentbin.taxonomy.models.distances import vote
from latentbin.taxonomy.models.features import join, select
from latentbin.taxonomy.models.fitting import fit
from latentbin.taxonomy.models.model import KIND, TaxonModel
from latentbin.taxonomy.models.options import BY_MODEL, TrainOptions
from latentbin.taxonomy.models.scaling import Scaling
from latentbin.taxonomy.models.task import make_task
from latentbin.taxonomy.models.taxa import Taxonomy
from latentbin.taxonomy.splitting.divide import divide
from latentbin.taxonomy.splitting.options import SplitOptions
from latentbin.taxonomy.splitting.parts import TEST, Split

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

QUICK = {
    "lightgbm": {"lightgbm_rounds": 30, "lightgbm_leaf_size": 5},
    "network": {
        "network_layers": "32",
        "network_min_steps": 150,
        "network_batch_size": 32,
        "network_learning_rate": 0.01,
    },
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    plant(folder)
    labels = Labels.read(folder / "labels.tsv")
    joined = join([load_matrix(folder / "composition.npz")])
    options = SplitOptions(test_share=0.34, validation_share=0.34)
    found = divide(labels, "species", options, 1)
    return joined, labels, Split(labels.contigs, found.parts)


def trained(planted, kind, seed=1, threads=1, **own):
    joined, labels, split = planted
    task = make_task(joined, labels, split, "genus")
    options = BY_MODEL[kind]
    given = options(**{**QUICK.get(kind, {}), **own}) if options else None
    fitted = fit(task, TrainOptions(model=kind), given, seed, threads)
    return fitted.model(kind, task, {"command": "test"}), fitted


@pytest.mark.parametrize("kind", list(BY_MODEL))
def test_new_species_of_planted_genera_are_told_and_files_say_the_same(planted, kind, tmp_path):
    joined, labels, split = planted
    model, fitted = trained(planted, kind)
    test = split.parts == TEST
    probabilities = model.probabilities(joined.values[test])
    assert probabilities.shape == (test.sum(), 6)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    names = np.array(model.lineages.classes, object)[probabilities.argmax(axis=1)]
    assert (names == labels.columns["genus"][test]).mean() > 0.95
    assert fitted.scores.log_loss < 0.5
    assert len(fitted.losses[0]) in (3, 4)
    model.save(tmp_path / "model.npz")
    again = TaxonModel.load(tmp_path / "model.npz")
    assert (again.probabilities(joined.values[test]) == probabilities).all()
    assert (again.columns, again.lineages) == (model.columns, model.lineages)
    assert again.report["versions"]["latentbin"]
    trained(planted, kind)[0].save(tmp_path / "twice.npz")
    assert (tmp_path / "twice.npz").read_bytes() == (tmp_path / "model.npz").read_bytes()


def test_threads_do_not_change_trees(planted, tmp_path):
    for threads in (1, 2):
        trained(planted, "lightgbm", threads=threads)[0].save(tmp_path / f"{threads}.npz")
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


def test_trees_without_a_start(planted):
    model, _ = trained(planted, "lightgbm", lightgbm_start="none")
    joined, labels, split = planted
    test = split.parts == TEST
    found = model.probabilities(joined.values[test]).argmax(axis=1)
    names = np.array(model.lineages.classes, object)[found]
    assert (names == labels.columns["genus"][test]).mean() > 0.8


def test_neighbours_are_those_of_brute_force(planted):
    joined, _, _ = planted
    for metric in ("euclidean", "cosine"):
        model = trained(planted, "neighbours", neighbours_k=5, neighbours_metric=metric)[0].scorer
        queries = model.scaling(joined.values[:40])
        if metric == "cosine":
            queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        away = ((queries[:, None] - model.vectors[None]) ** 2).sum(axis=2)
        nearest = np.take_along_axis(away, model.nearest(joined.values[:40], 5), axis=1)
        assert nearest == pytest.approx(np.sort(away, axis=1)[:, :5], abs=1e-4)


def test_votes_are_shares_and_the_nearer_class_wins_a_tie():
    logits = vote(np.array([[2, 0, 2, 0], [1, 1, 1, 1]], np.int32), 3)
    assert logits.argmax(axis=1).tolist() == [2, 1]
    assert np.exp(logits[1]) == pytest.approx([0.1 / 4.3, 4.1 / 4.3, 0.1 / 4.3], abs=1e-3)


def test_weights_are_of_mean_one_and_even_out_classes():
    codes = np.array([0] * 8 + [1] * 2)
    assert class_weights(codes, 0).tolist() == [1] * 10
    balanced = class_weights(codes, 1)
    assert balanced.mean() == pytest.approx(1)
    assert balanced[codes == 0].sum() == pytest.approx(balanced[codes == 1].sum())


def test_columns_that_do_not_vary_are_not_blown_up():
    values = np.full((50, 2), 0.1, np.float32)
    values[:, 1] = np.arange(50)
    scaled = Scaling.of(values)(values)
    assert np.abs(scaled[:, 0]).max() < 1e-6
    assert scaled[:, 1].std() == pytest.approx(1, abs=1e-5)


def names_of(taxonomy, taxa):
    pairs = zip(taxonomy.levels, taxa, strict=True)
    return [level.names[codes].tolist() for level, codes in pairs]


def test_taxa_agree_across_ranks_though_a_genus_elsewhere_is_more_probable():
    lineages = Lineages(
        ("family", "genus"), ("a", "b", "c"), (("f1", "a"), ("f1", "b"), ("f2", "c"))
    )
    taxonomy = Taxonomy(lineages)
    rows = np.array([[0.35, 0.25, 0.4], [0.1, 0.1, 0.8], [0.5, 0.5, 0]], np.float32)
    taxa, chances = taxonomy.label(rows, 0.55)
    names = [
        level.names[codes].tolist() for level, codes in zip(taxonomy.levels, taxa, strict=True)
    ]
    assert names == [["f1", "f2", "f1"], ["unknown", "c", "unknown"]]
    assert chances[0] == pytest.approx([0.6, 0.8, 1.0])
    assert chances[1] == pytest.approx([0.35, 0.8, 0.5])


def test_once_unknown_finer_ranks_stay_unknown():
    """Two families of one name under different orders are two taxa."""
    lineages = Lineages(
        ("order", "family", "genus"), ("a", "b"), (("o1", "f", "a"), ("o2", "f", "b"))
    )
    taxonomy = Taxonomy(lineages)
    taxa, _ = taxonomy.label(np.array([[0.5, 0.5], [0.9, 0.1]], np.float32), 0.6)
    names = [
        level.names[codes].tolist() for level, codes in zip(taxonomy.levels, taxa, strict=True)
    ]
    assert names == [["unknown", "o1"], ["unknown", "f"], ["unknown", "a"]]


def test_columns_may_stand_in_any_order_and_others_are_counted(planted):
    joined, _, _ = planted
    model, _ = trained(planted, "centroid")
    order = np.arange(len(COLUMNS))[::-1]
    names = (*(COLUMNS[column] for column in order), "more")
    values = np.c_[joined.values[:, order], np.zeros(len(joined.names))]
    other = join([composition("composition", joined.names, values, names)])
    found, unknown = select(other, model.columns, model.facts, model.source)
    assert (found == joined.values).all()
    assert unknown == 1


def test_matrices_that_do_not_fit_are_refused(planted):
    joined, _, _ = planted
    model, _ = trained(planted, "centroid")
    fewer = composition("composition", joined.names, joined.values[:, :4], COLUMNS[:4])
    with pytest.raises(ContractError, match=r"lacks 8 of the 12 columns of .*, first 'tnf5'"):
        select(join([fewer]), model.columns, model.facts, model.source)
    other = composition("composition", joined.names, joined.values, projection="canonical")
    with pytest.raises(ContractError, match=r"projection canonical, 12 columns.* does not fit"):
        select(join([other]), model.columns, model.facts, model.source)
    depths = composition("abundance", joined.names, joined.values)
    with pytest.raises(ContractError, match=r"abundance \(unit depth, 12 columns\) does not fit"):
        select(join([depths]), model.columns, model.facts, model.source)


def test_matrices_are_joined_by_name_and_refused_if_columns_repeat(planted):
    joined, _, _ = planted
    first = composition("composition", joined.names, joined.values)
    with pytest.raises(UserError, match=r"column 'tnf1' is in .*, too. Give each matrix once"):
        join([first, first])
    depths = composition("abundance", joined.names, joined.values, tuple("abcdefghijkl"))
    both = join([first, depths.take(np.arange(len(joined.names))[::-1])])
    assert (both.values[:, 12:] == joined.values).all()
    with pytest.raises(ContractError, match="lacks contig"):
        join([first, depths.take(np.arange(10))])


def test_more_neighbours_than_contigs_are_refused(planted):
    with pytest.raises(UserError, match="--neighbours-k 9999: the training part has"):
        trained(planted, "neighbours", neighbours_k=9999)
    with pytest.raises(UserError, match="--network-layers 8-x: expected units"):
        trained(planted, "network", network_layers="8-x")


@pytest.mark.parametrize("kind", list(BY_MODEL))
def test_damaged_files_are_refused(planted, kind, tmp_path):
    model, _ = trained(planted, kind, **({"neighbours_k": 1} if kind == "neighbours" else {}))
    model.save(tmp_path / "model.npz")
    with members_of(tmp_path / "model.npz", KIND) as (header, names, members):
        arrays = {key: members[key] for key in members if key not in ("header", "names")}
    facts = {key: value for key, value in header.items() if key not in ("schema", "names_sha256")}
    for key, array in arrays.items():
        broken = {**arrays, key: array[: len(array) // 2]}
        save_members(tmp_path / "broken.npz", KIND, names, facts, broken)
        with pytest.raises(UserError, match="damaged"):
            TaxonModel.load(tmp_path / "broken.npz")
    for change in ({"temperature": -1.0}, {"model": "oracle"}, {"classes": ["x"]}):
        save_members(tmp_path / "broken.npz", KIND, names, {**facts, **change}, arrays)
        with pytest.raises(UserError, match="damaged"):
            TaxonModel.load(tmp_path / "broken.npz")
