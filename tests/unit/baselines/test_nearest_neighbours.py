"""The baselines that keep the training digits: nearest neighbours and weighted averages."""

import pytest
import torch
from torch import Tensor

import vae
from vae.baselines.nearest_neighbours import knn_distance, nearest_completions, weighted_digits
from vae.metrics import mean_psnr


@pytest.fixture
def train(digits: Tensor) -> Tensor:
    return digits.flatten(1)


def test_filling_in_takes_the_digits_nearest_on_the_known_pixels(train: Tensor, digits: Tensor) -> None:
    x = digits[:4]
    observed = (torch.arange(28) < 14).expand_as(x)
    assert torch.equal(nearest_completions(train, x, observed, k=1)[0], x)
    completions = nearest_completions(train, x, observed, k=5)
    distances = (((train[:, None] - x.flatten(1)) * observed.flatten(1)) ** 2).sum(dim=2)
    for i in range(4):
        expected = digits[distances[:, i].argsort()[:5]]
        assert torch.equal(completions[:, i][:, ~observed[i]], expected[:, ~observed[i]])
        assert torch.equal(completions[:, i][:, observed[i]], x[i][observed[i]].expand(5, -1))


def test_hidden_pixels_are_not_looked_at(train: Tensor, digits: Tensor) -> None:
    x = digits[:4]
    observed = (torch.arange(28) < 14).expand_as(x)
    corrupted = torch.where(observed, x, 1.0)
    seen, unseen = (nearest_completions(train, picture, observed, k=20) for picture in (x, corrupted))
    assert torch.equal(seen, unseen)


NOISES = [vae.Noise("gaussian", 0.5), vae.Noise("uniform", 0.3)]


@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_among_unlike_digits_the_true_one_has_the_weight(
    train: Tensor, digits: Tensor, noise: vae.Noise
) -> None:
    noisy = vae.corrupt(digits[:5], noise)
    assert torch.allclose(weighted_digits(train[:5], noisy, noise), digits[:5], atol=0.05)


@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_digits_that_are_not_among_them_are_approached(
    train: Tensor, digits: Tensor, noise: vae.Noise
) -> None:
    x = digits[:30]
    noisy = vae.corrupt(x, noise)
    gain = mean_psnr(weighted_digits(train[30:], noisy, noise), x) - mean_psnr(noisy, x)
    assert gain > 3


def test_much_noise_leaves_an_average(train: Tensor, digits: Tensor) -> None:
    noise = vae.Noise("gaussian", 2.0)
    average = weighted_digits(train, torch.full((1, 1, 28, 28), 0.5), noise)
    assert average.min() >= 0 and average.max() < 1
    assert (average - digits).flatten(1).norm(dim=1).min() > 1


def test_the_distance_is_that_to_the_nearest(train: Tensor, digits: Tensor) -> None:
    x = torch.cat([digits[:60], 1 - digits[:1]])
    distances = knn_distance(train, x)
    assert distances.shape == (61,)
    assert distances[:60].max() < 0.01
    assert distances[60].item() == pytest.approx((train - x[60].flatten()).norm(dim=1).min().item(), rel=1e-4)
