"""What training sees: clean digits and their corrupted inputs."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from vae.training.augmentation import (
    LENGTHS,
    SHARE_GREY,
    SHARES,
    clean_input,
    corrupted_input,
    n_beyond_the_map,
    random_prefix,
)

K = 8


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(seed=st.integers(0, 2**31), corruptions=st.sampled_from(list(SHARES)))
def test_inputs_have_all_they_need(digits: Tensor, seed: int, corruptions: str) -> None:
    clean = clean_input(digits[:16], K, "nested", generator(seed))
    corrupted = corrupted_input(digits[:16], corruptions, generator(seed))
    assert clean.seen.shape == corrupted.seen.shape == corrupted.observed.shape == (16, 1, 28, 28)
    assert clean.kept.shape == (16, K)
    assert clean.kept.dtype == corrupted.observed.dtype == torch.bool
    assert clean.seen.min() >= 0 and clean.seen.max() <= 1
    assert torch.isfinite(corrupted.seen).all()


@given(seed=st.integers(0, 2**31))
def test_every_code_is_cut_to_a_prefix(seed: int) -> None:
    kept = random_prefix(50, K, "nested", generator(seed), torch.device("cpu"))
    assert kept[:, 0].all()
    assert (kept[:, 1:] <= kept[:, :-1]).all()


def test_lengths_of_codes_are_all_two_or_any() -> None:
    assert LENGTHS["nested"] == (0.56, 0.18), "the default"
    kept = random_prefix(40_000, K, "nested", generator(), torch.device("cpu"))
    shares = torch.bincount(kept.sum(dim=1), minlength=K + 1) / len(kept)
    whole, two = LENGTHS["nested"]
    any_length = (1 - whole - two) / K
    assert shares[K].item() == pytest.approx(whole + any_length, abs=0.01)
    assert shares[2].item() == pytest.approx(two + any_length, abs=0.01)
    assert shares[5].item() == pytest.approx(any_length, abs=0.01)


@pytest.mark.parametrize("codes", list(LENGTHS))
def test_the_last_codes_are_those_of_two_numbers(codes: str) -> None:
    lengths = random_prefix(1000, K, codes, generator(), torch.device("cpu")).sum(dim=1)
    first = n_beyond_the_map(1000, codes)
    assert first == 1000 - round(1000 * LENGTHS[codes][1])
    assert (lengths[first:] == 2).all()
    assert (lengths[:first] == 2).sum().item() <= first / 4


@pytest.mark.parametrize(("codes", "length"), [("whole", K), ("map", 2)])
def test_a_specialist_has_codes_of_one_length(codes: str, length: int) -> None:
    kept = random_prefix(1000, K, codes, generator(), torch.device("cpu"))
    assert (kept.sum(dim=1) == length).all()


def test_same_generator_same_inputs(digits: Tensor) -> None:
    for drawn in (
        lambda seed: clean_input(digits[:16], K, "nested", generator(seed)),
        lambda seed: corrupted_input(digits[:16], "all", generator(seed)),
    ):
        first, again, other = (drawn(seed) for seed in (1, 1, 2))
        assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
        assert not torch.equal(first.seen, other.seen)


def test_clean_digits_are_grey_or_binarized(digits: Tensor) -> None:
    seen = clean_input(digits, K, "nested", generator()).seen
    grey = (seen == digits).flatten(1).all(dim=1)
    binary = ((seen == 0) | (seen == 1)).flatten(1).all(dim=1)
    assert (grey | binary).all()
    assert grey.float().mean().item() == pytest.approx(SHARE_GREY, abs=0.06)


@pytest.mark.parametrize("corruptions", SHARES)
def test_the_shares_of_the_corrupted_inputs_are_those_that_were_set(digits: Tensor, corruptions: str) -> None:
    many = digits.repeat(10, 1, 1, 1)
    seen, observed = corrupted_input(many, corruptions, generator())
    hidden = ~observed.flatten(1).all(dim=1)
    noisy = (seen != many).flatten(1).any(dim=1)
    beyond = ((seen < 0) | (seen > 1)).flatten(1).any(dim=1)
    assert hidden.float().mean().item() == pytest.approx(SHARES[corruptions][4], abs=0.03)
    assert beyond.float().mean().item() == pytest.approx(SHARES[corruptions][1], abs=0.03)
    assert noisy.float().mean().item() == pytest.approx(sum(SHARES[corruptions][1:4]), abs=0.03)
    assert not (hidden & noisy).any()


def test_much_is_hidden_where_something_is(digits: Tensor) -> None:
    observed = corrupted_input(digits.repeat(10, 1, 1, 1), "all", generator()).observed
    known = observed.flatten(1).float().mean(dim=1)
    known = known[known < 1]
    assert known.min() < 0.2
    assert known.max() > 0.7
    assert 0.3 < known.mean() < 0.75
