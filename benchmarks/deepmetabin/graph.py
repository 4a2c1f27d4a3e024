"""Time and memory of the must-link graph by number of contigs: neighbours, graph, refinement.

Points are drawn from a seed: genomes of log-normal sizes, 150 contigs on average, in 36
dimensions. Each row is measured in a process of its own, after a small run that loads the
compiled code.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from latentbin.deepmetabin.graph import edge_report, nearest, neighbour_graph, refine

N_DIMENSIONS = 36
CONTIGS_OF_A_GENOME = 150
NEIGHBOURS, WIDE = 3, 20


def random_points(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Points, and the genome of each; genomes overlap enough for wrong edges to occur."""
    rng = np.random.default_rng(1)
    share = rng.lognormal(0, 1, max(n // CONTIGS_OF_A_GENOME, 2))
    genome = rng.choice(len(share), n, p=share / share.sum())
    points = rng.normal(size=(len(share), N_DIMENSIONS)).astype(np.float32)[genome]
    points += rng.gamma(4, 0.22, (n, 1)).astype(np.float32) * rng.standard_normal(
        points.shape, np.float32
    )
    return points, genome


def measure(n: int, threads: int) -> dict[str, object]:
    points, genome = random_points(n)
    start_gib = peak_gib()
    begin = time.perf_counter()
    indices, distances = nearest(points, WIDE, threads=threads, seed=1)
    found = time.perf_counter()
    graph = neighbour_graph(indices[:, :NEIGHBOURS], distances[:, :NEIGHBOURS])
    wide = neighbour_graph(indices, distances)
    joined = time.perf_counter()
    refined = refine(graph, wide)
    done = time.perf_counter()
    return {
        "n": n,
        "seconds": {
            "neighbours": round(found - begin, 2),
            "graphs": round(joined - found, 2),
            "refinement": round(done - joined, 2),
            "all": round(done - begin, 2),
        },
        "peak_gib": round(peak_gib(), 2),
        "peak_gib_before": round(start_gib, 2),
        "recall": round(recall(points, indices), 4),
        "before": edge_report(graph, genome),
        "after": edge_report(refined.graph, genome),
        "counts": refined.counts,
    }


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def recall(points: np.ndarray, indices: np.ndarray) -> float:
    """Share of the true neighbours of 200 contigs that were found."""
    rows = np.random.default_rng(2).choice(len(points), 200, replace=False)
    k = indices.shape[1]
    hits = 0
    for row in rows:
        squared = np.square(points - points[row]).sum(axis=1)
        squared[row] = np.inf
        hits += len(np.intersect1d(np.argpartition(squared, k)[:k], indices[row]))
    return hits / (k * len(rows))


def slopes(rows: list[dict]) -> dict[str, float]:
    """Exponent of growth from the smallest to the largest size."""
    first, last = rows[0], rows[-1]
    ratio = np.log(last["n"] / first["n"])
    return {
        step: round(float(np.log(last["seconds"][step] / first["seconds"][step]) / ratio), 2)
        for step in first["seconds"]
        if first["seconds"][step]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--task", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.task:
        measure(1000, args.threads)
        print(json.dumps(measure(args.task, args.threads)))
        return
    rows = []
    for size in sorted(args.sizes):
        command = [sys.executable, __file__, "--task", str(size), "--threads", str(args.threads)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout))
        print(rows[-1], flush=True)
    machine = {
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    result = {"machine": machine, "threads": args.threads, "slope": slopes(rows), "rows": rows}
    args.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
