"""The autoencoder's losses, against closed forms and numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from latentbin.vamb.module import LossWeights, Vae, kl_divergence


@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (1.5, 1.0), (-0.3, 0.2), (2.0, 3.0)])
def test_kl_is_the_integral_it_stands_for(mean, variance):
    posterior, prior = norm(mean, math.sqrt(variance)), norm(0, 1)

    def integrand(x):
        return posterior.pdf(x) * (posterior.logpdf(x) - prior.logpdf(x))

    expected, _ = quad(integrand, -20, 20)
    value = kl_divergence(torch.tensor([[mean]]), torch.tensor([[variance]]))
    assert value.item() == pytest.approx(expected, abs=1e-5)


def test_kl_with_fixed_variance_is_half_the_squared_mean():
    mu = torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    assert kl_divergence(mu, None).tolist() == [12.5, 0.0]


def test_weights_are_those_of_the_paper():
    # METHODS section 1: w_ab = (1 - alpha) / ln S, w_TNF = alpha / 136, w_KL = 1 / (N_L beta)
    weights = LossWeights.of(alpha=0.05, beta=200, n_samples=4, n_tnf=136, n_latent=40, total=False)
    assert weights.profile == pytest.approx(0.95 / math.log(4))
    assert weights.tnf == pytest.approx(0.05 / 136)
    assert weights.kl == pytest.approx(1 / 8000)
    assert weights.total == 0


def test_weights_with_total_abundance_share_between_profile_and_total():
    weights = LossWeights.of(alpha=0.15, beta=200, n_samples=5, n_tnf=103, n_latent=32, total=True)
    assert weights.profile == pytest.approx(0.85 * 4 / (5 * math.log(5)))
    assert weights.total == pytest.approx(0.85 / 5)
    one = LossWeights.of(alpha=0.5, beta=200, n_samples=1, n_tnf=103, n_latent=32, total=True)
    assert (one.profile, one.total) == (0, 0.5)


class _Fixed(Vae):
    """A network that answers with what it was given, to work the loss out by hand."""

    def __init__(self, output, mu):
        super().__init__(
            2, 1, 3, n_hidden=4, n_layers=1, n_latent=2, dropout=0, learn_variance=False
        )
        self.fixed = output, mu

    def forward(self, rows):
        return *self.fixed, None


def test_loss_terms_worked_by_hand():
    rows = torch.tensor([[0.25, 0.75, 1.0, 0.0, 1.0, 2.0]])
    # logits whose softmax is (1/2, 1/2)
    output = torch.tensor([[7.0, 7.0, 3.0, 1.0, 1.0, 0.0]])
    module = _Fixed(output, torch.tensor([[1.0, 2.0]]))
    weights = LossWeights(profile=2.0, total=3.0, tnf=5.0, kl=7.0)
    terms = module.loss_terms(rows, torch.tensor([0.5]), weights)
    expected = [2 * math.log(2), 3 * (3 - 1) ** 2, 5 * (1 + 0 + 4), 7 * (1 + 4) / 2]
    np.testing.assert_allclose(terms.numpy(), 0.5 * np.array(expected), rtol=1e-6)


def test_learned_variance_stays_positive_and_finite():
    torch.manual_seed(0)
    module = Vae(3, 0, 5, n_hidden=8, n_layers=2, n_latent=4, dropout=0.2, learn_variance=True)
    _, variance = module.encode(torch.randn(16, 8) * 100)
    assert variance is not None
    assert bool((variance >= 0).all())
    mu = torch.zeros(16, 4)
    assert bool(torch.isfinite(kl_divergence(mu, variance * 0)).all())
