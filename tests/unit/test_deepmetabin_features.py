"""What the features are for: distances in units of noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree
from tests.planted import planted_genome, planted_matrices

from latentbin.composition.count import count_canonical, project
from latentbin.composition.tnf import reduced_projection
from latentbin.deepmetabin.features import Features, make_features
from latentbin.scaling import zscore

READ_LENGTH = 150


def chain(rng, spread=0.0, base=None):
    """(64, 4) probabilities of the letter that follows three; ``spread`` moves those of a base."""
    if base is None:
        return rng.dirichlet(np.full(4, 20.0), 64)
    table = base * rng.lognormal(0, spread, base.shape)
    return table / table.sum(axis=1, keepdims=True)


def sequences_of(rng, table, lengths):
    """One sequence of a Markov chain for each length."""
    letters = np.empty((max(lengths), len(lengths)), np.uint8)
    draws = rng.random(letters.shape)
    below = table.cumsum(axis=1)[:, :3]
    last = rng.integers(0, 64, len(lengths))
    for position, draw in enumerate(draws):
        letter = (draw[:, None] > below[last]).sum(axis=1)
        letters[position] = letter
        last = last * 4 + letter & 63
    text = np.frombuffer(b"ACGT", np.uint8)[letters.T]
    return [row[:length].tobytes() for row, length in zip(text, lengths, strict=True)]


def composition_of(sequences):
    counts = count_canonical(sequences)
    n_kmers = counts.sum(axis=1)
    return project(counts / n_kmers[:, None], reduced_projection()), n_kmers


def depths_of(rng, mean, lengths):
    """Depth by the number of reads, around a mean with the deviation within a genome."""
    mean = mean * rng.lognormal(0, 0.12, mean.shape)
    reads = rng.poisson(mean * lengths[:, None] / READ_LENGTH)
    return (reads * READ_LENGTH / lengths[:, None]).astype(np.float32)


def purity(points, truth, k=3):
    """Share of the nearest neighbours that are of the same genome."""
    _, other = cKDTree(points).query(points, k + 1)
    return (truth[other[:, 1:]] == truth[:, None]).mean()


@pytest.mark.parametrize("kind", ["chain", "triplets"])
def test_precision_is_the_variance_within_a_genome(kind):
    rng = np.random.default_rng(1)
    lengths = np.repeat([1500, 15_000], 100)
    make = planted_genome if kind == "triplets" else sequences_of
    extra = () if kind == "triplets" else (chain(rng),)
    tnf, n_kmers = composition_of(make(rng, *extra, lengths.tolist()))
    depth = depths_of(rng, np.full((200, 3), 4.0), lengths)
    features = make_features(tnf, n_kmers, depth, lengths, 40)
    assert features.precision.max() < 4  # nothing is cut off here
    short, long = slice(100), slice(100, 200)
    for part in short, long:
        said = (features.weight / features.precision[part]).mean(axis=0)
        ratio = features.points[part].var(axis=0, ddof=1) / said
        # the directions are those with most variance, and words overlap: no column fits for sure
        assert 0.8 < ratio[:40].mean() < 1.5
        assert ((ratio[:40] > 0.25) & (ratio[:40] < 4)).all()
        assert ((ratio[40:] > 0.6) & (ratio[40:] < 1.6)).all()
    # ten times the length, a tenth of the counting noise
    assert features.precision[long, :40].mean() > 8 * features.precision[short, :40].mean()


@pytest.mark.parametrize(("genomes", "samples"), [(10, 3), (16, 1)])
def test_related_genomes_are_told_apart_better_than_by_zscores(genomes, samples):
    rng = np.random.default_rng(2)
    truth = np.repeat(np.arange(genomes), 24)
    lengths = np.exp(rng.normal(np.log(4000), 0.7, len(truth))).astype(int).clip(1000, 12_000)
    base = chain(rng)
    sequences = []
    for genome in range(genomes):
        of_genome = lengths[truth == genome].tolist()
        sequences += sequences_of(rng, chain(rng, 0.12, base), of_genome)
    tnf, n_kmers = composition_of(sequences)
    mean = rng.lognormal(2, 1, (genomes, samples))[truth]
    depth = depths_of(rng, mean, lengths)
    ours = purity(make_features(tnf, n_kmers, depth, lengths, 40).scaled(), truth)
    for plain in (depth, np.log(depth + 0.1)):
        theirs = purity(zscore(np.hstack([tnf, plain])), truth)
        assert 1 - ours < 0.6 * (1 - theirs)
    assert ours > 0.75


def test_first_direction_is_the_one_between_genomes():
    rng = np.random.default_rng(3)
    lengths = np.full(60, 5000)
    base = chain(rng)
    tnf, n_kmers = composition_of(
        sequences_of(rng, base, lengths[:30].tolist())
        + sequences_of(rng, chain(rng, 0.15, base), lengths[30:].tolist())
    )
    depth = np.full((60, 1), 10, np.float32)
    points = make_features(tnf, n_kmers, depth, lengths, 3).points
    one, other = points[:30], points[30:]
    gap = np.abs(one.mean(axis=0) - other.mean(axis=0))[:3] / one.std(axis=0)[:3]
    assert gap[0] > 4
    assert (gap[1:] < 1).all()
    assert np.abs(points[:, 3]).max() < 1e-6  # depths that do not differ


def test_depth_columns_worked_by_hand():
    composition, abundance, _ = planted_matrices(samples=2)
    lengths, depth = composition.arrays["lengths"], abundance.values.astype(float)
    depth[::3, 1] = 0
    features = make_features(
        composition.values, composition.arrays["n_kmers"], depth.astype(np.float32), lengths, 5
    )
    variance = 150 / ((depth + 0.1) * lengths[:, None]) + 0.12**2
    logarithm = np.log(depth + 0.1)
    unit = np.median(variance, axis=0)
    points = (logarithm - logarithm.mean(axis=0)) / np.sqrt(unit)
    np.testing.assert_allclose(features.points[:, 5:], points, rtol=1e-4, atol=1e-4)
    precision = np.minimum(unit / variance, 4)
    np.testing.assert_allclose(features.precision[:, 5:], precision, rtol=1e-5)
    assert np.median(precision[::3, 1]) < 0.2  # contigs without reads count less
    assert features.weight.tolist() == [0.5] * 5 + [1] * 2


def test_scaled_points_have_the_weighted_distance():
    points = np.array([[0, 0], [3, 4]], np.float32)
    weight = np.array([0.5, 2], np.float32)
    scaled = Features(points, weight, np.ones_like(points)).scaled()
    assert np.square(scaled[1] - scaled[0]).sum() == pytest.approx(0.5 * 9 + 2 * 16)


def test_canonical_frequencies_give_the_same_points():
    rng = np.random.default_rng(0)
    frequencies = rng.dirichlet(np.full(136, 20), 300)
    n_kmers, depth = rng.integers(1000, 9000, 300), rng.gamma(2, 3, (300, 2)).astype(np.float32)
    reduced = project(frequencies, reduced_projection())
    one = make_features(reduced, n_kmers, depth, n_kmers, 40).points
    other = make_features(frequencies.astype(np.float32), n_kmers, depth, n_kmers, 40).points
    np.testing.assert_allclose(np.abs(one), np.abs(other), atol=1e-3)
