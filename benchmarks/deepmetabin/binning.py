"""What each part of DeepMetaBin brings: contig-count F1 and near-complete genomes without it.

Runs the three commands on one community, by default and with single parts left out, for some
seeds, and adds the figures to a JSON file.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from latentbin.binning_inputs import read_binning_inputs
from latentbin.deepmetabin.features import make_features
from latentbin.deepmetabin.options import GraphOptions
from latentbin.matrix import NamedMatrix

# name: options of graph, embed and cluster
VARIANTS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "default": ([], [], []),
    "no graph term": ([], ["--graph-weight", "0"], []),
    "no refinement": (["--refine", "none"], [], []),
    "no constrained k-means": ([], [], ["--split", "none"]),
    "mixture (paper)": ([], [], ["--method", "mixture"]),
    "mixture, no constrained k-means": ([], [], ["--method", "mixture", "--split", "none"]),
}
NO_NETWORK = "features, no autoencoder"
FIGURES = ("f1_contigs", "precision_contigs", "recall_contigs", "near_complete", "medium_quality")


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, stderr=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("composition", "abundance", "markers", "truth", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--label", required=True, help="of the community, in the JSON file")
    parser.add_argument("--separator")
    parser.add_argument("--seeds", nargs="+", default=["1"])
    parser.add_argument("--variants", nargs="+", default=[*VARIANTS, NO_NETWORK])
    args = parser.parse_args()
    features = ["--composition", args.composition, "--abundance", args.abundance]
    separator = ["--separator", args.separator] if args.separator else []
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for variant in args.variants:
            of_graph, of_embed, of_cluster = VARIANTS.get(variant, VARIANTS["default"])
            for seed in args.seeds:
                mark = f"{of_graph}{seed}".replace("/", "")
                graph = folder / f"graph{mark}.npz"
                links = ["--graph", graph, "--markers", args.markers, "--seed", seed, *separator]
                if not graph.exists():
                    run(
                        "latentbin-deepmetabin", "graph", *features, "--output", graph,
                        "--seed", seed, *separator, *of_graph,
                    )  # fmt: skip
                latent = folder / f"latent{mark}{of_embed}{variant == NO_NETWORK}.npz"
                if variant == NO_NETWORK:
                    write_features(args.composition, args.abundance, latent)
                elif not latent.exists():
                    run(
                        "latentbin-deepmetabin", "embed", *features, *links, "--output", latent,
                        *of_embed,
                    )  # fmt: skip
                clusters, judged = folder / "clusters.tsv", folder / f"judged {variant} {seed}"
                run(
                    "latentbin-deepmetabin", "cluster", "--latent", latent, *links,
                    "--output", clusters, *of_cluster,
                )  # fmt: skip
                run(
                    "latentbin-evaluate", "--clusters", clusters, "--truth", args.truth,
                    "--output-dir", judged, *separator,
                )  # fmt: skip
                metrics = json.loads((judged / "metrics.json").read_text())["metrics"]
                row = {figure: round(metrics[figure], 4) for figure in FIGURES}
                found.setdefault(variant, []).append(row)
                print(args.label, variant, seed, row, flush=True)
    known = json.loads(args.output.read_text()) if args.output.exists() else {}
    known.setdefault(args.label, {}).update(found)
    args.output.write_text(json.dumps(known, indent=1) + "\n")


def write_features(composition: Path, abundance: Path, output: Path) -> None:
    """The features in the place of the latent."""
    options = GraphOptions()
    inputs = read_binning_inputs(composition, abundance, options.min_length)
    points = make_features(
        inputs.tnf, inputs.n_kmers, inputs.abundance, inputs.lengths, options.directions
    ).scaled()
    columns = tuple(f"feature_{number}" for number in range(1, points.shape[1] + 1))
    arrays = {"lengths": inputs.lengths}
    values = np.ascontiguousarray(points)
    NamedMatrix("latent", inputs.names, columns, values, arrays, {"method": "none"}, {}).save(
        output
    )


if __name__ == "__main__":
    main()
