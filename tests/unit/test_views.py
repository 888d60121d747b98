"""What the encoder is shown in training."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from vae.views import SHARES, View, random_prefix, random_view

K = 8


def view(images: Tensor, seed: int = 0) -> View:
    return random_view(images, K, torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 2**31))
def test_a_view_has_all_it_needs(digits: Tensor, seed: int) -> None:
    seen, observed, target, kept = view(digits[:16], seed)
    assert seen.shape == observed.shape == target.shape == (16, 1, 28, 28)
    assert observed.dtype == kept.dtype == torch.bool
    assert kept.shape == (16, K)
    assert torch.isfinite(seen).all()
    assert target.min() >= 0 and target.max() <= 1


@given(seed=st.integers(0, 2**31))
def test_every_code_is_cut_to_a_prefix(seed: int) -> None:
    kept = random_prefix(50, K, torch.Generator().manual_seed(seed), torch.device("cpu"))
    assert kept[:, 0].all()
    assert (kept[:, 1:] <= kept[:, :-1]).all()


def test_lengths_of_codes_are_all_two_or_any() -> None:
    kept = random_prefix(40_000, K, torch.Generator().manual_seed(0), torch.device("cpu"))
    shares = torch.bincount(kept.sum(dim=1), minlength=K + 1) / len(kept)
    assert shares[K].item() == pytest.approx(0.60 + 0.28 / K, abs=0.01)
    assert shares[2].item() == pytest.approx(0.12 + 0.28 / K, abs=0.01)
    assert shares[5].item() == pytest.approx(0.28 / K, abs=0.01)


def test_same_generator_same_view(digits: Tensor) -> None:
    first, again, other = (view(digits[:16], seed) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.seen, other.seen)


def test_the_target_is_always_the_clean_digit(digits: Tensor) -> None:
    seen, _, target, _ = view(digits)
    grey = (target == digits).flatten(1).all(dim=1)
    binary = ((target == 0) | (target == 1)).flatten(1).all(dim=1)
    assert (grey | binary).all()
    assert torch.equal(seen[binary & ~grey], target[binary & ~grey])  # clean digits are seen as they are
    assert binary.float().mean().item() == pytest.approx(SHARES[0].item(), abs=0.1)


def test_the_shares_of_the_views_are_those_that_were_set(digits: Tensor) -> None:
    many = digits.repeat(10, 1, 1, 1)
    seen, observed, target, _ = view(many)
    hidden = ~observed.flatten(1).all(dim=1)
    noisy = (seen != target).flatten(1).any(dim=1)
    beyond = ((seen < 0) | (seen > 1)).flatten(1).any(dim=1)
    assert hidden.float().mean().item() == pytest.approx(SHARES[5].item(), abs=0.03)
    assert beyond.float().mean().item() == pytest.approx(SHARES[2].item(), abs=0.03)
    assert noisy.float().mean().item() == pytest.approx(SHARES[2:5].sum().item(), abs=0.03)
    assert not (hidden & noisy).any()


def test_much_is_hidden_where_something_is(digits: Tensor) -> None:
    _, observed, _, _ = view(digits.repeat(10, 1, 1, 1))
    known = observed.flatten(1).float().mean(dim=1)
    known = known[known < 1]
    assert known.min() < 0.2
    assert known.max() > 0.7
    assert 0.3 < known.mean() < 0.75
