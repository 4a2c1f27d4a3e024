"""Radii and medoids: hand-made histograms and planted directions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from latentbin.errors import UserError
from latentbin.vamb.cluster import cluster_latent
from latentbin.vamb.medoid import Pool, unit_rows, wander
from latentbin.vamb.options import CLUSTER_PRESETS, ClusterOptions
from latentbin.vamb.radius import BIN_WIDTH, density_radius, gaussian_kernel, global_threshold

N_BINS = 60


def planted(n_clusters=8, size=80, width=0.15, seed=3, n_latent=16):
    """Directions scattered around centres at right angles; lengths; the centre of each."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.repeat(np.arange(n_clusters), size))
    centres = np.linalg.qr(rng.normal(size=(n_latent, n_latent)))[0][:n_clusters]
    noise = rng.normal(size=(len(truth), n_latent)) * width / np.sqrt(n_latent)
    latent = (centres[truth] + noise) * rng.uniform(1, 20, (len(truth), 1))
    return latent.astype(np.float32), rng.integers(1000, 50_000, len(truth)), truth


def as_labels(clusters, n):
    labels = np.full(n, -1)
    for number, rows in enumerate(clusters):
        assert (labels[rows] == -1).all(), "a contig in two clusters"
        labels[rows] = number
    return labels


def histogram(*peaks):
    """Weight at given distances, scattered a little."""
    centres = (np.arange(N_BINS) + 0.5) * BIN_WIDTH
    return sum(w * np.exp(-0.5 * ((centres - at) / 0.012) ** 2) for at, w in peaks)


def test_radius_is_the_valley_between_two_peaks():
    radius = density_radius(histogram((0.0, 100.0), (0.2, 100.0)), 0.1)
    assert radius == pytest.approx(0.1, abs=0.02)


def test_no_radius_without_a_deep_valley():
    shallow = histogram((0.0, 100.0), (0.05, 90.0), (0.1, 90.0), (0.15, 90.0), (0.2, 90))
    assert density_radius(shallow, 0.1) is None


def test_a_shallower_valley_is_accepted_when_asked():
    shallow = histogram((0.0, 100.0), (0.09, 60.0))
    assert density_radius(shallow, 0.02) is None
    assert density_radius(shallow, 0.5) == pytest.approx(0.05, abs=0.02)


def test_no_radius_if_the_first_peak_is_far_away():
    assert density_radius(histogram((0.2, 100.0)), 0.1) is None


def test_kernel_sums_to_one_and_is_symmetric():
    kernel = gaussian_kernel(0.01, 0.005)
    assert kernel.sum() == pytest.approx(1)
    np.testing.assert_allclose(kernel, kernel[::-1])


@pytest.mark.parametrize("preset", ["default", "preprint"])
def test_planted_clusters_are_found(preset):
    latent, lengths, truth = planted()
    clusters = cluster_latent(latent, lengths, CLUSTER_PRESETS[preset], seed=1)
    labels = as_labels(clusters, len(truth))
    assert (labels >= 0).all()
    assert adjusted_rand_score(truth, labels) > 0.95


@pytest.mark.parametrize("preset", ["default", "preprint"])
def test_same_seed_same_clusters(preset):
    latent, lengths, _ = planted()
    first, second = (
        cluster_latent(latent, lengths, CLUSTER_PRESETS[preset], seed=4) for _ in range(2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_clusters_are_ordered_by_base_pairs():
    latent, lengths, _ = planted()
    clusters = cluster_latent(latent, lengths, ClusterOptions(), seed=1)
    sizes = [lengths[rows].sum() for rows in clusters]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("n_contigs", [1, 2, 3, 40])
def test_noise_and_few_contigs_end_in_a_partition(n_contigs):
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(n_contigs, 8)).astype(np.float32)
    latent[0] = 0  # a contig at the origin has no direction
    clusters = cluster_latent(latent, np.full(n_contigs, 2000), ClusterOptions(), seed=1)
    assert sorted(np.concatenate(clusters).tolist()) == list(range(n_contigs))


def test_identical_contigs_are_one_cluster():
    latent = np.tile(np.arange(1, 9, dtype=np.float32), (30, 1))
    clusters = cluster_latent(latent, np.full(30, 2000), ClusterOptions(), seed=1)
    assert [len(rows) for rows in clusters] == [30]


def test_the_medoid_is_the_best_candidate_when_all_are_tried():
    latent, lengths, _ = planted(n_clusters=1, size=60)
    pool = Pool(latent, lengths, np.arange(60))

    def density(distances, weights):
        return weights @ np.maximum(np.float32(0.3) - distances, 0)

    medoid, distances = wander(pool, 0, 0.3, density, 10_000, np.random.default_rng(0))
    everything = pool.block(np.arange(60), np.arange(60))
    assert medoid == int(np.argmax(density(everything, pool.weights)))
    np.testing.assert_allclose(distances, everything[:, medoid], atol=1e-6)


def test_threshold_of_pure_noise_is_refused():
    rng = np.random.default_rng(1)
    vectors = unit_rows(rng.normal(size=(200, 16)).astype(np.float32))
    options = ClusterOptions(method="threshold", threshold_neighbours=1)
    with pytest.raises(UserError, match="no clustering threshold could be read"):
        global_threshold(vectors, options, rng)


def test_threshold_lies_between_within_and_between_distances():
    latent, _, truth = planted()
    centred = unit_rows(latent - latent.mean(axis=1, keepdims=True))
    options = ClusterOptions(method="threshold")
    threshold = global_threshold(centred, options, np.random.default_rng(0))
    distances = 0.5 - 0.5 * centred @ centred.T
    same = truth[:, None] == truth
    assert np.median(distances[same]) < threshold < np.median(distances[~same])
