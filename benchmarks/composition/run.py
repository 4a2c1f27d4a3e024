"""TNF of the same FASTA by Latentbin and by vamb's own step, side by side.

Two files from a seed: 100 Mbp in contigs of realistic lengths, and 1,000,000 contigs of 1 kb (what
each contig costs). Runs alternate, each in a process of its own; the shortest of each counts. Time
is that of reading and counting, without starting Python (compiled code is warm: one small file
before). `--vamb-python` is the Python of an environment with vamb.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np

OURS = """
import sys, time
from latentbin.composition.model import compose
from latentbin.composition.options import TnfOptions
from latentbin.contigs import Record, read_fasta
compose([Record("a", b"ACGT" * 300), Record("b", b"ACGT" * 300)], TnfOptions(), "warm")
wall, cpu = time.perf_counter(), time.process_time()
found = compose(read_fasta(sys.argv[1]), TnfOptions(), sys.argv[1])
print(time.perf_counter() - wall, time.process_time() - cpu, *found.values.shape)
"""
VAMB = """
import sys, time
from vamb.parsecontigs import Composition
wall, cpu = time.perf_counter(), time.process_time()
with open(sys.argv[1], "rb") as handle:
    found = Composition.from_file(handle, sys.argv[1], minlength=1000)
print(time.perf_counter() - wall, time.process_time() - cpu, *found.matrix.shape)
"""


def write_fasta(path: Path, lengths: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with open(path, "wb") as handle:
        for number, length in enumerate(lengths, 1):
            text = np.frombuffer(b"ACGT", np.uint8)[rng.integers(0, 4, length)].tobytes()
            lines = [text[start : start + 60] for start in range(0, len(text), 60)]
            handle.write(b">contig%d\n" % number + b"\n".join(lines) + b"\n")


def inputs(folder: Path, seed: int) -> dict[str, tuple[Path, int, int]]:
    rng = np.random.default_rng(seed)
    lengths = np.maximum(rng.lognormal(np.log(2500), 1.1, 40_000), 1000).astype(int)
    lengths = lengths[: np.searchsorted(lengths.cumsum(), 100_000_000) + 1]
    made = {"100 Mbp": lengths, "1,000,000 contigs": np.full(1_000_000, 1000)}
    found = {}
    for number, (name, sizes) in enumerate(made.items()):
        path = folder / f"input{number}.fna"
        if not path.exists():
            write_fasta(path, sizes, seed + number)
        found[name] = (path, len(sizes), int(sizes.sum()))
    return found


def measure(python: str, code: str, path: Path) -> tuple[float, float, list[str]]:
    done = subprocess.run([python, "-c", code, path], capture_output=True, text=True, check=True)
    wall, cpu, *shape = done.stdout.split()
    return float(wall), float(cpu), shape


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vamb-python", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="for the FASTA files (1.2 GB)")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("result.json"))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)

    results = {}
    for name, (path, n_contigs, n_bases) in inputs(args.folder, args.seed).items():
        times: dict[str, list[tuple[float, float]]] = {"latentbin": [], "vamb": []}
        for _ in range(args.repeats):
            wall, cpu, ours = measure(sys.executable, OURS, path)
            times["latentbin"].append((wall, cpu))
            wall, cpu, theirs = measure(args.vamb_python, VAMB, path)
            times["vamb"].append((wall, cpu))
            assert ours == theirs == [str(n_contigs), "103"]
        best = {who: np.min(runs, axis=0) for who, runs in times.items()}
        median = {who: np.median(runs, axis=0) for who, runs in times.items()}
        results[name] = {
            "contigs": n_contigs,
            "bp": n_bases,
            "wall_s": {who: [round(wall, 3) for wall, _ in runs] for who, runs in times.items()},
            "cpu_s": {who: [round(cpu, 3) for _, cpu in runs] for who, runs in times.items()},
            "wall_ratio_of_minima": round(best["latentbin"][0] / best["vamb"][0], 3),
            "wall_ratio_of_medians": round(median["latentbin"][0] / median["vamb"][0], 3),
            "cpu_ratio_of_minima": round(best["latentbin"][1] / best["vamb"][1], 3),
        }
        print(name, {k: v for k, v in results[name].items() if "ratio" in k}, flush=True)
    version = subprocess.run(
        [args.vamb_python, "-c", "import vamb; print(vamb.__version_str__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    result = {
        "question": "TNF: time of Latentbin over the time of vamb's composition step",
        "vamb": version,
        "hardware": {
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)),
            "load_at_end": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
        "results": results,
    }
    args.output.write_text(json.dumps(result, indent=1) + "\n")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
