from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from latentbin.taxonomy.labels import RANKS
from latentbin.taxonomy.predictions import Predictions

TAXA = st.sampled_from(["unknown", "Genus a", "b (no order)", "ü", "c,d", '"e"'])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_written_is_read(tmp_path, data):
    chosen = data.draw(st.sets(st.sampled_from(RANKS), min_size=1))
    ranks = tuple(rank for rank in RANKS if rank in chosen)
    n = data.draw(st.integers(0, 6))
    with_probability = data.draw(st.sets(st.sampled_from(ranks)))
    chance = st.one_of(st.just(float("nan")), st.floats(0, 1, width=32))

    def column(values, dtype):
        return np.array(data.draw(st.lists(values, min_size=n, max_size=n)), dtype)

    made = Predictions(
        tuple(f"contig {row}" for row in range(n)),
        ranks,
        {rank: column(TAXA, object) for rank in ranks},
        {rank: column(chance, np.float32) for rank in ranks if rank in with_probability},
    )
    made.write(tmp_path / "p.tsv")
    again = Predictions.read(tmp_path / "p.tsv")
    assert (again.contigs, again.ranks) == (made.contigs, made.ranks)
    for rank in ranks:
        assert again.labels[rank].tolist() == made.labels[rank].tolist()
    assert set(again.probabilities) == with_probability
    for rank in with_probability:
        np.testing.assert_allclose(
            again.probabilities[rank], made.probabilities[rank], atol=6e-7, rtol=0
        )
