"""Time and memory of trees over contigs: a million-leaf cut, and neighbours to linkage by size.

Everything is drawn from a seed. Each row is measured in a process of its own, after a small run
that loads the compiled code.
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
from collections.abc import Callable
from pathlib import Path

import numpy as np

from latentbin.scg import Markers
from latentbin.tree.average import average_linkage
from latentbin.tree.connect import connected_tree
from latentbin.tree.dendrogram import linkage_of_tree
from latentbin.tree.distance import Composite, composite
from latentbin.tree.mst import exact_tree
from latentbin.tree.neighbours import graph_edges, neighbours
from latentbin.tree.select import Reward, best_cut, labels_of_cut, node_rewards

N_GENES = 40
CONTIGS_OF_A_GENOME = 150


class Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def __call__(self, step: str, function: Callable, *args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        self.seconds[step] = round(time.perf_counter() - start, 2)
        return result


def genomes_of(n: int, rng: np.random.Generator) -> np.ndarray:
    share = rng.lognormal(0, 1, max(n // CONTIGS_OF_A_GENOME, 2))
    return rng.choice(len(share), n, p=share / share.sum())


def markers_of(genome: np.ndarray, rng: np.random.Generator) -> Markers:
    """One copy of each gene in each genome, on one of its contigs."""
    order = np.argsort(genome, kind="stable")
    sizes = np.bincount(genome)
    begin = np.cumsum(sizes) - sizes
    present = np.flatnonzero(sizes)
    drawn = begin[present, None] + (rng.random((len(present), N_GENES)) * sizes[present, None])
    contig = order[drawn.astype(int).ravel()]
    flat = np.sort(contig * N_GENES + np.tile(np.arange(N_GENES), len(present)))
    names = tuple(f"COG{gene}" for gene in range(N_GENES))
    return Markers(names, flat // N_GENES, flat % N_GENES, len(genome))


def random_points(genome: np.ndarray, rng: np.random.Generator) -> Composite:
    blocks = []
    for width, spread in ((128, 0.6), (160, 0.4)):
        centres = rng.normal(size=(genome.max() + 1, width)).astype(np.float32)
        block = centres[genome]
        block += spread * rng.standard_normal(block.shape, np.float32)
        blocks.append(block / np.linalg.norm(block, axis=1, keepdims=True))
    return composite(blocks, (0.8, 1.2))


def cut(n: int, clock: Clock, threads: int) -> dict[str, object]:
    """A spanning tree to labels; short edges within genomes, long ones between."""
    rng = np.random.default_rng(1)
    genome = genomes_of(n, rng)
    markers = markers_of(genome, rng)
    order = np.argsort(genome, kind="stable")
    u, v = order[:-1], order[1:]
    length = rng.random(n - 1) + (genome[u] != genome[v])
    linkage = clock("linkage", linkage_of_tree, n, u, v, length)
    rewards = clock("rewards", node_rewards, linkage, markers, Reward())
    chosen = clock("cut", best_cut, linkage, rewards)
    labels = clock("labels", labels_of_cut, linkage, chosen)
    complete = np.flatnonzero(rewards[chosen] == 1)
    return {
        "genomes": len(np.unique(genome)),
        "complete": len(complete),
        "labels": labels.max() + 1,
    }


def points(n: int, clock: Clock, threads: int) -> dict[str, object]:
    rng = np.random.default_rng(1)
    genome = genomes_of(n, rng)
    space = random_points(genome, rng)
    found = clock("neighbours", neighbours, space, 50, threads=threads, seed=1)
    edges = graph_edges(*found)
    tree = clock("connected tree", connected_tree, space, *edges)
    missing = 1.1 * float(edges[2].max())
    clock("average linkage", average_linkage, n, *edges, missing=missing)
    facts: dict[str, object] = {"sum of edges": round(float(tree[2].sum()), 1)}
    sample = rng.choice(n, 200, replace=False)
    few = neighbours_by_definition(space, sample, found[0].shape[1])
    hits = [len(np.intersect1d(a, b)) for a, b in zip(found[0][sample], few, strict=True)]
    facts["recall"] = round(float(np.mean(hits)) / few.shape[1], 4)
    if n <= 30_000:
        exact = clock("exact tree", exact_tree, space)
        facts["sum of exact edges"] = round(float(exact[2].sum()), 1)
    return facts


def neighbours_by_definition(space: Composite, rows: np.ndarray, k: int) -> np.ndarray:
    squared = np.zeros((len(rows), len(space.vectors)))
    for block, weight in enumerate(space.weights):
        part = space.vectors[:, space.ends[block] : space.ends[block + 1]]
        squared += weight * np.arccos(np.clip(part[rows] @ part.T, -1, 1)) ** 2
    squared[np.arange(len(rows)), rows] = np.inf
    return np.argpartition(squared, k, axis=1)[:, :k]


TASKS = {"cut": cut, "points": points}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leaves", type=int, default=1_000_000, help="of the cut")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 30_000, 100_000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("result.json"))
    parser.add_argument("--task", nargs=2, metavar=("NAME", "N"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.task:
        name, n = args.task[0], int(args.task[1])
        TASKS[name](500, Clock(), args.threads)
        clock = Clock()
        facts = TASKS[name](n, clock, args.threads)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        row = {"task": name, "n": n, "seconds": clock.seconds, "peak_gib": round(peak, 2), **facts}
        print(json.dumps(row, default=int))
        return
    rows = []
    for name, n in [("cut", args.leaves), *(("points", size) for size in args.sizes)]:
        command = [sys.executable, __file__, "--task", name, str(n), "--threads", str(args.threads)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout))
        print(rows[-1], flush=True)
    machine = {
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    result = {"machine": machine, "threads": args.threads, "rows": rows}
    args.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
