"""Codes as bytes: seals and range coding, there and back."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import vae
from vae.codec import range_coding
from vae.codec.range_coding import Bernoulli, Part, latent_part, pack, payload_bytes, seal, unpacker, unseal
from vae.model import calibration_of

keys = st.integers(0, 2**32 - 1)
payloads = st.binary(max_size=80)


@st.composite
def messages(draw: st.DrawFn) -> list[Part]:
    """A few latent symbols of any spread, then a few pixels."""
    ratios = draw(st.lists(st.floats(0.01, 200), min_size=1, max_size=12))
    symbols = [draw(st.integers(-math.ceil(3 * ratio), math.ceil(3 * ratio))) for ratio in ratios]
    latents = latent_part(np.array(symbols, np.int32), np.array(ratios))
    probs = draw(st.lists(st.floats(1e-5, 1 - 1e-5), min_size=1, max_size=30))
    bits = draw(st.lists(st.integers(0, 1), min_size=len(probs), max_size=len(probs)))
    return [latents, Part(np.array(bits, np.int32), Bernoulli(perfect=False), (np.array(probs),))]


@given(payload=payloads, key=keys)
def test_a_sealed_payload_opens(payload: bytes, key: int) -> None:
    code = seal(payload, key)
    assert unseal(code, key) == payload
    assert payload_bytes(len(code)) == len(payload)


@given(payload=payloads, key=keys, data=st.data())
def test_a_sealed_payload_with_one_altered_byte_does_not_open(
    payload: bytes, key: int, data: st.DataObject
) -> None:
    code = bytearray(seal(payload, key))
    code[data.draw(st.integers(0, len(code) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="truncated or altered, or another model wrote it"):
        unseal(bytes(code), key)


@given(payload=payloads, key=keys, change=st.integers(1, 255), shift=st.sampled_from([0, 8, 16, 24]))
def test_another_key_does_not_open(payload: bytes, key: int, change: int, shift: int) -> None:
    with pytest.raises(ValueError, match="truncated or altered, or another model wrote it"):
        unseal(seal(payload, key), key ^ (change << shift))


def test_few_random_bytes_happen_to_be_sealed() -> None:
    generator = np.random.default_rng(0)

    def opens(size: int) -> bool:
        try:
            unseal(generator.bytes(size), 12345)
        except ValueError:
            return False
        return True

    short, long = (sum(opens(size) for _ in range(5000)) for size in (8, 9))
    assert short < 40  # one in 256 expected of a one-byte checksum
    assert long <= 3  # one in 65,536 of two


@pytest.mark.parametrize("code", ["ab", bytearray(b"ab"), None, 7])
def test_only_bytes_are_codes(code: object) -> None:
    with pytest.raises(ValueError, match=f"a code must be bytes, not {type(code).__name__}"):
        unseal(code, 0)


def test_nothing_is_no_code() -> None:
    with pytest.raises(ValueError, match="truncated"):
        unseal(b"", 0)


@given(message=messages())
def test_a_packed_message_unpacks(message: list[Part]) -> None:
    decoder = unpacker(pack(message))
    for part in message:
        assert decoder.decode(part.family, *part.parameters).tolist() == part.symbols.tolist()


@given(message=messages())
def test_packing_wastes_hardly_more_than_a_byte(message: list[Part]) -> None:
    latents, pixels = message
    ratio, symbol = torch.from_numpy(latents.parameters[1]), torch.from_numpy(latents.symbols)
    ideal = range_coding.symbol_bits(symbol, ratio).sum().item()
    probs = np.where(pixels.symbols == 1, pixels.parameters[0], 1 - pixels.parameters[0])
    ideal -= np.log2(probs).sum()
    assert len(pack(message)) <= ideal / 8 + 1.2


@given(n=st.integers(0, 40))
def test_expected_symbols_cost_a_byte_at_most(n: int) -> None:
    assert len(pack([latent_part(np.zeros(n, np.int32), np.full(n, 0.01))])) <= min(n, 1)


@given(symbol=st.integers(-30, 30), ratio=st.floats(0.05, 20))
def test_bits_of_a_symbol_are_those_of_its_interval(symbol: int, ratio: float) -> None:
    normal = torch.distributions.Normal(torch.tensor(0.0, dtype=torch.float64), ratio)
    chance = normal.cdf(torch.tensor(symbol + 0.5).double()) - normal.cdf(torch.tensor(symbol - 0.5).double())
    assume(chance > 1e-6)
    bits = range_coding.symbol_bits(torch.tensor([symbol]), torch.tensor([ratio], dtype=torch.float64))
    assert bits.item() == pytest.approx(-math.log2(chance.item()), abs=1e-6)


@given(seed=st.integers(0, 2**31), scale=st.floats(0.1, 8))
def test_grid_codes_lie_within_half_a_step(tiny: vae.VAE, seed: int, scale: float) -> None:
    coder = range_coding.coder(tiny)
    generator = torch.Generator().manual_seed(seed)
    target = 2 * torch.randn((3, tiny.config.latent_dim), generator=generator, dtype=torch.float64)
    step = scale * calibration_of(tiny).posterior_std
    grid = coder.quantize(target, step)
    assert ((grid.z - target).abs() <= step * 0.5000001).all()
    again = coder.at(grid.symbols, step)
    assert all(torch.equal(one, other) for one, other in zip(again, grid, strict=True))


@given(seed=st.integers(0, 2**31), scale=st.floats(0.1, 2))
def test_moves_are_the_slopes_of_the_grid(tiny: vae.VAE, seed: int, scale: float) -> None:
    coder, n_dims = range_coding.coder(tiny), tiny.config.latent_dim
    generator = torch.Generator().manual_seed(seed)
    z = torch.randn((1, n_dims), generator=generator, dtype=torch.float64)
    step = scale * calibration_of(tiny).posterior_std
    mean, _ = coder.prior.conditionals(z)
    symbols = (z - mean) / step
    small, moves = 1e-4, coder.moves(z, step)
    for i in range(n_dims):
        changed, moved = symbols.clone(), torch.zeros_like(z)
        changed[:, i] += small
        for j in range(n_dims):
            moved[:, j] = coder.prior.conditionals(moved)[0][:, j] + changed[:, j] * step[j]
        assert torch.allclose((moved - z)[0] / small, moves[i], atol=1e-3)


@given(seed=st.integers(0, 2**31), scale=st.floats(0.1, 8), n_dims=st.integers(1, 4))
def test_grid_codes_read_back(tiny: vae.VAE, seed: int, scale: float, n_dims: int) -> None:
    coder = range_coding.coder(tiny)
    generator = torch.Generator().manual_seed(seed)
    target = 2 * torch.randn((1, tiny.config.latent_dim), generator=generator, dtype=torch.float64)
    step = scale * calibration_of(tiny).posterior_std
    grid = coder.quantize(target, step)
    message = latent_part(grid.symbols[0, :n_dims].numpy().astype(np.int32), grid.ratio[0, :n_dims].numpy())
    assert torch.equal(coder.read(unpacker(pack([message])), n_dims, step), grid.z[:, :n_dims])


def test_the_farthest_symbol_is_the_last_of_the_grid(tiny: vae.VAE) -> None:
    coder = range_coding.coder(tiny)
    target = torch.full((1, tiny.config.latent_dim), 1e9, dtype=torch.float64)
    grid = coder.quantize(target, calibration_of(tiny).posterior_std)
    assert (grid.symbols == range_coding.HIGHEST_SYMBOL).all()
