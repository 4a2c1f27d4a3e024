"""The autoencoder of a proteome: what it sees, its loss, and what it finds."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.spatial.distance import pdist
from sklearn.cluster import KMeans
from sklearn.metrics import v_measure_score

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is loaded

import tensorflow as tf

from latentbin.errors import UserError
from latentbin.matrix import NamedMatrix
from latentbin.proteome.annotation import Annotation
from latentbin.proteome.cli import main
from latentbin.proteome.embedding.features import features_of
from latentbin.proteome.embedding.network import GaussianAutoencoder, PaperAutoencoder
from latentbin.proteome.embedding.options import EmbedOptions
from latentbin.proteome.embedding.training import train_latent, unit_moments


def proteome(values, classes=None):
    n_samples, n_proteins = values.shape
    nothing = Annotation.nothing(n_samples)
    known = Annotation(
        nothing.classes if classes is None else np.asarray(classes),
        *list(vars(nothing).values())[1:],
    )
    return NamedMatrix(
        "proteome",
        tuple(f"S{i}" for i in range(n_samples)),
        tuple(f"P{j}" for j in range(n_proteins)),
        values.astype(np.float32),
        known.arrays(),
        source="p.npz",
    )


def planted(n_samples=120, n_proteins=60, n_classes=3, missing=0.0, seed=1):
    """Scaled as `prepare` does it; each class has four proteins of its own, 6 SD higher."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(n_classes, size=n_samples)
    log2 = rng.normal(20, 2, n_proteins) + rng.normal(0, 0.5, (n_samples, n_proteins))
    for group in range(n_classes):
        log2[np.ix_(classes == group, np.arange(4 * group, 4 * group + 4))] += 3
    log2 += rng.normal(0, 0.3, (n_samples, 1))  # how much was loaded
    values = log2 / log2.max(axis=1, keepdims=True)
    values[rng.random(values.shape) < missing] = 0
    return values, classes


def test_how_much_of_a_sample_was_loaded_does_not_count():
    values, _ = planted(missing=0.1)
    factors = np.random.default_rng(2).uniform(0.5, 1.5, (len(values), 1))
    one, two = features_of(proteome(values)), features_of(proteome(values * factors))
    # the overall level is another, the deviations in their own unit are not
    assert np.corrcoef(one.deviations.ravel(), two.deviations.ravel())[0, 1] > 0.995
    raw = values / values.mean(axis=0) - 1
    scaled = values * factors / (values * factors).mean(axis=0) - 1
    assert np.corrcoef(raw.ravel(), scaled.ravel())[0, 1] < 0.9
    assert one.present.tolist() == two.present.tolist()


def test_deviations_by_hand():
    # the median ratio of every sample is 1: nothing is scaled
    constant = np.tile([0.5, 0.4, 0.3], (4, 1))
    values = np.column_stack([constant, [0.44, 0.36, 0.4, 0.4], [0.6, 0.2, 0.4, 0.0]])
    seen = features_of(proteome(values))
    np.testing.assert_allclose(seen.factors, 1, atol=1e-6)
    # the median of the spreads of those that differ, which are two
    unit = (np.sqrt(2 * 0.04**2 / 4) + np.sqrt(2 * 0.2**2 / 3)) / 2
    np.testing.assert_allclose(seen.deviations[:, 4] * unit, [0.2, -0.2, 0, 0], atol=1e-6)
    assert seen.present[3].tolist() == [1, 1, 1, 1, 0]
    np.testing.assert_allclose(seen.frequency, [1, 1, 1, 1, 0.75])


def test_an_empty_sample_and_equal_samples_are_refused():
    values, _ = planted(20, 15)
    values[3] = 0
    with pytest.raises(UserError, match=r"p\.npz: sample 'S3' has no values\. Leave it out"):
        features_of(proteome(values))
    with pytest.raises(UserError, match="no protein differs between samples"):
        features_of(proteome(np.full((9, 5), 0.5)))


@pytest.fixture(scope="module")
def gaussian():
    seen = features_of(proteome(planted(missing=0.2)[0]))
    network = GaussianAutoencoder(seen.deviations, seen.present, seen.frequency, 2)
    network.log_noise.assign(-0.3)
    return seen, network


def test_the_gaussian_loss_is_the_likelihood_of_scipy(gaussian):
    seen, network = gaussian
    rows, latent = np.array([0, 7, 9]), np.random.default_rng(1).normal(size=(3, 2))
    decoded = network.decoder(latent.astype(np.float32)).numpy()
    n_proteins = seen.deviations.shape[1]
    mean, logits = decoded[:, :n_proteins], decoded[:, n_proteins:]
    share = np.clip(seen.frequency, 1e-3, 1 - 1e-3)
    chance = 1 / (1 + np.exp(-(logits + np.log(share / (1 - share)))))
    present = seen.present[rows]
    normal = stats.norm(mean, np.exp(-0.3)).logpdf(seen.deviations[rows])
    expected = (normal * present + stats.bernoulli(chance).logpmf(present)).sum(axis=1)
    loss = network.reconstruction(tf.constant(rows), latent.astype(np.float32)).numpy()
    np.testing.assert_allclose(-loss, expected, rtol=1e-4)


