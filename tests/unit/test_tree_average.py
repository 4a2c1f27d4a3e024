"""Average linkage of a sparse graph: what a missing pair means, and what is refused."""

import numpy as np
import pytest

from latentbin.tree.average import average_linkage

# two triangles, and one short edge between them
ROWS = np.array([0, 0, 1, 3, 3, 4, 2])
COLS = np.array([1, 2, 2, 4, 5, 5, 3])
LENGTH = np.array([1, 1, 1, 1, 1, 1, 1.5], np.float32)


def test_one_edge_between_two_clusters():
    alone = average_linkage(6, ROWS, COLS, LENGTH)
    assert alone[:, 2].tolist() == [1, 1, 1, 1, 1.5]
    with_missing = average_linkage(6, ROWS, COLS, LENGTH, missing=3.0)
    np.testing.assert_allclose(with_missing[:, 2], [1, 1, 1, 1, (1.5 + 8 * 3) / 9])


def test_a_heavy_leaf_counts_more():
    weights = np.array([1, 1, 4, 4, 1, 1])
    heavy = average_linkage(6, ROWS, COLS, LENGTH, weights, missing=3.0)
    np.testing.assert_allclose(heavy[-1, 2], (16 * 1.5 + 20 * 3) / 36)


def test_clusters_without_an_edge_are_joined_at_infinity():
    linkage = average_linkage(7, ROWS[:6], COLS[:6], LENGTH[:6], missing=3.0)
    assert linkage[:, 2].tolist() == [1, 1, 1, 1, np.inf, np.inf]
    assert linkage[-1, 3] == 7


@pytest.mark.parametrize("n", [0, 1, 3])
def test_no_edges(n):
    nothing = np.empty(0, np.int32)
    linkage = average_linkage(n, nothing, nothing, np.empty(0, np.float32), missing=1.0)
    assert linkage.shape == (max(n - 1, 0), 4)
    assert np.isinf(linkage[:, 2]).all()


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="outside the 5 leaves"):
        average_linkage(5, ROWS, COLS, LENGTH)
    with pytest.raises(ValueError, match="not finite"):
        average_linkage(6, ROWS, COLS, np.where(LENGTH > 1, np.inf, LENGTH))
    with pytest.raises(ValueError, match=r"missing is 1.2, below the longest edge \(1.5\)"):
        average_linkage(6, ROWS, COLS, LENGTH, missing=1.2)
    with pytest.raises(ValueError, match="6 numbers above 0"):
        average_linkage(6, ROWS, COLS, LENGTH, np.zeros(6))
