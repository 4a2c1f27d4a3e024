"""Constrained k-means: time, optimality and accuracy by contigs and clusters.

Everything is drawn from a seed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from latentbin.deepmetabin.constrained import constrained_kmeans, first_centres

GENES = 40


@dataclass(frozen=True)
class Planted:
    points: np.ndarray
    truth: np.ndarray
    weights: np.ndarray
    must: np.ndarray
    shares: np.ndarray
    cannot: list[np.ndarray]


def planted(
    n: int, k: int, seed: int = 0, *, spread: float = 0.8, wrong: float = 0.1, genes: int = GENES
) -> Planted:
    """Overlapping normal clusters in 16 dimensions, with links of which a share is wrong.

    1.5 pairs for each contig, of one cluster but for ``wrong``; each gene stands on one contig of
    each cluster. ``spread`` is that of the centres: a contig scatters by 1 around its own.
    """
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0, 0.6, k)
    truth = np.concatenate([np.arange(k), rng.choice(k, n - k, p=share / share.sum())])
    centres = rng.normal(0, spread, (k, 16))
    points = centres[truth] + rng.normal(size=(n, 16))
    weights = rng.lognormal(0, 0.7, n)
    order, size = np.argsort(truth, kind="stable"), np.bincount(truth)
    first = np.cumsum(size) - size

    def drawn(cluster: np.ndarray) -> np.ndarray:
        return order[first[cluster] + (rng.random(cluster.shape) * size[cluster]).astype(int)]

    one = rng.integers(0, n, n * 3 // 2)
    other = np.where(rng.random(len(one)) < wrong, rng.integers(0, n, len(one)), drawn(truth[one]))
    cannot = [drawn(np.arange(k)) for _ in range(genes)]
    shares = rng.uniform(0.2, 1, len(one))
    return Planted(points, truth, weights, np.column_stack([one, other]), shares, cannot)


def accuracy(labels: np.ndarray, truth: np.ndarray) -> float:
    """Share of contigs that are in the cluster which stands for theirs, at the best matching."""
    table = np.zeros((labels.max() + 1, truth.max() + 1), int)
    np.add.at(table, (labels, truth), 1)
    return float(table[linear_sum_assignment(-table)].sum() / len(truth))


def measure(n: int, k: int, seed: int, time_limit: float) -> dict[str, object]:
    data = planted(n, k, seed)
    centres = first_centres(data.points, k, weights=data.weights, cannot=data.cannot, seed=seed)
    start = time.perf_counter()
    found = constrained_kmeans(
        data.points,
        centres,
        weights=data.weights,
        must=data.must,
        must_weights=data.shares,
        cannot=data.cannot,
        time_limit=time_limit,
    )
    seconds = time.perf_counter() - start
    plain = constrained_kmeans(data.points, centres, weights=data.weights)
    return {
        "contigs": n,
        "clusters": k,
        "seed": seed,
        "seconds": round(seconds, 2),
        "rounds": found.rounds,
        "optimal": found.optimal,
        "accuracy": round(accuracy(found.labels, data.truth), 4),
        "accuracy of k-means": round(accuracy(plain.labels, data.truth), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contigs", type=int, nargs="+", default=[200, 1_000, 5_000, 20_000])
    parser.add_argument("--clusters", type=int, nargs="+", default=[2, 5, 20])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--time-limit", type=float, default=30)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    args = parser.parse_args()
    measure(200, 2, 1, 1)  # loads what is loaded at first use
    rows = []
    for n in args.contigs:
        for k in args.clusters:
            for seed in args.seeds:
                rows.append(measure(n, k, seed, args.time_limit))
                print(rows[-1], flush=True)
    machine = {"cores": os.cpu_count(), "load_at_end": round(os.getloadavg()[0], 1)}
    result = {"machine": machine, "time_limit": args.time_limit, "rows": rows}
    args.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
