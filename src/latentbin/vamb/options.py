"""Options of the VAMB commands: the one place for their defaults, and the preprint's values."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.learning.schedule import usual_doublings
from latentbin.options import OptionError, Options, option

PRESETS = ("default", "preprint")


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedOptions(Options):
    """What shapes the autoencoder and its training."""

    min_length: int = option(1000, "Leave shorter contigs out, in base pairs.", low=1)
    latent_size: int = option(32, "Width of the latent.", low=1, high=10_000)
    hidden_size: int = option(256, "Width of the hidden layers.", low=2, high=100_000)
    hidden_layers: int = option(2, "Hidden layers on either side of the latent.", low=1, high=20)
    dropout: float = option(0.2, "Dropout in the hidden layers.", low=0, high=0.95)
    alpha: float | None = option(
        None, "Weight of composition against abundance, between 0 and 1.", low=1e-6, high=1 - 1e-6
    )
    beta: float = option(200.0, "Capacity of the latent: higher is larger.", low=1e-6)
    learning_rate: float = option(1e-3, "Learning rate of Adam.", low=1e-9, high=1)
    epochs: int = option(70, "Passes over all contigs.", low=1)
    batch_size: int = option(256, "Contigs in a batch at the start.", low=2)
    batch_doublings: str = option(
        "auto", "Epochs at which the batch size doubles, separated by commas, or 'none'."
    )
    total_abundance: bool = option(True, "Learn the total abundance as well as its profile.")
    contig_weights: bool = option(True, "Let long contigs count more in the loss.")
    learn_variance: bool = option(False, "Learn the latent's variance, or fix it to 1.")

    def __post_init__(self) -> None:
        # not super(): a dataclass with slots is made twice, and super() would miss the second
        Options.__post_init__(self)
        self.doublings()

    def doublings(self) -> tuple[int, ...]:
        """The epochs at which the batch size doubles."""
        if self.batch_doublings == "none":
            return ()
        if self.batch_doublings == "auto":
            return usual_doublings(self.epochs)
        try:
            return tuple(int(text) for text in self.batch_doublings.split(","))
        except ValueError:
            raise OptionError(
                "--batch-doublings must be 'auto', 'none' or epochs separated by commas, "
                f"got {self.batch_doublings!r}"
            ) from None

    def alpha_for(self, n_samples: int) -> float:
        """Alpha, 0.15 or for one sample 0.5 where none is given (released program)."""
        if self.alpha is not None:
            return self.alpha
        return 0.15 if n_samples > 1 else 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterOptions(Options):
    """What shapes the clusters."""

    method: str = option(
        "density",
        "A radius for each cluster from the density around it, or one threshold for all.",
        choices=("density", "threshold"),
    )
    patience: int = option(25, "Futile candidates before a medoid stays.", low=1)
    medoid_radius: float = option(
        0.025, "Distance within which a medoid's density is judged.", low=1e-4, high=0.3
    )
    default_radius: float = option(
        0.06, "Radius of the clusters that have no clear border.", low=1e-4, high=0.3
    )
    valley_ratio: float = option(
        0.1, "Depth of the valley, relative to the peak, at the start.", low=0, high=1
    )
    last_valley_ratio: float = option(
        0.55, "Depth from which on clusters without a clear border are cut too.", low=0, high=1
    )
    window: int = option(300, "Seeds over which successes are counted.", low=1)
    min_successes: int = option(15, "Fewer successes accept a shallower valley.", low=0)
    threshold: float | None = option(
        None, "Threshold for all clusters instead of an estimated one.", low=1e-4, high=1
    )
    threshold_seeds: int = option(2500, "Contigs from which the threshold is read.", low=1)
    threshold_neighbours: int = option(
        2500, "Contigs that may be closer than the threshold.", low=1
    )


EMBED_PRESETS = {
    "default": EmbedOptions(),
    "preprint": EmbedOptions(
        min_length=100,
        latent_size=40,
        hidden_size=325,
        alpha=0.05,
        epochs=500,
        batch_size=64,
        batch_doublings="25,75,150,300",
        total_abundance=False,
        contig_weights=False,
        learn_variance=True,
    ),
}
CLUSTER_PRESETS = {
    "default": ClusterOptions(),
    "preprint": ClusterOptions(method="threshold", patience=15),
}
