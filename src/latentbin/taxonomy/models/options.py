"""Options of training, tuning and prediction: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option
from latentbin.taxonomy.labels import RANKS

MODELS = ("lightgbm", "network", "linear", "centroid", "neighbours")


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainOptions(Options):
    """What is learnt, and by which model."""

    rank: str = option("genus", "Rank of the classes.", choices=RANKS)
    model: str = option(
        "lightgbm",
        "lightgbm: boosted trees; network: dense layers; linear: a linear discriminant; centroid, "
        "neighbours: the nearest mean, the nearest contigs, to compare with.",
        choices=MODELS,
    )
    class_weights: str = option(
        "sqrt",
        "Weight of a contig by the size n of its class: 1/n (balanced), 1/sqrt(n), or 1 (none).",
        choices=("balanced", "sqrt", "none"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LightgbmOptions(Options):
    """Boosted trees."""

    lightgbm_start: str = option(
        "linear",
        "What the trees improve on: a linear discriminant, or nothing (none).",
        choices=("linear", "none"),
    )
    lightgbm_rounds: int = option(200, "Rounds at most, each with a tree per class.", low=1)
    lightgbm_patience: int = option(
        30, "Stop after so many rounds without a lower loss of the validation part.", low=1
    )
    lightgbm_learning_rate: float = option(0.05, "Share of a tree that counts.", low=1e-4, high=1)
    lightgbm_leaves: int = option(25, "Leaves of a tree.", low=2, high=1024)
    lightgbm_leaf_size: int = option(50, "Contigs in a leaf at least.", low=1)
    lightgbm_l2: float = option(1.0, "L2 penalty of the leaves.", low=0)
    lightgbm_column_share: float = option(
        0.1, "Share of the columns that a tree may use.", low=0.01, high=1
    )
    lightgbm_row_share: float = option(
        0.7, "Share of the contigs that a tree is made of.", low=0.01, high=1
    )
    lightgbm_rows: int = option(
        100_000, "Contigs that a tree is made of at most, whatever their share.", low=100
    )
    lightgbm_extra_trees: bool = option(
        True, "Try one random threshold per column, not all: trees that differ more."
    )
    lightgbm_bins: int = option(63, "Values of a column that are told apart.", low=3, high=255)


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkOptions(Options):
    """Dense layers."""

    network_layers: str = option("288-64-32", "Units of the hidden layers.")
    network_dropout: float = option(0.2, "Share of the units left out.", low=0, high=0.95)
    network_learning_rate: float = option(
        1e-3, "Of AdamW; falls to 0 as a cosine.", low=1e-7, high=1
    )
    network_weight_decay: float = option(0.1, "Of AdamW, times the learning rate.", low=0)
    network_batch_size: int = option(512, "Contigs per step.", low=1)
    network_epochs: int = option(20, "Passes over the contigs.", low=1)
    network_min_steps: int = option(
        3000, "Steps at least, more than the epochs ask for when contigs are few.", low=1
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class NeighboursOptions(Options):
    """The nearest contigs."""

    neighbours_k: int = option(
        0, "Nearest contigs that vote; 0: the best of 1 to 41 for the validation part.", low=0
    )
    neighbours_metric: str = option(
        "euclidean", "Distance of standardised columns.", choices=("euclidean", "cosine")
    )


BY_MODEL: dict[str, type[Options] | None] = {
    "lightgbm": LightgbmOptions,
    "network": NetworkOptions,
    "linear": None,
    "centroid": None,
    "neighbours": NeighboursOptions,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TuneOptions(Options):
    """What is tried, and for how long."""

    model: str = option("lightgbm", "Model to tune.", choices=("lightgbm", "network"))
    rank: str = option("genus", "Rank of the classes.", choices=RANKS)
    trials: int = option(30, "Sets of options to try in all, earlier calls counted.", low=1)
    minutes: float | None = option(
        None, "Start no trial after so many minutes; the one under way is finished.", low=0
    )
    objective: str = option(
        "log-loss",
        "What to make best on the validation part: log loss, after calibration, or macro F1.",
        choices=("log-loss", "macro-f1"),
    )
    class_weights: str = option("sqrt", "As of train.", choices=("balanced", "sqrt", "none"))


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictOptions(Options):
    """When a contig gets no taxon."""

    unknown_below: float = option(
        0.5, "From the first rank with a lower probability on, 'unknown'; 0: never.", low=0, high=1
    )
