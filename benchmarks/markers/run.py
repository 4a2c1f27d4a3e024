"""Single-copy genes of the same contigs, found in three ways: time, memory, hits in common.

`default` and `exhaustive` are `latentbin-markers` without and with that option; `programs` is
prodigal (meta mode) and then hmmsearch with the same profiles and cut-offs. Runs alternate, each in
a process of its own. A hit is a contig, a gene, a strand and the place of the stop codon.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from latentbin.contigs import format_record, read_fasta
from latentbin.markers.profiles import universal_profiles

Hit = tuple[str, str, str, str]
RUN = "import sys; from latentbin.markers.cli import main; sys.exit(main())"


def write_profiles(path: Path) -> None:
    profiles = universal_profiles()
    with open(path, "wb") as handle:
        for hmm, cutoff in zip(profiles.hmms, profiles.cutoffs, strict=True):
            hmm.cutoffs.trusted = (cutoff, cutoff)
            hmm.write(handle)


def measure(*commands: list[str]) -> dict[str, float]:
    """Wall time, processor time and the largest of the peaks of commands run in turn."""
    started, cpu, peak = time.perf_counter(), 0.0, 0
    for command in commands:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        cpu += used.ru_utime + used.ru_stime
        peak = max(peak, used.ru_maxrss)
    wall = time.perf_counter() - started
    return {"wall_s": round(wall, 1), "cpu_s": round(cpu, 1), "peak_mb": round(peak / 1024)}


def hits_of_table(path: Path) -> set[Hit]:
    rows = [line.rstrip("\n").split("\t") for line in path.read_text().splitlines()[2:]]
    return {(r[0], r[1], r[5], r[4] if r[5] == "+" else r[3]) for r in rows}


def hits_of_hmmsearch(path: Path) -> set[Hit]:
    best: dict[str, tuple[float, Hit]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        cells = line.split(None, 18)
        first, last, strand = (cells[18].split("#")[at].strip() for at in (1, 2, 3))
        stop, sign = (last, "+") if strand == "1" else (first, "-")
        hit = (cells[0].rsplit("_", 1)[0], cells[2], sign, stop)
        score = float(cells[5])
        if cells[0] not in best or score > best[cells[0]][0]:
            best[cells[0]] = (score, hit)
    return {hit for _, hit in best.values()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fasta", type=Path, required=True, help="contigs, of 1000 bp and more")
    parser.add_argument("--name", help="of the contigs, in the result [the file's name]")
    parser.add_argument("--folder", type=Path, required=True, help="for intermediate files")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--program-repeats", type=int, default=1, help="0: leave them out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("result.json"))
    args = parser.parse_args()
    folder = args.folder
    folder.mkdir(parents=True, exist_ok=True)
    n_contigs = n_bases = 0
    with open(folder / "contigs.fna", "wb") as handle:
        for record in read_fasta(args.fasta):
            if len(record.sequence) >= 1000:
                handle.write(format_record(record))
                n_contigs += 1
                n_bases += len(record.sequence)
    write_profiles(folder / "profiles.hmm")
    fasta, threads = str(folder / "contigs.fna"), str(args.threads)
    ours = [sys.executable, "-c", RUN, "find", "--fasta", fasta, "--threads", threads]
    hmmsearch = ["hmmsearch", "--cut_tc", "--noali", "--cpu", threads, "-o", os.devnull]
    proteins, table = str(folder / "proteins.faa"), str(folder / "programs.tbl")
    ways = {
        "default": [[*ours, "--output", str(folder / "default.tsv")]],
        "exhaustive": [[*ours, "--exhaustive", "--output", str(folder / "exhaustive.tsv")]],
        "programs": [
            ["prodigal", "-p", "meta", "-q", "-i", fasta, "-a", proteins, "-o", os.devnull],
            [*hmmsearch, "--tblout", table, str(folder / "profiles.hmm"), proteins],
        ],
    }
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for repeat in range(args.repeats):
        for way, commands in ways.items():
            if way != "programs" or repeat < args.program_repeats:
                runs[way].append(measure(*commands))
                print(way, runs[way][-1], flush=True)
    found = {way: hits_of_table(folder / f"{way}.tsv") for way in ("default", "exhaustive")}
    if runs["programs"]:
        found["programs"] = hits_of_hmmsearch(Path(table))
    full = found["exhaustive"]
    best = {
        way: {what: min(run[what] for run in of) for what in of[0]}
        for way, of in runs.items()
        if of
    }
    result = {
        "question": "Time, memory and hits of latentbin-markers, and of prodigal with hmmsearch",
        "contigs": {"name": args.name or args.fasta.name, "count": n_contigs, "bp": n_bases},
        "hardware": {
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)),
            "threads": args.threads,
            "load_at_end": round(os.getloadavg()[0], 1),
            "python": platform.python_version(),
        },
        "versions": {name: metadata.version(name) for name in ("pyrodigal", "pyhmmer", "fetchMGs")},
        "runs": runs,
        "least": best,
        "default_over_exhaustive": {
            what: round(best["default"][what] / best["exhaustive"][what], 3)
            for what in ("wall_s", "cpu_s")
        },
        "hits": {
            way: {
                "n": len(hits),
                "of_exhaustive": len(hits & full),
                "not_in_exhaustive": len(hits - full),
                "contig_and_gene_not_in_exhaustive": len(
                    {hit[:2] for hit in hits} - {hit[:2] for hit in full}
                ),
            }
            for way, hits in found.items()
        },
    }
    args.output.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["hits"], indent=1))


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
