"""Peak memory and time of the steps of a group, by the size of the files that they read.

Features are those of ../vamb/simulate_features.py, sequences those of ../genomeface/scale.py.
Training runs for two epochs: memory does not depend on their number. A latent of so few is too
blurred to time VAMB's clustering on; ../vamb/scale.py does that.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
SIMULATE = HERE.parent / "vamb/simulate_features.py"
sys.path[:0] = [str(HERE.parent / "genomeface"), str(HERE.parent / "vamb")]


def measured(step: str, inputs: list[Path], *command: object) -> dict[str, object]:
    """Wall and processor seconds, and peak memory, of one process."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        log.seek(0)
        if status:
            sys.exit(f"failed: {' '.join(map(str, command))}\n{log.read()}")
    row = {
        "step": step,
        "input_gb": round(sum(path.stat().st_size for path in inputs) / 2**30, 4),
        "peak_gib": round(usage.ru_maxrss / 2**20, 2),
        "wall_s": round(time.monotonic() - started, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
    }
    print(row, flush=True)
    return row


def apart(function: Callable[..., object], *given: object) -> None:
    """Call it in a process of its own: a child's peak counts from what its parent has in memory."""
    process = multiprocessing.get_context("spawn").Process(target=function, args=given)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(1)


def features(folder: Path, contigs: int, samples: int) -> Iterator[dict[str, object]]:
    """The steps that read features."""
    sizes = ("--contigs", str(contigs), "--samples", str(samples))
    subprocess.run(
        [sys.executable, SIMULATE, "--output-dir", folder, *sizes],
        check=True,
        stdout=subprocess.PIPE,
    )
    composition, abundance, markers = (
        folder / name for name in ("composition.npz", "abundance.npz", "markers.tsv")
    )
    both = ("--composition", composition, "--abundance", abundance)
    end = ("--threads", 2, "--output")
    short = ("--epochs", 2)

    latent = folder / "vamb.npz"
    vamb = "latentbin-vamb"
    yield measured(
        "vamb embed", [composition, abundance], vamb, "embed", *both, *short, *end, latent
    )
    clusters = folder / "clusters.tsv"
    latent, graph = folder / "deepmetabin.npz", folder / "graph.npz"
    deep = "latentbin-deepmetabin"
    yield measured("deepmetabin graph", [composition, abundance], deep, "graph", *both, *end, graph)
    known = ("--graph", graph, "--markers", markers)
    yield measured(
        *("deepmetabin embed", [composition, abundance, graph]),
        *(deep, "embed", *both, *known, *short, *end, latent),
    )
    yield measured(
        *("deepmetabin cluster", [latent, graph]),
        *(deep, "cluster", "--latent", latent, *known, *end, clusters),
    )


def simulate_sequences(folder: Path, contigs: int, samples: int) -> None:
    from scale import simulate

    simulate(folder, contigs, samples, max(2, contigs // 100), 1)


def sequences(folder: Path, contigs: int, samples: int) -> Iterator[dict[str, object]]:
    """The steps that read sequences; clusters are the true ones."""
    apart(simulate_sequences, folder, contigs, samples)
    fasta, abundance, markers = (
        folder / name for name in ("contigs.fna", "abundance.npz", "markers.tsv")
    )
    read = ("--fasta", fasta)
    composition, found = folder / "composition.npz", folder / "found.tsv"
    yield measured(
        *("composition tnf", [fasta]),
        *("latentbin-composition", "tnf", *read, "--output", composition),
    )
    yield measured(
        "markers find",
        [fasta],
        "latentbin-markers",
        "find",
        *read,
        "--threads",
        2,
        "--output",
        found,
    )
    embedding = folder / "embedding.npz"
    face = "latentbin-genomeface"
    yield measured(
        *("genomeface embed", [fasta, abundance]),
        *(face, "embed", *read, "--abundance", abundance, "--threads", 2, "--output", embedding),
    )
    clusters = folder / "clusters.tsv"
    given = ("--embedding", embedding, "--markers", markers, "--threads", 2)
    yield measured("genomeface cluster", [embedding], face, "cluster", *given, "--output", clusters)
    bins = folder / "bins"
    yield measured(
        *("bins write", [fasta, abundance]),
        *("latentbin-bins", "write", *read, "--clusters", clusters, "--abundance", abundance),
        *("--threads", 2, "--output-dir", bins),
    )
    yield measured(
        *("bins quality", [fasta]),
        *("latentbin-bins", "quality", "--contig2bin", bins / "contig2bin.tsv", *read),
        *("--markers", markers, "--output", folder / "quality.tsv"),
    )


def write_table(folder: Path) -> None:
    """S0.tsv: a depth for each contig of composition.npz."""
    import numpy as np

    from latentbin.matrix import NamedMatrix

    names = NamedMatrix.load(folder / "composition.npz", "composition").names
    depths = np.round(np.random.default_rng(1).gamma(0.5, 8, len(names)), 3)
    rows = (f"{name}\t{depth}\n" for name, depth in zip(names, depths, strict=True))
    (folder / "S0.tsv").write_text("".join(rows))


def write_copies(folder: Path, samples: int) -> None:
    """T0.npz, T1.npz, ...: S0.npz under other names."""
    from latentbin.matrix import NamedMatrix

    first = NamedMatrix.load(folder / "S0.npz", "abundance")
    for number in range(samples):
        NamedMatrix(
            *("abundance", first.names, (f"T{number}",), first.values),
            *(first.arrays, first.attributes, first.report),
        ).save(folder / f"T{number}.npz")


def merging(folder: Path, contigs: int, samples: int) -> Iterator[dict[str, object]]:
    """A depth table of each sample, read into the catalogue, and all of them merged."""
    sizes = ("--contigs", str(contigs), "--samples", "1")
    subprocess.run(
        [sys.executable, SIMULATE, "--output-dir", folder, *sizes],
        check=True,
        stdout=subprocess.PIPE,
    )
    composition, table = folder / "composition.npz", folder / "S0.tsv"
    apart(write_table, folder)
    yield measured(
        *("abundance table", [table, composition]),
        *("latentbin-abundance", "table", "--table", table, "--catalogue", composition),
        *("--output", folder / "S0.npz"),
    )
    apart(write_copies, folder, samples)
    paths = [folder / f"T{number}.npz" for number in range(samples)]
    merge = ("latentbin-abundance", "merge", "--abundance", *paths)
    yield measured("abundance merge", paths, *merge, "--output", folder / "merged.npz")


def write_parts(folder: Path, contigs: int, samples: int) -> None:
    """P0.npz, P1.npz, ...: compositions of assemblies that together have so many contigs."""
    import numpy as np

    from latentbin.matrix import NamedMatrix

    rng = np.random.default_rng(1)
    attributes = {"features": "tnf", "projection": "reduced", "min_length": 1000}
    for number in range(samples):
        count = contigs // samples
        NamedMatrix(
            "composition",
            tuple(f"S{number}~k141_{row}" for row in range(count)),
            tuple(f"tnf{column}" for column in range(1, 104)),
            rng.random((count, 103), np.float32),
            {"lengths": np.full(count, 4000), "n_kmers": np.full(count, 3997)},
            attributes,
            {"options": attributes, "counts": {"contigs": count}},
        ).save(folder / f"P{number}.npz")


def parts(folder: Path, contigs: int, samples: int) -> Iterator[dict[str, object]]:
    """The compositions of as many assemblies as samples, merged."""
    apart(write_parts, folder, contigs, samples)
    paths = [folder / f"P{number}.npz" for number in range(samples)]
    merge = ("latentbin-composition", "merge", "--composition", *paths)
    yield measured("composition merge", paths, *merge, "--output", folder / "merged.npz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    size = {"nargs": "*", "metavar": "CONTIGSxSAMPLES"}
    parser.add_argument("--features", **size, default=["10000x10", "100000x10", "100000x100"])
    parser.add_argument("--sequences", **size, default=["10000x10", "100000x10"])
    parser.add_argument("--merge", **size, default=["200000x100", "200000x1000"])
    parser.add_argument("--parts", **size, default=["100000x100", "1000000x100"])
    parser.add_argument("--output", type=Path, required=True, help="is added to")
    args = parser.parse_args()
    report = json.loads(args.output.read_text()) if args.output.exists() else {"runs": []}
    report["hardware"] = f"{platform.machine()}, {os.cpu_count()} processors"
    ways = {"features": features, "sequences": sequences, "merge": merging, "parts": parts}
    for kind, steps in ways.items():
        for sizes in getattr(args, kind):
            contigs, samples = map(int, sizes.split("x"))
            with tempfile.TemporaryDirectory() as name:
                for row in steps(Path(name), contigs, samples):
                    report["runs"].append({"contigs": contigs, "samples": samples, **row})
                    args.output.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
