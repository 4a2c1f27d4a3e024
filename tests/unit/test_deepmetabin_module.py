"""The losses of the graph autoencoder, against hand calculation, closed forms and integrals."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import entropy, norm
from torch import nn
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_kl

from latentbin.deepmetabin.module import (
    GmVae,
    Posterior,
    categorical_term,
    gaussian_term,
    neighbour_term,
    reconstruction_term,
)

tensor = torch.tensor


def small(width=3, components=2, n_latent=1, **changed):
    """A network without chance but that of the draws, in double precision."""
    options = {"n_hidden": 8, "n_layers": 1, "dropout": 0.0, "temperature": 1e-3} | changed
    return GmVae(width, components=components, n_latent=n_latent, **options).double()


def test_reconstruction_by_hand():
    out = tensor([[1.0, 2.0], [0.0, 0.0]])
    rows = tensor([[3.0, 2.0], [1.0, -1.0]])
    precision = tensor([[0.5, 9.0], [2.0, 4.0]])
    assert reconstruction_term(out, rows, precision).tolist() == [0.5 * 4 * 0.5, 0.5 * (2 + 4)]


def test_reconstruction_is_the_normal_log_density_without_its_constant():
    rng = np.random.default_rng(0)
    out, rows = rng.normal(0, 2, (2, 5, 4))
    precision = rng.uniform(0.1, 4, (5, 4))
    expected = -norm.logpdf(rows, out, precision**-0.5) - 0.5 * np.log(2 * np.pi / precision)
    found = reconstruction_term(tensor(out), tensor(rows), tensor(precision))
    np.testing.assert_allclose(found, expected.sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize(
    ("mean", "variance", "of_mean", "of_variance"),
    [(0.0, 1.0, 0.0, 1.0), (1.5, 1.0, -0.5, 2.0), (-0.3, 0.2, 1.0, 0.4), (2.0, 3.0, 0.0, 0.5)],
)
def test_gaussian_term_is_the_integral_it_stands_for(mean, variance, of_mean, of_variance):
    one, other = norm(mean, math.sqrt(variance)), norm(of_mean, math.sqrt(of_variance))
    expected, _ = quad(lambda x: one.pdf(x) * (one.logpdf(x) - other.logpdf(x)), -25, 25)
    columns = (tensor([[value]]) for value in (mean, variance, of_mean, of_variance))
    assert gaussian_term(*columns).item() == pytest.approx(expected, abs=1e-5)


def test_gaussian_term_by_hand_and_in_many_dimensions():
    # 1/2 (1/4 + (3 - 1)^2 / 4 - 1 - ln 1/4), twice
    found = gaussian_term(
        tensor([[3.0, 3.0]]), tensor([[1.0, 1.0]]), tensor([[1.0, 1.0]]), tensor([[4.0, 4.0]])
    )
    assert found.item() == pytest.approx(0.25 + math.log(4), rel=1e-6)
    rng = np.random.default_rng(1)
    mean, of_mean = (tensor(rng.normal(size=(6, 5))) for _ in range(2))
    variance, of_variance = (tensor(rng.uniform(0.01, 3, (6, 5))) for _ in range(2))
    expected = torch_kl(Normal(mean, variance.sqrt()), Normal(of_mean, of_variance.sqrt()))
    found = gaussian_term(mean, variance, of_mean, of_variance)
    np.testing.assert_allclose(found, expected.sum(dim=1), rtol=1e-10)


def test_categorical_term_goes_from_0_to_ln_k():
    logits = tensor([[7.0] * 5, [-3.0] * 5, [100.0, 0, 0, 0, 0], [1000.0, 0, 0, 0, -1000.0]])
    found = categorical_term(logits)
    np.testing.assert_allclose(found, [0, 0, math.log(5), math.log(5)], atol=1e-6)


def test_categorical_term_is_the_relative_entropy():
    logits = np.random.default_rng(2).normal(0, 3, (8, 6))
    share = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = [entropy(row, np.full(6, 1 / 6)) for row in share]
    np.testing.assert_allclose(categorical_term(tensor(logits)), expected, rtol=1e-10)


def test_neighbour_term_by_hand():
    out = tensor([[1.0, 2.0]])
    neighbours = tensor([[[1.0, 2.0], [3.0, 2.0], [0.0, 4.0]]])
    precision = tensor([[[9.0, 9.0], [2.0, 1.0], [1.0, 3.0]]])
    # their own terms: 0, 1/2 (4 * 2), 1/2 (1 + 4 * 3)
    for weight, expected in (([0.5, 0.25, 0.0], 1.0), ([0.2, 0.4, 0.4], 1.6 + 2.6), ([0.0] * 3, 0)):
        found = neighbour_term(out, neighbours, precision, tensor([weight]))
        assert found.tolist() == pytest.approx([expected])


def test_a_neighbour_equal_to_the_contig_counts_as_the_contig_does():
    rng = np.random.default_rng(3)
    out, rows = (tensor(part) for part in rng.normal(size=(2, 4, 6)))
    precision = tensor(rng.uniform(0.1, 4, (4, 6)))
    own = reconstruction_term(out, rows, precision)
    thrice = [part[:, None].expand(-1, 3, -1) for part in (rows, precision)]
    shares = tensor([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    found = neighbour_term(out, *thrice, shares)
    np.testing.assert_allclose(found, own * tensor([1, 1, 0, 2]), rtol=1e-6)


def test_without_neighbours_their_term_is_0():
    nothing = torch.empty(4, 0, 6)
    found = neighbour_term(torch.ones(4, 6), nothing, nothing, torch.empty(4, 0))
    assert found.tolist() == [0, 0, 0, 0]


def test_prior_of_a_component_is_its_own():
    torch.manual_seed(0)
    module = small(components=3, n_latent=4)
    with torch.no_grad():
        module.prior_variance.copy_(torch.randn(3, 4))
        mean, variance = module.prior(torch.eye(3, dtype=torch.float64))
        half, _ = module.prior(tensor([[0.5, 0.5, 0.0]]).double())
    np.testing.assert_allclose(mean, module.prior_mean.detach(), rtol=1e-12)
    expected = np.log1p(np.exp(module.prior_variance.detach().numpy())) + 1e-3
    np.testing.assert_allclose(variance, expected, rtol=1e-12)
    np.testing.assert_allclose(half[0], mean[:2].mean(dim=0), rtol=1e-12)


class _Always(nn.Module):
    def __init__(self, values):
        super().__init__()
        self.values = values

    def forward(self, z):
        return self.values.expand(len(z), -1)


class _Fixed(GmVae):
    """Encoder and decoder that answer with what they were given."""

    def __init__(self, posterior, out, **sizes):
        super().__init__(**sizes, n_hidden=2, n_layers=1, dropout=0, temperature=1)
        self.posterior, self.decoder = posterior, out

    def encode(self, rows):
        return Posterior(*(part.expand(len(rows), -1) for part in self.posterior))


def test_loss_terms_worked_by_hand():
    posterior = (tensor([[0.0, math.log(3)]]), tensor([[0.0, 1.0]]), tensor([[2.0]]), tensor([[1]]))
    module = _Fixed(posterior, _Always(tensor([[1.0, 1.0]])), width=2, components=2, n_latent=1)
    with torch.no_grad():
        module.prior_mean.copy_(tensor([[9.0], [0.0]]))
        module.prior_variance.copy_(tensor([[9.0], [math.log(math.expm1(3.999))]]))
    rows = tensor([[1.0, 3.0], [2.0, 1.0]])
    terms = module.loss_terms(
        rows,
        tensor([[1.0, 2.0], [4.0, 1.0]]),
        tensor([[[1.0, 3.0], [0.0, 0.0]], [[5.0, 1.0], [2.0, 1.0]]]),
        torch.ones(2, 2, 2),
        tensor([[0.75, 0.25], [1.0, 0.0]]),
    )
    expected = [
        (4 + 2) / 2,  # 1/2 * 2 * 2^2 and 1/2 * 4 * 1
        0.5 * (1 / 4 + 1 - 1 + math.log(4)),
        math.log(2) + 0.25 * math.log(0.25) + 0.75 * math.log(0.75),
        (0.75 * 2 + 0.25 * 1 + 8) / 2,
    ]
    np.testing.assert_allclose(terms.detach(), expected, rtol=1e-5)


def without_neighbours(module, x, precision, copies):
    """Mean over draws of reconstruction, Gaussian and categorical term for one contig."""
    rows, scale = (part.expand(copies, -1) for part in (x, precision))
    nothing = torch.empty(copies, 0, x.shape[1], dtype=x.dtype)
    with torch.no_grad():
        terms = module.loss_terms(rows, scale, nothing, nothing, torch.empty(copies, 0))
    assert terms[3] == 0
    return terms[:3].sum().item()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_loss_is_the_bound_of_the_evidence(seed):
    """The mean loss is ``-log p(x)`` plus the KL of q from the true posterior, both integrated.

    That is so where y is one component, the model's own terms; hence the lowest temperature, at
    which a Gumbel-softmax draw is one-hot. What is trained at temperature 1 is a relaxation of it.
    """
    torch.manual_seed(seed)
    module = small().eval()
    module.training = True  # y is drawn, while batch normalisation stays as it is
    x, precision = tensor([[2.0, -2.0, 1.5]]).double(), tensor([[1.0, 0.5, 2.0]]).double()
    z, step = np.linspace(-15, 15, 6001, retstep=True)
    with torch.no_grad():
        out = module.decoder(tensor(z)[:, None]).numpy()
        share = module.to_component(x).softmax(dim=1).numpy()[0]
        hidden = module.encoder(torch.cat([x.expand(2, -1), torch.eye(2)], dim=1))
        mean = module.to_mean(hidden).numpy()[:, 0]
        deviation = (nn.functional.softplus(module.to_variance(hidden)) + 1e-3).sqrt().numpy()[:, 0]
        of_mean, of_variance = (part.numpy()[:, 0] for part in module.prior(torch.eye(2).double()))
    likelihood = norm.logpdf(x.numpy(), out, precision.numpy() ** -0.5).sum(axis=1)
    # log p(x, y, z) and log q(y, z | x) for both components, (2, points)
    joint = math.log(1 / 2) + likelihood
    joint = joint + norm.logpdf(z, of_mean[:, None], np.sqrt(of_variance)[:, None])
    guess = np.log(share)[:, None] + norm.logpdf(z, mean[:, None], deviation[:, None])
    evidence = math.log(np.exp(joint).sum() * step)
    gap = (np.exp(guess) * (guess - joint + evidence)).sum() * step
    assert gap > 0.2

    constant = 0.5 * (math.log(2 * math.pi) - precision.log()).sum().item()
    loss = without_neighbours(module, x, precision, copies=100_000) + constant
    assert loss == pytest.approx(-evidence + gap, abs=0.02)
    assert loss > -evidence


def test_bound_is_reached_by_the_true_posterior():
    """One component and a linear decoder: evidence and posterior are known in closed form."""
    slope, shift, precision, prior_mean, prior_variance, x = 1.7, -0.4, 2.5, 0.3, 0.8, 1.9
    variance = 1 / (1 / prior_variance + slope**2 * precision)
    mean = variance * (prior_mean / prior_variance + slope * precision * (x - shift))
    posterior = tensor([[0.0]]), tensor([[1.0]]), tensor([[mean]]), tensor([[variance]])
    decoder = nn.Linear(1, 1)
    module = _Fixed(posterior, decoder, width=1, components=1, n_latent=1)
    with torch.no_grad():
        decoder.weight.fill_(slope)
        decoder.bias.fill_(shift)
        module.prior_mean.fill_(prior_mean)
        module.prior_variance.fill_(math.log(math.expm1(prior_variance - 1e-3)))
    torch.manual_seed(0)
    loss = without_neighbours(module, tensor([[x]]), tensor([[precision]]), copies=200_000)
    loss += 0.5 * math.log(2 * math.pi / precision)
    expected = -norm.logpdf(
        x, slope * prior_mean + shift, math.sqrt(1 / precision + slope**2 * prior_variance)
    )
    assert loss == pytest.approx(expected, abs=0.01)


def test_posterior_draws_while_training_and_not_after():
    torch.manual_seed(0)
    module = small(width=5, components=4, n_latent=2, temperature=0.5)
    rows = torch.randn(16, 5, dtype=torch.float64)
    module.eval()
    with torch.no_grad():
        whole = module.encode(rows)
        np.testing.assert_allclose(whole.y, whole.logits.softmax(dim=1), rtol=1e-12)
        # one contig's latent does not depend on the others
        alone = torch.cat([module.encode(row[None]).mean for row in rows])
        np.testing.assert_allclose(alone, whole.mean, rtol=1e-10)
        module.training = True
        one, other = module.encode(rows), module.encode(rows)
    assert not torch.equal(one.y, other.y)
    np.testing.assert_allclose(one.y.sum(dim=1), 1, rtol=1e-10)
    assert bool((one.variance >= 1e-3).all())


def test_draws_follow_the_probabilities_of_components():
    torch.manual_seed(0)
    module = small(width=5, components=4)
    module.eval()
    module.training = True
    row = 3 * torch.randn(1, 5, dtype=torch.float64)
    with torch.no_grad():
        found = module.encode(row.expand(20_000, -1))
    assert bool((found.y.max(dim=1).values > 0.99).float().mean() > 0.98)  # one-hot at 0.001
    expected = found.logits[0].softmax(dim=0)
    np.testing.assert_allclose(found.y.mean(dim=0), expected, atol=0.02)