def test_without_missing_values_presence_is_not_modelled():
    seen = features_of(proteome(planted()[0]))
    network = GaussianAutoencoder(seen.deviations, seen.present, seen.frequency, 2)
    assert network.decoder.output_shape[1] == seen.deviations.shape[1]


def test_the_papers_loss_is_cross_entropy():
    values, _ = planted(12, 12)
    network = PaperAutoencoder(values.astype(np.float32), 2)
    latent = np.random.default_rng(1).normal(size=(12, 2)).astype(np.float32)
    chance = 1 / (1 + np.exp(-network.decoder(latent).numpy().astype(float)))
    expected = -(values * np.log(chance) + (1 - values) * np.log(1 - chance)).sum(axis=1)
    loss = network.reconstruction(tf.range(12), latent).numpy()
    np.testing.assert_allclose(loss, expected, rtol=1e-4)


def test_the_divergence_is_that_of_an_integral(gaussian):
    _, network = gaussian
    mean, log_variance = (part.numpy()[0] for part in network.encode(tf.constant([5])))
    expected = 0.0
    for m, v in zip(mean.astype(float), np.exp(log_variance.astype(float) / 2), strict=True):
        one, prior = stats.norm(m, v), stats.norm()
        expected += integrate.quad(
            lambda x, one=one, prior=prior: one.pdf(x) * (one.logpdf(x) - prior.logpdf(x)),
            m - 9 * v,
            m + 9 * v,
        )[0]
    _, divergence = network.losses(tf.constant([5]), np.zeros((1, 2), np.float32))
    assert float(divergence) == pytest.approx(expected, rel=1e-3)


def divergence(means, log_variances):
    return 0.5 * (means**2 + np.exp(log_variances) - 1 - log_variances).sum(axis=1).mean()


@pytest.mark.parametrize("seed", range(5))
def test_no_other_scale_of_the_latent_has_less_divergence(seed):
    generator = np.random.default_rng(seed)
    spread = generator.uniform(0.1, 5, 2)
    means = 3 + spread * generator.normal(size=(40, 2))
    log_variances = generator.normal(-1, 1, (40, 2))

    def at(shift, scale):
        return divergence((means - shift) * scale, log_variances + 2 * np.log(scale))

    shift, scale = unit_moments(means, log_variances)
    least = at(shift, scale)
    for _ in range(50):
        other = scale * np.exp(generator.normal(0, 0.3, 2))
        assert at(shift, other) > least
        assert at(shift + generator.normal(0, 0.3, 2), scale) > least


def test_an_axis_that_says_nothing_stays_small():
    """Means of about 0 and the prior's variance: scores of unit variance would be noise alone."""
    means = np.random.default_rng(1).normal(0, 0.01, (100, 2))
    _, scale = unit_moments(means, np.zeros((100, 2)))
    np.testing.assert_allclose(scale, 1, rtol=1e-3)


def test_the_latent_has_its_scale_however_short_the_training():
    """Means of a posterior: what they lack of unit variance is the posterior's own."""
    values, _ = planted(200, 60)
    for epochs in (20, 150):
        latent = train_latent(proteome(values), EmbedOptions(epochs=epochs), 1).latent
        assert ((latent.std(axis=0) > 0.6) & (latent.std(axis=0) < 1.1)).all()
        assert latent.mean(axis=0) == pytest.approx(0, abs=0.15)


def test_noise_goes_into_what_is_encoded_and_present_and_nowhere_else(gaussian):
    seen, network = gaussian
    n_proteins = seen.deviations.shape[1]
    inputs = network.inputs.numpy()[[3, 8]]
    noise = np.random.default_rng(1).normal(size=(2, n_proteins)).astype(np.float32)
    noisy = network.corrupted(tf.constant(inputs), tf.constant([3, 8]), tf.constant(noise)).numpy()
    np.testing.assert_allclose(
        noisy[:, :n_proteins] - inputs[:, :n_proteins], noise * seen.present[[3, 8]], atol=1e-5
    )
    assert (noisy[:, n_proteins:] == inputs[:, n_proteins:]).all()
    # what is to be reconstructed is the same: only the latent differs
    rows, still = tf.constant([3, 8]), np.zeros((2, 2), np.float32)
    latent, _ = network.encode(rows, tf.constant(noise))
    fit, _ = network.losses(rows, still, tf.constant(noise))
    expected = network.reconstruction(rows, latent).numpy().mean()
    assert float(fit) == pytest.approx(float(expected), rel=1e-5)


