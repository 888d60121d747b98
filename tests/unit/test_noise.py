"""The three kinds of noise: what they change, how much, and what they leave."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import WRONG_IMAGES, Picture, every

replacing = st.sampled_from(["uniform", "salt_and_pepper"])
noises = st.one_of(
    st.builds(vae.Noise, st.just("gaussian"), st.floats(0, 2)),
    st.builds(vae.Noise, replacing, st.floats(0, 1)),
)


@given(noise=noises, seed=st.integers(0, 2**63 - 1))
def test_same_seed_same_noise(digits: Tensor, noise: vae.Noise, seed: int) -> None:
    noisy = vae.corrupt(digits[:2], noise, seed=seed)
    assert noisy.shape == (2, 1, 28, 28)
    assert noisy.dtype == torch.float32
    assert torch.equal(noisy, vae.corrupt(digits[:2], noise, seed=seed))


@pytest.mark.parametrize("kind", vae.KINDS)
def test_another_seed_gives_other_noise(digits: Tensor, kind: str) -> None:
    first, other = (vae.corrupt(digits[:2], vae.Noise(kind, 0.3), seed=seed) for seed in (0, 1))
    assert not torch.equal(first, other)


@pytest.mark.parametrize("kind", vae.KINDS)
def test_level_zero_changes_nothing(digits: Tensor, kind: str) -> None:
    assert torch.equal(vae.corrupt(digits[:5], vae.Noise(kind, 0)), digits[:5])


def test_the_clean_image_is_left_alone(digits: Tensor) -> None:
    x = digits[:3].clone()
    vae.corrupt(x, vae.Noise("uniform", 0.5))
    assert torch.equal(x, digits[:3])


@pytest.mark.parametrize("level", [0.05, 0.5, 2.0])
def test_gaussian_noise_has_its_level_and_no_clipping(digits: Tensor, level: float) -> None:
    added = vae.corrupt(digits[:60], vae.Noise("gaussian", level)) - digits[:60]
    assert added.std().item() == pytest.approx(level, rel=0.02)
    assert added.mean().item() == pytest.approx(0, abs=0.02 * level)
    assert (added + digits[:60]).min() < 0


@given(kind=replacing, level=st.floats(0, 1), seed=st.integers(0, 2**31))
def test_replacing_noise_spares_the_rest_exactly(digits: Tensor, kind: str, level: float, seed: int) -> None:
    x = digits[:3] * 0.5 + 0.25  # no pixel is black or white, so each replaced one differs
    noisy = vae.corrupt(x, vae.Noise(kind, level), seed=seed)
    replaced = noisy != x
    assert noisy.min() >= 0 and noisy.max() <= 1
    assert replaced.float().mean().item() == pytest.approx(level, abs=0.05)
    if kind == "salt_and_pepper":
        assert ((noisy[replaced] == 0) | (noisy[replaced] == 1)).all()


def test_uniform_noise_takes_all_values_alike() -> None:
    noisy = vae.corrupt(torch.full((20, 1, 28, 28), 0.5), vae.Noise("uniform", 1.0))
    counts = torch.histc(noisy, bins=10, min=0, max=1)
    assert (counts / counts.sum() - 0.1).abs().max() < 0.01


def test_salt_is_as_frequent_as_pepper() -> None:
    noisy = vae.corrupt(torch.full((20, 1, 28, 28), 0.5), vae.Noise("salt_and_pepper", 1.0))
    assert noisy.mean().item() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("kind", ["", "Gaussian", "poisson", "salt-and-pepper"])
def test_unknown_kinds_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="must be one of gaussian, uniform, salt_and_pepper"):
        vae.Noise(kind, 0.1)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        *[
            (kind, level)
            for kind in vae.KINDS
            for level in (-0.01, float("nan"), float("inf"), -float("inf"))
        ],
        ("gaussian", 2.01),
        ("uniform", 1.01),
        ("salt_and_pepper", 1.01),
    ],
)
def test_levels_out_of_range_are_refused(kind: str, level: float) -> None:
    with pytest.raises(ValueError, match=f"the level of {kind} noise must be from 0 to [12], not"):
        vae.Noise(kind, level)


@every(WRONG_IMAGES)
def test_wrong_images_are_refused(wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        vae.corrupt(wrong.x, vae.Noise("gaussian", 0.1))
