"""The loop over epochs and its checkpoints, by a network small enough to work out."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from torch import nn

from latentbin.errors import ContractError, UserError
from latentbin.learning.checkpoint import data_digest
from latentbin.learning.schedule import batch_size_for
from latentbin.learning.training import choose_device, one_pass, train

TERMS = ("slope", "noise")


class Run:
    """A line fitted to points, with a random loss term and a list of what was called."""

    def __init__(self, seed=1, stop_in=None, bad_in=None):
        torch.manual_seed(seed)
        self.module = nn.Linear(1, 1)
        self.optimizer = torch.optim.Adam(self.module.parameters(), lr=0.1)
        self.x = torch.linspace(-1, 1, 40)[:, None]
        self.stop_in, self.bad_in = stop_in, bad_in
        self.epochs, self.threads = [], []

    def loss_terms(self, rows):
        error = (self.module(self.x[rows]) - 3 * self.x[rows]).square().mean()
        noise = (self.module.bias * torch.randn(1)).square().mean()
        return torch.stack([error, noise])

    def run_epoch(self, epoch, batch_size):
        self.epochs.append((epoch, batch_size))
        self.threads.append(torch.get_num_threads())
        if epoch == self.stop_in:
            raise KeyboardInterrupt
        losses = one_pass(self.module, self.optimizer, self.loss_terms, 40, batch_size)
        return [float("nan"), 1.0] if epoch == self.bad_in else losses

    def train(self, batch_sizes=(8,) * 6, identity=None, **kwargs):
        identity = {"seed": 1} if identity is None else identity
        return train(
            self.module, self.optimizer, self.run_epoch, TERMS, batch_sizes, identity, **kwargs
        )

    def weights(self):
        return torch.cat([p.detach().ravel() for p in self.module.parameters()]).numpy()


@pytest.fixture(autouse=True)
def _threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_training_learns_and_keeps_the_terms_of_each_epoch():
    run = Run()
    history = np.array(run.train((8,) * 40))
    assert history.shape == (40, 2)
    assert history[-1, 0] < 0.05 * history[0, 0]
    np.testing.assert_allclose(run.weights(), [3, 0], atol=0.2)


def test_each_epoch_has_its_batch_size():
    run = Run()
    run.train((8, 8, 16))
    assert run.epochs == [(0, 8), (1, 8), (2, 16)]


def test_small_batches_get_one_thread_and_the_rest_is_given_back():
    run = Run(stop_in=2)
    with pytest.raises(KeyboardInterrupt):
        run.train((8, 1024, 8))
    assert run.threads == [1, 2, 1]
    assert torch.get_num_threads() == 2


def test_interrupted_training_goes_on_to_the_same_weights(tmp_path):
    path = tmp_path / "state.pt"
    whole = Run()
    history = whole.train()
    with pytest.raises(KeyboardInterrupt):
        Run(stop_in=5).train(checkpoint=path, checkpoint_every=2)
    resumed = Run()
    assert resumed.train(checkpoint=path, checkpoint_every=2) == history
    assert [epoch for epoch, _ in resumed.epochs] == [4, 5]
    assert np.array_equal(resumed.weights(), whole.weights())
    # what is complete is read, not trained again
    again = Run(seed=2)
    assert again.train(checkpoint=path) == history
    assert again.epochs == []
    assert np.array_equal(again.weights(), whole.weights())


def test_checkpoint_of_another_training_is_refused(tmp_path):
    path = tmp_path / "state.pt"
    Run().train(checkpoint=path)
    with pytest.raises(ContractError) as caught:
        Run().train(identity={"seed": 2}, checkpoint=path)
    assert str(caught.value) == (
        f"{path}: belongs to another training: seed is 1, now 2. Give the same input and "
        "options, or remove it to start anew."
    )
    assert (caught.value.expected, caught.value.actual) == (2, 1)
    with pytest.raises(ContractError, match="names differ"):
        Run().train(identity={"seed": 1, "names": ["a"] * 1000}, checkpoint=path)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 cut short"])
def test_damaged_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "state.pt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"state\.pt: not a checkpoint of this command, or damaged"):
        Run().train(checkpoint=path)


def test_a_loss_that_is_not_finite_stops_training_before_it_is_kept(tmp_path):
    path = tmp_path / "state.pt"
    said = "stopped in epoch 2: the loss is not finite (slope nan noise 1.0000). Lower --learning-"
    with pytest.raises(UserError, match=re.escape(said)):
        Run(bad_in=1).train(checkpoint=path, checkpoint_every=1)
    assert len(torch.load(path, weights_only=True)["history"]) == 1


def test_a_pass_sees_every_row_once_in_random_order_and_weighs_batches_by_size():
    module = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.0)
    seen = []

    def loss_terms(rows):
        seen.append(rows.tolist())
        return rows.float().mean()[None] + 0 * module.weight.sum()

    assert one_pass(module, optimizer, loss_terms, 10, 4) == [pytest.approx(4.5)]
    assert [len(rows) for rows in seen] == [4, 4, 2]
    flat = [row for rows in seen for row in rows]
    assert flat != sorted(flat) == list(range(10))
    assert module.training


def test_a_last_batch_of_one_row_is_left_out():
    module = nn.Sequential(nn.Linear(1, 2), nn.BatchNorm1d(2))
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    losses = one_pass(
        module, optimizer, lambda rows: module(rows[:, None].float()).mean(dim=0), 9, 4
    )
    assert np.isfinite(losses).all()


@pytest.mark.parametrize(
    ("n_rows", "wanted", "size"), [(100, 256, 100), (257, 256, 257), (1000, 300, 334), (2, 1, 1)]
)
def test_batch_sizes(n_rows, wanted, size):
    assert batch_size_for(n_rows, wanted) == size


def test_the_digest_tells_data_apart():
    one, two = np.arange(6.0), np.ones(3, np.float32)
    assert data_digest(one, two) == data_digest(one.copy(), two)
    assert data_digest(one[::2]) == data_digest(one[::2].copy())
    changed = two.copy()
    changed[2] = np.nextafter(changed[2], 2)
    assert data_digest(one, two) != data_digest(one, changed)


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what happens without a GPU")
def test_device_without_a_gpu():
    assert choose_device("auto").type == "cpu"
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(UserError, match="no usable GPU"):
        choose_device("cuda")
