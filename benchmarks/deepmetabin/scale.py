"""Wall time and peak memory of graph, embed and cluster, by number of contigs.

Features, genes and truth are those of ../vamb/simulate_features.py. The slope is that of the
logarithm of the time of all three steps over that of the number of contigs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIMULATE = Path(__file__).parents[1] / "vamb/simulate_features.py"


def timed(*command: str | Path) -> dict[str, float]:
    """Wall seconds and peak memory of one process."""
    started = time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    seconds = time.monotonic() - started
    return {"seconds": round(seconds, 1), "peak_gib": round(usage.ru_maxrss / 2**20, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    rows = []
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            counts = ["--contigs", str(size), "--samples", str(args.samples)]
            subprocess.run(
                [sys.executable, SIMULATE, "--output-dir", folder, *counts],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            features = [
                "--composition", folder / "composition.npz",
                "--abundance", folder / "abundance.npz",
            ]  # fmt: skip
            links = ["--graph", folder / "graph.npz", "--markers", folder / "markers.tsv"]
            tool, latent = "latentbin-deepmetabin", folder / "latent.npz"
            clusters = folder / "clusters.tsv"
            row: dict[str, object] = {"contigs": size, "samples": args.samples}
            steps = {
                "graph": timed(tool, "graph", *features, "--output", folder / "graph.npz"),
                "embed": timed(tool, "embed", *features, *links, "--output", latent),
                "cluster": timed(tool, "cluster", "--latent", latent, *links, "--output", clusters),
            }
            judged = folder / "judged"
            subprocess.run(
                ["latentbin-evaluate", "--clusters", clusters, "--truth", folder / "truth.tsv",
                 "--output-dir", judged],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            metrics = json.loads((judged / "metrics.json").read_text())["metrics"]
            row |= steps
            row["seconds"] = round(sum(step["seconds"] for step in steps.values()), 1)
            row["peak_gib"] = max(step["peak_gib"] for step in steps.values())
            row |= {key: metrics[key] for key in ("genomes", "near_complete", "f1_contigs")}
        rows.append(row)
        print(row, flush=True)
    first, last = rows[0], rows[-1]
    slope = math.log(float(str(last["seconds"])) / float(str(first["seconds"]))) / math.log(
        int(str(last["contigs"])) / int(str(first["contigs"]))
    )
    result = {
        "hardware": f"{platform.machine()}, {os.cpu_count()} processors",
        "load_at_end": round(os.getloadavg()[0], 1),
        "slope": round(slope, 2),
        "rows": rows,
    }
    args.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
