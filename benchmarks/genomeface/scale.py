"""Wall time and peak memory of latentbin-genomeface embed and cluster on many contigs.

Sequences come from a seed: each genome is a Markov chain of order 2 of its own, contigs are of
log-normal lengths. Depths and single-copy genes are those of ../vamb/simulate_features.py.
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

import numba
import numpy as np

from latentbin import __version__
from latentbin.matrix import NamedMatrix
from latentbin.scg import write_markers

sys.path.insert(0, str(Path(__file__).parents[1] / "vamb"))
from simulate_features import GENES, OVERDISPERSION, READ, depths_of, genes_of

SHORTEST, MEDIAN, LONGEST = 1_500, 3_000, 50_000
BASES = np.frombuffer(b"ACGT", np.uint8)


@numba.njit
def chain(cumulative: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Bases, 0 - 3, of one genome, from as many numbers below 1.

    ``cumulative`` holds the (16, 4) cumulative chances of a base after two others.
    """
    bases = np.empty(len(drawn), np.uint8)
    state = 0
    for position in range(len(drawn)):
        base = 0
        while base < 3 and drawn[position] > cumulative[state, base]:
            base += 1
        bases[position] = base
        state = (state << 2 | base) & 15
    return bases


def simulate(folder: Path, n: int, n_samples: int, n_genomes: int, seed: int) -> int:
    """Write contigs.fna, abundance.npz, markers.tsv and truth.tsv; returns the base pairs."""
    rng = np.random.default_rng(seed)
    share = rng.gamma(3, 1, n_genomes)
    genome = np.sort(rng.choice(n_genomes, n, p=share / share.sum()))
    lengths = np.exp(rng.normal(np.log(MEDIAN), 0.8, n)).clip(SHORTEST, LONGEST).astype(np.int64)
    gc = rng.uniform(0.28, 0.70, n_genomes)
    sequences: list[bytes] = []
    for number in range(n_genomes):
        own = np.array([1 - gc[number], gc[number], gc[number], 1 - gc[number]]) / 2
        cumulative = rng.dirichlet(60 * own, 16).cumsum(axis=1)
        ends = lengths[genome == number].cumsum()
        if len(ends):
            drawn = rng.random(int(ends[-1]), np.float32)
            text = BASES[chain(cumulative, drawn)].tobytes()
            starts = np.append(0, ends[:-1])
            sequences += [text[a:b] for a, b in zip(starts, ends, strict=True)]

    mean_reads = depths_of(rng, n_genomes, n_samples)[genome] * lengths[:, None] / READ
    rate = rng.gamma(1 / OVERDISPERSION, OVERDISPERSION, mean_reads.shape)
    depth = rng.poisson(mean_reads * rate) * READ / lengths[:, None]

    order = rng.permutation(n)  # neighbours in the file must not be of one genome
    lengths, genome, depth = lengths[order], genome[order], depth[order]
    names = tuple(f"contig{number}" for number in range(1, n + 1))
    with open(folder / "contigs.fna", "wb") as handle:
        for name, row in zip(names, order, strict=True):
            handle.write(b">%s\n%s\n" % (name.encode(), sequences[row]))
    NamedMatrix(
        "abundance",
        names,
        tuple(f"S{number}" for number in range(1, n_samples + 1)),
        depth.astype(np.float32),
        {"lengths": lengths},
        {"unit": "depth"},
        {"command": "scale.py", "version": __version__, "seed": seed},
    ).save(folder / "abundance.npz")
    write_markers(folder / "markers.tsv", GENES, genes_of(names, lengths, genome, seed))
    rows = zip(names, genome + 1, lengths, strict=True)
    (folder / "truth.tsv").write_text("".join(f"{c}\tgenome{g}\t{bp}\n" for c, g, bp in rows))
    return int(lengths.sum())


def timed(command: list[object], log: Path) -> dict[str, float]:
    """Wall and processor seconds and peak memory in GiB of one process."""
    started = time.monotonic()
    with open(log, "w") as handle:
        process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=handle
        )
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{log.read_text()}")
    return {
        "wall_s": round(time.monotonic() - started, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_gib": round(usage.ru_maxrss / 2**20, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contigs", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--genomes", type=int, help="[one for 100 contigs]")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    n_genomes = args.genomes or max(2, args.contigs // 100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bp = simulate(folder, args.contigs, args.samples, n_genomes, args.seed)
        load = os.getloadavg()[0]
        threads = ("--threads", args.threads, "--seed", args.seed)
        embed = timed(
            [
                *("latentbin-genomeface", "embed", "--fasta", folder / "contigs.fna"),
                *("--abundance", folder / "abundance.npz", "--output", folder / "embedding.npz"),
                *threads,
            ],
            folder / "embed.log",
        )
        cluster = timed(
            [
                *("latentbin-genomeface", "cluster", "--embedding", folder / "embedding.npz"),
                *("--markers", folder / "markers.tsv", "--output", folder / "clusters.tsv"),
                *threads,
            ],
            folder / "cluster.log",
        )
        for step in ("embed", "cluster"):
            print((folder / f"{step}.log").read_text(), end="")
        judge = ["latentbin-evaluate", "--clusters", folder / "clusters.tsv"]
        judge += ["--truth", folder / "truth.tsv", "--output-dir", folder / "evaluation"]
        timed(judge, folder / "evaluate.log")
        found = json.loads((folder / "evaluation/metrics.json").read_text())["metrics"]
    report = {
        "hardware": f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors",
        "load_at_start": round(load, 1),
        "threads": args.threads,
        "contigs": args.contigs,
        "bp": bp,
        "samples": args.samples,
        "genomes": n_genomes,
        "embed": embed,
        "cluster": cluster,
        "together": {
            "wall_s": round(embed["wall_s"] + cluster["wall_s"], 1),
            "peak_gib": max(embed["peak_gib"], cluster["peak_gib"]),
        },
        "near_complete": found["near_complete"],
    }
    args.output.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
