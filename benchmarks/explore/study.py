"""The table of three embeddings with four clusterings, in several settings.

    python benchmarks/explore/study.py --composition composition.npz --abundance abundance.npz \
        --truth truth.tsv --work-dir runs --output result.json

The truth is a table with the columns contig, genome, genus. A run that stands in the work folder is
not made again.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
from pathlib import Path

import numpy as np

from latentbin.clusters import read_clusters
from latentbin.explore.clustering import Clusterer
from latentbin.explore.options import CLASSES, CLUSTERINGS, EMBEDDINGS, ClusterOptions
from latentbin.explore.scores import agreement
from latentbin.explore.truth import Known, read_classes
from latentbin.matrix import NamedMatrix

# what is explored, and the options of the command
RUNS = {
    "default": ["--elbow", "2,4,8,16,32"],
    "columns_count_alike": ["--no-equal-parts"],
    "composition_alone": [],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("composition", "abundance", "truth", "work-dir", "output"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--threads", default="1")
    args = parser.parse_args()
    args.work_dir.mkdir(parents=True, exist_ok=True)
    result = {"cpus": os.cpu_count(), "threads": args.threads, "runs": {}}
    for name, options in RUNS.items():
        folder = args.work_dir / name
        if not folder.exists():
            alone = name == "composition_alone"
            words = ["--matrix", args.composition]
            words += [] if alone else ["--matrix", args.abundance]
            words += ["--truth", args.truth, "--class-column", "genome", "--output-dir", folder]
            words += ["--threads", args.threads, *options]
            subprocess.run(["latentbin-explore", *map(str, words)], check=True)
        said = json.loads((folder / "metrics.json").read_text())
        result["versions"] = said["versions"] | {"latentbin": said["version"]}
        result["runs"][name] = {
            "options": options,
            "counts": said["counts"],
            "embeddings": said["embeddings"],
            "elbow": said.get("elbow"),
            "genome": read(folder / "metrics.tsv"),
            "genus": by_genus(folder, args.truth),
        }
    folder = args.work_dir / "default"
    result["runs"]["default"]["genome_as_many_clusters"] = as_many(folder, args.truth)
    args.output.write_text(json.dumps(result, indent=1) + "\n")


def by_genus(folder: Path, truth: Path) -> list[dict[str, str | float]]:
    """The same clusters, scored by genus: no rule looks at the truth."""
    rows = []
    for embedding in EMBEDDINGS:
        names = NamedMatrix.load(folder / f"{embedding}.npz", "latent").names
        genus = read_classes(truth, "genus", names, str(folder))
        for clustering in CLUSTERINGS:
            found = read_clusters(folder / "clusters" / f"{embedding}.{clustering}.tsv")
            labels = np.array([int(found.get(name, 0)) - 1 for name in names])
            rows.append(scored(embedding, clustering, genus, labels))
    return rows


def as_many(folder: Path, truth: Path) -> list[dict[str, str | float]]:
    """k-means and the mixture with as many clusters as genomes: ``--clusters classes``."""
    rows = []
    options = ClusterOptions(clusters=CLASSES, clusterings="kmeans,gmm")
    for embedding in EMBEDDINGS:
        latent = NamedMatrix.load(folder / f"{embedding}.npz", "latent")
        genome = read_classes(truth, "genome", latent.names, str(folder))
        clusterer = Clusterer(options, 1, 1, len(genome.names))
        for found in clusterer.all(latent.values.astype(np.float64)):
            rows.append(scored(embedding, found.method, genome, found.labels))
    return rows


def scored(
    embedding: str, clustering: str, known: Known, labels: np.ndarray
) -> dict[str, str | float]:
    scores = vars(agreement(known.codes, labels))
    return {
        "embedding": EMBEDDINGS[embedding],
        "clustering": CLUSTERINGS[clustering],
        **{name: round(score, 4) for name, score in scores.items()},
    }


def read(path: Path) -> list[dict[str, str | float]]:
    """The rows of a table, numbers as numbers."""
    with path.open(newline="") as handle:
        return [
            {key: number(value) for key, value in row.items()}
            for row in csv.DictReader(handle, delimiter="\t")
        ]


def number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
