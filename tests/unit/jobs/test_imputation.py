"""Filling in: the known pixels stay, the hidden ones come from the digit that fits them."""

import functools
from collections.abc import Callable

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import WRONG_IMAGES, WRONG_MASKS, Picture, every
from vae.posterior.inference import posterior_draws


def left_hidden(n: int) -> Tensor:
    return (torch.arange(28) >= 14).expand(n, 1, 28, 28)


def centre_hidden(n: int) -> Tensor:
    observed = torch.ones(n, 1, 28, 28, dtype=torch.bool)
    observed[..., 7:21, 7:21] = False
    return observed


def share_hidden(n: int, share: float, seed: int = 0) -> Tensor:
    return torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(seed)) >= share


def rmse(filled: Tensor, x: Tensor, observed: Tensor) -> float:
    return (filled - x)[~observed].square().mean().sqrt().item()


MASKS = {  # and how large the error may be beside the mean digit's; on these digits it is 0.64, 0.62, 0.37
    "left half": (left_hidden(20), 0.68),
    "centre": (centre_hidden(20), 0.66),
    "random 80 %": (share_hidden(20, 0.8), 0.41),
}


@pytest.fixture(scope="module")
def filled_in(model: vae.VAE, digits: Tensor) -> Callable[[str], vae.Imputation]:
    """`filled_in(name)`: the first 20 digits, filled in where a mask hides them; done once."""
    return functools.cache(lambda name: vae.impute(model, digits[:20], MASKS[name][0]))


@pytest.mark.parametrize("name", MASKS)
def test_filling_in_is_much_nearer_than_the_mean_digit(
    digits: Tensor, filled_in: Callable[[str], vae.Imputation], name: str
) -> None:
    x, filled, (observed, share) = digits[:20], filled_in(name), MASKS[name]
    mean_digit = digits[20:].mean(dim=0).expand_as(x)
    assert rmse(filled.mean, x, observed) < share * rmse(mean_digit, x, observed)


def test_the_mean_beats_each_single_completion(
    digits: Tensor, filled_in: Callable[[str], vae.Imputation]
) -> None:
    x, observed, filled = digits[:20], left_hidden(20), filled_in("left half")
    error = rmse(filled.mean, x, observed)
    assert all(error < rmse(sample, x, observed) for sample in filled.samples)


def test_the_spread_knows_where_the_error_is(
    digits: Tensor, filled_in: Callable[[str], vae.Imputation]
) -> None:
    x, observed, filled = digits[:20], left_hidden(20), filled_in("left half")
    sure, unsure = ((filled.std < 0.1) & ~observed), filled.std > 0.3
    error = (filled.mean - x).square()
    assert error[unsure].mean() > 5 * error[sure].mean()
    claimed, measured = filled.std[~observed].square().mean(), error[~observed].mean()
    assert 0.5 < claimed / measured < 1


def test_with_nothing_known_completions_are_as_samples_of_the_prior(model: vae.VAE, digits: Tensor) -> None:
    x = digits[:1]
    filled = vae.impute(model, x, torch.zeros_like(x, dtype=torch.bool), n_samples=100)
    assert len(filled.samples.unique(dim=0)) > 60
    samples = vae.sample(model, 1000)
    assert (filled.mean[0] - samples.mean(dim=0)).abs().mean() < 0.025
    assert (filled.std[0] - samples.std(dim=0)).abs().mean() < 0.025


def test_the_less_is_known_the_more_draws_come_from_the_prior(tiny: vae.VAE, digits: Tensor) -> None:
    x = digits[:3]
    known = torch.stack([share_hidden(1, share)[0] for share in (0.0, 0.9, 1.0)])
    draws = posterior_draws(tiny, x, known, 128, torch.Generator().manual_seed(0))
    whole, some, none = draws.from_prior.sum(dim=0).tolist()
    assert whole < 5 < some < 64 < none == 128


