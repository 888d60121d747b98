"""What was seen of one pixel is told to its neighbours, as far as their errors go together."""

import pytest
import torch
from torch import Tensor

from vae.posterior.pixel_errors import correlations
from vae.posterior.pixels import N_GREYS, moments
from vae.posterior.propagation import N_PIXELS, propagate

LEVELS = torch.linspace(0, 1, N_GREYS)
LINE = torch.tensor([-0.1, 0.3, 0.8, 0.3, -0.1])
KERNEL = (LINE[:, None] * LINE / 0.8).double()


def gaussian(mean: Tensor, std: Tensor) -> Tensor:
    """Distributions over levels, (N, N_GREYS), of means and standard deviations (N,)."""
    return (-0.5 * ((LEVELS - mean[:, None]) / std[:, None]).square()).softmax(dim=1)


def picture(n_unsure: int) -> tuple[Tensor, Tensor]:
    """p(level) of 784 pixels, of which the first are unsure and the others all but white, and their means."""
    mean, std = torch.zeros(784), torch.full((784,), 0.01)
    mean[:n_unsure], std[:n_unsure] = 0.5, 0.12
    return gaussian(mean, std), mean


def test_gaussian_pixels_get_the_gaussian_answer() -> None:
    n, noise = 140, 0.15
    prior, mean = picture(n)
    pixels = torch.arange(n)
    correlation = correlations(KERNEL, pixels)
    covariance = (0.12**2 * correlation / correlation[0, 0]).float()
    generator = torch.Generator().manual_seed(0)
    truth = mean[:n] + torch.linalg.cholesky(covariance) @ torch.randn(n, generator=generator)
    seen = truth + noise * torch.randn(n, generator=generator)
    own = prior.clone()
    own[:n] = (prior[:n].log() - 0.5 * ((seen[:, None] - LEVELS) / noise).square()).softmax(dim=1)
    told, _ = moments(propagate(KERNEL, prior[None], own[None])[0])
    gain = covariance @ torch.linalg.inv(covariance + noise**2 * torch.eye(n))
    assert torch.allclose(told[:n], mean[:n] + gain @ (seen - mean[:n]), atol=0.01)
    assert (told[:n] - truth).square().mean() < 0.9 * (moments(own)[0][:n] - truth).square().mean()


def test_nothing_seen_nothing_told() -> None:
    prior, _ = picture(150)
    assert torch.allclose(propagate(KERNEL, prior[None], prior[None])[0], prior, atol=1e-3)


def test_one_pixel_tells_those_around_it_alone() -> None:
    prior, mean = picture(140)
    own, seen = prior.clone(), 2 * 28 + 14
    own[seen] = torch.eye(N_GREYS)[28]
    told, _ = moments(propagate(KERNEL, prior[None], own[None])[0])
    change = (told - mean)[:140].view(5, 28)
    assert told[seen] == LEVELS[28]
    assert change[2, 13] > 0.05 and change[2, 15] > 0.05 and change[1, 14] > 0.05
    assert change[:, :10].abs().max() < 0.01 and change[:, 19:].abs().max() < 0.01


def test_pixels_that_are_all_but_certain_take_no_part() -> None:
    prior, _ = picture(140)
    own = prior.clone()
    own[20] = torch.eye(N_GREYS)[30]
    assert torch.allclose(propagate(KERNEL, prior[None], own[None])[0, 140:], prior[140:], atol=1e-5)


@pytest.mark.parametrize("n_unsure", [0, 1, N_PIXELS, 784])
def test_any_number_of_pixels_may_be_unsure(n_unsure: int) -> None:
    prior, _ = picture(n_unsure)
    own = (prior * torch.rand(prior.shape, generator=torch.Generator().manual_seed(1))).clamp_min(1e-9)
    own = own / own.sum(dim=1, keepdim=True)
    told = propagate(KERNEL, prior[None], own[None])[0]
    assert told.isfinite().all() and (told >= 0).all()
    assert torch.allclose(told.sum(dim=1), torch.ones(784), atol=1e-4)


def test_pictures_of_a_batch_are_apart() -> None:
    prior, _ = picture(140)
    other = prior.clone()
    other[30] = torch.eye(N_GREYS)[28]
    both = propagate(KERNEL, torch.stack([prior, prior]), torch.stack([prior, other]))
    assert torch.allclose(both[1], propagate(KERNEL, prior[None], other[None])[0], atol=1e-5)
