"""The composition network: training, its files, the weights that ship, embedding contigs."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil

import numpy as np
import pytest
from tests.planted import planted_genome

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

from latentbin.composition import model
from latentbin.composition.kmers import N_COLUMNS, base_codes
from latentbin.composition.model import count_kmers
from latentbin.contigs import Record
from latentbin.errors import ContractError, UserError
from latentbin.genomeface import composition_train
from latentbin.genomeface.composition_net import build_net, named_weights
from latentbin.genomeface.composition_options import CompositionTrainOptions
from latentbin.genomeface.composition_train import train_composition
from latentbin.genomeface.composition_weights import (
    CompositionEmbedder,
    load_composition_net,
    training_card,
)
from latentbin.genomeface.embed import WIDEST, embed_sequences, narrowed
from latentbin.genomeface.genomes import Genomes
from latentbin.genomeface.weights_file import card_path, save_weights
from latentbin.learning.keras_checkpoint import save_state
from latentbin.options import OptionError
from latentbin.simulate.genomes import make_genomes, to_text

QUICK = CompositionTrainOptions(steps=4, batch_size=32, min_window=500, max_window=2_000)


def genomes_of(sequences):
    lengths = np.array([len(sequence) for sequence in sequences])
    return Genomes(
        tuple(f"g{n}" for n in range(len(sequences))),
        np.arange(len(sequences)),
        base_codes()[np.frombuffer(b"".join(sequences), np.uint8)],
        np.cumsum(lengths) - lengths,
        lengths,
        np.arange(len(sequences)),
    )


@pytest.fixture(scope="module")
def genomes():
    rng = np.random.default_rng(8)
    return genomes_of([planted_genome(rng, [30_000])[0] for _ in range(8)])


@pytest.fixture(scope="module")
def kept(genomes, tmp_path_factory):
    """A training, and a copy of each checkpoint that it wrote."""
    folder = tmp_path_factory.mktemp("training")

    def keeping(path, identity, history, state):
        save_state(path, identity, history, state)
        shutil.copy(path, folder / f"step{len(history)}.npz")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(composition_train, "save_state", keeping)
        trained = train_composition(genomes, genomes, QUICK, 1, 1, folder / "c.npz", 3)
    return trained, folder


@pytest.fixture(scope="module")
def shipped():
    net, card = load_composition_net()
    return CompositionEmbedder(net), card


@pytest.fixture(scope="module")
def of_package(tmp_path_factory):
    """A net as it starts, small enough to write often."""
    return named_weights(build_net(QUICK, 3))


@pytest.fixture
def saved(of_package, tmp_path):
    path = tmp_path / "weights.npz"
    card = {
        "schema": "latentbin/composition-weights/1",
        "scale": 20.0,
        "options": dataclasses.asdict(QUICK),
    }
    save_weights(path, of_package, card)
    return path


def test_training_goes_on_from_a_checkpoint_to_the_same_weights(genomes, kept, tmp_path):
    straight, folder = kept
    assert sorted(path.name for path in folder.iterdir()) == ["c.npz", "step3.npz", "step4.npz"]
    middle = shutil.copy(folder / "step3.npz", tmp_path / "middle.npz")
    resumed = train_composition(genomes, genomes, QUICK, 1, 1, middle)
    assert len(resumed.history) == QUICK.steps
    assert resumed.history == straight.history
    assert resumed.figures == straight.figures
    assert resumed.scale == straight.scale
    for name, weight in straight.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], weight)


@pytest.mark.parametrize("change", ["seed", "genomes", "options"])
def test_a_checkpoint_of_another_training_is_refused(genomes, kept, change):
    options, seed = QUICK, 1
    if change == "seed":
        seed = 2
    elif change == "genomes":
        genomes = dataclasses.replace(genomes, names=tuple("abcdefgh"))
    else:
        options = dataclasses.replace(QUICK, margin=0.1)
    said = {
        "seed": "seed is 1, now 2",
        "genomes": "genomes differ",
        "options": "margin is 0.2, now 0.1",
    }[change]
    with pytest.raises(ContractError, match=f"belongs to another training: {said}"):
        train_composition(genomes, genomes, options, seed, 1, kept[1] / "step3.npz")


def test_a_damaged_checkpoint_is_refused(genomes, tmp_path):
    (tmp_path / "c.npz").write_bytes(b"nothing")
    with pytest.raises(UserError, match="not a checkpoint of this command, or damaged"):
        train_composition(genomes, genomes, QUICK, 1, 1, tmp_path / "c.npz")


def test_a_loss_that_is_not_finite_stops_training(genomes, monkeypatch):
    monkeypatch.setattr(composition_train._Trainer, "start", lambda *_: None)
    monkeypatch.setattr(composition_train._Trainer, "step", lambda *_: float("nan"))
    with pytest.raises(UserError, match=r"stopped in step 1: the loss is not finite \(nan\)"):
        train_composition(genomes, genomes, QUICK, 1, 1)


def test_too_few_groups_to_hold_out_are_refused(genomes):
    options = dataclasses.replace(QUICK, hold_out=0.1)
    with pytest.raises(UserError, match=r"--hold-out 0.1: 1 genomes to judge by and 7 to train"):
        train_composition(genomes, None, options, 1, 1)


def test_genomes_too_short_to_judge_by_are_refused_before_training(genomes):
    short = dataclasses.replace(genomes, lengths=np.full(8, 9_000))
    with pytest.raises(UserError, match="0 of the genomes to judge by hold two windows of 5000"):
        train_composition(genomes, short, QUICK, 1, 1)


def test_a_group_is_held_out_whole(genomes):
    grouped = dataclasses.replace(genomes, groups=np.array([0, 0, 1, 1, 2, 2, 3, 3]))
    training, held = composition_train._hold_out(grouped, 0.25, 1)
    assert len(training.names) == 6
    assert len(held.names) == 2
    assert not set(training.groups) & set(held.groups)
    assert composition_train._hold_out(grouped, 0.0, 1) == (grouped, None)


def test_a_little_training_lowers_the_loss_and_tells_genomes_apart(genomes, monkeypatch):
    # the known half of the network is left at nought, so that what is learned shows
    monkeypatch.setattr(composition_train._Trainer, "start", lambda *_: None)
    options = dataclasses.replace(QUICK, steps=40, batch_size=64, dropout=0.1, hold_out=0)
    made = train_composition(genomes, None, options, 1, 1)
    assert np.mean(made.history[-8:]) < 0.7 * np.mean(made.history[:8])
    assert made.figures == {}
    card = training_card(options, 1, made)
    assert card["genomes"] == card["groups"] == 8
    assert card["bases"] == 240_000
    assert len(card["loss"]) == 10
    untrained = named_weights(build_net(options, 1))
    for name in ("hidden1/kernel", "last/kernel"):
        assert not np.array_equal(made.weights[name], untrained[name])


def test_the_compact_network_starts_with_the_directions_of_the_genomes(kept):
    weights = kept[0].weights
    assert weights["directions/kernel"].any()
    assert (weights["standard/deviation"] > 0).all()
    assert kept[0].figures["auroc_2000"] > 0.9  # planted genomes differ much


def test_the_network_of_the_paper_has_its_shape():
    shapes = {
        name: weight.shape
        for name, weight in _shapes(build_net(dataclasses.replace(QUICK, size="paper"))).items()
    }
    assert shapes["hidden1/kernel"] == (1712, 4096)
    assert shapes["hidden2/kernel"] == (4096, 16384)
    assert shapes["last/kernel"] == (16384, 512)


def _shapes(net):
    return {f"{layer.name}/{v.name}": v for layer in net.layers for v in layer.weights}


def test_windows_must_be_a_range():
    with pytest.raises(OptionError, match=r"--max-window must be at least --min-window \(500\)"):
        CompositionTrainOptions(min_window=500, max_window=499)


def test_weights_come_back_in_half_precision(saved, of_package):
    net, card = load_composition_net(saved)
    assert card["scale"] == 20
    for name, weight in named_weights(net).items():
        assert weight == pytest.approx(of_package[name], abs=1e-3)


def rewrite(path, **changes):
    with np.load(path) as members:
        arrays = dict(members)
    for name, array in changes.items():
        arrays[name.replace("__", "/")] = array
        if array is None:
            del arrays[name.replace("__", "/")]
    np.savez(path, **arrays)


def test_damaged_weights_are_refused(saved):
    rewrite(saved, standard__mean=np.zeros(17, np.float16))
    with pytest.raises(ContractError, match=r"'standard/mean' is \(17,\), expected \(1712,\)"):
        load_composition_net(saved)
    rewrite(saved, standard__mean=np.full(1712, np.inf, np.float16))
    with pytest.raises(UserError, match="'standard/mean' holds a value that is not finite"):
        load_composition_net(saved)
    rewrite(saved, standard__mean=None)
    with pytest.raises(UserError, match="damaged, or not weights of this network"):
        load_composition_net(saved)
    saved.unlink()
    with pytest.raises(UserError, match="no such file of weights"):
        load_composition_net(saved)


def test_the_card_is_checked(saved):
    card = card_path(saved)
    right = json.loads(card.read_text())
    for changes, error, message in (
        ({"schema": "latentbin/abundance-weights/1"}, ContractError, "expected 'latentbin/compo"),
        ({"scale": "much"}, UserError, "damaged, or does not describe such weights"),
        ({"options": {"size": "huge"}}, UserError, "its options are not those of this version"),
        ({"options": {"new": 1}}, UserError, "its options are not those of this version"),
    ):
        card.write_text(json.dumps({**right, **changes}))
        with pytest.raises(error, match=message):
            load_composition_net(saved)
    card.unlink()
    with pytest.raises(UserError, match="no such JSON file beside the weights"):
        load_composition_net(saved)


def test_shipped_weights_find_the_windows_of_a_genome_close(shipped):
    embed, card = shipped
    assert card["scale"] > 1
    rng = np.random.default_rng(9)
    texts = [to_text(genome.sequences[0]) for genome in make_genomes(rng, 8, 100_000, 0)]
    windows = [text[start : start + 5_000] for text in texts for start in range(0, 75_000, 5_000)]
    genome = np.repeat(np.arange(8), 15)
    vectors = embed(count_kmers(windows)[1])
    assert vectors.shape == (120, 144)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosine = vectors @ vectors.T
    one, mate, other = rng.integers(0, 120, (3, 40_000))
    fit = (genome[one] == genome[mate]) & (one != mate) & (genome[one] != genome[other])
    assert fit.sum() > 3_000
    assert (cosine[one, mate] > cosine[one, other])[fit].mean() > 0.9


def test_batches_make_no_difference(shipped):
    rng = np.random.default_rng(10)
    frequencies = count_kmers([s for _ in range(3) for s in planted_genome(rng, [900] * 700)])[1]
    whole = shipped[0](frequencies)
    np.testing.assert_allclose(shipped[0](frequencies[2_040:2_060]), whole[2_040:2_060], atol=1e-5)


def sequences(n=30):
    rng = np.random.default_rng(11)
    return [Record(f"k{i}", planted_genome(rng, [300 + i])[0]) for i in range(n)]


def first_columns(frequencies):
    assert frequencies.shape[1] == N_COLUMNS
    return frequencies[:, :12]


@pytest.mark.parametrize("threads", [1, 4])
def test_rows_are_those_of_the_catalogue_whatever_the_order(threads, monkeypatch):
    monkeypatch.setattr(model, "_BATCH_CONTIGS", 4)
    records = sequences()
    names = tuple(record.name for record in records[5:])  # the first are below its length
    order = np.random.default_rng(1).permutation(len(records))
    shuffled = [records[i] for i in order]
    made, counted = embed_sequences(shuffled, names, first_columns, 12, threads, "c.fna")
    expected = count_kmers([record.sequence for record in records[5:]])[1][:, :12]
    np.testing.assert_array_equal(made, expected)
    assert counted.all()


def test_a_missing_contig_is_named():
    with pytest.raises(UserError, match=r"c.fna: lacks contig 'k30', which the abundance file has"):
        embed_sequences(sequences(), ("k1", "k30"), first_columns, 12, 1, "c.fna")


def test_a_contig_without_words_is_told():
    records = [Record("a", b"ACGT"), Record("gap", b"NNNN"), Record("b", b"NNNNA")]
    _, counted = embed_sequences(records, ("a", "gap", "b"), first_columns, 12, 1, "c.fna")
    assert counted.tolist() == [True, False, True]


def test_a_narrowed_embedding_keeps_its_angles():
    rng = np.random.default_rng(12)
    wide = rng.normal(size=(60, 4_000)) + 2 * rng.normal(size=(6, 4_000)).repeat(10, axis=0)
    wide = (wide / np.linalg.norm(wide, axis=1, keepdims=True)).astype(np.float32)
    narrow = narrowed(wide, 1)
    assert narrow.shape == (60, WIDEST)
    np.testing.assert_allclose(np.linalg.norm(narrow, axis=1), 1, atol=1e-5)
    assert np.abs(narrow @ narrow.T - wide @ wide.T).max() < 0.2
    assert np.abs(narrow @ narrow.T - wide @ wide.T).mean() < 0.05
    np.testing.assert_array_equal(narrow, narrowed(wide, 1))
    np.testing.assert_array_equal(narrowed(wide[:, :WIDEST], 1), wide[:, :WIDEST])
