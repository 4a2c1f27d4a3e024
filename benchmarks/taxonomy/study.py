"""How good genus predictions are, by what the split keeps apart: real genomes, simulated contigs.

Contigs are cut from genomes of genera with two species or more; each species lives in one or two of
four environments. The commands split them at random, by strain, by species and by environment,
train each model on the same features, predict and evaluate. See README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from matplotlib.figure import Figure

from latentbin.composition.cli import main as composition
from latentbin.contigs import Record, format_record, read_fasta
from latentbin.files import open_gzip_writer, write_table
from latentbin.plots import COLOURS, new_figure, save_figure
from latentbin.taxonomy.cli import main as taxonomy

SPLITS = ("random", "strain", "species", "environment")
MODELS = ("lightgbm", "network", "linear", "neighbours", "centroid")
# by species only: trees that do not start from the linear discriminant
PLAIN, PLAIN_OPTIONS = "lightgbm, no linear start", ("--lightgbm-start", "none")
MEASURES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "calibration_error")
SEEDS = (1, 2, 3)
ENVIRONMENTS = 4
STRAIN_DIVERGENCE = 0.01  # substitutions per base of the second strain of each genome
MEDIAN_LENGTH, LENGTH_SPREAD, SHORTEST, LONGEST = 5000, 0.7, 2000, 20_000  # of contigs, in bp
MOST_CONTIGS = 25  # of a strain in an environment
RANK = "genus"


@dataclass(frozen=True)
class Genome:
    """Sequences of a genome, upper case, and the groups that it is in."""

    name: str
    genus: str
    species: str
    sequences: list[np.ndarray]


def read_genomes(sources: list[tuple[Path, Path]]) -> list[Genome]:
    """Genomes of the genera that have two species or more.

    Parameters
    ----------
    sources : a folder of <genome>.fna.gz, or a FASTA of <genome>|<number>, and its table with the
        columns genome, genus_group and species_group
    """
    rows = []
    for source, table in sources:
        with open(table, newline="") as handle:
            rows += [(source, row) for row in csv.DictReader(handle, delimiter="\t")]
    species = defaultdict(set)
    for _, row in rows:
        species[row["genus_group"]].add(row["species_group"])
    records = {source: defaultdict(list) for source, _ in sources if source.is_file()}
    for source, found in records.items():
        for record in read_fasta(source, foreign_records=[]):  # one of them is damaged
            found[record.name.rsplit("|", 1)[0]].append(record.sequence)
    genomes = []
    for source, row in rows:
        name, genus = row["genome"], row["genus_group"]
        if len(species[genus]) < 2:
            continue
        if source.is_dir():
            texts = [record.sequence for record in read_fasta(source / f"{name}.fna.gz")]
        else:
            texts = records[source][name]
        sequences = [np.frombuffer(text.upper(), np.uint8) for text in texts]
        genomes.append(Genome(name, genus, row["species_group"], sequences))
    return genomes


def mutated(sequences: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """A strain: substitutions at random places."""
    letters = np.frombuffer(b"ACGT", np.uint8)
    copies = []
    for sequence in sequences:
        copy = sequence.copy()
        places = np.flatnonzero(rng.random(len(copy)) < STRAIN_DIVERGENCE)
        copy[places] = letters[rng.integers(0, 4, len(places))]
        copies.append(copy)
    return copies


def cut(sequences: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """What an assembly holds of a genome: neighbouring pieces, some of them, at most so many."""
    pieces = []
    for sequence in sequences:
        lengths = rng.lognormal(np.log(MEDIAN_LENGTH), LENGTH_SPREAD, 2 + len(sequence) // SHORTEST)
        ends = np.clip(lengths, SHORTEST, LONGEST).astype(int).cumsum() + rng.integers(SHORTEST)
        for start, end in pairwise(ends.tolist()):
            if end <= len(sequence):
                pieces.append(sequence[start:end])
    kept = rng.permutation(len(pieces))[: min(MOST_CONTIGS, int(len(pieces) * rng.uniform(0.2, 1)))]
    return [pieces[place] for place in kept]


def simulate(genomes: list[Genome], folder: Path, seed: int) -> None:
    """contigs.fna.gz and labels.tsv.

    A species lives in one or two environments with the same chance, each of its strains in at least
    one of those, in a second with a chance of 3/4; each environment is assembled by itself.
    """
    rng = np.random.default_rng(seed)
    home = {
        species: rng.choice(ENVIRONMENTS, rng.integers(1, 3), replace=False)
        for species in sorted({genome.species for genome in genomes})
    }
    found = []
    for genome in genomes:
        for strain, sequences in (("a", genome.sequences), ("b", mutated(genome.sequences, rng))):
            places = rng.permutation(home[genome.species])
            places = places[: 1 + (len(places) > 1 and rng.random() < 0.75)]
            for place in places.tolist():
                label = (genome.genus, genome.species, f"{genome.name}_{strain}", f"E{place + 1}")
                found += [(label, piece) for piece in cut(sequences, rng)]
    rows = []
    with open_gzip_writer(folder / "contigs.fna.gz", 1) as handle:
        for number, place in enumerate(rng.permutation(len(found)).tolist(), 1):
            label, piece = found[place]
            handle.write(format_record(Record(f"contig{number}", piece.tobytes())))
            rows.append((f"contig{number}", *label))
    write_table(
        folder / "labels.tsv", ("contig", "genus", "species", "strain", "environment"), rows
    )


def run(command, *arguments: object) -> None:
    """A command in this process; stops the study if it fails."""
    words = [str(argument) for argument in arguments]
    if command(words):
        raise SystemExit(f"failed: {' '.join(words)}")


def judge(
    folder: Path, by: str, model: str, seed: int, options: tuple[str, ...] = ()
) -> dict[str, float]:
    """Train, predict and evaluate one model on a split that is there already."""
    matrix, split = folder / "composition.npz", folder / f"{by}.tsv"
    own = folder / "_".join((by, model, *options))
    own.mkdir()
    started = time.process_time()
    run(
        taxonomy,
        *("train", "--matrix", matrix, "--labels", folder / "labels.tsv", "--split", split),
        *("--model", model, *options, "--rank", RANK, "--seed", seed, "--threads", 1),
        *("--output-dir", own / "model"),
    )
    trained = time.process_time()
    run(
        taxonomy,
        *("predict", "--matrix", matrix, "--model", own / "model" / "model.npz"),
        *("--unknown-below", 0, "--threads", 1, "--output", own / "predictions.tsv"),
        *("--probabilities", own / "probabilities.npz"),
    )
    predicted = time.process_time()
    run(
        taxonomy,
        *("evaluate", "--predictions", own / "predictions.tsv", "--split", split),
        *("--labels", folder / "labels.tsv", "--probabilities", own / "probabilities.npz"),
        *("--output-dir", own / "scores"),
    )
    with open(own / "scores" / "scores.tsv", newline="") as handle:
        (row,) = (r for r in csv.DictReader(handle, delimiter="\t") if r["rank"] == RANK)
    return {
        **{name: float(row[name]) for name in MEASURES},
        "contigs": int(row["contigs"]),
        "new_contigs": int(row["new_contigs"]),
        "never_predicted": int(row["never_predicted"]),
        "train_s": round(trained - started, 1),
        "predict_s": round(predicted - trained, 1),
    }


def study(genomes: list[Genome], scratch: Path, seeds: tuple[int, ...]) -> dict:
    """All splits, models and seeds: by split and model a list with an entry per seed."""
    runs: dict[str, dict[str, list]] = {by: {model: [] for model in MODELS} for by in SPLITS}
    runs["species"][PLAIN] = []
    sizes, leaks = [], defaultdict(list)
    for seed in seeds:
        folder = scratch / f"seed{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        simulate(genomes, folder, seed)
        fasta, matrix = folder / "contigs.fna.gz", folder / "composition.npz"
        run(composition, "tnf", "--fasta", fasta, "--output", matrix)
        with open(folder / "labels.tsv") as handle:
            sizes.append(sum(1 for _ in handle) - 1)
        for by in SPLITS:
            run(
                taxonomy,
                *("split", "--labels", folder / "labels.tsv", "--by", by, "--rank", RANK),
                *("--seed", seed, "--output", folder / f"{by}.tsv"),
            )
            report = json.loads((folder / f"{by}.json").read_text())
            shared = {
                column: [leak["shared_with_training"], leak["names_in_test"]]
                for column, leak in report["leaks"].items()
            }
            leaks[by].append(shared)
            for model in MODELS:
                runs[by][model].append(judge(folder, by, model, seed))
        runs["species"][PLAIN].append(judge(folder, "species", "lightgbm", seed, PLAIN_OPTIONS))
    return {"contigs": sizes, "leaks": dict(leaks), "runs": runs}


def summary(runs: dict) -> dict:
    """Mean and standard deviation over seeds of each measure."""
    return {
        by: {
            model: {
                name: [round(mean(each), 4), round(stdev(each), 4) if len(each) > 1 else 0.0]
                for name in MEASURES
                for each in [[run[name] for run in found]]
            }
            for model, found in models.items()
        }
        for by, models in runs.items()
    }


def accuracy_figure(runs: dict) -> Figure:
    """Accuracy and macro F1 by split and model; bars are means, dots the seeds."""
    figure, axes = new_figure(7.2, 5.2, rows=2)
    width = 0.8 / len(MODELS)
    for axis, measure in zip(axes[:, 0], ("accuracy", "macro_f1"), strict=True):
        for number, model in enumerate(MODELS):
            places = np.arange(len(SPLITS)) - 0.4 + (number + 0.5) * width
            each = [[run[measure] for run in runs[by][model]] for by in SPLITS]
            axis.bar(
                places, [mean(e) for e in each], width * 0.92, color=COLOURS[number], label=model
            )
            for place, values in zip(places, each, strict=True):
                axis.plot([place] * len(values), values, "o", color="black", markersize=2.5)
        axis.set(ylim=(0, 1), ylabel=f"genus {measure.replace('_', ' ')}")
        axis.set_xticks(range(len(SPLITS)), [f"split by {by}" for by in SPLITS])
    axes[0, 0].set_xticklabels(["random split", *(f"split by {by}" for by in SPLITS[1:])])
    axes[1, 0].set_xticklabels(["random split", *(f"split by {by}" for by in SPLITS[1:])])
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--genomes",
        nargs=2,
        action="append",
        type=Path,
        required=True,
        metavar=("SEQUENCES", "TABLE"),
        help="folder of <genome>.fna.gz or FASTA of <genome>|<n>, and its table; repeat",
    )
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, default=Path("bench/taxonomy"))
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    args = parser.parse_args()
    started = time.process_time()
    genomes = read_genomes(args.genomes)
    result = study(genomes, args.scratch, tuple(args.seeds))
    result["summary"] = summary(result["runs"])
    result["genomes"] = {
        "genomes": len(genomes),
        "species": len({genome.species for genome in genomes}),
        "genera": len({genome.genus for genome in genomes}),
    }
    result["seeds"] = list(args.seeds)
    result["cpu_minutes"] = round((time.process_time() - started) / 60, 1)
    result["machine"] = {"python": platform.python_version(), "processor": platform.machine()}
    args.output.write_text(json.dumps(result, indent=1) + "\n")
    args.figures.mkdir(exist_ok=True)
    save_figure(accuracy_figure(result["runs"]), args.figures / "accuracy")
    for by in SPLITS:
        shown = ", ".join(f"{m} {result['summary'][by][m]['accuracy'][0]:.3f}" for m in MODELS)
        print(f"{by}: {shown}")


if __name__ == "__main__":
    main()
