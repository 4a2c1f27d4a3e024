"""Training of the graph autoencoder: judged by what it achieves, never by its weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from tests.planted import planted_matrices

from latentbin.deepmetabin.features import Features, make_features
from latentbin.deepmetabin.model import TERMS, GmVaeEncoder
from latentbin.deepmetabin.options import EmbedOptions
from latentbin.errors import ContractError, UserError
from latentbin.graph_file import Graph
from latentbin.learning.training import one_pass

BRIEF = EmbedOptions(hidden_size=16, latent_size=4, epochs=3, batch_size=64)
THOROUGH = EmbedOptions(
    hidden_size=32, latent_size=8, epochs=20, batch_size=32, dropout=0, learning_rate=3e-3
)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def planted_features(samples=3):
    composition, abundance, truth = planted_matrices(samples=samples)
    features = make_features(
        composition.values,
        composition.arrays["n_kmers"],
        abundance.values,
        composition.arrays["lengths"],
        20,
    )
    return features, truth


def graph_of(n, pairs, weight=1.0):
    """A graph from pairs of rows, all of one weight and distance."""
    pairs = np.array(sorted({(min(pair), max(pair)) for pair in pairs}), np.int64).reshape(-1, 2)
    ones = np.ones(len(pairs), np.float32)
    u, v = np.ascontiguousarray(pairs.T)
    return Graph(n, u, v, ones, ones * np.float32(weight), np.ones(n, np.float32))


def good_links(truth, seed, each=3):
    """Every contig linked to some of its genome."""
    rng = np.random.default_rng(seed)
    pairs = []
    for row, genome in enumerate(truth):
        others = np.flatnonzero(truth == genome)
        chosen = rng.choice(others[others != row], each, replace=False)
        pairs += [(row, int(other)) for other in chosen]
    return graph_of(len(truth), pairs)


def wrong_nearest(points, truth, k=3):
    """Share of nearest neighbours that are of another genome."""
    _, other = cKDTree(points).query(points, k + 1)
    return (truth[other[:, 1:]] != truth[:, None]).mean()


def fitted(features, graph, options=BRIEF, components=3, **settings):
    return GmVaeEncoder(options, components, **settings).fit(features, graph, 3)


def latent_of(features, graph, options=BRIEF, components=3, **settings):
    return fitted(features, graph, options, components, **settings).transform(features)


def test_loss_falls_and_the_latent_keeps_the_genomes():
    features, truth = planted_features()
    encoder = fitted(features, good_links(truth, 1), THOROUGH)
    terms = np.array(encoder.history_)
    assert terms.shape == (20, len(TERMS))
    assert np.isfinite(terms).all()
    for name in ("reconstruction", "neighbours"):
        column = terms[:, TERMS.index(name)]
        assert column[-5:].mean() < 0.5 * column[0]
    latent = encoder.transform(features)
    assert latent.shape == (len(truth), 8)
    assert latent.dtype == np.float32
    assert wrong_nearest(latent, truth) < 0.02


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_good_links_bring_a_genomes_contigs_together(seed):
    """Most columns are noise. What differs between genomes, the links tell."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(10), 40)
    points = rng.normal(size=(400, 68))
    points[:, :8] += rng.normal(0, 2, (10, 8))[truth]
    points = (points - points.mean(axis=0)).astype(np.float32)
    features = Features(points, np.ones(68, np.float32), np.ones_like(points))
    graph = good_links(truth, seed)
    wrong = {}
    for weight in (0.0, 1.0):
        options = EmbedOptions(
            hidden_size=64, latent_size=8, epochs=30, batch_size=32, dropout=0,
            learning_rate=3e-3, graph_weight=weight,
        )  # fmt: skip
        wrong[weight] = wrong_nearest(latent_of(features, graph, options, 10, seed=seed), truth)
    assert wrong[1] < 0.4 * wrong_nearest(points, truth)
    assert wrong[1] < 0.7 * wrong[0]


