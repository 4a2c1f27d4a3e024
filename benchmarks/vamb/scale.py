"""Wall time and peak memory of embed and cluster, by number of contigs."""

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

HERE = Path(__file__).parent


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in GiB of one process."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return time.monotonic() - started, usage.ru_maxrss / 2**20


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
            subprocess.run(
                [
                    sys.executable,
                    HERE / "simulate_features.py",
                    "--output-dir",
                    folder,
                    "--contigs",
                    str(size),
                    "--samples",
                    str(args.samples),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            latent, clusters = folder / "latent.npz", folder / "clusters.tsv"
            embed, embed_memory = timed(
                [
                    "latentbin-vamb",
                    "embed",
                    "--output",
                    str(latent),
                    "--composition",
                    str(folder / "composition.npz"),
                    "--abundance",
                    str(folder / "abundance.npz"),
                ]
            )
            cluster, cluster_memory = timed(
                ["latentbin-vamb", "cluster", "--latent", str(latent), "--output", str(clusters)]
            )
            n_clusters = len({line.split("\t")[1] for line in clusters.open()}) - 1
            metrics = folder / "evaluation"
            subprocess.run(
                [
                    "latentbin-evaluate",
                    "--clusters",
                    str(clusters),
                    "--truth",
                    str(folder / "truth.tsv"),
                    "--output-dir",
                    str(metrics),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            quality = json.loads((metrics / "metrics.json").read_text())["metrics"]
        rows.append(
            {
                "contigs": size,
                "samples": args.samples,
                "embed_s": round(embed, 1),
                "cluster_s": round(cluster, 1),
                "embed_peak_gib": round(embed_memory, 2),
                "cluster_peak_gib": round(cluster_memory, 2),
                "clusters": n_clusters,
                "near_complete": quality["near_complete"],
            }
        )
        print(rows[-1], flush=True)
    first, last = rows[0], rows[-1]
    growth = math.log(last["contigs"] / first["contigs"])
    slopes = {
        step: round(math.log(last[f"{step}_s"] / first[f"{step}_s"]) / growth, 2)
        for step in ("embed", "cluster")
        if growth
    }
    report = {
        "hardware": f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors",
        "slope_log_time_per_log_contigs": slopes,
        "runs": rows,
    }
    args.output.write_text(json.dumps(report, indent=1) + "\n")
    print(slopes)


if __name__ == "__main__":
    main()
