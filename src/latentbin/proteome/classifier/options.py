"""Options of the classifier: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainOptions(Options):
    """What shapes the network, its training, and how it is judged."""

    hidden_layers: int = option(1, "Dense layers before the last one.", low=0, high=10)
    hidden_size: int = option(128, "Units of each of them.", low=1)
    dropout: float = option(
        0.5, "Share of the units that are left out in each step.", low=0, high=0.95
    )
    weight_decay: float = option(20.0, "Of AdamW, times the learning rate.", low=0)
    learning_rate: float = option(1e-3, "Of AdamW; falls to 0 as a cosine.", low=1e-7, high=1)
    batch_size: int = option(64, "Samples per step.", low=1)
    epochs: int = option(30, "Passes over the samples.", low=1)
    min_steps: int = option(
        300, "Steps at least, more than --epochs ask for when samples are few.", low=1
    )
    class_weights: bool = option(True, "Let all classes weigh the same, however many samples.")
    group_by: str = option(
        "auto",
        "What no split may tear apart. auto: donor, else batch, where given and where it leaves "
        "two classes to test; else sample.",
        choices=("auto", "donor", "batch", "sample"),
    )
    held_out: float = option(
        0.2,
        "Share of the samples held out once; rounded to a half, a third, a fourth, ...",
        low=0.01,
        high=0.5,
    )
    folds: int = option(5, "Parts of the cross-validation; fewer if groups are fewer.", low=2)
    baseline_penalty: float = option(
        1.0, "L2 penalty of the logistic regression that the network is compared with.", low=1e-6
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifyOptions(Options):
    """When a table is refused, and when a sample gets no class."""

    missing_limit: float = option(
        0.5,
        "Refuse a table that lacks more than this share of the classifier's proteins.",
        low=0,
        high=1,
    )
    unknown_below: float | None = option(
        None, "Predict 'unknown' where the largest probability is below this.", low=0, high=1
    )
