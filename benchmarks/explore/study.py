"""The table of three embeddings with four clusterings, in several settings.

    python benchmarks/explore/study.py --composition composition.npz --abundance abundance.npz \
        --truth truth.tsv --work-dir runs --output result.json

The truth is a table with the columns contig, genome, genus.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import subprocess
from pathlib import Path

SETTINGS = {
    "genome": ["--class-column", "genome"],
    "genome, as many clusters as genomes": ["--class-column", "genome", "--clusters", "classes"],
    "genus": ["--class-column", "genus"],
    "genome, columns count alike": ["--class-column", "genome", "--no-equal-parts"],
    "genome, composition alone": ["--class-column", "genome"],
}
ALONE = "genome, composition alone"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("composition", "abundance", "truth", "work-dir", "output"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--threads", default="1")
    args = parser.parse_args()
    args.work_dir.mkdir(parents=True, exist_ok=True)
    result = {"cpu": platform.machine(), "cpus": os.cpu_count(), "threads": args.threads}
    result["settings"] = {}
    for number, (name, options) in enumerate(SETTINGS.items()):
        folder = args.work_dir / str(number)
        if not folder.exists():
            matrices = [args.composition, *([] if name == ALONE else [args.abundance])]
            words = [word for path in matrices for word in ("--matrix", path)]
            words += ["--truth", args.truth, "--output-dir", folder, "--threads", args.threads]
            words += [*options, *(["--elbow", "2,4,8,16,32"] if number == 0 else [])]
            subprocess.run(["latentbin-explore", *map(str, words)], check=True)
        said = json.loads((folder / "metrics.json").read_text())
        result["versions"] = said["versions"] | {"latentbin": said["version"]}
        result["settings"][name] = {
            "options": options,
            "counts": said["counts"],
            "elbow": said.get("elbow"),
            "methods": read(folder / "metrics.tsv"),
        }
        args.output.write_text(json.dumps(result, indent=1) + "\n")


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
