"""Time and memory by the number of rows: planted groups in 113 columns.

python benchmarks/explore/scale.py --rows 10000 100000 --work-dir runs --output scale.json
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import time
from pathlib import Path

import numpy as np

from latentbin.matrix import NamedMatrix

COLUMNS, GROUPS = 113, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", required=True)
    parser.add_argument("--work-dir", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--threads", default="1")
    parser.add_argument("options", nargs="*", help="further options of latentbin-explore, after --")
    args = parser.parse_args()
    args.work_dir.mkdir(parents=True, exist_ok=True)
    runs = []
    for n_rows in args.rows:
        matrix, truth = plant(args.work_dir, n_rows)
        folder = args.work_dir / f"explored.{n_rows}"
        words = ["--matrix", matrix, "--truth", truth, "--output-dir", folder]
        words += ["--threads", args.threads, *args.options]
        started = time.monotonic()
        process = subprocess.Popen(
            ["latentbin-explore", *map(str, words)], stderr=subprocess.PIPE, text=True
        )
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        print(said)
        if status:
            raise SystemExit(status)
        with (folder / "metrics.tsv").open(newline="") as handle:
            table = list(csv.DictReader(handle, delimiter="\t"))
        runs.append(
            {
                "rows": n_rows,
                "columns": COLUMNS,
                "options": args.options,
                "seconds": round(time.monotonic() - started),
                "peak_memory_gb": round(used.ru_maxrss / 1e6, 2),
                "embeddings": dict(re.findall(r"embedded by (\w+) \(([\d.]+) s\)", said)),
                "clusterings": {
                    f"{row['embedding']} + {row['clustering']}": {
                        "seconds": float(row["seconds"]),
                        "v_measure": float(row["v_measure"]),
                        "settings": row["settings"],
                    }
                    for row in table
                },
            }
        )
        result = {"cpus": os.cpu_count(), "threads": args.threads, "runs": runs}
        args.output.write_text(json.dumps(result, indent=1) + "\n")


def plant(folder: Path, n_rows: int) -> tuple[Path, Path]:
    """Groups of sizes that fall like 1/n, whose centres are half as far apart as rows scatter."""
    rng = np.random.default_rng(1)
    share = 1 / np.arange(5, GROUPS + 5)
    group = rng.choice(GROUPS, n_rows, p=share / share.sum())
    values = rng.normal(size=(n_rows, COLUMNS)) + rng.normal(0, 0.5, (GROUPS, COLUMNS))[group]
    names = tuple(f"k{row}" for row in range(n_rows))
    columns = tuple(f"f{column}" for column in range(COLUMNS))
    matrix, truth = folder / f"{n_rows}.npz", folder / f"{n_rows}.tsv"
    NamedMatrix("composition", names, columns, values.astype(np.float32)).save(matrix)
    rows = [f"{name}\tg{code}\n" for name, code in zip(names, group, strict=True)]
    truth.write_text("contig\tgroup\n" + "".join(rows))
    return matrix, truth


if __name__ == "__main__":
    main()
