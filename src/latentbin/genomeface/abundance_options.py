"""Options of training the co-abundance network: the one place for their defaults."""

from __future__ import annotations

from dataclasses import dataclass

from latentbin.options import Options, option


@dataclass(frozen=True, kw_only=True, slots=True)
class AbundanceTrainOptions(Options):
    """What shapes the simulated communities and the training."""

    steps: int = option(2_500, "Simulated communities to train on.", low=1)
    tokens: int = option(4_096, "Contigs times samples in one community, at most.", low=64)
    max_genomes: int = option(256, "Most genomes in one community.", low=2, high=100_000)
    max_samples: int = option(128, "Most samples in one community.", low=1, high=2_000)
    learning_rate: float = option(
        1e-3, "Highest learning rate of Adam; it falls to 0.", low=1e-9, high=1
    )
    loss: str = option(
        "softmax",
        "Softmax over cosines, or CurricularFace, which presses hard negatives more.",
        choices=("softmax", "curricular"),
    )
    margin: float = option(0.1, "Angular margin of CurricularFace, radians.", low=0, high=1.5)
