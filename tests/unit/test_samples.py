"""The sample in each contig's name. Samples without reads: see the binners' protocol."""

from __future__ import annotations

import pytest

from latentbin.errors import UserError
from latentbin.samples import samples_in_names


def test_samples_are_numbered_in_order_of_appearance():
    assert samples_in_names(["bC1", "aC2", "bC9"], "C", "names.npz").tolist() == [0, 1, 0]
    assert samples_in_names(["b1", "a2"], None, "names.npz") is None


@pytest.mark.parametrize(
    ("separator", "said"),
    [
        ("~", r"names\.npz: contig 'bC1' does not have the separator '~' inside its name"),
        ("", "the separator is empty"),
    ],
)
def test_names_without_the_separator_are_refused(separator, said):
    with pytest.raises(UserError, match=said):
        samples_in_names(["bC1"], separator, "names.npz")
