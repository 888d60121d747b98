"""Samples, the map of two numbers, and morphs."""

import pytest
import torch
from torch import Tensor

import vae
from unit.conftest import WRONG_IMAGE, Picture, every

REST = [0.0] * 30  # of the 32 numbers, all in the middle


def decoded(model: vae.VAE, *u: list[float]) -> Tensor:
    """What standard coordinates decode to, (N, 1, 28, 28)."""
    return torch.sigmoid(model.decode(model.prior.from_standard(torch.tensor(u))))


@pytest.mark.parametrize("n", [1, 5, 1500])
def test_samples_are_images(tiny: vae.VAE, n: int) -> None:
    samples = vae.sample(tiny, n)
    assert samples.shape == (n, 1, 28, 28)
    assert samples.min() >= 0 and samples.max() <= 1


def test_samples_follow_their_seed(model: vae.VAE) -> None:
    first, again, other = (vae.sample(model, 4, seed=seed) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len({tuple(image.flatten().tolist()) for image in first}) == 4


def test_without_temperature_all_samples_are_the_middle(model: vae.VAE) -> None:
    samples = vae.sample(model, 3, temperature=0)
    middle = decoded(model, [0.0] * model.config.latent_dim)
    assert torch.equal(samples, samples[:1].expand(3, -1, -1, -1))
    assert ((samples[0] > 0.5) == (middle[0] > 0.5)).float().mean() > 0.97


def test_temperature_spreads_the_samples(model: vae.VAE) -> None:
    spread = [vae.sample(model, 50, temperature=t).std(dim=0).mean().item() for t in (0.1, 0.5, 1.0)]
    assert spread == sorted(spread)


def test_samples_are_as_sharp_as_digits(model: vae.VAE, digits: Tensor) -> None:
    sharpness = [(x * (1 - x)).mean().item() for x in (vae.sample(model, 200), digits)]
    assert sharpness[0] == pytest.approx(sharpness[1], rel=0.3)


def test_samples_look_like_digits_to_the_anomaly_score(model: vae.VAE, ink: Tensor) -> None:
    samples = (vae.sample(model, 40) > 0.5).float()
    assert vae.anomaly_p_value(model, samples).median() > 0.02
    assert abs(samples.mean() - ink.mean()) < 0.04  # as much ink as real digits have


@pytest.mark.parametrize("k", [1, 2, 31, 32])
def test_coordinates_that_are_not_given_are_at_their_median(model: vae.VAE, k: int) -> None:
    u = torch.randn((200, k), generator=torch.Generator().manual_seed(k))
    expected = decoded(model, *[[*row, *[0.0] * (32 - k)] for row in u.tolist()])
    torch.testing.assert_close(vae.decode_standard(model, u), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("wrong", [torch.zeros(1, 0), torch.zeros(1, 33), torch.zeros(2), [[0.0]]])
def test_wrong_coordinates_are_refused(bare: vae.VAE, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"must be a tensor \(B, k\)"):
        vae.decode_standard(bare, wrong)


@pytest.mark.parametrize("n_side", [1, 2, 7, 35])
def test_the_map_is_a_square_of_images(tiny: vae.VAE, n_side: int) -> None:
    grid = vae.latent_grid(tiny, n_side)
    assert grid.shape == (n_side, n_side, 28, 28)
    assert grid.min() >= 0 and grid.max() <= 1


def test_columns_of_the_map_are_the_first_coordinate_and_rows_the_second(model: vae.VAE) -> None:
    grid = vae.latent_grid(model, 3, extent=2.0)
    for row, second in enumerate((-2.0, 0.0, 2.0)):
        for column, first in enumerate((-2.0, 0.0, 2.0)):
            assert torch.allclose(grid[row, column], decoded(model, [first, second, *REST])[0, 0], atol=1e-5)


def test_a_map_of_one_point_is_the_middle(model: vae.VAE) -> None:
    assert torch.allclose(vae.latent_grid(model, 1)[0], decoded(model, [0.0, 0.0, *REST])[0], atol=1e-5)


def test_a_wider_map_reaches_farther(model: vae.VAE) -> None:
    near, far = (vae.latent_grid(model, 5, extent=extent) for extent in (0.1, 3.0))
    assert near.std(dim=(0, 1)).mean() < 0.4 * far.std(dim=(0, 1)).mean()


def test_a_morph_leads_from_one_reconstruction_to_the_other(model: vae.VAE, digits: Tensor) -> None:
    frames = vae.interpolate(model, digits[3], digits[8], 5)
    assert frames.shape == (5, 1, 28, 28)
    assert frames.min() >= 0 and frames.max() <= 1
    ends = torch.sigmoid(model.decode(model.encode(digits[[3, 8]]).mean))
    assert torch.allclose(frames[[0, -1]], ends, atol=1e-3)


def test_the_middle_of_a_morph_is_the_middle_in_standard_coordinates(model: vae.VAE, digits: Tensor) -> None:
    frames = vae.interpolate(model, digits[3], digits[8], 3)
    u = model.prior.to_standard(model.encode(digits[[3, 8]]).mean).mean(dim=0)
    assert torch.allclose(frames[1], decoded(model, u.tolist())[0], atol=1e-4)


def test_a_morph_backwards_is_the_morph_reversed(model: vae.VAE, digits: Tensor) -> None:
    there, back = (
        vae.interpolate(model, *pair, 4) for pair in ((digits[1], digits[2]), (digits[2], digits[1]))
    )
    assert torch.allclose(there, back.flip(0), atol=1e-4)


def test_a_morph_to_itself_stands_still(model: vae.VAE, digits: Tensor) -> None:
    frames = vae.interpolate(model, digits[5], digits[5], 4)
    assert torch.allclose(frames, frames[:1].expand_as(frames), atol=1e-5)


@pytest.mark.parametrize("n", [0, -3, 100_001, 2.0, "5"])
def test_wrong_numbers_of_samples_are_refused(bare: vae.VAE, n: object) -> None:
    with pytest.raises(ValueError, match="n must be a whole number from 1 to 100000"):
        vae.sample(bare, n)


@pytest.mark.parametrize("temperature", [-0.1, 3.1, float("nan"), float("inf")])
def test_wrong_temperatures_are_refused(bare: vae.VAE, temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature must be from 0 to 3"):
        vae.sample(bare, 1, temperature=temperature)


@pytest.mark.parametrize("n_side", [0, 101, 3.0])
def test_wrong_sides_of_the_map_are_refused(bare: vae.VAE, n_side: object) -> None:
    with pytest.raises(ValueError, match="n_side must be a whole number from 1 to 100"):
        vae.latent_grid(bare, n_side)


@pytest.mark.parametrize("extent", [0, -1.0, 6.1, float("nan")])
def test_wrong_extents_are_refused(bare: vae.VAE, extent: float) -> None:
    with pytest.raises(ValueError, match="extent must be above 0 and at most 6"):
        vae.latent_grid(bare, 3, extent=extent)


@pytest.mark.parametrize("n_frames", [0, 1, 1001, 2.5])
def test_wrong_numbers_of_frames_are_refused(bare: vae.VAE, digits: Tensor, n_frames: object) -> None:
    with pytest.raises(ValueError, match="n_frames must be a whole number from 2 to 1000"):
        vae.interpolate(bare, digits[0], digits[1], n_frames)


@every(WRONG_IMAGE)
def test_wrong_images_are_refused(bare: vae.VAE, digits: Tensor, wrong: Picture) -> None:
    for pair in ((wrong.x, digits[0]), (digits[0], wrong.x)):
        with pytest.raises(ValueError, match=wrong.message):
            vae.interpolate(bare, *pair, 3)
