"""Bins and wall time of embed + cluster, beside the released vamb on the same contigs and BAMs."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIGURES = ("near_complete", "medium_quality", "f1_contigs", "precision_bp", "recall_bp")


def run(command: list[object], **kwargs: object) -> float:
    """Run a command quietly; returns its wall seconds."""
    started = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **kwargs)
    if done.returncode:
        sys.exit(f"failed: {command}\n{done.stderr}")
    return time.monotonic() - started


def judged(clusters: Path, args: argparse.Namespace, folder: Path) -> dict[str, float]:
    command = ["latentbin-evaluate", "--clusters", clusters, "--truth", args.truth]
    command += ["--separator", args.separator] if args.separator else []
    run([*command, "--output-dir", folder])
    metrics = json.loads((folder / "metrics.json").read_text())["metrics"]
    return {figure: metrics[figure] for figure in FIGURES}


def ours(args: argparse.Namespace, folder: Path, repeat: int) -> dict[str, float]:
    composition, abundance = folder / "composition.npz", folder / "abundance.npz"
    if not composition.exists():
        run(["latentbin-composition", "tnf", "--fasta", args.contigs, "--output", composition])
        run(
            [
                "latentbin-abundance",
                "bam",
                "--bam",
                *args.bam,
                "--catalogue",
                composition,
                "--output",
                abundance,
            ]
        )
    latent, clusters = folder / f"latent{repeat}.npz", folder / f"clusters{repeat}.tsv"
    command = ["latentbin-vamb", "embed", "--composition", composition, "--abundance", abundance]
    embed = run([*command, "--output", latent, "--seed", args.seed])
    command = ["latentbin-vamb", "cluster", "--latent", latent, "--output", clusters]
    cluster = run([*command, "--seed", args.seed])
    quality = judged(clusters, args, folder / f"ours{repeat}")
    return {"embed_s": round(embed, 1), "cluster_s": round(cluster, 1), **quality}


def vamb(args: argparse.Namespace, folder: Path, repeat: int) -> dict[str, float]:
    out = folder / f"vamb{repeat}"
    command = [args.vamb, "bin", "default", "--outdir", out, "--fasta", args.contigs]
    command += ["--bamfiles", *args.bam, "-p", os.cpu_count(), "--seed", args.seed]
    command += ["-m", args.min_length] if args.min_length else []
    run([*command, "-o", args.separator or ""])
    log = (out / "log.txt").read_text()
    seconds = {
        step: float(re.search(pattern + r" in ([\d.]+) seconds", log).group(1))
        for step, pattern in (("embed_s", "Trained VAE and encoded"), ("cluster_s", "contigs"))
    }
    quality = judged(next(out.glob("*clusters_unsplit.tsv")), args, folder / f"theirs{repeat}")
    return {**seconds, **quality}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contigs", type=Path, required=True)
    parser.add_argument("--bam", type=Path, nargs="+", required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--separator")
    parser.add_argument("--vamb", type=Path, required=True, help="the released program")
    parser.add_argument("--min-length", type=int, help="of vamb [its own default]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--label", default="", help="what this community is")
    parser.add_argument("--output", type=Path, required=True, help="JSON lines, appended to")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for repeat in range(args.repeats):
            a, b = ours(args, Path(name), repeat), vamb(args, Path(name), repeat)
            ratio = (a["embed_s"] + a["cluster_s"]) / (b["embed_s"] + b["cluster_s"])
            row = {
                "community": args.label,
                "samples": len(args.bam),
                "vamb_min_length": args.min_length,
                "time_ratio": round(ratio, 3),
                "ours": a,
                "vamb": b,
                "hardware": f"{platform.machine()}, {os.cpu_count()} processors",
            }
            print(json.dumps(row), flush=True)
            with args.output.open("a") as handle:
                handle.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
