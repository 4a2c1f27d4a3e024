"""Time of depth from BAM: Latentbin against pycoverm, the function that vamb calls.

Two processes, one per program, each import their program and count every file once to warm up;
then they count in turns, each when it is told to, so that a busy machine slows both alike.
``wall`` and ``cpu`` (all threads) are seconds of the counting alone, the start of Python left
out; ``process`` is the whole command of each in turn, with start, import and output. ``peak_mb``
is the largest resident memory of a fresh process that counts one file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

OURS = """
from latentbin.abundance.counting import count_files
from latentbin.abundance.options import BamOptions
def count(paths, threads):
    count_files(paths, None, BamOptions(), None, threads)
"""
# as vamb 5 calls it, with one thread per file
PEER = """
import pycoverm
def count(paths, threads):
    pycoverm.get_coverages_from_bam(
        paths, threads=threads, min_identity=0.97, trim_upper=0.1, trim_lower=0.1)
"""
LOOP = """
import json, resource, sys, time
for line in sys.stdin:
    paths, threads = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    count(paths, threads)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([wall, cpu, peak]), flush=True)
"""


class Worker:
    def __init__(self, python: str, code: str) -> None:
        self.process = subprocess.Popen(
            [python, "-c", code + LOOP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def count(self, paths: list[str], threads: int) -> list[float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([paths, threads]) + "\n")
        self.process.stdin.flush()
        answer: list[float] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def in_turns(peer: str, paths: list[str], threads: int, repeats: int) -> dict[str, Any]:
    ours, theirs = Worker(sys.executable, OURS), Worker(peer, PEER)
    for worker in (ours, theirs):
        worker.count(paths, threads)
    times = []
    for number in range(repeats):
        turns = [theirs, ours] if number % 2 else [ours, theirs]  # neither is always first
        done = {worker: worker.count(paths, threads) for worker in turns}
        times.append((done[ours], done[theirs]))
    ours.close()
    theirs.close()
    return {
        "files": [Path(path).name for path in paths],
        "megabytes": round(sum(os.path.getsize(path) for path in paths) / 1e6, 1),
        "threads": threads,
        "latentbin": _summary([pair[0] for pair in times]),
        "pycoverm": _summary([pair[1] for pair in times]),
        "ratio_cpu": round(statistics.median(a[1] / b[1] for a, b in times), 3),
        "ratio_wall": round(statistics.median(a[0] / b[0] for a, b in times), 3),
    }


def _summary(times: list[list[float]]) -> dict[str, float]:
    return {
        "wall": round(statistics.median(item[0] for item in times), 3),
        "cpu": round(statistics.median(item[1] for item in times), 3),
    }


def whole_process(peer: str, path: str, repeats: int) -> dict[str, Any]:
    times: dict[str, list[float]] = {"latentbin": [], "pycoverm": []}
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "a.npz")
        program = f"from latentbin.abundance.cli import main; main(['bam', '--bam', {path!r}, "
        program += f"'--threads', '1', '--output', {output!r}])"
        commands = {
            "latentbin": [sys.executable, "-c", program],
            "pycoverm": [peer, "-c", PEER + f"count([{path!r}], 1)"],
        }
        for _ in range(repeats):
            for name, command in commands.items():
                started = time.perf_counter()
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
                times[name].append(time.perf_counter() - started)
    return {
        "file": Path(path).name,
        **{name: round(statistics.median(value), 3) for name, value in times.items()},
        "ratio": round(statistics.median(a / b for a, b in zip(*times.values(), strict=True)), 3),
    }


def peak(python: str, code: str, path: str) -> float:
    worker = Worker(python, code)
    value = worker.count([path], 1)[2]
    worker.close()
    return round(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bam", nargs="+", required=True, help="sorted BAM files, small to large")
    parser.add_argument("--peer-python", required=True, help="Python that has pycoverm")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--output", required=True, help="JSON file to write")
    args = parser.parse_args()
    runs = [in_turns(args.peer_python, [path], 1, args.repeats) for path in args.bam]
    if len(args.bam) > 1:
        pair = args.bam[:2]
        runs.append(in_turns(args.peer_python, pair, 2, args.repeats))
    result = {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load_average": [round(value, 1) for value in os.getloadavg()],
            "python": platform.python_version(),
        },
        "counting": runs,
        "process": [whole_process(args.peer_python, path, 3) for path in args.bam],
        "peak_mb": {
            Path(path).name: {
                "megabytes": round(os.path.getsize(path) / 1e6, 1),
                "latentbin": peak(sys.executable, OURS, path),
                "pycoverm": peak(args.peer_python, PEER, path),
            }
            for path in args.bam
        },
    }
    Path(args.output).write_text(json.dumps(result, indent=1) + "\n")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