@given(seed=st.integers(0, 2**31), share=st.floats(0, 1), n_samples=st.integers(1, 40))
@example(seed=0, share=0.5, n_samples=256)
def test_known_pixels_come_back_unchanged(tiny: vae.VAE, seed: int, share: float, n_samples: int) -> None:
    x = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    observed = share_hidden(2, share, seed)
    filled = vae.impute(tiny, x, observed, n_samples=n_samples)
    assert filled.samples.shape == (n_samples, 2, 1, 28, 28)
    assert filled.mean.shape == filled.std.shape == (2, 1, 28, 28)
    assert torch.equal(filled.mean[observed], x[observed])
    assert all(torch.equal(sample[observed], x[observed]) for sample in filled.samples)
    assert (filled.std[observed] == 0).all()
    assert filled.mean.min() >= 0 and filled.mean.max() <= 1
    assert filled.samples.min() >= 0 and filled.samples.max() <= 1
    assert (filled.std >= 0).all() and (filled.std <= 0.5 + 1e-4).all()


@given(seed=st.integers(0, 2**31), fill=st.floats(0, 1))
def test_hidden_pixels_are_not_looked_at(tiny: vae.VAE, digits: Tensor, seed: int, fill: float) -> None:
    x, observed = digits[[seed % len(digits)]], share_hidden(1, 0.5, seed)
    filled = vae.impute(tiny, x, observed)
    for a, b in zip(filled, vae.impute(tiny, torch.where(observed, x, fill), observed), strict=True):
        assert torch.equal(a, b)


def test_hidden_pixels_are_not_looked_at_by_the_shipped_model(model: vae.VAE, digits: Tensor) -> None:
    x, observed = digits[:3], left_hidden(3)
    filled = vae.impute(model, x, observed)
    for a, b in zip(filled, vae.impute(model, torch.where(observed, x, 1.0), observed), strict=True):
        assert torch.equal(a, b)


def test_nothing_hidden_is_nothing_to_do(model: vae.VAE, digits: Tensor) -> None:
    filled = vae.impute(model, digits[:2], torch.ones(2, 1, 28, 28, dtype=torch.bool))
    assert torch.equal(filled.mean, digits[:2])
    assert torch.equal(filled.samples, digits[:2].expand(8, -1, -1, -1, -1))


def test_with_nothing_known_the_picture_is_as_inky_as_a_digit(model: vae.VAE, digits: Tensor) -> None:
    filled = vae.impute(model, digits[:4], torch.zeros(4, 1, 28, 28, dtype=torch.bool))
    assert abs(filled.mean.mean() - digits.mean()) < 0.07


def test_completions_differ_and_average_to_the_mean(model: vae.VAE, digits: Tensor) -> None:
    x, observed = digits[:4], torch.zeros(4, 1, 28, 28, dtype=torch.bool)
    observed[..., 20:, :] = True
    filled = vae.impute(model, x, observed, n_samples=256)
    off = (filled.samples.mean(dim=0) - filled.mean).abs()
    assert off.mean() < 0.01 and off.max() < 0.3  # known pixels tell the mean's neighbours or each one's
    assert all(len(filled.samples[:, i].flatten(1).unique(dim=0)) > 3 for i in range(4))


def test_completions_follow_their_seed(tiny: vae.VAE, digits: Tensor) -> None:
    x, observed = digits[:6], left_hidden(6)
    first, again, other = (vae.impute(tiny, x, observed, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first, again, strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.samples, other.samples)


def test_eight_completions_are_the_default(tiny: vae.VAE, digits: Tensor) -> None:
    assert len(vae.impute(tiny, digits[:1], left_hidden(1)).samples) == 8


@every(WRONG_IMAGES)
def test_wrong_images_are_refused(tiny: vae.VAE, wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        vae.impute(tiny, wrong.x, torch.ones(1, 1, 28, 28, dtype=torch.bool))


@every(WRONG_MASKS)
def test_wrong_masks_are_refused(tiny: vae.VAE, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"observed must be a bool tensor \(2, 1, 28, 28\)"):
        vae.impute(tiny, torch.zeros(2, 1, 28, 28), wrong)


@pytest.mark.parametrize("n_samples", [0, -1, 257, 8.0])
def test_wrong_numbers_of_completions_are_refused(tiny: vae.VAE, digits: Tensor, n_samples: object) -> None:
    with pytest.raises(ValueError, match="n_samples must be a whole number from 1 to 256"):
        vae.impute(tiny, digits[:1], left_hidden(1), n_samples=n_samples)


def test_a_model_without_calibration_is_refused(bare: vae.VAE, digits: Tensor) -> None:
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.impute(bare, digits[:1], left_hidden(1))
