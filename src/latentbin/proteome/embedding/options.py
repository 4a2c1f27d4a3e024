"""Options of ``latentbin-proteome embed``; the one place of their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option

MODELS = ("gaussian", "paper")
# With more the Gaussian model draws the samples of a small table apart along threads, though the
# loss of held-out samples still falls
_EPOCHS = {"gaussian": 150, "paper": 500}


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedOptions(Options):
    """What shapes the autoencoder and its training."""

    model: str = option(
        "gaussian",
        "gaussian: normal quantities with a noise that is fitted, and presence; paper: all values "
        "as probabilities, with binary cross-entropy.",
        choices=MODELS,
    )
    latent_size: int = option(2, "Dimensions of the latent.", low=1, high=256)
    epochs: int | None = option(
        None,
        f"Most passes over the samples; not given: {_EPOCHS['gaussian']}, or {_EPOCHS['paper']} "
        "with the paper's model.",
        low=1,
    )
    input_noise: float = option(
        1.5,
        "Noise that is added in training to what is encoded, so that the encoder does not learn "
        "samples by heart: its standard deviation, in those of the median protein; gaussian only.",
        low=0,
        high=100,
    )
    batch_size: int = option(128, "Samples per step of training, at most a quarter of all.", low=2)
    learning_rate: float = option(0.001, "Step size of Adam.", low=1e-8, high=1)
    warm_up: int = option(
        50, "Epochs in which the weight of the prior rises to 1; gaussian only.", low=0
    )
    held_out: float = option(
        0.1,
        "Share of the samples by which training is judged, where that is 4 or more; gaussian only.",
        low=0,
        high=0.5,
    )
    patience: int = option(
        50,
        "Epochs without a better loss of those samples after which training ends; gaussian only.",
        low=1,
    )

    def n_epochs(self) -> int:
        """The number in force."""
        return _EPOCHS[self.model] if self.epochs is None else self.epochs
