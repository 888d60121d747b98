"""The fitted Gaussian: a density that is what it says, closer to p(z | x) than the encoder's."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

import vae
from vae.inference import encoder_bound
from vae.refine import GUESSED, Refined, refine


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fitted(model: vae.VAE, x: Tensor, k: int) -> Refined:
    with torch.inference_mode():
        return refine(model, x, model.encode(x).prefix(k), generator())


@pytest.fixture(scope="module")
def q(model: vae.VAE, ink: Tensor) -> Refined:
    return fitted(model, ink[:4], 5)


@pytest.fixture(scope="module")
def same(q: Refined) -> MultivariateNormal:
    """The same Gaussian in the library's own terms."""
    std = torch.exp(0.5 * q.guess.logvar)
    precision = (q.root @ q.root.mT) / (std[:, :, None] * std[:, None])
    return MultivariateNormal(q.guess.mean + std * q.shift, precision_matrix=precision)


def test_the_density_is_that_of_a_gaussian(q: Refined, same: MultivariateNormal) -> None:
    z = same.sample((7,))
    assert torch.allclose(q.log_prob(z), same.log_prob(z), atol=1e-3)


def test_draws_have_its_mean_and_covariance(q: Refined, same: MultivariateNormal) -> None:
    z = q.sample(20_000, generator())
    white = torch.linalg.solve_triangular(same.scale_tril, (z - same.mean)[..., None], upper=False)[..., 0]
    assert white.mean(dim=0).abs().max() < 0.05
    covariance = torch.einsum("nbi,nbj->bij", white, white) / len(z)
    assert (covariance - torch.eye(5)).abs().max() < 0.05


def test_some_of_the_draws_are_the_encoders_and_the_density_that_of_the_mixture(q: Refined) -> None:
    z, log_q = q.draw(10 * GUESSED, generator())
    assert torch.equal(z[:10], q.guess.sample(10, generator()))
    share = 1 / GUESSED
    mixed = share * q.guess.log_prob(z).sum(dim=-1).exp() + (1 - share) * q.log_prob(z).exp()
    assert torch.allclose(log_q, mixed.log(), atol=1e-3)
    z, log_q = q.draw(1, generator())
    assert torch.equal(log_q, q.log_prob(z))


@pytest.mark.parametrize(("n_dims", "gain_nats"), [(8, 2.0), (None, 1.0)])
def test_the_elbo_is_higher_than_the_encoders(
    model: vae.VAE, ink: Tensor, n_dims: int | None, gain_nats: float
) -> None:
    ours, encoders = (
        torch.stack([bound(model, ink[:30], n_dims=n_dims, n_samples=1, seed=s) for s in range(4)]).mean()
        for bound in (vae.log_likelihood, encoder_bound)
    )
    assert ours > encoders + gain_nats


def test_it_depends_on_its_generator_alone(model: vae.VAE, ink: Tensor) -> None:
    guess = model.encode(ink[:2]).prefix(3)
    first, again, other = (refine(model, ink[:2], guess, generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(first.shift, again.shift) and torch.equal(first.root, again.root)
    assert not torch.equal(first.shift, other.shift)


@pytest.mark.parametrize("n_dims", [1, 2, 32])
def test_no_picture_breaks_it(model: vae.VAE, n_dims: int) -> None:
    noise = torch.rand(1, 1, 28, 28, generator=generator())
    strangers = torch.cat([torch.zeros_like(noise), torch.ones_like(noise), noise, noise.round()])
    ours = vae.log_likelihood(model, strangers, n_dims=n_dims, n_samples=100)
    assert ours.isfinite().all()
    encoders = encoder_bound(model, strangers, n_dims=n_dims, n_samples=100)
    assert (ours > 1.25 * encoders - math.log(GUESSED)).all()
