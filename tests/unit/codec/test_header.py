"""What a lossy code says first: numbers there and back, at the length that is foretold."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae.calibration import Profile
from vae.codec import header, residual
from vae.codec.range_coding import pack, unpacker


@given(data=st.data(), mean=st.floats(0, 32), std=st.floats(0.3, 32))
def test_numbers_come_back_at_their_ideal_length(data: st.DataObject, mean: float, std: float) -> None:
    dims = header.RoundedGaussian(1, 32, mean, std)
    numbers = data.draw(st.lists(st.integers(1, 32), min_size=1, max_size=20))
    payload = pack([dims.part(number) for number in numbers])
    decoder = unpacker(payload)
    assert [dims.read(decoder) for _ in numbers] == numbers
    bits = dims.bits()[torch.tensor(numbers) - 1]
    if (bits < 20).all():  # rarer ones are as long as the coder resolves
        assert 8 * len(payload) <= bits.sum().item() + 10


@pytest.mark.parametrize(("mean", "std"), [(5.0, 2.0), (0.0, 0.3), (40.0, 3.0)])
def test_the_lengths_are_those_of_a_distribution(mean: float, std: float) -> None:
    chance = torch.exp2(-header.RoundedGaussian(1, 32, mean, std).bits())
    assert chance.shape == (32,)
    assert chance.sum().item() == pytest.approx(1, abs=1e-5)


def test_a_header_has_every_number_of_dimensions_and_every_level() -> None:
    profile = Profile(step=2.0, mean_dims=7.0, std_dims=1.5, mean_level=4.0, std_level=0.5)
    assert header.dims(profile, 32) == (1, 32, 7.0, 1.5)
    assert header.levels(profile) == (0, residual.N_FINENESS_LEVELS - 1, 4.0, 0.5)
