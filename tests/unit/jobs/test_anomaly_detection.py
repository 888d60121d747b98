"""The anomaly score: real digits are uniform in p, out-of-distribution pictures are not."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

import vae
from unit.conftest import WRONG_IMAGES, Picture, every
from vae.jobs.anomaly_detection import BLURRED_WEIGHT, SPARE_OUTLINE, anomaly_parts
from vae.model import calibration_of

FUNCTIONS: list[Callable] = [vae.anomaly_score, vae.anomaly_p_value, vae.surprise_map]


def one_pixel() -> Tensor:
    x = torch.zeros(1, 28, 28)
    x[0, 14, 14] = 1
    return x


def noise(seed: int) -> Tensor:
    return torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(seed))


OOD = {
    "blank": torch.zeros(1, 28, 28),
    "white": torch.ones(1, 28, 28),
    "grey": torch.full((1, 28, 28), 0.5),
    "one pixel": one_pixel(),
    "grey noise": noise(0),
    "black-and-white noise": noise(1).round(),
    "dust": (noise(2) < 0.1).float(),
    "checkerboard": ((torch.arange(28)[:, None] + torch.arange(28)) % 2).float()[None],
    "frame": torch.nn.functional.pad(torch.zeros(1, 20, 20), (4, 4, 4, 4), value=1.0),
}


@pytest.fixture(scope="module")
def p_values(model: vae.VAE, digits: Tensor) -> Tensor:
    return vae.anomaly_p_value(model, digits)


def test_a_round_dot_is_found(model: vae.VAE) -> None:
    y, x = np.mgrid[:200, :200] - 99.5
    dot = vae.frame_drawing(255 * (np.hypot(x, y) < 40).astype(np.uint8))
    assert vae.anomaly_p_value(model, dot[None]) <= 0.01


def test_p_values_of_real_digits_are_roughly_uniform(p_values: Tensor) -> None:
    for share in (0.05, 0.25, 0.5, 0.75):
        three_deviations = 3 * (share * (1 - share) / len(p_values)) ** 0.5
        assert (p_values <= share).float().mean().item() == pytest.approx(share, abs=three_deviations)


@pytest.mark.parametrize("ood", OOD.values(), ids=OOD)
def test_out_of_distribution_pictures_are_found(model: vae.VAE, ood: Tensor) -> None:
    assert vae.anomaly_p_value(model, ood[None]) <= 0.01


def test_digits_in_a_mirror_are_stranger(model: vae.VAE, digits: Tensor, p_values: Tensor) -> None:
    mirrored = vae.anomaly_p_value(model, digits[:40].flip(3))
    unsymmetric = torch.tensor([i for i in range(40) if i % 10 not in (0, 1, 8)])
    assert mirrored[unsymmetric].median() < 0.15 < p_values[unsymmetric].median()


def test_white_on_black_matters(model: vae.VAE, digits: Tensor) -> None:
    assert (vae.anomaly_p_value(model, 1 - digits[:5]) <= 0.01).all()


def test_p_values_count_the_held_out_digits_that_are_as_strange(tiny: vae.VAE, digits: Tensor) -> None:
    scores, reference = vae.anomaly_score(tiny, digits[:30]), vae.anomaly_reference(tiny)
    expected = [(1 + (reference >= score).sum().item()) / (1 + len(reference)) for score in scores]
    assert vae.anomaly_p_value(tiny, digits[:30]).tolist() == pytest.approx(expected)


def test_p_values_lie_above_zero(model: vae.VAE) -> None:
    p = vae.anomaly_p_value(model, torch.ones(1, 1, 28, 28))
    assert p.item() == pytest.approx(1 / (1 + len(vae.anomaly_reference(model))))


def test_the_reference_is_sorted(model: vae.VAE) -> None:
    reference = vae.anomaly_reference(model)
    assert len(reference) >= 1000
    assert (reference.diff() >= 0).all()
    assert reference[0] > 0


def test_the_score_adds_two_parts_each_in_its_spread_over_held_out_digits(
    tiny: vae.VAE, digits: Tensor
) -> None:
    parts = anomaly_parts(tiny, digits[:200])
    assert calibration_of(tiny).anomaly_scales.tolist() == pytest.approx(parts.std(dim=0).tolist(), rel=1e-3)
    expected = (parts / parts.std(dim=0)).sum(dim=1)
    assert torch.allclose(vae.anomaly_score(tiny, digits[:200]), expected, rtol=1e-3)


def test_the_codes_part_is_the_mean_squared_distance_in_standard_coordinates(
    model: vae.VAE, digits: Tensor
) -> None:
    q = model.encode(digits[:20])
    draws = q.sample(400, torch.Generator().manual_seed(3)).flatten(0, 1)
    expected = model.prior.to_standard(draws).square().sum(dim=1).unflatten(0, (400, 20)).mean(dim=0)
    assert torch.allclose(anomaly_parts(model, digits[:20])[:, 0], expected, atol=3)
    assert expected.mean().item() == pytest.approx(model.config.latent_dim, rel=0.15)


def nats_between(x: Tensor, predicted: Tensor) -> Tensor:
    x, predicted = (torch.distributions.Bernoulli(p.clamp(1e-6, 1 - 1e-6)) for p in (x, predicted))
    return torch.distributions.kl_divergence(x, predicted).sum()


def blurred(x: Tensor) -> Tensor:
    weights = torch.tensor([1, 4, 6, 4, 1]) / 16
    return torch.nn.functional.conv2d(x, weights.outer(weights)[None, None], padding=2)


def test_the_pictures_part_is_what_the_decoder_leaves_unexplained(bare: vae.VAE) -> None:
    x = torch.zeros(1, 1, 28, 28)
    x[..., 8:20, 10:16] = 1
    predicted = torch.sigmoid(bare.decode(bare.encode(x).mean))
    nats = nats_between(x, predicted) + BLURRED_WEIGHT * nats_between(blurred(x), blurred(predicted))
    outline = 2 * (12 + 6)
    expected = (nats / (outline + SPARE_OUTLINE)).sqrt()
    assert anomaly_parts(bare, x)[0, 1].item() == pytest.approx(expected.item(), rel=1e-3)


def test_a_score_is_the_same_in_any_batch(model: vae.VAE, digits: Tensor) -> None:
    together = vae.anomaly_score(model, digits[:5])
    alone = torch.cat([vae.anomaly_score(model, x[None]) for x in digits[:5]])
    assert torch.allclose(together, alone, atol=1e-3)


def test_little_depends_on_the_seed(model: vae.VAE, digits: Tensor) -> None:
    scores = torch.stack([vae.anomaly_score(model, digits[:100], seed=seed) for seed in range(3)])
    assert scores.std(dim=0).mean() < 0.25 * scores[0].std()


def test_grey_values_are_not_strange_in_themselves(model: vae.VAE, digits: Tensor, ink: Tensor) -> None:
    softer, scores = 0.5 * ink[:20] + 0.5 * digits[:20], vae.anomaly_score(model, ink[:20])
    assert vae.anomaly_score(model, softer).mean() < 1.2 * scores.mean()


def test_scores_follow_their_seed(tiny: vae.VAE, digits: Tensor) -> None:
    for function in FUNCTIONS:
        first, again = (function(tiny, digits[:20], seed=7) for _ in range(2))
        assert torch.equal(first, again)
    assert not torch.equal(
        vae.anomaly_score(tiny, digits[:3], seed=7), vae.anomaly_score(tiny, digits[:3], seed=8)
    )


def test_surprise_is_a_map_of_nats(model: vae.VAE, digits: Tensor) -> None:
    surprise = vae.surprise_map(model, digits[:20])
    assert surprise.shape == (20, 28, 28)
    assert torch.isfinite(surprise).all()
    assert (surprise >= 0).all()


def test_surprise_is_where_the_blot_is(model: vae.VAE, digits: Tensor) -> None:
    x = digits[:8].clone()
    x[..., 1:4, 1:4] = 1
    surprise = vae.surprise_map(model, x)
    assert (surprise[:, 1:4, 1:4].mean(dim=(1, 2)) > 10 * surprise[:, 8:].mean(dim=(1, 2))).all()


@pytest.mark.parametrize("function", FUNCTIONS)
@every(WRONG_IMAGES)
def test_wrong_images_are_refused(tiny: vae.VAE, function: Callable, wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        function(tiny, wrong.x)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_model_without_calibration_is_refused(bare: vae.VAE, digits: Tensor, function: Callable) -> None:
    with pytest.raises(ValueError, match="this model has no calibration"):
        function(bare, digits[:1])


def test_a_model_without_calibration_has_no_reference(bare: vae.VAE) -> None:
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.anomaly_reference(bare)
