"""Genomes and seconds of `latentbin-vamb cluster` without and with --markers, on given latents."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from pathlib import Path

from binning import judged, run


def clustered(command: list[object], args: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Figures of the clusters that a command makes, and its wall seconds."""
    folder.mkdir()
    output = folder / "clusters.tsv"
    seconds = run([*command, "--output", output])
    figures = judged(output, args, folder / "evaluation")
    names = ("near_complete", "medium_quality")
    return {**{name: figures[name] for name in names}, "seconds": round(seconds, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latent", type=Path, nargs="+", required=True, help="one for each seed")
    parser.add_argument("--markers", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--separator")
    parser.add_argument("--label", default="", help="what this community is")
    parser.add_argument("--output", type=Path, required=True, help="JSON lines, appended to")
    args = parser.parse_args()
    for seed, latent in enumerate(args.latent, 1):
        command: list[object] = ["latentbin-vamb", "cluster", "--latent", latent, "--seed", seed]
        command += ["--threads", 1, *(["--separator", args.separator] if args.separator else [])]
        with tempfile.TemporaryDirectory() as name:
            row = {
                "community": args.label,
                "seed": seed,
                "without": clustered(command, args, Path(name, "without")),
                "with": clustered([*command, "--markers", args.markers], args, Path(name, "with")),
                "hardware": f"{platform.machine()}, {os.cpu_count()} processors",
            }
        print(json.dumps(row), flush=True)
        with args.output.open("a") as handle:
            handle.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
