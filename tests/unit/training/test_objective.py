"""The bound that training maximises: its two parts against their textbook forms."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Bernoulli, Normal

import vae
from unit.conftest import TINY, untrained
from vae.likelihood import bernoulli_log_prob
from vae.training.augmentation import CleanInput, Corrupted
from vae.training.objective import code_nll_nats, elbo

K = TINY.latent_dim


def whole_input(x: Tensor, k: int = K) -> CleanInput:
    """Images as they are, codes cut after k numbers."""
    return CleanInput(x, (torch.arange(K) < k).expand(len(x), -1))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(logit=st.floats(-30, 30), x=st.sampled_from([0.0, 1.0]))
def test_log_probability_of_black_and_white_is_bernoulli(logit: float, x: float) -> None:
    expected = Bernoulli(logits=torch.tensor(logit)).log_prob(torch.tensor(x))
    assert torch.allclose(bernoulli_log_prob(torch.tensor(logit), torch.tensor(x)), expected, atol=1e-5)


@given(logit=st.floats(-20, 20), x=st.floats(0, 1))
def test_log_probability_of_grey_is_the_expected_one(logit: float, x: float) -> None:
    ink, paper = bernoulli_log_prob(torch.tensor([logit, logit]), torch.tensor([1.0, 0.0]))
    expected = x * ink + (1 - x) * paper
    assert torch.allclose(bernoulli_log_prob(torch.tensor(logit), torch.tensor(x)), expected, atol=1e-4)


def test_bound_has_two_parts_for_each_image(bare: vae.VAE, digits: Tensor) -> None:
    bound = elbo(bare, whole_input(digits[:5]), generator())
    assert bound.log_px.shape == bound.kl.shape == (5,)
    assert (bound.log_px < 0).all()
    many = elbo(bare, whole_input(digits[:5].repeat(1000, 1, 1, 1)), generator())
    assert (many.kl.view(1000, 5).mean(dim=0) > 0).all()


@pytest.mark.parametrize("k", range(1, K + 1))
def test_only_the_kept_numbers_are_paid_for(bare: vae.VAE, digits: Tensor, k: int) -> None:
    x = digits[:5]
    q = bare.encode(x)
    z = q.sample(1, generator())[0]
    bound = elbo(bare, whole_input(x, k), generator())
    assert torch.allclose(bound.kl, q.kl_per_dim(bare.prior, z)[:, :k].sum(dim=1), atol=1e-4)
    expected = bernoulli_log_prob(bare.decode(z[:, :k]), x).sum(dim=(1, 2, 3))
    assert torch.allclose(bound.log_px, expected, atol=1e-2)


def test_the_draw_comes_with_the_bound(bare: vae.VAE, digits: Tensor) -> None:
    x = digits[:5]
    assert torch.equal(elbo(bare, whole_input(x), generator()).z, bare.encode(x).sample(1, generator())[0])


def test_the_code_nll_is_that_of_the_posterior_of_the_corrupted_input(bare: vae.VAE, digits: Tensor) -> None:
    x, z = digits[:5], torch.randn(5, K, generator=generator())
    observed = torch.rand(5, 1, 28, 28, generator=generator()) < 0.5
    q = bare.encode(x, observed)
    expected = -Normal(q.mean, (0.5 * q.logvar).exp()).log_prob(z).sum(dim=1)
    assert torch.allclose(code_nll_nats(bare, Corrupted(x, observed), z), expected, atol=1e-4)


def test_codes_of_corrupted_digits_can_be_learned(digits: Tensor) -> None:
    model = untrained().requires_grad_()
    x = digits[:20]
    corrupted = Corrupted(x, (torch.arange(28) >= 14).expand_as(x))
    z = model.encode(x).mean.detach()
    optimizer = torch.optim.Adam(model.encoder.parameters(), 1e-2)
    costs = []
    for _ in range(30):
        cost = code_nll_nats(model, corrupted, z).mean()
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    assert costs[-1] < costs[0] - 1


def test_the_code_nll_does_not_depend_on_hidden_pixels(bare: vae.VAE, digits: Tensor) -> None:
    x, z = digits[:5], torch.randn(5, K, generator=generator())
    observed = torch.rand(5, 1, 28, 28, generator=generator()) < 0.5
    changed = torch.where(observed, x, 1.0)
    costs = [code_nll_nats(bare, Corrupted(seen, observed), z) for seen in (x, changed)]
    assert torch.equal(*costs)


def test_the_bound_follows_its_generator(bare: vae.VAE, digits: Tensor) -> None:
    clean = whole_input(digits[:3])
    first, again, other = (elbo(bare, clean, generator(seed)).log_px for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