def test_input_noise_draws_the_samples_of_a_group_together():
    """Without it, the encoder learns samples by heart and each has a place of its own."""
    values, classes = planted(200, 500)
    separation = {}
    for noise in (0.0, 1.5):
        latent = train_latent(proteome(values), EmbedOptions(input_noise=noise), 1).latent
        groups = [latent[classes == group] for group in range(3)]
        within = np.sqrt(np.mean([group.var(axis=0) for group in groups]))
        separation[noise] = pdist([group.mean(axis=0) for group in groups]).mean() / within
    assert separation[1.5] > 1.2 * separation[0.0] > 1


def test_groups_of_samples_lie_apart():
    values, classes = planted(missing=0.1)
    made = train_latent(proteome(values), EmbedOptions(epochs=150), 1)
    found = KMeans(3, n_init=5, random_state=0).fit_predict(made.latent)
    assert v_measure_score(classes, found) > 0.95
    assert made.history[-1] < made.history[0]
    assert len(made.held_out) == len(made.history) >= made.best_epoch
    # the noise of an ordinary protein is the unit
    assert made.noise == pytest.approx(1, rel=0.3)


def test_noise_alone_has_no_groups_and_training_ends_early():
    values = 0.7 + 0.02 * np.random.default_rng(1).normal(size=(200, 60))
    options = EmbedOptions(warm_up=10, patience=10, epochs=500)
    made = train_latent(proteome(values), options, 1)
    assert len(made.history) < 200
    assert made.best_epoch <= len(made.history) - 10


def test_the_papers_model_learns_presence():
    values, classes = planted(120, 40, 2)
    values[np.ix_(classes == 0, np.arange(20))] = 0
    made = train_latent(proteome(values), EmbedOptions(model="paper", epochs=60), 1)
    found = KMeans(2, n_init=5, random_state=0).fit_predict(made.latent)
    assert v_measure_score(classes, found) > 0.9
    assert made.held_out == []
    assert made.noise is None


def run(folder, *more, values=None):
    values, classes = planted() if values is None else (values, None)
    names = None if classes is None else [f"c{group}" for group in classes]
    proteome(values, names).save(folder / "p.npz")
    words = ["--proteome", folder / "p.npz", "--output", folder / "l.npz", "--threads", 1]
    return main([str(word) for word in ("embed", *words, "--device", "cpu", *more)])


def test_the_command_keeps_names_and_annotation(tmp_path, capfd):
    assert run(tmp_path, "--epochs", 3, "--latent-size", 3) == 0
    latent = NamedMatrix.load(tmp_path / "l.npz", "proteome-latent")
    before = NamedMatrix.load(tmp_path / "p.npz", "proteome")
    assert latent.names == before.names
    assert latent.columns == ("z1", "z2", "z3")
    assert Annotation.of(latent).classes.tolist() == before.arrays["class"].tolist()
    assert latent.report["options"]["epochs"] == 3
    assert len(latent.report["loss"]) == 3
    assert "epoch 3 of 3" in capfd.readouterr().err
    first = (tmp_path / "l.npz").read_bytes()
    assert run(tmp_path, "--epochs", 3, "--latent-size", 3) == 0
    assert (tmp_path / "l.npz").read_bytes() == first
    assert run(tmp_path, "--epochs", 3, "--latent-size", 3, "--seed", 2) == 0
    assert (tmp_path / "l.npz").read_bytes() != first


def test_few_samples_are_refused(tmp_path, capfd):
    assert run(tmp_path, values=planted(7)[0]) == 1
    assert "has 7 samples; an autoencoder needs at least 8" in capfd.readouterr().err
    assert not (tmp_path / "l.npz").exists()


def test_a_loss_that_is_not_finite_ends_training(tmp_path, capfd):
    assert run(tmp_path, "--learning-rate", 1, "--epochs", 200, "--model", "gaussian") in (0, 1)
    values, _ = planted(40, 20)
    values[:, 0] *= 1e30
    assert run(tmp_path, "--epochs", 5, values=values) == 1
    assert "the loss is not finite" in capfd.readouterr().err


def test_another_file_is_refused(tmp_path, capfd):
    (tmp_path / "x.npz").write_bytes(b"no")
    words = ["embed", "--proteome", str(tmp_path / "x.npz"), "--output", str(tmp_path / "l.npz")]
    assert main(words) == 1
    assert "not a Latentbin file of proteome" in capfd.readouterr().err


def test_a_matrix_without_annotation_is_refused():
    values, _ = planted(9)
    bare = NamedMatrix(
        "proteome",
        tuple("abcdefghi"),
        tuple(f"P{j}" for j in range(60)),
        values.astype(np.float32),
        source="b.npz",
    )
    with pytest.raises(UserError, match=r"b\.npz: says nothing of class"):
        Annotation.of(bare)
