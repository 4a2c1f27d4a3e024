"""What holds for any composition and abundance that are scaled."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from latentbin.scaling import abundance_profiles, zscore


@given(arrays(np.float32, (7, 3), elements=st.floats(-1e3, 1e3, width=32)))
def test_zscore_has_mean_0_and_deviation_1_or_0(values):
    scaled = zscore(values)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-3)
    deviation = scaled.std(axis=0)
    assert (np.isclose(deviation, 1, atol=1e-3) | np.isclose(deviation, 0, atol=1e-3)).all()


@given(arrays(np.float32, (6, 3), elements=st.floats(0, 1e4, width=32)))
def test_profiles_sum_to_1_and_are_even_without_reads(abundance):
    abundance[0] = 1  # no sample without reads
    abundance[1] = 0
    profile, total = abundance_profiles(abundance)
    np.testing.assert_allclose(profile.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(profile[1], 1 / 3, rtol=1e-6)
    assert total[1] == 0
    # every sample's scaled sum is 1, and so the totals' sum is their number
    np.testing.assert_allclose(total.sum(), 3, rtol=1e-9)
    np.testing.assert_allclose((profile * total[:, None]).sum(axis=0), 1, rtol=1e-4)
