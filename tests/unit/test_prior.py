"""The prior: an exact density of every prefix of a code, and its map to standard coordinates."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from vae.prior import Prior

K = 5
WRONG_CODES = {
    "not a tensor": [[0.0]],
    "no batch": torch.zeros(3),
    "three axes": torch.zeros(1, 2, 3),
    "empty": torch.zeros(2, 0),
    "too long": torch.zeros(2, K + 1),
}
FUNCTIONS = ("log_prob", "to_standard", "from_standard")


def random_prior(seed: int = 0, latent_dim: int = K) -> Prior:
    """A prior of overlapping components, whose numbers depend on each other, in float64."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        prior = Prior(latent_dim, 24, 3).double().requires_grad_(False)
        for parameter in prior.parameters():
            parameter.copy_(0.3 * torch.randn_like(parameter))
    return prior


def codes(n: int, k: int, seed: int = 0) -> Tensor:
    return 1.5 * torch.randn(n, k, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def grid(points: int, reach: float) -> tuple[Tensor, float]:
    """Points (N, 1) of a line and the width of the interval around each."""
    axis = torch.linspace(-reach, reach, points, dtype=torch.float64)[:, None]
    return axis, 2 * reach / (points - 1)


@given(weights=st.integers(0, 99), seed=st.integers(0, 2**31), k=st.integers(1, K))
def test_standard_coordinates_and_codes_are_one_to_one(weights: int, seed: int, k: int) -> None:
    prior, z = random_prior(weights), codes(3, k, seed)
    assert torch.allclose(prior.from_standard(prior.to_standard(z)), z, atol=1e-8)
    assert torch.allclose(prior.to_standard(prior.from_standard(z)), z, atol=1e-8)


@given(seed=st.integers(0, 2**31), k=st.integers(1, K))
def test_standard_coordinates_of_a_prefix_are_a_prefix(seed: int, k: int) -> None:
    prior, z = random_prior(), codes(3, K, seed)
    assert torch.allclose(prior.to_standard(z[:, :k]), prior.to_standard(z)[:, :k])
    assert torch.allclose(prior.from_standard(z[:, :k]), prior.from_standard(z)[:, :k])


@pytest.mark.parametrize("weights", range(3))
def test_density_integrates_to_one_in_one_dimension(weights: int) -> None:
    z, width = grid(20001, 60)
    assert random_prior(weights).log_prob(z).exp().sum() * width == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("weights", range(3))
def test_density_integrates_to_one_in_two_dimensions(weights: int) -> None:
    prior = random_prior(weights)
    line, width = grid(301, 30)
    z = torch.cartesian_prod(line[:, 0], line[:, 0])
    assert prior.log_prob(z).exp().sum() * width**2 == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_prefix_has_the_marginal_of_the_longer_code(k: int) -> None:
    prior = random_prior(1)
    line, width = grid(4001, 80)  # by which the sums are exact to 1e-14
    for prefix in codes(4, k, seed=k):
        longer = torch.cat([prefix.expand(len(line), k), line], dim=1)
        integral = (prior.log_prob(longer).exp().sum() * width).log()
        assert integral.item() == pytest.approx(prior.log_prob(prefix[None]).item(), abs=1e-6)


def test_density_is_that_of_standard_coordinates_times_the_volume_change() -> None:
    prior = random_prior(2)
    for z in codes(4, K):
        volume = torch.autograd.functional.jacobian(lambda v: prior.to_standard(v[None])[0], z)
        u = prior.to_standard(z[None])
        normal = torch.distributions.Normal(0.0, 1.0).log_prob(u).sum()
        assert prior.log_prob(z[None]).item() == pytest.approx(
            (normal + volume.slogdet()[1]).item(), abs=1e-8
        )


@given(seed=st.integers(0, 2**31), j=st.integers(0, K - 1))
def test_no_number_is_expected_from_itself_or_later_ones(seed: int, j: int) -> None:
    prior, z = random_prior(3), codes(2, K, seed)
    changed = z.clone()
    changed[:, j] += 3.0
    for before, after in zip(prior.conditionals(z), prior.conditionals(changed), strict=True):
        assert torch.equal(before[:, : j + 1], after[:, : j + 1])


@given(weights=st.integers(0, 99), seed=st.integers(0, 2**31))
def test_conditionals_are_the_moments_of_the_mixtures(weights: int, seed: int) -> None:
    prior, z = random_prior(weights), codes(1, K, seed)
    means, log_stds = prior.conditionals(z)
    line, width = grid(4001, 80)  # by which the sums are exact to 1e-14
    for i in range(K):
        longer = torch.cat([z[:, :i].expand(len(line), i), line], dim=1)
        p = prior.log_prob_per_dim(longer)[:, i].exp() * width
        mean = (p * line[:, 0]).sum()
        std = (p * (line[:, 0] - mean).square()).sum().sqrt()
        assert means[0, i].item() == pytest.approx(mean.item(), abs=1e-4)
        assert log_stds[0, i].exp().item() == pytest.approx(std.item(), abs=1e-4)


@pytest.mark.parametrize("u", [-12.0, -6.0, 0.0, 6.0, 12.0])
def test_standard_coordinates_are_exact_far_out(u: float) -> None:
    prior, far = random_prior(4), torch.full((1, K), u, dtype=torch.float64)
    assert torch.allclose(prior.to_standard(prior.from_standard(far)), far, atol=1e-6)


@pytest.mark.parametrize("u", [-30.0, -16.0, 16.0, 30.0])
def test_standard_coordinates_of_the_shipped_prior_are_exact_far_out(model: vae.VAE, u: float) -> None:
    far = torch.zeros(1, model.config.latent_dim)
    far[:, [0, 3]] = u
    back = model.prior.to_standard(model.prior.from_standard(far))
    assert torch.allclose(back[:, [0, 3]], far[:, [0, 3]], atol=1e-4)


def test_components_do_not_begin_alike() -> None:
    means = Prior(K, 24, 3).mixtures(torch.zeros(1, K)).mean[0]
    assert (means.diff(dim=-1) > 0.5).all()


def test_half_of_the_hidden_units_see_the_first_quarter_and_some_see_all() -> None:
    n_seen = Prior(33, 512, 1).n_seen
    assert (n_seen <= 8).float().mean() == pytest.approx(0.5, abs=0.01)
    assert n_seen.unique().tolist() == list(range(1, 33))


def test_every_later_number_is_expected_from_the_first() -> None:
    prior, z = random_prior(3), codes(2, K)
    mean, _ = prior.conditionals(z)
    z[:, 0] += 3.0
    assert ((prior.conditionals(z)[0] - mean)[:, 1:].abs() > 1e-6).all()


def test_a_new_prior_of_one_component_is_standard_normal() -> None:
    z = codes(5, K)
    prior = Prior(K, 24, 1).double()
    assert torch.allclose(prior.to_standard(z), z)
    normal = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(dim=1)
    assert torch.allclose(prior.log_prob(z), normal)


def test_a_code_of_one_dimension_has_a_prior() -> None:
    prior = random_prior(latent_dim=1)
    z, width = grid(20001, 60)
    assert prior.log_prob(z).exp().sum() * width == pytest.approx(1, abs=1e-6)


def test_shipped_prior_maps_real_codes_there_and_back(model: vae.VAE, digits: Tensor) -> None:
    z = model.encode(digits[:50]).mean
    assert torch.allclose(model.prior.from_standard(model.prior.to_standard(z)), z, atol=1e-3)


def test_shipped_prior_makes_real_codes_standard(model: vae.VAE, digits: Tensor) -> None:
    q = model.encode(digits)
    u = model.prior.to_standard(q.sample(1, torch.Generator().manual_seed(0))[0])
    assert u.mean(dim=0).abs().mean() < 0.25
    assert 0.7 < u.std(dim=0).mean() < 1.3


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("wrong", WRONG_CODES.values(), ids=WRONG_CODES)
def test_wrong_codes_are_refused(function: str, wrong: object) -> None:
    with pytest.raises(ValueError, match=rf"a code must be a tensor \(B, k\) with 1 <= k <= {K}, not"):
        getattr(random_prior(), function)(wrong)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_codes_of_another_precision_are_refused(function: str) -> None:
    with pytest.raises(ValueError, match="a code must be torch.float64, not torch.float32"):
        getattr(random_prior(), function)(torch.zeros(2, 2))


def test_masking_for_good_changes_nothing_but_time() -> None:
    prior, z = random_prior(3), codes(5, K)
    before = prior.log_prob(z), prior.from_standard(z)
    prior.mask_for_good()
    prior.mask_for_good()
    assert torch.allclose(prior.log_prob(z), before[0], rtol=0, atol=1e-12)
    assert torch.allclose(prior.from_standard(z), before[1], rtol=0, atol=1e-9)
