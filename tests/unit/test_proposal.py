"""The proposal: an exact density, and draws that follow it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from vae.proposal import Proposal

K, CONTEXT = 4, 6


def random_proposal(seed: int = 0, latent_dim: int = K) -> Proposal:
    """A proposal with weights large enough that its numbers depend on each other, in float64."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        proposal = Proposal(latent_dim, CONTEXT, 18, 3).double().requires_grad_(False)
        for parameter in proposal.parameters():
            parameter.copy_(0.5 * torch.randn_like(parameter))
    return proposal


def contexts(n: int, seed: int = 0) -> Tensor:
    return torch.randn(n, CONTEXT, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(weights=st.integers(0, 99), seed=st.integers(0, 2**31), n=st.integers(1, 5))
def test_draws_come_with_their_density(weights: int, seed: int, n: int) -> None:
    proposal, context = random_proposal(weights), contexts(3, seed)
    z, log_q = proposal.sample(n, context, torch.Generator().manual_seed(seed))
    assert z.shape == (n, 3, K) and log_q.shape == (n, 3)
    for i in range(n):
        assert torch.allclose(proposal.log_prob(z[i], context), log_q[i], atol=1e-9)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_density_integrates_to_one(latent_dim: int) -> None:
    # by draws from a wide normal, whose density is divided out
    proposal = random_proposal(2, latent_dim)
    wide = torch.distributions.Normal(torch.tensor(0.0, dtype=torch.float64), 4.0)
    z = 4 * torch.randn(400_000, latent_dim, generator=torch.Generator().manual_seed(0)).double()
    ratio = proposal.log_prob(z, contexts(1).expand(len(z), -1)) - wide.log_prob(z).sum(dim=1)
    assert ratio.exp().mean().item() == pytest.approx(1, abs=0.05)


def test_draws_are_spread_as_their_density() -> None:
    proposal, context = random_proposal(2, 1), contexts(1)
    line = torch.linspace(-30, 30, 6001, dtype=torch.float64)[:, None]
    density = proposal.log_prob(line, context.expand(len(line), -1)).exp() * 0.01
    below = density.cumsum(dim=0)
    draws = proposal.sample(100_000, context, torch.Generator().manual_seed(0))[0].flatten()
    for share in (0.1, 0.5, 0.9):
        quantile = line[(below < share).sum(), 0].item()
        assert draws.quantile(share).item() == pytest.approx(quantile, abs=0.05)


def test_draws_follow_their_generator_and_context() -> None:
    proposal = random_proposal()
    first, again, other = (
        proposal.sample(4, contexts(2), torch.Generator().manual_seed(seed))[0] for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    elsewhere = proposal.sample(4, contexts(2, seed=5), torch.Generator().manual_seed(0))[0]
    assert not torch.allclose(first, elsewhere)
