"""Options of the DeepMetaBin commands: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphOptions(Options):
    """What shapes the points of the contigs, and the must-link graph."""

    min_length: int = option(1000, "Leave shorter contigs out, in base pairs.", low=1)
    directions: int = option(40, "Columns that composition gets.", low=1, high=103)
    neighbours: int = option(3, "Nearest neighbours that a contig may be linked to.", low=1)
    wide_neighbours: int = option(
        20, "Nearest neighbours that decide which links are believed.", low=1
    )
    refine: str = option(
        "peaks",
        "Labels from peaks of density, from DBSCAN as in the paper, or no refinement.",
        choices=("peaks", "dbscan", "none"),
    )
    eps: float | None = option(
        None, "Distance up to which contigs are neighbours (DBSCAN).", low=1e-9
    )
    min_samples: int = option(
        4, "Neighbours within eps, itself counted, that make a contig core (DBSCAN).", low=1
    )
    disagreement: float = option(
        0.5, "Share of neighbours with another label that costs a contig its links.", low=0, high=1
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedOptions(Options):
    """What shapes the autoencoder and its training."""

    components: int | None = option(None, "Components of the latent's mixture.", low=1)
    latent_size: int = option(16, "Width of the latent.", low=1, high=10_000)
    hidden_size: int = option(256, "Width of the hidden layers.", low=2, high=100_000)
    hidden_layers: int = option(2, "Hidden layers of each part.", low=1, high=20)
    dropout: float = option(0.2, "Dropout in the hidden layers.", low=0, high=0.95)
    graph_weight: float = option(
        1.0, "Weight of a contig's linked neighbours against itself; 0 for no graph.", low=0
    )
    gaussian_weight: float = option(1.0, "Weight of the Gaussian term.", low=0)
    categorical_weight: float = option(1.0, "Weight of the categorical term.", low=0)
    temperature: float = option(1.0, "Temperature of the Gumbel-softmax.", low=1e-3, high=100)
    learning_rate: float = option(1e-3, "Learning rate of Adam.", low=1e-9, high=1)
    epochs: int = option(60, "Passes over all contigs.", low=1)
    batch_size: int = option(256, "Contigs in a batch at the start.", low=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterOptions(Options):
    """What shapes the clusters."""

    method: str = option(
        "peaks",
        "Clusters from prominent peaks of density, or from a Gaussian mixture as in the paper.",
        choices=("peaks", "mixture"),
    )
    components: int | None = option(
        None, "Least number of peaks, or components of the mixture.", low=1
    )
    component_share: float = option(
        0.875, "The same as a share of the genomes that the genes count.", low=0.01, high=10
    )
    neighbours: int = option(20, "Neighbours by which density is judged (peaks).", low=1)
    prominence: float = option(
        0.2, "Log ratio by which a peak must be denser than its saddle (peaks).", low=0
    )
    starts: int = option(5, "Mixtures that are tried (mixture).", low=1, high=1000)
    split: str = option(
        "constrained",
        "How clusters with repeated genes are split.",
        choices=("constrained", "none"),
    )
    time_limit: float = option(
        30.0, "Seconds that splitting one cluster may take.", low=0.1, high=86_400
    )
