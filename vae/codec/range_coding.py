"""Codes as bytes: a latent code on a grid, range-coded under the prior, and sealed with a checksum.

A decoder must repeat exactly what the encoder computed. So all of it runs in float64 and is rounded
coarsely before it sets a probability: another processor, whose last bits differ, decodes the same bytes.

Source: range coding as in the library `constriction`, Bamler 2022, arXiv:2201.01741.
"""

import binascii
import copy
import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import constriction
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from vae.checks import InputError
from vae.model import VAE
from vae.prior import Prior

HIGHEST_SYMBOL = 1023  # of a latent number on its grid, in either direction
SHORT_CODE_BYTES = 8  # codes up to this length carry a CRC of one byte, longer ones of two
LEAST_CHANCE = 2**-24  # of a symbol, as far as ideal lengths are told: what a range coder resolves
LOG_RATIO_ROUNDING = 1 / 16  # of the log2 of a conditional's standard deviation in grid steps

Gaussian = constriction.stream.model.QuantizedGaussian
Laplace = constriction.stream.model.QuantizedLaplace
Bernoulli = constriction.stream.model.Bernoulli
LATENT = Gaussian(-HIGHEST_SYMBOL, HIGHEST_SYMBOL)


class Part(NamedTuple):
    """A stretch of symbols of one family of distributions, with an array of each of its parameters."""

    symbols: NDArray[np.int32]
    family: Any
    parameters: tuple[NDArray[np.float64], ...]


class GridCode(NamedTuple):
    """Codes on a grid: each number lies whole steps away from what the prior expects, given those before."""

    symbols: Tensor  # int64 (B, k), the steps
    z: Tensor  # float64 (B, k), the code
    ratio: Tensor  # float64 (B, k), standard deviation of each symbol under the prior
    bits: Tensor  # float64 (B, k), ideal length of each symbol

    def prefix(self, row: int, n_dims: int) -> "GridCode":
        """The first n_dims numbers of one row, as a code of its own, (1, n_dims)."""
        return GridCode(*(part[[row], :n_dims] for part in self))


class Coder:
    """What writing and reading codes needs of a model, in float64."""

    def __init__(self, model: VAE) -> None:
        self.prior: Prior = copy.deepcopy(model.prior).double().cpu()
        self.prior.mask_for_good()
        self.decoder = copy.deepcopy(model.decoder).double().cpu()

    def quantize(self, target: Tensor, step: Tensor) -> GridCode:
        """The grid codes nearest to target (B, k)."""
        return self._walk(target.shape, step, lambda i, mean: ((target[:, i] - mean) / step[i]).round())

    def at(self, symbols: Tensor, step: Tensor) -> GridCode:
        """The grid codes of symbols, int64 (B, k)."""
        return self._walk(symbols.shape, step, lambda i, mean: symbols[:, i])

    def _walk(self, shape: torch.Size, step: Tensor, choose: Callable[[int, Tensor], Tensor]) -> GridCode:
        """Choose symbol after symbol, each given what the prior expects after those before."""
        z = torch.zeros(shape, dtype=torch.float64)
        symbols, ratios = torch.zeros_like(z, dtype=torch.int64), torch.ones_like(z)
        for i in range(shape[1]):
            mean, ratios[:, i] = self._conditional(z, i, step)
            symbols[:, i] = choose(i, mean).clamp(-HIGHEST_SYMBOL, HIGHEST_SYMBOL)
            z[:, i] = mean + symbols[:, i] * step[i]
        return GridCode(symbols, z, ratios, symbol_bits(symbols, ratios))

    def moves(self, z: Tensor, step: Tensor) -> Tensor:
        """How a code z (1, k) moves when one symbol rises by one and the others stay, (k, k), to first order.

        A number's grid lies around what the prior expects of it, so those after it move too.
        """
        identity, probe = torch.eye(z.shape[1], dtype=torch.float64), 1e-4
        mean, _ = self.prior.conditionals(torch.cat([z, z + probe * identity]))
        pull = ((mean[1:] - mean[0]) / probe).T.tril(-1)
        return torch.linalg.solve_triangular(identity - pull, step[: z.shape[1]].diag(), upper=False).T

    def logits(self, z: Tensor) -> Tensor:
        """What the decoder makes of codes z (B, k), as every processor computes it, (B, 784)."""
        missing = self.prior.latent_dim - z.shape[1]
        kept = F.pad(torch.ones_like(z), (0, missing))
        return self.decoder(torch.cat([F.pad(z, (0, missing)), kept], dim=1)).flatten(1)

    def read(self, decoder: Any, n_dims: int, step: Tensor) -> Tensor:
        """The code z (1, n_dims), float64, that a range decoder yields next."""
        z = torch.zeros((1, self.prior.latent_dim), dtype=torch.float64)
        for i in range(n_dims):
            mean, ratio = self._conditional(z, i, step)
            symbol = int(decoder.decode(LATENT, np.zeros(1), ratio.numpy())[0])
            z[:, i] = mean + symbol * step[i]
        return z[:, :n_dims]

    def _conditional(self, z: Tensor, i: int, step: Tensor) -> tuple[Tensor, Tensor]:
        """Mean of number i given those before, and its standard deviation in steps, rounded; each (B,)."""
        mean, log_std = self.prior.next(z[:, :i]).moments()
        return mean, round_ratio(log_std.exp() / step[i])


