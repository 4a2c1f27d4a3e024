"""Options of ``latentbin-proteome label``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

_MOST_MIN_SAMPLES, _FEWEST_MIN_SAMPLES, _PART = 10, 3, 40


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelOptions(Options):
    """What shapes the labels."""

    eps: float | None = option(
        None, "This radius of DBSCAN, in units of the latent, instead of a chosen one.", low=1e-12
    )
    min_samples: int | None = option(
        None,
        "Samples within eps, itself counted, that make one a core sample; not given: a fortieth "
        f"of all, at least {_FEWEST_MIN_SAMPLES} and at most {_MOST_MIN_SAMPLES}.",
        low=2,
    )
    eps_steps: int = option(60, "How many values of eps are tried.", low=2, high=10_000)
    compare: bool = option(True, "Cluster with other methods as well, for comparison.")

    def min_samples_for(self, n_samples: int) -> int:
        """The number in force for so many samples."""
        if self.min_samples is not None:
            return self.min_samples
        return min(_MOST_MIN_SAMPLES, max(_FEWEST_MIN_SAMPLES, n_samples // _PART))
