"""Weighted draws: the bound on the likelihood against brute force, and its order."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import TINY, WRONG_IMAGES, Picture, every
from vae.likelihood import bernoulli_log_prob
from vae.model import pixel_table
from vae.posterior.inference import (
    N_EFFECTIVE,
    Draws,
    draws_evidence,
    encoder_bound,
    image_chunks,
    more_draws,
    posterior_draws,
)
from vae.training.augmentation import CleanInput
from vae.training.objective import elbo


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
    assert torch.allclose(bound, exact_log_likelihood(bare, x, n_dims, points), atol=0.05, rtol=0)


def test_one_draw_gives_the_elbo_on_average(bare: vae.VAE, digits: Tensor) -> None:
    x = digits[:1].expand(4000, -1, -1, -1)
    clean = CleanInput(x, torch.ones(4000, TINY.latent_dim, dtype=torch.bool))
    bound = elbo(bare, clean, torch.Generator().manual_seed(0))
    one_draw = encoder_bound(bare, x, n_samples=1)
    assert one_draw.mean().item() == pytest.approx((bound.log_px - bound.kl).mean().item(), abs=0.3)


def test_more_draws_tighten_the_bound(model: vae.VAE, digits: Tensor) -> None:
    one, few, many = (
        torch.stack([encoder_bound(model, digits[:25], n_samples=n, seed=seed) for seed in range(3)]).mean()
        for n in (1, 8, 64)
    )
    assert one + 0.5 < few < many
    assert many - one > 1  # nats


def test_more_dimensions_say_more(model: vae.VAE, ink: Tensor) -> None:
    two, eight, whole = (
        vae.log_likelihood(model, ink[:10], n_dims=n_dims, n_samples=16).mean() for n_dims in (2, 8, None)
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


def test_draws_are_weighed_by_a_power_of_evidence_and_prior(tiny: vae.VAE, digits: Tensor) -> None:
    x = digits[:3]
    draws = posterior_draws(tiny, x, None, 60, torch.Generator().manual_seed(0))
    evidence = draws_evidence(pixel_table(tiny), draws, x, None, None)
    assert draws.bins.shape == (60, 3, 1, 28, 28)
    assert draws.log_ratio.shape == evidence.shape == (60, 3)
    log_weights = (evidence + draws.log_ratio).double()
    log_weights = log_weights - log_weights.mean(dim=0)
    shares = draws.weights(evidence).double().log()
    shares = shares - shares.mean(dim=0)
    power = (shares * log_weights).sum(dim=0) / log_weights.square().sum(dim=0)
    assert ((power > 0) & (power <= 1.01)).all()
    assert torch.allclose(shares, power * log_weights, atol=0.05)


def test_few_draws_all_count_alike(tiny: vae.VAE, digits: Tensor) -> None:
    draws = posterior_draws(tiny, digits[:2], None, 10, torch.Generator().manual_seed(0))
    assert torch.allclose(draws.weights(100 * torch.arange(20.0).view(10, 2)), torch.full((10, 2), 0.1))


@given(spread=st.floats(0.0, 3000.0), seed=st.integers(0, 1000))
def test_enough_draws_count_and_no_more_than_need_be(spread: float, seed: int) -> None:
    log_weights = spread * torch.randn((192, 2), generator=torch.Generator().manual_seed(seed))
    q = vae.Posterior(torch.zeros(2, 1), torch.zeros(2, 1))
    nothing, bins = torch.zeros(192, 2, 1), torch.zeros(192, 2, 1, 28, 28, dtype=torch.int64)
    draws = Draws(q, nothing, nothing[..., 0] > 0, nothing, log_weights, bins)
    weights = draws.weights(torch.zeros(192, 2))
    assert torch.allclose(weights.sum(dim=0), torch.ones(2))
    n_effective = 1 / weights.square().sum(dim=0)
    untempered = 1 / log_weights.softmax(dim=0).square().sum(dim=0)
    assert (n_effective > N_EFFECTIVE - 0.5).all()
    assert (n_effective < untempered.clamp_min(N_EFFECTIVE) + 0.5).all()


def test_a_second_round_fits_better(model: vae.VAE, digits: Tensor) -> None:
    x, table = digits[:6], pixel_table(model)
    observed = (torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) < 0.15).bool()
    with torch.inference_mode():
        first = posterior_draws(model, x, observed, 128, torch.Generator().manual_seed(0))
        evidence = draws_evidence(table, first, x, observed, None)
        both = more_draws(model, first, evidence)
        again = draws_evidence(table, both, x, observed, None)
    assert both.z.shape == (256, 6, 32)
    assert torch.equal(both.z[:128], first.z)
    assert torch.equal(both.bins[:128], first.bins)
    assert torch.allclose(again[:128], evidence)
    assert (again[128:].mean(dim=0) > evidence.mean(dim=0)).all()


def test_both_rounds_of_many_count_as_draws_from_one_mixture(bare: vae.VAE, digits: Tensor) -> None:
    """Where there is nothing to see all weights are p(z) / q(z), whose mean is 1."""
    n_draws = 4000  # by which the mean is known to 0.005
    with torch.inference_mode():
        first = posterior_draws(bare, digits[:2], None, n_draws, torch.Generator().manual_seed(0))
        both = more_draws(bare, first, torch.zeros(n_draws, 2))
    assert torch.allclose(both.log_ratio.exp().mean(dim=0), torch.ones(2), atol=0.05)


def test_two_rounds_find_the_mean_code_better_than_one(bare: vae.VAE, digits: Tensor) -> None:
    """Something seen of the code alone, far from the encoder's posterior; truth: very many draws."""
    x = digits[:1]

    def mean_code(draws: Draws, evidence: Tensor) -> Tensor:
        weights = (evidence + draws.log_ratio).softmax(dim=0)
        return (weights[..., None] * draws.z).sum(dim=0)

    def seen(draws: Draws) -> Tensor:
        u = (draws.z - draws.q.mean) * torch.exp(-0.5 * draws.q.logvar)
        return -0.5 * ((u - 1.5) / 0.7).square().sum(dim=-1)

    with torch.inference_mode():
        many = posterior_draws(bare, x, None, 10_000, torch.Generator().manual_seed(0))
        truth, errors = mean_code(many, seen(many)), []
        for seed in range(40):
            one = posterior_draws(bare, x, None, 256, torch.Generator().manual_seed(seed))
            half = posterior_draws(bare, x, None, 128, torch.Generator().manual_seed(seed))
            two = more_draws(bare, half, seen(half))
            errors.append([(mean_code(d, seen(d)) - truth).square().sum().item() for d in (one, two)])
    with_one, with_two = torch.tensor(errors).mean(dim=0)
    assert with_two < 0.7 * with_one


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
