"""Embeddings and clusterings on planted groups."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from latentbin.agreement import silhouette
from latentbin.density import NOISE, Density, knee
from latentbin.explore.clustering import Clusterer, best_number
from latentbin.explore.options import CLUSTERINGS, ClusterOptions, EmbeddingOptions, InputOptions
from latentbin.explore.scores import agreement
from latentbin.options import OptionError
from latentbin.principal import pca, plane


def planted(groups=4, size=60, width=10, seed=3, apart=8.0):
    """Round groups of equal size, shuffled, and the group of each row."""
    rng = np.random.default_rng(seed)
    group = rng.permutation(np.repeat(np.arange(groups), size))
    centres = np.eye(groups, width) * apart
    return (centres[group] + rng.normal(size=(len(group), width))).astype(np.float32), group


def found(points, n_classes=None, **options):
    clusterer = Clusterer(ClusterOptions(**options), seed=1, threads=1, n_classes=n_classes)
    return {one.method: one for one in clusterer.all(points.astype(np.float64))}


def test_each_clustering_finds_planted_groups():
    points, group = planted(width=4)
    clusterings = found(points)
    assert list(clusterings) == list(CLUSTERINGS)
    for one in clusterings.values():
        score = agreement(group, one.labels)
        assert one.n_clusters == 4, one.method
        assert score.v_measure > (0.9 if one.method == "dbscan" else 0.99), one.method
    assert clusterings["kmeans"].settings == "k 4 by silhouette"
    assert clusterings["gmm"].settings == "k 4 by BIC"
    assert "by knee, min_samples 6" in clusterings["dbscan"].settings
    assert clusterings["hdbscan"].settings == "min_cluster_size 6, min_samples 6"


def test_numbers_that_are_given_are_kept():
    points, _ = planted()
    clusterings = found(
        points, clusters="7", eps=3.0, min_samples=4, min_cluster_size=9, clusterings="gmm,dbscan"
    )
    assert list(clusterings) == ["dbscan", "gmm"]
    assert clusterings["dbscan"].settings == "eps 3 given, min_samples 4"
    assert (clusterings["gmm"].settings, clusterings["gmm"].n_clusters) == ("k 7 given", 7)
    classes = found(points, 4, clusters="classes", clusterings="kmeans")["kmeans"]
    assert (classes.settings, classes.n_clusters) == ("k 4 as classes", 4)


def test_more_rows_than_are_fitted_are_assigned():
    points, group = planted(size=100, width=4)
    clusterings = found(points, fit_rows=120, score_rows=100)
    for one in clusterings.values():
        assert one.settings.endswith(", found on 120 rows")
        assert len(one.labels) == 400
        assert agreement(group, one.labels).v_measure > 0.85, one.method


def test_one_group_is_one_component():
    points = np.random.default_rng(1).normal(size=(300, 3)).astype(np.float32)
    assert found(points, clusterings="gmm")["gmm"].n_clusters == 1


def test_equal_rows_are_clustered_without_complaint():
    points = np.repeat(np.array([[0.0, 0], [5, 5]]), 30, axis=0).astype(np.float32)
    for one in found(points).values():
        assert one.n_clusters == (1 if one.method == "gmm" and one.n_clusters == 1 else 2)


@pytest.mark.parametrize("seed", range(8))
def test_core_rows_are_clustered_as_by_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    # whole numbers: distances equal to eps, and rows on one another
    points = rng.integers(0, 16, (70, 2)).astype(float)
    eps, min_samples = float(rng.integers(1, 4)), int(rng.integers(2, 6))
    theirs = DBSCAN(eps=eps, min_samples=min_samples).fit(points)
    ours = Density(points, min_samples, 5, 1).dbscan(eps)
    core = np.zeros(70, bool)
    core[theirs.core_sample_indices_] = True
    assert ((ours == NOISE) == (theirs.labels_ == NOISE)).all()
    pairs = set(zip(ours[core].tolist(), theirs.labels_[core].tolist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})


def test_the_knee_is_where_distances_bend():
    assert knee(np.r_[np.linspace(1, 1.1, 90), np.linspace(1.5, 9, 10)]) == pytest.approx(1.1)
    assert knee(np.full(5, 2.0)) == 2
    assert knee(np.zeros(5)) == 1


@pytest.mark.parametrize("best", [2, 3, 17, 40, 63, 64])
def test_the_best_number_is_found_without_trying_all(best):
    tried = []

    def score(k):
        tried.append(k)
        return -abs(k - best)

    assert best_number(score, 2, 64) == best
    assert len(tried) == len(set(tried)) < 30
    assert best_number(lambda _k: 0.0, 2, 64) == 2
    assert best_number(score, 2, 2) == 2


def test_pca_finds_the_axes_and_their_share():
    rng = np.random.default_rng(4)
    points = rng.normal(size=(500, 3)) * [5, 2, 0.1] @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    principal = pca(points.astype(np.float32), 10)
    assert principal.coordinates.shape == (500, 3)
    assert principal.coordinates.std(axis=0) == pytest.approx([5, 2, 0.1], rel=0.1)
    assert principal.explained.sum() == pytest.approx(1)
    covariance = np.cov(principal.coordinates.T)
    assert np.allclose(covariance, np.diag(np.diag(covariance)), atol=1e-2)
    one, _ = plane(np.arange(9, dtype=np.float32)[:, None])
    assert one.shape == (9, 2)


def test_silhouettes_are_of_rows_that_are_no_noise():
    points, group = planted()
    labels = np.where(np.arange(len(group)) % 5 == 0, NOISE, group)
    assert silhouette(points, labels, 1000, 1) > 0.5
    assert silhouette(points, labels, 100, 1) == pytest.approx(
        silhouette(points, labels, 1000, 1), abs=0.05
    )
    assert silhouette(points, np.zeros(len(points), int), 100, 1) is None
    assert silhouette(points, np.full(len(points), NOISE), 100, 1) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EmbeddingOptions(embeddings="pca,tsne"), "--embeddings must be of .* got 'tsne'"),
        (lambda: ClusterOptions(clusterings=""), "--clusterings must be of kmeans, .* got ''"),
        (lambda: ClusterOptions(clusters="many"), "--clusters must be a number, classes or auto"),
        (lambda: ClusterOptions(clusters="0"), "--clusters must be a number"),
        (lambda: EmbeddingOptions(elbow="8"), "--elbow must be two or more latent sizes"),
        (lambda: EmbeddingOptions(elbow="0,4"), "--elbow must be two or more latent sizes"),
        (lambda: EmbeddingOptions(elbow="2,x"), "--elbow must be two or more .* got '2,x'"),
        (lambda: InputOptions(per_class=0), "--per-class must be at least 1"),
    ],
)
def test_options_out_of_bounds(make, message):
    with pytest.raises(OptionError, match=message):
        make()


def test_what_is_not_given_follows_the_rows():
    options = ClusterOptions()
    assert [options.min_samples_for(n) for n in (20, 240, 10**6)] == [3, 6, 10]
    assert [options.min_cluster_size_for(n) for n in (20, 240, 10**6)] == [5, 6, 30]
    assert [EmbeddingOptions().n_epochs(n) for n in (100, 10_000, 10**6)] == [300, 154, 20]
    assert EmbeddingOptions(elbow="8,2,8").elbow_sizes() == (2, 8)


class TestVae:
    torch = pytest.importorskip("torch")

    def options(self, **others):
        return EmbeddingOptions(**{"epochs": 120, "hidden_size": 32, "batch_size": 64, **others})

    def test_it_finds_planted_groups_with_the_axes_it_needs(self):
        from latentbin.explore.vae import train_vae

        points, group = planted(width=5)
        points = (points - points.mean(axis=0)) / points.std(axis=0)
        made = train_vae(points, 8, self.options(), 1, self.torch.device("cpu"))
        again = train_vae(points, 8, self.options(), 1, self.torch.device("cpu"))
        assert (made.latent == again.latent).all()
        assert made.latent.shape == (240, 8)
        assert made.held_out[made.best_epoch - 1] == min(made.held_out) == sum(made.terms)
        assert 1 <= made.active <= 8
        labels = found(made.latent, clusters="4", clusterings="gmm")["gmm"].labels
        assert agreement(group, labels).v_measure > 0.9

    def test_its_loss_is_the_evidence_bound(self):
        """Worked out with scipy's and torch's own densities."""
        from scipy.stats import norm

        from latentbin.explore.vae_module import Vae, divergence

        torch = self.torch
        torch.manual_seed(1)
        module = Vae(5, 4, 2).eval()
        rows, latent = torch.randn(7, 5), torch.randn(7, 2)
        with torch.inference_mode():
            mean = module.output(module.decoder(latent)).numpy()
            scale = float(module.variance()) ** 0.5
            expected = -norm.logpdf(rows.numpy(), mean, scale).sum(axis=1)
            ours = module.reconstruction(rows, latent, module.variance()).numpy()
            mu, log_variance = module.encode(rows)
            normal = torch.distributions.Normal
            theirs = torch.distributions.kl_divergence(
                normal(mu, (log_variance / 2).exp()), normal(torch.zeros(()), torch.ones(()))
            )
            assert torch.allclose(divergence(mu, log_variance), theirs, atol=1e-6)
        assert np.allclose(ours, expected, rtol=1e-5)

    def test_the_elbow_is_the_smallest_size_that_is_good_enough(self):
        from latentbin.explore.vae import elbow_of

        assert elbow_of({2: 100.0, 4: 60.0, 8: 51.0, 16: 50.0, 32: 50.5}) == 8
        assert elbow_of({2: 50.0, 4: 60.0}) == 2
        assert elbow_of({2: 50.0, 4: 50.0}) == 2


@pytest.mark.slow
def test_umap_finds_planted_groups_the_same_way_twice():
    from latentbin.umap_layout import umap_coordinates

    points, group = planted(width=20)
    settings = 3, 15, 0.1, 1, 1
    coordinates, facts = umap_coordinates(points, *settings)
    assert facts == {"neighbours": 15, "neighbours_exact": True}
    assert coordinates.shape == (240, 3)
    assert (coordinates == umap_coordinates(points, *settings)[0]).all()
    labels = found(coordinates, clusterings="hdbscan")["hdbscan"].labels
    assert agreement(group, labels).v_measure > 0.99
    # fewer columns than dimensions; rows on one another
    few = np.round(points[:30, :2])
    assert np.isfinite(umap_coordinates(few, *settings)[0]).all()


@pytest.mark.slow
def test_umap_searches_neighbours_where_there_are_many_rows(monkeypatch):
    from latentbin import umap_layout

    monkeypatch.setattr(umap_layout, "EXACT_ROWS", 100)
    points, group = planted(size=1100, width=20)  # umap compares all pairs of fewer than 4,096
    coordinates, facts = umap_layout.umap_coordinates(points, 3, 15, 0.1, 1, 1)
    assert facts["neighbours_exact"] is False
    labels = found(coordinates, clusterings="hdbscan")["hdbscan"].labels
    assert agreement(group, labels).v_measure > 0.99


@pytest.mark.slow
def test_umap_is_loaded_without_tensorflow_and_where_nothing_can_be_kept():
    code = """
import sys, numba
from latentbin.umap_layout import load_umap
load_umap()
assert "tensorflow" not in sys.modules and "umap.parametric_umap" not in sys.modules
assert "latentbin-numba-" in numba.config.CACHE_DIR
"""
    # numba then finds no folder for machine code but the one that it is told
    surroundings = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    surroundings["NUMBA_CACHE_LOCATOR_CLASSES"] = "UserProvidedCacheLocator"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=surroundings
    )
    assert done.returncode == 0, done.stderr
