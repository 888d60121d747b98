import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae.metrics import (
    brier_score,
    frechet_distance,
    log_loss,
    mean_psnr,
    psnr,
    reliability,
    rmse,
    ssim,
)

FLAT = torch.full((1, 28, 28), 0.5)


def noise(seed: int) -> torch.Tensor:
    return torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(seed))


@given(st.floats(1e-3, 0.5))
def test_psnr_of_a_constant_error_is_twenty_decades_of_it(error):
    assert psnr(FLAT + error, FLAT) == pytest.approx(-20 * math.log10(error), abs=1e-2)


def test_psnr_averages_the_error_over_the_pixels():
    one_wrong = FLAT.clone()
    one_wrong[0, 3, 4] = 1.0
    assert psnr(one_wrong, FLAT) == pytest.approx(10 * math.log10(784 / 0.25))


@pytest.mark.parametrize("measure", [psnr, ssim])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_has_no_quality(measure, value):
    for pair in ((FLAT * value, FLAT), (FLAT, FLAT * value)):
        with pytest.raises(ValueError, match="NaN or infinity"):
            measure(*pair)


def test_identical_images_are_infinitely_close():
    image = noise(0)
    assert psnr(image, image.clone()) == math.inf
    assert ssim(image, image.clone()) == pytest.approx(1.0)


def test_ssim_of_two_flat_images_is_its_luminance_term():
    c1 = 0.01**2
    expected = (2 * 0.5 * 0.7 + c1) / (0.5**2 + 0.7**2 + c1)
    assert ssim(FLAT + 0.2, FLAT) == pytest.approx(expected, abs=1e-5)


@given(st.integers(0, 10_000))
def test_both_are_symmetric_and_ssim_stays_below_one(seed):
    a, b = noise(seed), noise(seed + 1)
    assert psnr(a, b) == pytest.approx(psnr(b, a))
    assert ssim(a, b) == pytest.approx(ssim(b, a), abs=1e-6)
    assert -1 <= ssim(a, b) < 0.5


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_different_shapes_are_refused(measure):
    with pytest.raises(ValueError, match="differ in shape"):
        measure(FLAT, FLAT[:, :27])


def test_mean_psnr_is_the_mean_in_decibels():
    truth = torch.stack([FLAT, FLAT])
    assert mean_psnr([FLAT + 0.1, FLAT + 0.01], truth) == pytest.approx(30, abs=1e-3)


def test_rmse_counts_hidden_pixels_alone():
    truth, observed = torch.zeros(2, 1, 28, 28), torch.arange(28).expand(2, 1, 28, 28) < 20
    assert rmse(torch.where(observed, 9.0, 0.3), truth, observed) == pytest.approx(0.3)


def test_log_loss_is_least_for_the_right_chance_and_finite_when_sure_and_wrong():
    truth = (torch.arange(40) < 10).float().view(1, 1, 1, 40)
    hidden = torch.zeros_like(truth, dtype=torch.bool)

    def loss(chance):
        return log_loss(torch.full((1000, 1, 1, 1, 40), chance), truth, hidden)

    assert loss(0.25) == pytest.approx(0.5623, abs=1e-3)
    assert loss(0.25) < min(loss(0.2), loss(0.3))
    assert math.isfinite(log_loss(torch.zeros(1, *truth.shape), truth, hidden))
    assert log_loss(torch.zeros(1, *truth.shape), truth, truth == 1) == pytest.approx(-math.log(0.75))


def test_frechet_distance_of_two_gaussians_is_that_of_their_moments():
    a = torch.randn(20_000, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a + 2) == pytest.approx(12, abs=1e-6)
    assert frechet_distance(a, 3 * a) == pytest.approx(12, rel=0.05)


def test_brier_score_is_zero_where_right_and_two_where_surely_wrong() -> None:
    truth = torch.eye(3, dtype=torch.float64)
    assert brier_score(truth, truth) == 0
    assert brier_score(truth.roll(1, dims=1), truth) == 2
    assert brier_score(torch.full((3, 3), 1 / 3), truth) == pytest.approx(2 / 3)


def test_the_gap_of_calibrated_predictions_is_small_and_of_bold_ones_large() -> None:
    generator = torch.Generator().manual_seed(0)
    chance = torch.rand((20_000, 1), generator=generator)
    truth = (torch.rand(chance.shape, generator=generator) < chance).double()
    within = (chance > 0.6) & (chance <= 0.8)
    honest = reliability(chance, truth, 0.6, 0.8)
    assert honest is not None
    assert honest.n == int(within.sum())
    assert honest.predicted == chance[within].mean().item() and honest.right == truth[within].mean().item()
    assert honest.gap < 0.02
    bold = reliability(chance.sqrt(), truth, 0.6, 0.8)
    assert bold is not None and bold.predicted - bold.right == bold.gap > 0.15


def test_without_a_prediction_there_is_no_reliability() -> None:
    assert reliability(torch.ones(4, 1), torch.ones(4, 1), 0.2, 0.4) is None
