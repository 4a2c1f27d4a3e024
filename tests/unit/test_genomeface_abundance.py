"""The co-abundance network: its output, its training, its files."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

from latentbin.errors import ContractError, UserError
from latentbin.genomeface import abundance_train
from latentbin.genomeface.abundance_net import AbundanceNet, attend, embed_abundance
from latentbin.genomeface.abundance_options import AbundanceTrainOptions
from latentbin.genomeface.abundance_train import (
    choose_device,
    draw_community,
    train_abundance,
    training_card,
)
from latentbin.genomeface.abundance_weights import (
    abundance_weight,
    load_abundance_net,
    save_abundance_weights,
)
from latentbin.genomeface.depths import simulate_community

QUICK = AbundanceTrainOptions(steps=6, tokens=64, max_samples=4)


@pytest.fixture(scope="module")
def shipped():
    return load_abundance_net()


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "weights.npz"
    save_abundance_weights(path, AbundanceNet(3).named_weights(), (0.04, 0.2), {"seed": 3})
    return path


def angles(embedding):
    return np.arccos(np.clip(embedding @ embedding.T, -1, 1))


def separation(distance, genome):
    """The share of (same genome, other genome) pairs of pairs that are in order."""
    one, two = np.triu_indices(len(genome), 1)
    same = genome[one] == genome[two]
    near, far = distance[one, two][same], np.sort(distance[one, two][~same])
    below, up_to = (np.searchsorted(far, near, side) for side in ("left", "right"))
    return 1 - (below + up_to).mean() / 2 / len(far)


def test_attention_is_a_softmax_of_scaled_products():
    generator = np.random.default_rng(2)
    query, key, value = generator.normal(size=(3, 2, 5, 256)).astype(np.float32)
    expected = np.empty((2, 5, 256))
    for contig in range(2):
        for head in range(16):
            part = slice(16 * head, 16 * head + 16)
            score = query[contig, :, part] @ key[contig, :, part].T / 4
            weight = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
            expected[contig, :, part] = weight @ value[contig, :, part]
    assert np.asarray(attend(query, key, value)) == pytest.approx(expected, abs=1e-5)


def test_the_network_has_the_specified_shape():
    weights = AbundanceNet().named_weights()
    assert weights["first/kernel"].shape[1] == 16
    for block in range(4):
        assert weights[f"query{block}/kernel"].shape == (16, 16 * 16)
        assert weights[f"joined{block}/kernel"].shape == (16 * 16, 16)
        assert weights[f"wide{block}/kernel"].shape == (16, 512)
    assert len(weights) == 2 * (1 + 4 * 6)


def test_batches_make_no_difference(shipped, monkeypatch):
    from latentbin.genomeface import abundance_net

    community = simulate_community(np.random.default_rng(1), 10, 4, 3)
    whole = embed_abundance(community.depth, community.lengths, shipped[0])
    monkeypatch.setattr(abundance_net, "_TOKENS", 21)
    parts = embed_abundance(community.depth, community.lengths, shipped[0])
    assert parts == pytest.approx(whole, abs=1e-5)


def test_shipped_weights_tell_genomes_apart_better_than_a_raw_cosine(shipped):
    for n_samples in (1, 3, 10):
        community = simulate_community(np.random.default_rng((7, n_samples)), 40, 6, n_samples)
        embedding = embed_abundance(community.depth, community.lengths, shipped[0])
        raw = community.depth + 1e-6
        raw /= np.linalg.norm(raw, axis=1, keepdims=True)
        learned = separation(angles(embedding), community.genome)
        assert learned > separation(angles(raw), community.genome) + 0.01
        assert learned > {1: 0.8, 3: 0.92, 10: 0.96}[n_samples]


def test_shipped_weights_see_small_differences_of_long_contigs(shipped):
    lengths = np.array([100_000, 100_000, 100_000])
    angle = angles(embed_abundance(np.array([[20.0], [20.4], [28.0]]), lengths, shipped[0]))
    assert angle[0, 2] > 3 * angle[0, 1]


def test_the_weight_of_the_angle_rises_with_the_samples(shipped):
    weights = [abundance_weight(shipped[1], n) for n in (1, 2, 10, 100)]
    assert weights == sorted(weights)
    assert abundance_weight({"balance": {"v2": 0.3, "v1": 4.7}}, 1) == pytest.approx(0.1)


def test_empty_input(shipped):
    made = embed_abundance(np.zeros((0, 3)), np.zeros(0, int), shipped[0])
    assert made.shape == (0, 48)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_bad_depth_is_named(value, shipped):
    depth = np.array([[1.0, 2.0], [3.0, value]])
    with pytest.raises(UserError, match=r"depth of contig number 2 in sample number 2 is"):
        embed_abundance(depth, np.array([2000, 2000]), shipped[0])


@pytest.mark.parametrize("loss", ["softmax", pytest.param("curricular", marks=pytest.mark.slow)])
def test_training_goes_on_from_a_checkpoint_to_the_same_weights(tmp_path, loss, monkeypatch):
    options = dataclasses.replace(QUICK, loss=loss)
    checkpoint, middle = tmp_path / "checkpoint.npz", tmp_path / "middle.npz"

    def keeping(options, seed, step):
        if step == 4:
            shutil.copy(checkpoint, middle)
        return draw_community(options, seed, step)

    with monkeypatch.context() as patch:
        patch.setattr(abundance_train, "draw_community", keeping)
        straight = train_abundance(options, 1, checkpoint, 3)
    resumed = train_abundance(options, 1, middle, 3)
    card = training_card(options, 1, resumed)
    assert card["options"]["loss"] == loss
    assert len(card["loss_below_guessing"]) == options.steps
    assert resumed.history == straight.history
    assert resumed.balance == straight.balance
    for name, weight in straight.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], weight)
    with pytest.raises(ContractError, match="belongs to another training: seed is 1, now 2"):
        train_abundance(options, 2, checkpoint, 3)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_and_curricular_others():
    one, again = train_abundance(QUICK, 1), train_abundance(QUICK, 1)
    other = train_abundance(dataclasses.replace(QUICK, loss="curricular"), 1)
    assert one.history == again.history
    for name, weight in one.weights.items():
        np.testing.assert_array_equal(again.weights[name], weight)
    assert np.isfinite(other.history).all()
    assert not np.array_equal(other.weights["first/kernel"], one.weights["first/kernel"])


def test_a_loss_that_is_not_finite_stops_training(monkeypatch):
    monkeypatch.setattr(abundance_train._Trainer, "step", lambda *_: float("nan"))
    with pytest.raises(UserError, match=r"stopped in step 1: the loss is not finite \(nan\)"):
        train_abundance(QUICK, 1)


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "checkpoint.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="not a checkpoint of this command, or damaged"):
        train_abundance(QUICK, 1, path)


def test_a_gpu_that_is_not_there_is_said():
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        pytest.skip("there is one")
    assert choose_device("auto") == choose_device("cpu") == "/CPU:0"
    with pytest.raises(UserError, match="finds no usable GPU"):
        choose_device("cuda")


def test_weights_come_back_in_half_precision(saved):
    net, card = load_abundance_net(saved)
    assert card["seed"] == 3
    assert card["balance"] == {"v2": 0.04, "v1": 0.2}
    for name, weight in AbundanceNet(3).named_weights().items():
        assert net.named_weights()[name] == pytest.approx(weight, abs=1e-3)


def test_weights_are_written_with_the_same_bytes(saved, tmp_path):
    again = tmp_path / "again.npz"
    save_abundance_weights(again, AbundanceNet(3).named_weights(), (0.04, 0.2), {"seed": 3})
    assert again.read_bytes() == saved.read_bytes()


def rewrite(path, **changes):
    with np.load(path) as members:
        arrays = dict(members)
    for name, array in changes.items():
        if array is None:
            del arrays[name.replace("__", "/")]
        else:
            arrays[name.replace("__", "/")] = array
    np.savez(path, **arrays)


def test_damaged_weights_are_refused(saved):
    rewrite(saved, first__bias=np.zeros(17, np.float16))
    with pytest.raises(ContractError, match=r"'first/bias' is \(17,\), expected \(16,\)"):
        load_abundance_net(saved)
    rewrite(saved, first__bias=np.full(16, np.nan, np.float16))
    with pytest.raises(UserError, match="'first/bias' holds a value that is not finite"):
        load_abundance_net(saved)
    rewrite(saved, first__bias=None)
    with pytest.raises(UserError, match="damaged, or not weights of this network"):
        load_abundance_net(saved)
    saved.write_bytes(b"PK")
    with pytest.raises(UserError, match="damaged, or not weights of this network"):
        load_abundance_net(saved)
    saved.unlink()
    with pytest.raises(UserError, match="no such file of weights"):
        load_abundance_net(saved)


def test_the_json_beside_the_weights_is_checked(saved):
    card = saved.with_suffix(".json")
    right = json.loads(card.read_text())
    card.write_text(json.dumps({**right, "schema": "latentbin/abundance-weights/0"}))
    with pytest.raises(ContractError, match="is 'latentbin/abundance-weights/0', expected"):
        load_abundance_net(saved)
    card.write_text("{")
    with pytest.raises(UserError, match="damaged, or does not describe such weights"):
        load_abundance_net(saved)
    card.unlink()
    with pytest.raises(UserError, match="no such JSON file beside the weights"):
        load_abundance_net(saved)
