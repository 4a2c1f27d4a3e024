"""The CurricularFace logits against the paper's equations, written out number by number."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

from latentbin.genomeface.curricular import curricular_logits, running_mean

SCALE = 20.0


def by_hand(cosines, targets, t, margin):
    out = np.empty_like(cosines)
    for i, row in enumerate(cosines):
        y = targets[i]
        theta = math.acos(row[y])
        moved = math.cos(theta + margin)
        if theta + margin > math.pi:
            moved = row[y] - margin * math.sin(margin)
        for j, c in enumerate(row):
            out[i, j] = moved if j == y else (c * (t + c) if c > moved else c)
    return SCALE * out


def logits(cosines, targets, t=0.3, margin=0.4):
    return np.asarray(curricular_logits(np.float32(cosines), targets, t, margin, SCALE))


@pytest.mark.parametrize("t", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("margin", [0.0, 0.1, 0.5, 1.2])
def test_equals_the_equations(t, margin):
    generator = np.random.default_rng(5)
    cosines = generator.uniform(-0.99, 0.99, (40, 9)).astype(np.float32)
    targets = generator.integers(0, 9, 40)
    assert logits(cosines, targets, t, margin) == pytest.approx(
        by_hand(cosines, targets, t, margin), abs=2e-4
    )


def test_without_margin_and_hard_negatives_it_is_a_scaled_softmax():
    cosines = np.array([[0.9, 0.3, -0.5], [-0.1, 0.2, 0.7]])
    assert logits(cosines, [0, 2], margin=0.0) == pytest.approx(SCALE * cosines, abs=1e-4)


def test_a_hard_negative_weighs_more_as_t_grows_and_an_easy_one_does_not():
    cosines = np.array([[0.5, 0.8, 0.1]])
    early, late = logits(cosines, [0], t=0.0)[0], logits(cosines, [0], t=0.9)[0]
    assert early[1] < SCALE * 0.8 < late[1]
    assert early[2] == late[2] == pytest.approx(SCALE * 0.1, abs=1e-4)


def test_the_target_falls_as_its_angle_grows_past_the_turn():
    angles = np.linspace(0.0, np.pi, 200)
    cosines = np.stack([np.cos(angles), np.full(200, -1.0)], axis=1)
    assert (np.diff(logits(cosines, np.zeros(200, int), margin=0.5)[:, 0]) < 0).all()


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_gradients_are_finite_at_the_ends(value):
    import tensorflow as tf

    cosines = tf.constant([[value, value, 0.0]])
    with tf.GradientTape() as tape:
        tape.watch(cosines)
        loss = tf.reduce_sum(curricular_logits(cosines, [0], 0.5, 0.5, 1.0))
    assert np.isfinite(tape.gradient(loss, cosines).numpy()).all()


def test_no_gradient_runs_through_t():
    import tensorflow as tf

    t = tf.Variable(0.5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(curricular_logits(tf.constant([[0.1, 0.9]]), [0], t, 0.5, 1.0))
    assert tape.gradient(loss, t) is None


def test_the_running_mean_moves_a_hundredth_towards_the_target_cosines():
    cosines = np.array([[0.5, 0.1], [0.2, 0.7]], np.float32)
    assert float(running_mean(0.2, cosines, [0, 1])) == pytest.approx(0.99 * 0.2 + 0.01 * 0.6)
