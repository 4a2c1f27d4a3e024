"""700,000 contigs x 113 columns of 31 genera: time and memory of each step, each in a process.

python benchmarks/taxonomy/scale.py --output benchmarks/taxonomy/scale.json
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from latentbin import __version__
from latentbin.files import write_table
from latentbin.matrix import NamedMatrix

COLUMNS, SAMPLES = 103, 10
# of what varies: between genera, species of a genus, strains of a species, contigs of a strain
GENUS, SPECIES, STRAIN = 0.003, 0.005, 0.001
NOISE = 0.5  # of a contig of 1 bp; falls with the root of its length


def simulate(folder: Path, n_contigs: int, n_genera: int, seed: int) -> None:
    """Composition, abundance and labels with classes of very different sizes."""
    rng = np.random.default_rng(seed)
    sizes = rng.lognormal(0, 1.5, n_genera)
    n_species = rng.integers(2, 20, n_genera)
    genus = rng.choice(n_genera, n_contigs, p=sizes / sizes.sum())
    species = genus * 20 + rng.integers(0, n_species[genus])
    strain = species * 5 + rng.integers(0, 5, n_contigs)
    environment = strain % 6
    # columns differ in how much they vary, as principal components do
    spread = np.linspace(3, 0.2, COLUMNS)
    centres = (
        rng.normal(0, GENUS, (n_genera, COLUMNS))[np.arange(n_genera * 100) // 100]
        + rng.normal(0, SPECIES, (n_genera * 20, COLUMNS))[np.arange(n_genera * 100) // 5]
        + rng.normal(0, STRAIN, (n_genera * 100, COLUMNS))
    ) * spread
    depths = rng.lognormal(0, 1.5, (n_genera * 100, SAMPLES)).astype(np.float32)
    lengths = np.exp(rng.uniform(np.log(1000), np.log(30_000), n_contigs)).astype(np.int64)
    noise = (NOISE / np.sqrt(lengths)).astype(np.float32)[:, None]
    values = rng.standard_normal((n_contigs, COLUMNS), np.float32)
    values *= noise * spread.astype(np.float32)
    values += centres.astype(np.float32)[strain]
    names = tuple(f"contig_{number}" for number in range(n_contigs))
    NamedMatrix(
        "composition",
        names,
        tuple(f"tnf{number}" for number in range(1, COLUMNS + 1)),
        values,
        {"lengths": lengths},
        {"features": "tnf", "projection": "reduced"},
    ).save(folder / "composition.npz")
    del values
    depth = depths[strain] * rng.lognormal(0, 0.2, (n_contigs, SAMPLES)).astype(np.float32)
    NamedMatrix(
        "abundance",
        names,
        tuple(f"sample{number}" for number in range(1, SAMPLES + 1)),
        depth,
        {"lengths": lengths},
        {"unit": "depth"},
    ).save(folder / "abundance.npz")
    rows = zip(names, genus, species, strain, environment, strict=True)
    write_table(
        folder / "labels.tsv",
        ("contig", "genus", "species", "strain", "environment"),
        ((name, f"g{g}", f"s{s}", f"t{t}", f"e{e}") for name, g, s, t, e in rows),
    )


def measured(arguments: list[str], folder: Path) -> dict[str, float]:
    """Run a step; its wall time, its processor time, and its largest resident memory."""
    command = ["latentbin-taxonomy", *arguments]
    print("+", *command, file=sys.stderr, flush=True)
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return {
        "seconds": round(time.monotonic() - started, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "memory_gb": round(usage.ru_maxrss * 1024 / 1e9, 2),
    }


def accuracy(folder: Path, model: str) -> float:
    """Of the genus in the test part."""
    from latentbin.taxonomy.labels import Labels
    from latentbin.taxonomy.predictions import Predictions
    from latentbin.taxonomy.splitting.parts import TEST, Split

    split, labels = Split.read(folder / "split.tsv"), Labels.read(folder / "labels.tsv")
    rows = split.rows_in(labels.contigs, labels.source)
    truth = labels.columns["genus"][rows]
    found = Predictions.read(folder / f"{model}.tsv").labels["genus"][rows]
    return round(float((truth == found)[split.parts == TEST].mean()), 4)


def main() -> None:
    """Run all steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--contigs", type=int, default=700_000)
    parser.add_argument("--genera", type=int, default=31)
    parser.add_argument("--models", default="lightgbm,network,linear")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder, args.contigs, args.genera, args.seed)
        labels = ["--labels", "labels.tsv"]
        matrices = ["--matrix", "composition.npz", "abundance.npz", "--threads", args.threads]
        split = ["split", *labels, "--by", "species", "--output", "split.tsv"]
        found["split"] = measured(split, folder)
        for model in args.models.split(","):
            common = [*matrices, *labels, "--split", "split.tsv", "--model", model]
            trained = measured(["train", *common, "--output-dir", model], folder)
            files = ["--model", f"{model}/model.npz", "--output", f"{model}.tsv"]
            threshold = ["--unknown-below", "0"]
            predicted = measured(["predict", *matrices, *files, *threshold], folder)
            kept = ["--probabilities", f"{model}.npz"]
            found[model] = {
                "train": trained,
                "predict": predicted,
                "predict_with_probabilities": measured(
                    ["predict", *matrices, *files, *threshold, *kept], folder
                ),
                "test_accuracy": accuracy(folder, model),
                "rounds_or_epochs": len((folder / model / "training.tsv").read_text().split("\n"))
                - 2,
            }
    result = {
        "version": __version__,
        "contigs": args.contigs,
        "columns": COLUMNS + SAMPLES,
        "genera": args.genera,
        "threads": int(args.threads),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "steps": found,
    }
    args.output.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
