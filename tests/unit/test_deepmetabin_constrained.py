"""Constrained k-means: links do what they say, it helps, and it keeps to its time."""

from __future__ import annotations

import time

import numpy as np
import pytest
from benchmarks.deepmetabin.constrained import accuracy, planted

from latentbin.deepmetabin.constrained import constrained_kmeans, first_centres

LINE = np.array([[0.0], [1.0], [9.0], [10.0]])
ENDS = np.array([[0.0], [10.0]])


def fit(data, centres, **changes):
    options = {
        "weights": data.weights,
        "must": data.must,
        "must_weights": data.shares,
        "cannot": data.cannot,
    } | changes
    return constrained_kmeans(data.points, centres, **options)


def test_without_links_it_is_k_means():
    found = constrained_kmeans(LINE, ENDS)
    assert found.labels.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(found.centres, [[0.5], [9.5]])
    assert found.objective == pytest.approx(1.0)
    assert found.optimal


def test_a_dear_cannot_link_parts_neighbours():
    found = constrained_kmeans(LINE, ENDS, cannot=[np.array([0, 1])], penalty=1000)
    assert found.labels[0] != found.labels[1]
    cheap = constrained_kmeans(LINE, ENDS, cannot=[np.array([0, 1])], penalty=1)
    assert cheap.labels.tolist() == [0, 0, 1, 1]
    assert cheap.objective == pytest.approx(1.0 + 1)


def test_a_group_counts_members_after_the_first():
    found = constrained_kmeans(LINE, ENDS, cannot=[np.array([0, 1, 2, 3])], penalty=1)
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.objective == pytest.approx(1.0 + 2)


def test_a_must_link_keeps_together_what_it_outweighs():
    must = np.array([[1, 2]])
    found = constrained_kmeans(LINE, ENDS, must=must, penalty=1000)
    assert found.labels[1] == found.labels[2]
    share = constrained_kmeans(LINE, ENDS, must=must, must_weights=np.array([0.5]), penalty=1)
    assert share.labels.tolist() == [0, 0, 1, 1]
    assert share.objective == pytest.approx(1.0 + 0.5)


def test_no_cluster_is_empty_even_where_links_pull_all_together():
    must = np.array([[0, 1], [1, 2], [2, 3]])
    found = constrained_kmeans(LINE, ENDS, must=must, penalty=1e6)
    assert found.labels.tolist() == [0, 0, 1, 1]  # one broken link is the least
    same = constrained_kmeans(np.zeros((5, 2)), np.zeros((3, 2)))
    assert np.bincount(same.labels, minlength=3).min() > 0


def test_many_contigs_on_one_place_fill_all_clusters():
    n = 3000  # too many for the programme that forbids empty clusters
    found = constrained_kmeans(np.zeros((n, 2)), np.zeros((3, 2)))
    assert np.bincount(found.labels, minlength=3).min() > 0
    assert not found.optimal


def test_only_proportions_of_weights_matter():
    data = planted(200, 3, 4)
    centres = first_centres(data.points, 3, weights=data.weights, cannot=data.cannot)
    one = fit(data, centres)
    two = fit(data, centres, weights=data.weights * 1000)
    np.testing.assert_array_equal(one.labels, two.labels)
    assert one.objective == pytest.approx(two.objective)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_links_help(seed):
    data = planted(600, 5, seed)
    centres = first_centres(data.points, 5, weights=data.weights, cannot=data.cannot, seed=seed)
    plain = constrained_kmeans(data.points, centres, weights=data.weights)
    found = fit(data, centres)
    assert found.optimal
    right = accuracy(found.labels, data.truth)
    assert right > 0.94
    assert 1 - right < 0.7 * (1 - accuracy(plain.labels, data.truth))


def test_many_clusters_are_told_apart_by_their_genes():
    data = planted(800, 16, 2)  # more places than are looked at together
    centres = first_centres(data.points, 16, weights=data.weights, cannot=data.cannot)
    found = fit(data, centres)
    assert found.optimal
    plain = constrained_kmeans(data.points, centres, weights=data.weights)
    assert accuracy(found.labels, data.truth) > accuracy(plain.labels, data.truth) + 0.1


def test_same_input_same_labels():
    data = planted(1100, 10, 3)
    centres = first_centres(data.points, 10, weights=data.weights, cannot=data.cannot)
    one, two = fit(data, centres), fit(data, centres)
    np.testing.assert_array_equal(one.labels, two.labels)
    assert one.objective == two.objective


@pytest.mark.parametrize("limit", [0.0, 1.0])
def test_time_is_kept_on_contradictory_links(limit, capfd):
    # nothing but noise: distances say nothing, links contradict each other
    data = planted(4000, 20, 1, spread=0.0, wrong=1.0)
    rng = np.random.default_rng(1)
    cannot = [rng.choice(4000, 20, replace=False) for _ in range(200)]
    start = time.monotonic()
    found = fit(data, data.points[:20], cannot=cannot, time_limit=limit)
    assert time.monotonic() - start < limit + 1.5
    assert not found.optimal
    assert np.bincount(found.labels, minlength=20).min() > 0
    assert capfd.readouterr() == ("", "")


def test_first_centres_are_the_members_of_a_group_and_distinct():
    data = planted(300, 4, 1)
    centres = first_centres(data.points, 4, cannot=[np.array([5, 6]), np.array([9, 3, 7, 1])])
    np.testing.assert_array_equal(centres, data.points[[1, 3, 7, 9]])
    more = first_centres(data.points, 6, cannot=[np.arange(7), np.array([9, 3, 7, 1])])
    np.testing.assert_array_equal(more[:4], data.points[[1, 3, 7, 9]])
    assert len(np.unique(more, axis=0)) == 6
    drawn = first_centres(data.points, 8, weights=data.weights, seed=2)
    assert len(np.unique(drawn, axis=0)) == 8
    again = first_centres(data.points, 8, weights=data.weights, seed=2)
    np.testing.assert_array_equal(drawn, again)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"centres": np.zeros((5, 1))}, "do not fit"),
        ({"centres": np.zeros((2, 3))}, "do not fit"),
        ({"weights": np.array([1, 1, 1, 0.0])}, "positive number"),
        ({"points": np.array([[0], [1], [np.nan], [2.0]])}, "finite"),
        ({"must": np.array([[0, 4]])}, "outside 0 .. 3"),
        ({"cannot": [np.array([-1, 2])]}, "outside 0 .. 3"),
        ({"must": np.array([[0, 1]]), "must_weights": np.array([2.0])}, "from 0 to 1"),
        ({"penalty": -1.0}, "penalty"),
    ],
)
def test_what_does_not_fit_is_refused(changes, match):
    options = {"points": LINE, "centres": ENDS} | changes
    with pytest.raises(ValueError, match=match):
        constrained_kmeans(**options)


def test_more_centres_than_points_are_refused():
    with pytest.raises(ValueError, match="9 centres of 4 points"):
        first_centres(LINE, 9)
