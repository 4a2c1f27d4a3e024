from __future__ import annotations

import numpy as np
import pytest

from latentbin.learning.dense import check_layers, class_weights, dense_logits


def test_classes_that_are_present_weigh_the_same():
    assert class_weights(np.array([0, 0, 0, 2])) == pytest.approx([2 / 3] * 3 + [2])


def test_logits_by_hand():
    first = (np.array([[1, -1], [0, 2]], np.float32), np.array([0, 1], np.float32))
    last = (np.array([[1], [10]], np.float32), np.array([0.5], np.float32))
    values = np.array([[3, 0], [0, 1]], np.float32)
    # relu of (3, -2) and (0, 3)
    assert dense_logits(values, [first, last]).tolist() == [[3.5], [30.5]]
    assert dense_logits(values, [first, last], lambda rows: 2 * rows).tolist() == [[6.5], [50.5]]
    assert dense_logits(values[:0], [first, last]).shape == (0, 1)


@pytest.mark.parametrize(("n_inputs", "n_classes"), [(3, 1), (2, 2)])
def test_layers_that_do_not_fit_are_said(n_inputs, n_classes):
    layers = [(np.ones((2, 1), np.float32), np.ones(1, np.float32))]
    check_layers(layers, 2, 1)
    with pytest.raises(ValueError, match=r"layer|classes"):
        check_layers(layers, n_inputs, n_classes)
    layers[0][1][:] = np.nan
    with pytest.raises(ValueError, match="layer"):
        check_layers(layers, 2, 1)
