"""Weighted draws: the bound on the likelihood against brute force, and its order."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import TINY, WRONG_IMAGES, Picture, every
from vae.calibration import pixel_table
from vae.inference import draws_evidence, encoder_bound, image_chunks, posterior_draws
from vae.objective import bernoulli_log_prob, elbo
from vae.views import View


def exact_log_likelihood(model: vae.VAE, x: Tensor, n_dims: int, points: int) -> Tensor:
    """log p(x) by summing p(x | z) p(z) over a grid of codes, in standard coordinates."""
    axis = torch.linspace(-6, 6, points)
    u = torch.cartesian_prod(*[axis] * n_dims).view(-1, n_dims)
    logits = model.decode(model.prior.from_standard(u))
    log_px = torch.stack([bernoulli_log_prob(logits, image).sum(dim=(1, 2, 3)) for image in x], dim=1)
    log_pu = torch.distributions.Normal(0.0, 1.0).log_prob(u).sum(dim=1) + n_dims * math.log(
        12 / (points - 1)
    )
    return (log_px + log_pu[:, None]).logsumexp(dim=0)


@pytest.mark.parametrize(("n_dims", "points"), [(1, 1001), (2, 81)])
def test_many_draws_reach_the_true_likelihood(
    bare: vae.VAE, digits: Tensor, n_dims: int, points: int
) -> None:
    x = digits[:3]
    bound = vae.log_likelihood(bare, x, n_dims=n_dims, n_samples=5000)  # decoded in several batches
    assert torch.allclose(bound, exact_log_likelihood(bare, x, n_dims, points), atol=0.3, rtol=0)


def test_one_draw_gives_the_elbo_on_average(bare: vae.VAE, digits: Tensor) -> None:
    x = digits[:1].expand(4000, -1, -1, -1)
    view = View(x, torch.ones(4000, TINY.latent_dim, dtype=torch.bool))
    bound = elbo(bare, view, torch.Generator().manual_seed(0))
    one_draw = encoder_bound(bare, x, n_samples=1)
    assert one_draw.mean().item() == pytest.approx((bound.log_px - bound.kl).mean().item(), abs=0.3)


def test_more_draws_tighten_the_bound(model: vae.VAE, digits: Tensor) -> None:
    x = digits[:25]
    bounds = [vae.log_likelihood(model, x, n_samples=n).mean().item() for n in (1, 8, 64)]
    assert bounds == sorted(bounds)
    assert bounds[-1] - bounds[0] > 0.5


def test_more_dimensions_say_more(model: vae.VAE, ink: Tensor) -> None:
    two, eight, whole = (
        vae.log_likelihood(model, ink[:25], n_dims=n_dims, n_samples=16).mean() for n_dims in (2, 8, None)
    )
    assert -110 < whole < -60  # nats; the model card has the real figure
    assert two + 25 < eight < whole


def test_likelihood_follows_its_seed(tiny: vae.VAE, digits: Tensor) -> None:
    first, again, other = (vae.log_likelihood(tiny, digits[:20], seed=seed) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.shape == (20,)
    assert (first < 0).all()


@given(n_images=st.integers(1, 300), n_draws=st.integers(1, 3000))
def test_chunks_cover_each_image_once(n_images: int, n_draws: int) -> None:
    chunks = [range(n_images)[chunk] for chunk in image_chunks(n_images, n_draws)]
    assert [i for chunk in chunks for i in chunk] == list(range(n_images))
    assert all(len(chunk) * n_draws <= max(1024, n_draws) for chunk in chunks)


def test_draws_are_weighed_by_evidence_and_prior(tiny: vae.VAE, digits: Tensor) -> None:
    x = digits[:3]
    draws = posterior_draws(tiny, x, None, 10, torch.Generator().manual_seed(0))
    evidence = draws_evidence(pixel_table(tiny), draws, x, None, None)
    assert draws.bins.shape == (10, 3, 1, 28, 28)
    assert draws.log_ratio.shape == evidence.shape == (10, 3)
    weights = draws.weights(evidence, 0.6)
    assert torch.allclose(weights.sum(dim=0), torch.ones(3))
    expected = (0.6 * (evidence + draws.log_ratio)).double()
    assert torch.allclose(
        weights.double().log() - weights[0].double().log(), expected - expected[0], atol=0.1
    )


def test_evidence_counts_known_pixels_alone(tiny: vae.VAE, digits: Tensor) -> None:
    x = digits[:2]
    observed = torch.zeros_like(x, dtype=torch.bool)
    observed[..., :9, :] = True
    draws = posterior_draws(tiny, x, observed, 5, torch.Generator().manual_seed(0))
    table = pixel_table(tiny)
    seen = draws_evidence(table, draws, x, observed, None)
    assert torch.equal(seen, draws_evidence(table, draws, torch.where(observed, x, 0.5), observed, None))
    assert not torch.equal(seen, draws_evidence(table, draws, x, ~observed, None))
    assert (draws_evidence(table, draws, x, torch.zeros_like(observed), None) == 0).all()


@every(WRONG_IMAGES)
def test_wrong_images_are_refused(bare: vae.VAE, wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        vae.log_likelihood(bare, wrong.x)


@pytest.mark.parametrize("n_samples", [0, -1, 100_001, 2.0, True])
def test_wrong_numbers_of_draws_are_refused(bare: vae.VAE, digits: Tensor, n_samples: object) -> None:
    with pytest.raises(ValueError, match="n_samples must be a whole number from 1 to 100000"):
        vae.log_likelihood(bare, digits[:1], n_samples=n_samples)


@pytest.mark.parametrize("n_dims", [0, -1, TINY.latent_dim + 1, 1.5])
def test_wrong_lengths_of_code_are_refused(bare: vae.VAE, digits: Tensor, n_dims: object) -> None:
    with pytest.raises(ValueError, match="n_dims must be a whole number from 1 to 4"):
        vae.log_likelihood(bare, digits[:1], n_dims=n_dims)
