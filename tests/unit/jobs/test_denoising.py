"""Noise reduction: how much nearer to the clean digit, and what is made of unknown noise."""

import functools
import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import WRONG_PICTURES, Picture, every
from vae.jobs.denoising import CANDIDATES

N = 8
GAINS_DB = [  # 1.5 dB below what these eight digits gain
    (vae.Noise("gaussian", 0.1), 9.0),
    (vae.Noise("gaussian", 0.5), 14.1),
    (vae.Noise("gaussian", 1.0), 16.7),
    (vae.Noise("uniform", 0.1), 13.8),
    (vae.Noise("uniform", 0.4), 12.5),
    (vae.Noise("salt_and_pepper", 0.1), 18.8),
    (vae.Noise("salt_and_pepper", 0.4), 18.0),
]
FUNCTIONS: list[Callable] = [
    lambda model, x: vae.denoise(model, x, vae.Noise("gaussian", 0.5)),
    lambda model, x: vae.denoise(model, x, None),
    vae.estimate_noise,
]


def mean_psnr(images: Tensor, truth: Tensor) -> float:
    return sum(vae.psnr(image, x) for image, x in zip(images, truth, strict=True)) / len(truth)


@pytest.fixture(scope="module")
def denoised(model: vae.VAE, digits: Tensor) -> Callable[[vae.Noise], Tensor]:
    """`denoised(noise)`: the first N digits, corrupted and denoised by who is told the noise; done once."""
    return functools.cache(lambda noise: vae.denoise(model, vae.corrupt(digits[:N], noise), noise))


@pytest.mark.parametrize(("noise", "gain_db"), GAINS_DB, ids=str)
def test_denoised_digits_are_nearer_to_the_truth(
    digits: Tensor, denoised: Callable[[vae.Noise], Tensor], noise: vae.Noise, gain_db: float
) -> None:
    x = digits[:N]
    assert mean_psnr(denoised(noise), x) > mean_psnr(vae.corrupt(x, noise), x) + gain_db


def test_unknown_noise_costs_little(
    model: vae.VAE, digits: Tensor, denoised: Callable[[vae.Noise], Tensor]
) -> None:
    x = digits[:N]
    for noise in (vae.Noise("gaussian", 0.4), vae.Noise("uniform", 0.2), vae.Noise("salt_and_pepper", 0.2)):
        blind = vae.denoise(model, vae.corrupt(x, noise), None)
        assert mean_psnr(blind, x) > mean_psnr(denoised(noise), x) - 0.5


@pytest.mark.parametrize(
    "noise",
    [
        vae.Noise("gaussian", 0.2),
        vae.Noise("gaussian", 0.6),
        vae.Noise("uniform", 0.3),
        vae.Noise("salt_and_pepper", 0.3),
    ],
    ids=str,
)
def test_kind_and_level_are_found(model: vae.VAE, digits: Tensor, noise: vae.Noise) -> None:
    found = vae.estimate_noise(model, vae.corrupt(digits[:N], noise))
    assert len(found) == N
    assert all(estimate in CANDIDATES for estimate in found)
    right = [estimate for estimate in found if estimate.kind == noise.kind]
    assert len(right) >= N - 2
    assert all(abs(math.log(estimate.level / noise.level)) < math.log(2.2) for estimate in right)


def test_what_is_assumed_is_what_is_estimated(model: vae.VAE, digits: Tensor) -> None:
    noisy = vae.corrupt(digits[:1], vae.Noise("gaussian", 0.4))
    (estimate,) = vae.estimate_noise(model, noisy, seed=3)
    assert torch.allclose(
        vae.denoise(model, noisy, None, seed=3), vae.denoise(model, noisy, estimate, seed=3), atol=1e-5
    )


def test_more_noise_leaves_more_error(digits: Tensor, denoised: Callable[[vae.Noise], Tensor]) -> None:
    levels_db = [mean_psnr(denoised(vae.Noise("gaussian", level)), digits[:N]) for level in (0.05, 0.3, 1.0)]
    assert levels_db == sorted(levels_db, reverse=True)


def test_clean_digits_stay_what_they_are(model: vae.VAE, digits: Tensor) -> None:
    for kind in vae.KINDS:
        assert mean_psnr(vae.denoise(model, digits[:4], vae.Noise(kind, 0.0)), digits[:4]) > 50


@given(seed=st.integers(0, 2**31), kind=st.sampled_from([*vae.KINDS, None]), level=st.floats(0, 1))
def test_results_are_images(tiny: vae.VAE, seed: int, kind: str | None, level: float) -> None:
    noise = None if kind is None else vae.Noise(kind, level)
    picture = 2 * torch.randn(1, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    denoised = vae.denoise(tiny, picture, noise)
    assert denoised.shape == (1, 1, 28, 28)
    assert denoised.min() >= -1e-6 and denoised.max() <= 1 + 1e-6


@pytest.mark.parametrize("noise", [vae.Noise("gaussian", 0.5), None])
def test_results_follow_their_seed(tiny: vae.VAE, digits: Tensor, noise: vae.Noise | None) -> None:
    noisy = vae.corrupt(digits[:6], vae.Noise("gaussian", 0.5))
    first, again, other = (vae.denoise(tiny, noisy, noise, seed=seed) for seed in (1, 1, 2))
    assert first.shape == (6, 1, 28, 28)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("function", FUNCTIONS)
@every(WRONG_PICTURES)
def test_wrong_pictures_are_refused(tiny: vae.VAE, function: Callable, wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        function(tiny, wrong.x)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_model_without_calibration_is_refused(bare: vae.VAE, digits: Tensor, function: Callable) -> None:
    with pytest.raises(ValueError, match="this model has no calibration"):
        function(bare, digits[:1])


@pytest.mark.parametrize(
    "noise", [None, vae.Noise("gaussian", 0.0), vae.Noise("salt_and_pepper", 0.3)], ids=str
)
def test_pictures_far_from_any_digit_fail_neither_alone_nor_in_a_batch(
    model: vae.VAE, digits: Tensor, noise: vae.Noise | None
) -> None:
    generator = torch.Generator().manual_seed(1)
    far = [
        255 * digits[0],
        1e6 * digits[1],
        *(scale * torch.randn(1, 28, 28, generator=generator) for scale in (5, 8, 1e5)),
    ]
    cleaned = vae.denoise(model, torch.stack([*far, digits[0]]), noise)
    assert cleaned.isfinite().all() and cleaned.min() >= 0 and cleaned.max() <= 1
    assert vae.psnr(cleaned[-1], digits[0]) > 20
