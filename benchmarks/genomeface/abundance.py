"""Does the co-abundance network tell genomes apart better than plain distances of depths do?

Pairs of contigs of one genome against pairs of two, drawn at random: area under the ROC curve of
the network's angle, of a statistical distance (Poisson variance and 12 % over-dispersion), of the
Euclidean distance of log depths and of the cosine of depths. Then, on simulated contigs, the
angle between contigs of one genome by length, and the time to embed 100,000 contigs.
"""

from __future__ import annotations

import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

import numpy as np
from scipy.stats import rankdata

from latentbin.files import atomic_output
from latentbin.genomeface.abundance_net import embed_abundance
from latentbin.genomeface.abundance_weights import abundance_weight, load_abundance_net
from latentbin.genomeface.depths import simulate_community


def read_table(path):
    with open(path) as handle:
        rows = [line.rstrip("\n").split("\t") for line in handle][1:]
    names = [row[0] for row in rows]
    lengths = np.array([int(float(row[1])) for row in rows])
    return names, lengths, np.array([[float(cell) for cell in row[3::2]] for row in rows])


def read_truth(path, names):
    with open(path) as handle:
        genome = dict(line.split("\t")[:2] for line in handle)
    return np.unique([genome[name] for name in names], return_inverse=True)[1]


def draw_pairs(genome, n_pairs, generator):
    """Pairs of one genome and pairs of two."""
    order, counts = np.argsort(genome, kind="stable"), np.bincount(genome)
    starts = counts.cumsum() - counts
    one = generator.integers(0, len(genome), n_pairs)
    place = (generator.random(n_pairs) * counts[genome[one]]).astype(int)
    two = order[starts[genome[one]] + place]
    other = generator.integers(0, len(genome), n_pairs)
    same, differ = one != two, genome[one] != genome[other]
    return (one[same], two[same]), (one[differ], other[differ])


def auroc(near, far):
    ranks = rankdata(np.concatenate([near, far]))[: len(near)]
    return float(1 - (ranks.sum() - len(near) * (len(near) + 1) / 2) / len(near) / len(far))


def angle(embedding, one, two):
    return np.arccos(np.clip((embedding[one] * embedding[two]).sum(axis=1), -1, 1))


def judge(depth, lengths, genome, net, n_pairs=100_000):
    pairs = draw_pairs(genome, n_pairs, np.random.default_rng(1))
    variance = (depth + 0.1) * 150 / lengths[:, None] + (0.12 * depth) ** 2 + 0.01
    logs = np.log(depth + 0.1)
    unit = depth / np.maximum(np.linalg.norm(depth, axis=1, keepdims=True), 1e-9)
    embedding = embed_abundance(depth, lengths, net)
    distances = {
        "network": lambda i, j: angle(embedding, i, j),
        "statistical": lambda i, j: ((depth[i] - depth[j]) ** 2 / (variance[i] + variance[j])).mean(
            1
        ),
        "log_euclidean": lambda i, j: ((logs[i] - logs[j]) ** 2).sum(1),
        "cosine": lambda i, j: -(unit[i] * unit[j]).sum(1),
    }
    return {name: round(auroc(*(f(*p) for p in pairs)), 4) for name, f in distances.items()}


def spread(n_samples, net):
    """RMS angle of contigs of one simulated genome by length, and the median of two genomes'."""
    generator, made = np.random.default_rng(n_samples), {}
    for length in (2_000, 5_000, 20_000):
        near, far = [], []
        for _ in range(4):
            lengths = np.full(400, length)
            community = simulate_community(generator, 50, 8, n_samples, lengths)
            embedding = embed_abundance(community.depth, lengths, net)
            same, differ = draw_pairs(community.genome, 4_000, generator)
            near.append(angle(embedding, *same))
            far.append(angle(embedding, *differ))
        rms = np.sqrt(np.mean(np.concatenate(near) ** 2))
        made[f"same_{length}"] = round(float(rms), 3)
        made[f"other_median_{length}"] = round(float(np.median(np.concatenate(far))), 3)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "DEPTH", "TRUTH"),
        help="jgi table; contig, genome",
    )
    parser.add_argument("--samples", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--weights", help="weights to judge [the package's]")
    parser.add_argument("--output", required=True)
    args = parser.parse_args()
    net, card = load_abundance_net(args.weights)
    result = {"auroc": {}, "simulated_angles": {}, "weight_of_squared_angle": {}}
    for name, depth_path, truth_path in args.data:
        names, lengths, depth = read_table(depth_path)
        genome = read_truth(truth_path, names)
        for n in sorted({*(n for n in args.samples if n <= depth.shape[1]), depth.shape[1]}):
            result["auroc"][f"{name}, {n} samples"] = judge(depth[:, :n], lengths, genome, net)
    for n in (1, 2, 3, 5, 10, 30, 100):
        result["simulated_angles"][n] = spread(n, net)
        result["weight_of_squared_angle"][n] = round(abundance_weight(card, n), 3)
    community = simulate_community(np.random.default_rng(1), 1_000, 100, 10)
    embed_abundance(community.depth[:10], community.lengths[:10], net)
    started = time.monotonic()
    embed_abundance(community.depth, community.lengths, net)
    result["seconds_100000_contigs_10_samples"] = round(time.monotonic() - started, 1)
    with atomic_output(args.output) as temporary:
        temporary.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
