"""Training: judged by what it achieves, never by the weights it ends with."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score
from tests.planted import planted_matrices, save_planted

from latentbin.errors import ContractError, UserError
from latentbin.matrix import NamedMatrix
from latentbin.options import OptionError
from latentbin.vamb import cli
from latentbin.vamb.cluster import cluster_latent
from latentbin.vamb.features import make_features
from latentbin.vamb.model import TERMS, VaeEncoder
from latentbin.vamb.options import ClusterOptions, EmbedOptions

QUICK = EmbedOptions(hidden_size=64, latent_size=8, epochs=40, batch_size=64)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted_features(samples=4, *, total=True):
    composition, abundance, truth = planted_matrices(samples=samples)
    features = make_features(
        composition.values,
        abundance.values,
        composition.arrays["lengths"],
        total_abundance=total,
        contig_weights=True,
    )
    return features, composition.arrays["lengths"], truth


@pytest.mark.parametrize("samples", [1, 4])
def test_planted_genomes_are_learned(samples):
    features, lengths, truth = planted_features(samples)
    encoder = VaeEncoder(QUICK).fit(features)
    loss = np.array(encoder.history_).sum(axis=1)
    assert all(len(terms) == len(TERMS) for terms in encoder.history_)
    assert loss[-5:].mean() < 0.7 * loss[:2].mean()
    latent = encoder.transform(features)
    assert latent.shape == (len(truth), 8)
    assert latent.dtype == np.float32
    labels = np.empty(len(truth), int)
    for number, rows in enumerate(cluster_latent(latent, lengths, ClusterOptions(), 1)):
        labels[rows] = number
    assert adjusted_rand_score(truth, labels) > 0.9


def test_learned_variance_trains_too():
    options = EmbedOptions(
        hidden_size=64, latent_size=8, epochs=30, batch_size=64, learn_variance=True
    )
    features, _, _ = planted_features(total=False)
    terms = np.array(VaeEncoder(options).fit(features).history_)
    assert terms[-1].sum() < terms[0].sum()
    assert terms[-1, TERMS.index("tnf")] < 0.5 * terms[0, TERMS.index("tnf")]


def test_same_seed_same_latent_and_another_seed_another():
    features, _, _ = planted_features()
    options = EmbedOptions(hidden_size=16, latent_size=4, epochs=3, batch_size=64)
    first, again, other = (
        VaeEncoder(options, seed=seed).fit(features).transform(features) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def interrupt_writing(monkeypatch, number):
    """Let the writing of a checkpoint be interrupted, the first of which is number 1."""
    save, written = torch.save, []

    def interrupted(state, path):
        written.append(path)
        if len(written) == number:
            raise KeyboardInterrupt
        save(state, path)

    monkeypatch.setattr(torch, "save", interrupted)


def test_training_goes_on_from_a_checkpoint_as_if_never_interrupted(tmp_path, monkeypatch):
    features, _, _ = planted_features()
    options = EmbedOptions(hidden_size=16, latent_size=4, epochs=6, batch_size=32)
    whole = VaeEncoder(options).fit(features)

    path = tmp_path / "vae.pt"
    interrupt_writing(monkeypatch, number=3)
    with pytest.raises(KeyboardInterrupt):
        VaeEncoder(options, checkpoint=path, checkpoint_every=2).fit(features)
    resumed = VaeEncoder(options, checkpoint=path, checkpoint_every=2).fit(features)
    assert resumed.history_ == whole.history_
    assert np.array_equal(resumed.transform(features), whole.transform(features))


def test_checkpoint_of_another_training_is_refused(tmp_path):
    features, _, _ = planted_features()
    options = EmbedOptions(hidden_size=16, latent_size=4, epochs=1)
    path = tmp_path / "vae.pt"
    VaeEncoder(options, checkpoint=path).fit(features)
    with pytest.raises(ContractError, match=r"vae\.pt: belongs to another training: seed is 1"):
        VaeEncoder(options, seed=2, checkpoint=path).fit(features)
    other, _, _ = planted_features(samples=3)
    with pytest.raises(ContractError, match="belongs to another training: data"):
        VaeEncoder(options, checkpoint=path).fit(other)


def test_a_loss_that_is_not_finite_stops_training(tmp_path):
    features, _, _ = planted_features()
    features.tnf[3, 0] = 1e30
    with pytest.raises(UserError, match=r"stopped in epoch 1: the loss is not finite .*tnf"):
        VaeEncoder(QUICK, checkpoint=tmp_path / "vae.pt").fit(features)
    assert not (tmp_path / "vae.pt").exists()


def test_a_last_batch_of_one_contig_is_no_problem():
    features, _, _ = planted_features()
    options = EmbedOptions(hidden_size=8, latent_size=2, epochs=2, batch_size=179)
    assert np.isfinite(VaeEncoder(options).fit(features).history_).all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_learns_as_well():
    features, _, _ = planted_features()
    loss = np.array(VaeEncoder(QUICK, device=torch.device("cuda")).fit(features).history_)
    assert loss[-1].sum() < 0.7 * loss[0].sum()


@pytest.mark.parametrize("text", ["1,x", "", "1;2"])
def test_bad_batch_doublings(text):
    with pytest.raises(OptionError, match="--batch-doublings must be"):
        EmbedOptions(batch_doublings=text)


def test_batch_doublings():
    assert EmbedOptions(epochs=300).doublings() == (25, 75, 150, 225)  # the released program's
    assert EmbedOptions(batch_doublings="none").doublings() == ()
    assert EmbedOptions(batch_doublings="25,75").doublings() == (25, 75)


@pytest.mark.parametrize("step", ["embed", "cluster"])
def test_names_without_the_separator_are_refused_before_any_work(step, tmp_path, capsys):
    composition, abundance, _ = save_planted(tmp_path)
    NamedMatrix(
        "latent", ("a", "b"), ("z",), np.ones((2, 1), np.float32), {"lengths": np.ones(2)}
    ).save(tmp_path / "latent.npz")
    arguments = {
        "embed": ["--composition", composition, "--abundance", abundance],
        "cluster": ["--latent", tmp_path / "latent.npz"],
    }[step]
    output = tmp_path / "output"
    code = cli.main([step, *map(str, arguments), "--output", str(output), "--separator", "~"])
    assert code == 1
    error = capsys.readouterr().err
    assert "does not have the separator '~' inside its name" in error
    assert "epoch" not in error
    assert not output.exists()