def test_same_seed_same_bytes_and_another_seed_another_latent():
    features, truth = planted_features()
    graph = good_links(truth, 1)
    first, again, other = (latent_of(features, graph, seed=seed) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert not np.allclose(first, other)


def test_without_graph_weight_the_graph_does_not_matter():
    features, truth = planted_features()
    options = EmbedOptions(hidden_size=16, latent_size=4, epochs=3, batch_size=64, graph_weight=0)
    n = len(truth)
    graphs = [good_links(truth, 1), good_links(truth, 2, each=1), graph_of(n, [])]
    encoders = [fitted(features, graph, options) for graph in graphs]
    latents = [encoder.transform(features).tobytes() for encoder in encoders]
    assert latents[0] == latents[1] == latents[2]
    assert {terms[TERMS.index("neighbours")] for terms in encoders[0].history_} == {0}
    # with it, it does; and no link is as good as no weight
    assert latent_of(features, graphs[0]).tobytes() != latents[0]
    np.testing.assert_allclose(
        latent_of(features, graphs[2]).ravel(), np.frombuffer(latents[0], np.float32), rtol=1e-5
    )


def test_each_term_has_its_weight():
    features, truth = planted_features()
    graph = good_links(truth, 1)
    # one batch of all contigs: the terms are those of the network as it was drawn
    one, other = (
        fitted(
            features, graph, EmbedOptions(hidden_size=16, epochs=1, batch_size=180, **weights)
        ).history_[0]
        for weights in ({}, {"gaussian_weight": 2, "categorical_weight": 0.5, "graph_weight": 3})
    )
    assert min(one) > 0
    np.testing.assert_allclose(other, np.array(one) * [1, 2, 0.5, 3], rtol=1e-5)


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
    features, truth = planted_features()
    graph = good_links(truth, 1)
    options = EmbedOptions(hidden_size=16, latent_size=4, epochs=6, batch_size=32)
    whole = fitted(features, graph, options)

    kept = {"checkpoint": tmp_path / "gmvae.pt", "checkpoint_every": 2}
    interrupt_writing(monkeypatch, number=3)
    with pytest.raises(KeyboardInterrupt):
        fitted(features, graph, options, **kept)
    passes = []
    monkeypatch.setattr(
        "latentbin.deepmetabin.model.one_pass",
        lambda *args, original=one_pass: passes.append(1) or original(*args),
    )
    resumed = fitted(features, graph, options, **kept)
    assert len(passes) == 2  # four of the six epochs were done
    assert resumed.history_ == whole.history_
    assert resumed.transform(features).tobytes() == whole.transform(features).tobytes()


def test_checkpoint_of_another_training_is_refused(tmp_path):
    features, truth = planted_features()
    graph = good_links(truth, 1)
    options = EmbedOptions(hidden_size=16, latent_size=4, epochs=1)
    path = tmp_path / "gmvae.pt"
    fitted(features, graph, options, checkpoint=path)
    longer = EmbedOptions(hidden_size=16, latent_size=4, epochs=2)
    other, _ = planted_features(samples=2)
    for difference, arguments in {
        r"seed is 1, now 2\.": (features, graph, options, 3, 2),
        r"epochs is 1, now 2\.": (features, graph, longer, 3, 1),
        r"components is 3, now 4\.": (features, graph, options, 4, 1),
        "data is [0-9a-f]+, now": (other, graph, options, 3, 1),
        "data is [0-9a-f]+,": (features, good_links(truth, 2), options, 3, 1),
    }.items():
        *first, seed = arguments
        with pytest.raises(
            ContractError, match=rf"gmvae\.pt: belongs to another training: {difference}"
        ):
            fitted(*first, seed=seed, checkpoint=path)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_a_loss_that_is_not_finite_stops_training(value, tmp_path):
    features, truth = planted_features()
    features.points[3, 0] = value
    with pytest.raises(UserError, match=r"stopped in epoch 1: the loss is not finite"):
        fitted(features, good_links(truth, 1), checkpoint=tmp_path / "gmvae.pt")
    assert not (tmp_path / "gmvae.pt").exists()


@pytest.mark.parametrize("pairs", [[], [(0, 1)]])
def test_two_contigs_and_more_components_than_contigs(pairs):
    features = Features(
        np.array([[-1, 1], [1, -1]], np.float32),
        np.ones(2, np.float32),
        np.ones((2, 2), np.float32),
    )
    encoder = fitted(features, graph_of(2, pairs), components=7)
    assert np.isfinite(encoder.history_).all()
    assert encoder.transform(features).shape == (2, 4)


def test_contigs_without_a_link_are_embedded_too():
    features, truth = planted_features()
    graph = good_links(truth, 1)
    linked = graph.take((graph.u >= 20) & (graph.v >= 20))
    assert (linked.degree()[:20] == 0).all()
    options = EmbedOptions(hidden_size=32, latent_size=8, epochs=15, batch_size=32)
    latent = latent_of(features, linked, options)
    _, other = cKDTree(latent).query(latent[:20], 4)
    assert (truth[other[:, 1:]] == truth[:20, None]).mean() > 0.95


def test_a_last_batch_of_one_contig_is_no_problem():
    features, truth = planted_features()
    options = EmbedOptions(hidden_size=8, latent_size=2, epochs=2, batch_size=179)
    assert np.isfinite(fitted(features, good_links(truth, 1), options).history_).all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_learns_as_well():
    features, truth = planted_features()
    encoder = fitted(features, good_links(truth, 1), THOROUGH, device=torch.device("cuda"))
    loss = np.array(encoder.history_).sum(axis=1)
    assert loss[-5:].mean() < 0.7 * loss[0]
    assert wrong_nearest(encoder.transform(features), truth) < 0.02
