"""The fitted Gaussian: a density that is what it says, closer to p(z | x) than the encoder's."""

import pytest
import torch
from torch import Tensor
from torch.autograd.functional import hessian, jacobian
from torch.distributions import MultivariateNormal

import vae
from vae.posterior.inference import encoder_bound
from vae.posterior.refine import AMORTIZED, FARTHEST, ROUNDS, Refined, _not_negative, _quadratic, refine


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
    std = torch.exp(0.5 * q.amortized.logvar)
    precision = (q.root @ q.root.mT) / (std[:, :, None] * std[:, None])
    return MultivariateNormal(q.amortized.mean + std * q.shift, precision_matrix=precision)


def test_the_density_is_that_of_a_gaussian(q: Refined, same: MultivariateNormal) -> None:
    z = same.sample((7,))
    assert torch.allclose(q.log_density(z), same.log_prob(z), atol=1e-3)


def test_draws_have_its_mean_and_covariance(q: Refined, same: MultivariateNormal) -> None:
    z = q.sample(20_000, generator())
    white = torch.linalg.solve_triangular(same.scale_tril, (z - same.mean)[..., None], upper=False)[..., 0]
    assert white.mean(dim=0).abs().max() < 0.05
    covariance = torch.einsum("nbi,nbj->bij", white, white) / len(z)
    assert (covariance - torch.eye(5)).abs().max() < 0.05


def test_some_of_the_draws_are_the_encoders_and_the_density_that_of_the_mixture(q: Refined) -> None:
    z, log_q = q.draw(10 * AMORTIZED, generator())
    assert torch.equal(z[:10], q.amortized.sample(10, generator()))
    share = 1 / AMORTIZED
    mixed = share * q.amortized.log_prob(z).sum(dim=-1).exp() + (1 - share) * q.log_density(z).exp()
    assert torch.allclose(log_q, mixed.log(), atol=1e-3)
    z, log_q = q.draw(1, generator())
    assert torch.equal(log_q, q.log_density(z))


@pytest.mark.parametrize(("n_dims", "gain_nats"), [(8, 3.0), (None, 1.4)])  # here 5.6 and 2.3
def test_the_elbo_is_higher_than_the_encoders(
    model: vae.VAE, ink: Tensor, n_dims: int | None, gain_nats: float
) -> None:
    ours, encoders = (
        torch.stack([bound(model, ink[:10], n_dims=n_dims, n_samples=1, seed=s) for s in range(n)]).mean()
        for bound, n in ((vae.log_likelihood, 3), (encoder_bound, 16))
    )
    assert ours > encoders + gain_nats


def test_it_depends_on_its_generator_alone(model: vae.VAE, ink: Tensor) -> None:
    amortized = model.encode(ink[:2]).prefix(3)
    first, again, other = (refine(model, ink[:2], amortized, generator(seed)) for seed in (0, 0, 1))
    assert torch.equal(first.shift, again.shift) and torch.equal(first.root, again.root)
    assert not torch.equal(first.shift, other.shift)


def test_it_is_the_same_inside_and_outside_of_inference_mode(bare: vae.VAE, ink: Tensor) -> None:
    outside = refine(bare, ink[:2], bare.encode(ink[:2]), generator())
    assert torch.equal(outside.root, fitted(bare, ink[:2], 4).root)


def test_slope_and_curvature_are_those_of_the_log_joint(bare: vae.VAE, ink: Tensor) -> None:
    x, amortized = ink[:1], bare.encode(ink[:1])
    std = torch.exp(0.5 * amortized.logvar[0])
    u = torch.tensor([0.3, -0.5, 0.2, 0.8])

    def logits(u: Tensor) -> Tensor:
        return bare.decode((amortized.mean[0] + std * u)[None]).flatten()

    def log_prior(u: Tensor) -> Tensor:
        return bare.prior.log_prob((amortized.mean[0] + std * u)[None])[0]

    changes, p = jacobian(logits, u), torch.sigmoid(logits(u))
    curvature = changes.T @ (changes * (p * (1 - p))[:, None]) - hessian(log_prior, u)
    slope = changes.T @ (x.flatten() - p) + jacobian(log_prior, u)
    found_slope, found_curvature = _quadratic(bare, x, amortized, u[None])
    assert torch.allclose(found_slope[0], slope, rtol=0.05, atol=0.05 * slope.abs().max().item())
    assert torch.allclose(found_curvature[0], curvature, rtol=0.05, atol=0.05 * curvature.abs().max().item())


def test_a_saddle_loses_its_way_up() -> None:
    saddle = torch.tensor([[[0.0, 2.0], [2.0, 0.0]]])  # eigenvalues 2 and -2
    assert torch.allclose(_not_negative(saddle), torch.ones(1, 2, 2), atol=1e-6)


@pytest.mark.parametrize("n_dims", [1, 2, 32])
def test_no_picture_breaks_it(model: vae.VAE, n_dims: int) -> None:
    noise = torch.rand(1, 1, 28, 28, generator=generator())
    ood = torch.cat([torch.zeros_like(noise), torch.ones_like(noise), noise, noise.round()])
    assert (fitted(model, ood, n_dims).shift.norm(dim=1) <= ROUNDS * FARTHEST * 1.001).all()
    ours = vae.log_likelihood(model, ood, n_dims=n_dims)
    elbo = torch.stack([encoder_bound(model, ood, n_dims=n_dims, n_samples=1, seed=s) for s in range(16)])
    assert (ours > elbo.mean(dim=0)).all()