def round_ratio(ratio: Tensor) -> Tensor:
    """A standard deviation in steps, rounded so coarsely that every processor comes to the same."""
    return torch.exp2((ratio.log2() / LOG_RATIO_ROUNDING).round() * LOG_RATIO_ROUNDING)


@functools.lru_cache(maxsize=2)
def coder(model: VAE) -> Coder:
    """The coder of a model, made once; its weights must not change any more."""
    return Coder(model)


def latent_part(symbols: NDArray[np.int32], ratios: NDArray[np.float64]) -> Part:
    """Latent symbols as a part of a message."""
    return Part(symbols, LATENT, (np.zeros(len(symbols)), ratios))


def symbol_bits(symbols: Tensor, ratios: Tensor) -> Tensor:
    """Ideal length of symbols that are rounded Gaussians of mean 0 and standard deviations ratios."""
    upper = torch.special.ndtr((symbols.abs() + 0.5) / ratios)
    lower = torch.special.ndtr((symbols.abs() - 0.5) / ratios)
    return -(upper - lower).clamp_min(LEAST_CHANCE).log2()


def pack(message: Sequence[Part]) -> bytes:
    """The shortest bytes that decode to a message."""
    encoder = constriction.stream.queue.RangeEncoder()
    for part in message:
        encoder.encode(part.symbols, part.family, *part.parameters)
    whole = encoder.get_compressed().astype(">u4").tobytes()
    for size in range(max(len(whole) - 8, 0), len(whole)):
        for last in (0, 1):
            number = int.from_bytes(whole[:size], "big") + last
            if number < 256**size and _unpacks_to(number.to_bytes(size, "big"), message):
                return number.to_bytes(size, "big")
    return whole


def unpacker(payload: bytes) -> Any:
    """A range decoder of what `pack` wrote; as many zero bytes as it asks for follow the payload."""
    padded = payload + bytes(-len(payload) % 4 + 8)
    return constriction.stream.queue.RangeDecoder(np.frombuffer(padded, ">u4").astype(np.uint32))


def _unpacks_to(payload: bytes, message: Sequence[Part]) -> bool:
    decoder = unpacker(payload)
    try:
        return all(
            np.array_equal(decoder.decode(part.family, *part.parameters), part.symbols) for part in message
        )
    except AssertionError:  # how constriction says that no message begins so
        return False


def payload_bytes(code_bytes: int) -> int:
    """The bytes that a code of at most code_bytes leaves for its payload beside its checksum."""
    return code_bytes - (1 if code_bytes <= SHORT_CODE_BYTES else 2)


def seal(payload: bytes, key: int) -> bytes:
    """The payload behind a checksum of itself and of the key."""
    return _checksum(payload, key) + payload


def unseal(code: bytes, key: int) -> bytes:
    """The payload of a sealed code.

    Raises:
        InputError: the code is too short, was truncated or altered, or was sealed with another key.
    """
    if not isinstance(code, bytes):
        raise InputError(f"a code must be bytes, not {type(code).__name__}")
    payload = code[1 if len(code) <= SHORT_CODE_BYTES else 2 :]
    if not code or seal(payload, key) != code:
        raise InputError(
            "this is no code of this model: it was truncated or altered, or another model wrote it"
        )
    return payload


def _checksum(payload: bytes, key: int) -> bytes:
    """CRC-8 or CRC-16 of the payload, begun with the key."""
    if len(payload) < SHORT_CODE_BYTES:
        return bytes([_crc8(key.to_bytes(4, "big") + payload)])
    return binascii.crc_hqx(payload, binascii.crc_hqx(key.to_bytes(4, "big"), 0)).to_bytes(2, "big")


def _crc8(data: bytes) -> int:
    remainder = 0
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder << 1) ^ (0x107 if remainder & 0x80 else 0)
    return remainder
