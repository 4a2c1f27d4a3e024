"""Options of training the composition network: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import OptionError, Options, option

SIZES = ("compact", "paper")


@dataclass(frozen=True, kw_only=True, slots=True)
class CompositionTrainOptions(Options):
    """What shapes the composition network and its training."""

    size: str = option(
        "compact",
        "compact: 144 numbers per contig, the network that ships; paper: 4,096 and 16,384 hidden "
        "units and 512 numbers, for tens of thousands of genomes and a GPU.",
        choices=SIZES,
    )
    steps: int = option(1000, "Batches to train on.", low=1)
    batch_size: int = option(1024, "Windows in a batch.", low=2)
    min_window: int = option(1_000, "Shortest window, bp.", low=100)
    max_window: int = option(12_000, "Longest window, bp; lengths are log-uniform.", low=100)
    learning_rate: float = option(
        1e-3, "Highest learning rate of AdamW; it falls to 0.", low=1e-9, high=1
    )
    weight_decay: float = option(1e-4, "Decay of the weights.", low=0, high=1)
    dropout: float = option(0.5, "Dropout in the hidden layers (paper: 0.3).", low=0, high=0.95)
    margin: float = option(0.2, "Angular margin of CurricularFace, radians.", low=0, high=1.5)
    scale: float = option(20.0, "Factor of the cosines in the loss.", low=1)
    min_genome: int = option(30_000, "Leave out genomes with fewer bp.", low=1)
    max_per_group: int = option(25, "Most genomes of one group, the largest first.", low=1)
    hold_out: float = option(
        0.1, "Share of the groups that is kept for judging, not for training.", low=0, high=0.9
    )

    def __post_init__(self) -> None:
        # not super(): a dataclass with slots is made twice, and super() would miss the second
        Options.__post_init__(self)
        if self.max_window < self.min_window:
            raise OptionError(
                f"--max-window must be at least --min-window ({self.min_window}), "
                f"got {self.max_window}"
            )
