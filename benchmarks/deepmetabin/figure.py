"""Near-complete genomes of each binner, as a figure: binning.json to figures/near_complete."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from latentbin.plots import COLOURS, new_figure, save_figure

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--result", type=Path, default=HERE / "binning.json")
    parser.add_argument("--figures", type=Path, default=HERE / "figures")
    args = parser.parse_args()
    result = json.loads(args.result.read_text())
    # of ours the mean of the seeds, of the others one run each
    found = {
        "DeepMetaBin": {
            name: np.mean([row["near_complete"] for row in rows["default"]])
            for name, rows in result["deepmetabin"].items()
        }
    }
    for binner, rows in result["others"].items():
        name = "no training" if binner.endswith("no training") else binner.removesuffix(" --seed 1")
        found[name] = {community: row["near_complete"] for community, row in rows.items()}
    communities = list(found["DeepMetaBin"])
    figure, ((axis,),) = new_figure(9, 3.6)
    width = 0.8 / len(found)
    for place, (name, of) in enumerate(found.items()):
        at = np.arange(len(communities)) + (place - (len(found) - 1) / 2) * width
        axis.bar(at, [of[c] for c in communities], width, color=COLOURS[place], label=name)
    axis.set_xticks(range(len(communities)), communities)
    axis.set_ylabel("near-complete genomes")
    axis.legend(frameon=False, ncols=3)
    args.figures.mkdir(exist_ok=True)
    save_figure(figure, args.figures / "near_complete")


if __name__ == "__main__":
    main()
