"""The measured pixel model: grey levels given a logit, and Bayes' rule for each kind of noise."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from vae.model import pixel_table
from vae.posterior import pixels
from vae.posterior.pixels import N_BINS, N_GREYS

LEVELS = torch.linspace(0, 1, N_GREYS)
noises = st.sampled_from(vae.KINDS).flatmap(
    lambda kind: st.floats(0, 2 if kind == "gaussian" else 1).map(lambda level: vae.Noise(kind, level))
)


def bayes(table: Tensor, y: Tensor, noise: vae.Noise) -> Tensor:
    """E[clean value | seen value y (N,), logit bin], (N, N_BINS)."""
    seen = y[:, None]
    return pixels.expectation(pixels.posterior(table, seen, noise), seen.expand(-1, N_BINS), noise)


def counts(seed: int) -> Tensor:
    """Counts of a table in which many cells are empty."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(N_BINS, N_GREYS, generator=generator) * 6 - 3).clamp_min(0).round() ** 4


@pytest.fixture(scope="module")
def table() -> Tensor:
    return pixels.normalize(counts(0) + 1)


def test_bins_are_a_quarter_of_a_logit_wide() -> None:
    logits = torch.tensor([-99.0, -8.0, -0.13, -0.12, 0.0, 0.12, 0.13, 8.0, 99.0])
    assert pixels.bin_of(logits).tolist() == [0, 0, 31, 32, 32, 32, 33, 64, 64]


def test_levels_are_the_nearest_of_33() -> None:
    x = torch.tensor([-0.5, 0.0, 0.015, 0.016, 0.5, 1.0, 1.5])
    assert pixels.level_of(x).tolist() == [0, 0, 0, 1, 16, 32, 32]


def test_measuring_counts_every_pixel_in_its_cell() -> None:
    logits, x = torch.tensor([0.0, 0.0, -9.0, 9.0]), torch.tensor([0.5, 0.5, 0.0, 1.0])
    measured = pixels.measure(logits, x)
    assert measured.shape == (N_BINS, N_GREYS)
    assert measured.sum() == 4
    assert measured[32, 16] == 2 and measured[0, 0] == 1 and measured[64, 32] == 1


@given(seed=st.integers(0, 2**31))
def test_every_row_of_a_table_is_a_distribution(seed: int) -> None:
    made = pixels.normalize(counts(seed))
    assert (made > 0).all()
    assert torch.allclose(made.sum(dim=1), torch.ones(N_BINS), atol=1e-5)


def test_an_unmeasured_table_is_nearly_bernoulli() -> None:
    mean, _ = pixels.moments(pixels.normalize(torch.zeros(N_BINS, N_GREYS)))
    assert torch.allclose(mean, torch.sigmoid(torch.linspace(-8, 8, N_BINS)), atol=0.03)


def test_shipped_table_is_a_distribution_that_follows_the_logit(model: vae.VAE) -> None:
    shipped = pixel_table(model)
    assert shipped.shape == (N_BINS, N_GREYS)
    assert (shipped >= 0).all()
    assert torch.allclose(shipped.sum(dim=1), torch.ones(N_BINS), atol=1e-4)
    mean, variance = pixels.moments(shipped)
    assert (mean[4:-4].diff() > -0.02).all()
    assert mean[0] < 0.05 and mean[-1] > 0.95
    assert (variance > 0).all()


def test_moments_are_those_of_the_levels(table: Tensor) -> None:
    mean, variance = pixels.moments(table)
    draws = LEVELS[torch.multinomial(table[7], 200_000, replacement=True, generator=torch.Generator())]
    assert mean[7].item() == pytest.approx(draws.mean().item(), abs=0.01)
    assert variance[7].item() == pytest.approx(draws.var().item(), abs=0.01)


def test_exact_pixels_have_one_level() -> None:
    seen = pixels.likelihood(LEVELS, None)
    assert torch.equal(seen, torch.eye(N_GREYS))


@pytest.mark.parametrize("level", [0.0, 0.02, 0.1, 0.5, 2.0])
def test_gaussian_likelihood_of_all_values_is_one_cell(level: float) -> None:
    y = torch.linspace(-12, 13, 50_001)
    total = pixels.likelihood(y, vae.Noise("gaussian", level)).sum(dim=0) * 25 / 50_000
    assert torch.allclose(total * (N_GREYS - 1), torch.ones(N_GREYS), atol=1e-3)


@pytest.mark.parametrize("level", [0.0, 0.02, 0.25, 1.0])
def test_replacement_likelihood_of_all_values_is_one(level: float) -> None:
    pepper = pixels.likelihood(LEVELS, vae.Noise("salt_and_pepper", level)).sum(dim=0)
    assert torch.allclose(pepper, torch.ones(N_GREYS), atol=1e-6)
    uniform = pixels.likelihood(LEVELS, vae.Noise("uniform", level)).sum(dim=0)
    half_cells = level / (N_GREYS - 1)  # half of the first and of the last level's cell lie outside [0, 1]
    assert torch.allclose(uniform, torch.full((N_GREYS,), 1 + half_cells), atol=1e-6)


@given(noise=noises, y=st.floats(-1, 2))
def test_likelihood_is_never_negative(noise: vae.Noise, y: float) -> None:
    assert (pixels.likelihood(torch.tensor([y]), noise) >= 0).all()


