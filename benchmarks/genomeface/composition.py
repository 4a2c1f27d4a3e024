"""Does the composition embedding tell genomes apart better than the frequencies it is made of?

Windows of genomes that the network was not trained on, compared by cosine: of its embedding, of
the 1,712 word frequencies and of tetranucleotide frequencies alone (TNF, the 136 canonical
4-mers), the last two as they are and with each column standardised over the windows.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from latentbin.composition.kmers import COLUMNS
from latentbin.files import atomic_output
from latentbin.genomeface.genomes import read_genomes, read_labels
from latentbin.genomeface.judge import LENGTHS, auroc, nearest, rank1, windows_of
from latentbin.learning.keras_runtime import load_tensorflow

TETRAMERS = [n for n, word in enumerate(COLUMNS) if len(word) == 4]
MOST_OF_GROUP = 10_000  # all genomes


def standardised(values: np.ndarray) -> np.ndarray:
    """Columns of mean 0 and deviation 1; a constant column stays 0."""
    deviation = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--genomes", type=Path, required=True, help="folder of FASTA files, none trained on"
    )
    parser.add_argument("--labels", type=Path, help="table with a column 'genome'")
    parser.add_argument("--group-column", default="genus", help="its column of genera [genus]")
    parser.add_argument("--weights", type=Path, help="weights to judge [the package's]")
    parser.add_argument("--min-genome", type=int, default=30_000, help="bp [30000]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()

    load_tensorflow(threads=2, device="cpu")
    from latentbin.genomeface.composition_weights import CompositionEmbedder, load_composition_net

    net, card = load_composition_net(args.weights)
    groups = read_labels(args.labels, args.group_column) if args.labels else None
    genomes = read_genomes(args.genomes, groups, 1_000, args.min_genome, MOST_OF_GROUP)
    represent: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "embedding": CompositionEmbedder(net),
        "words": lambda x: x,
        "words_standardised": standardised,
        "tnf": lambda x: x[:, TETRAMERS],
        "tnf_standardised": lambda x: standardised(x[:, TETRAMERS]),
    }
    result = {
        "genomes": list(genomes.names),
        "weights": {"seed": card["seed"], "genomes": card["genomes"], "size": net.output_shape[-1]},
        "seed": args.seed,
        "windows": {},
        "figures": {},
    }
    for length in LENGTHS:
        frequencies, genome = windows_of(genomes, length, args.seed)
        result["windows"][length] = len(genome)
        figures = result["figures"][length] = {}
        for name, of in represent.items():
            vectors = of(frequencies)
            figures[name] = {
                "auroc": round(auroc(vectors, genome, args.seed), 4),
                "rank1": round(rank1(vectors, genome, args.seed), 4),
                "nearest": round(nearest(vectors, genome), 4),
            }
            if groups is not None:
                own = genomes.groups[genome]
                figures[name]["nearest_of_group"] = round(nearest(vectors, own), 4)
            print(length, name, figures[name], flush=True)
    with atomic_output(args.output) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