@given(noise=noises, y=st.floats(0, 1))
def test_expectation_stays_in_the_range(table: Tensor, noise: vae.Noise, y: float) -> None:
    expected = bayes(table, torch.tensor([y]), noise)
    assert expected.shape == (1, N_BINS)
    assert (expected >= 0).all() and (expected <= 1).all()


@given(y=st.floats(0, 1), kind=st.sampled_from(["uniform", "salt_and_pepper"]))
def test_a_spared_pixel_keeps_its_value(table: Tensor, y: float, kind: str) -> None:
    expected = bayes(table, torch.tensor([y]), vae.Noise(kind, 0.0))
    assert torch.allclose(expected, torch.tensor(y), atol=1e-4)


def test_an_exact_pixel_has_the_level_that_was_seen(table: Tensor) -> None:
    seen = pixels.posterior(table, LEVELS[:, None], None)
    assert torch.equal(seen.argmax(dim=2), torch.arange(N_GREYS)[:, None].expand(-1, N_BINS))
    assert torch.allclose(seen.amax(dim=2), torch.ones(N_GREYS, N_BINS), atol=1e-4)


def test_an_impossible_value_keeps_its_level() -> None:
    white = torch.eye(N_GREYS)[0]
    assert pixels.posterior(white, torch.tensor(0.75), None)[24] == 1


@given(seed=st.integers(0, 2**31), share=st.floats(0.02, 0.98))
def test_a_share_lies_below_its_quantile(seed: int, share: float) -> None:
    table = pixels.normalize(counts(seed))
    bins = torch.arange(N_BINS)
    value = pixels.quantile(table, bins, torch.full((N_BINS,), share))
    assert (value >= 0).all() and (value <= 1).all()
    edges = ((torch.arange(N_GREYS + 1) - 0.5) / (N_GREYS - 1)).clamp(0, 1)
    whole = table * (edges[1:] <= value[:, None])
    part = (
        table
        * ((value[:, None] - edges[:-1]) / (edges[1:] - edges[:-1])).clamp(0, 1)
        * (edges[1:] > value[:, None])
    )
    inside = (value > 1 / 64) & (value < 1 - 1 / 64)
    assert torch.allclose(
        (whole + part).sum(dim=1)[inside], torch.full((int(inside.sum()),), share), atol=1e-3
    )


def test_quantiles_rise_with_their_share(table: Tensor) -> None:
    shares = torch.linspace(0, 1, 50)[:, None].expand(-1, N_BINS)
    values = pixels.quantile(table, torch.arange(N_BINS).expand(50, -1), shares)
    assert (values.diff(dim=0) >= -1e-6).all()
    assert values[-1].min() > 0.9 and values[0].max() < 0.1


def test_a_replaced_pixel_says_nothing(table: Tensor) -> None:
    mean, _ = pixels.moments(table)
    expected = bayes(table, LEVELS, vae.Noise("uniform", 1.0))
    assert torch.allclose(expected, mean.expand(N_GREYS, -1), atol=1e-5)


def test_salt_and_pepper_trusts_grey_and_doubts_the_ends(table: Tensor) -> None:
    expected = bayes(table, torch.tensor([0.25, 1.0]), vae.Noise("salt_and_pepper", 0.5))
    assert torch.allclose(expected[0], torch.tensor(0.25), atol=1e-4)
    assert (expected[1] < 0.999).any()


def test_little_gaussian_noise_leaves_the_value_and_much_leaves_the_prior(table: Tensor) -> None:
    y = torch.linspace(0, 1, 9)
    low = bayes(table, y, vae.Noise("gaussian", 0.005))
    assert torch.allclose(low, y[:, None].expand_as(low), atol=0.02)
    mean, _ = pixels.moments(table)
    high = bayes(table, torch.tensor([0.5]), vae.Noise("gaussian", 2.0))
    assert torch.allclose(high, mean[None], atol=0.05)


@pytest.mark.parametrize("level", [0.1, 0.4])
def test_gaussian_expectation_is_bayes_rule(table: Tensor, level: float) -> None:
    y, row = 0.37, 40
    normal = torch.distributions.Normal(LEVELS.double(), (level**2 + (1 / 32) ** 2 / 12) ** 0.5)
    posterior = table[row].double() * normal.log_prob(torch.tensor(y, dtype=torch.float64)).exp()
    expected = (posterior * LEVELS).sum() / posterior.sum()
    found = bayes(table, torch.tensor([y]), vae.Noise("gaussian", level))[0, row]
    assert found.item() == pytest.approx(expected.item(), abs=1e-4)


@given(noise=noises, y=st.floats(-1, 2))
def test_evidence_is_the_logarithm_of_the_mean_likelihood(table: Tensor, noise: vae.Noise, y: float) -> None:
    seen = pixels.likelihood(torch.tensor([y]), noise)
    evidence = pixels.log_evidence(table, torch.tensor([y]), noise)
    assert torch.isfinite(evidence).all()
    expected = (table * seen).sum(dim=1).clamp_min(1e-9).log()
    assert torch.allclose(evidence[0], expected, atol=1e-3)


def test_looking_up_picks_the_bin_of_each_draw_and_pixel() -> None:
    generator = torch.Generator().manual_seed(0)
    values = torch.rand(2, 3, N_BINS, generator=generator)
    bins = torch.randint(N_BINS, (4, 2, 3), generator=generator)
    found = pixels.look_up(values, bins)
    for s in range(4):
        for i in range(2):
            for j in range(3):
                assert found[s, i, j] == values[i, j, bins[s, i, j]]
