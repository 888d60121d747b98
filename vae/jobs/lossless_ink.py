"""Job 1, without loss: one black-and-white digit, exactly, in fewer bytes than PNG or any chained coder.

A code is a latent code on a coarse grid under the prior, then each pixel under the decoder and the pixels
before it. Of the grid points around the posterior mean the one with the fewest bits in all is searched.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vae.checks import SIDE, InputError, check_image
from vae.codec import context
from vae.codec.grid_search import decoded, improve
from vae.codec.range_coding import Bernoulli, GridCode, Part, coder, latent_part, pack, seal, unpacker, unseal
from vae.model import VAE, calibration_of, check_model

STARTS = (0.0, 0.4)  # of the search for the best grid code, steps away from the posterior mean
TRIALS = (0.7, 1.0)  # weights of the bits of the latent code that each round tries
ROUNDS = 4  # of that search
LONGEST_CODE_BYTES = 4096  # the least likely picture takes about half of that
SALT = 0x696E6B  # tells a lossless code from a lossy one
BIT = Bernoulli(perfect=False)
EVEN = np.array([0.5])


class InkBits:
    """What the pixels of a digit cost, in bits, given those before them; for vae/codec/grid_search.py."""

    def __init__(self, ink: Tensor, weights: Tensor) -> None:
        """ink: (784,); weights: (N_FEATURES,), see vae/codec/context.py; both float64."""
        self.ink, self.weights = ink, weights

    def total(self, logits: Tensor) -> Tensor:
        turned = self._turned(logits)
        return (F.softplus(turned) - self.ink * turned).sum(dim=1) / math.log(2)

    def quadratic(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        turned = self._turned(logits)
        slopes, p = turned[1:] - turned[0], torch.sigmoid(turned[0])
        slope, curvature = slopes @ (self.ink - p), (slopes * p * (1 - p)) @ slopes.T
        return slope / math.log(4), curvature / math.log(4)

    def _turned(self, logits: Tensor) -> Tensor:
        return context.features(logits, self.ink) @ self.weights


@torch.inference_mode()
def compress_ink(model: VAE, ink: Tensor) -> bytes:
    """Write one black-and-white digit without loss.

    Args:
        ink: (1, 28, 28), every pixel 0 or 1.

    Returns:
        All that `decompress_ink` needs beside the model; a typical digit takes 12 to 18 bytes.

    Raises:
        InputError: a wrong shape, a pixel that is neither 0 nor 1, or a model without calibration.

    Source: the idea that a latent-variable model codes single images well once its latent code is
    quantised with care, Townsend, Bird & Barber 2019, arXiv:1901.04866, there by bits back over many.
    """
    check_image(ink)
    if not ((ink == 0) | (ink == 1)).all():
        raise InputError("lossless coding takes black and white alone: every pixel must be 0 or 1")
    check_model(model, ink)
    calibration = calibration_of(model)
    payload = ink_payload(
        model, ink, calibration.ink_step * calibration.posterior_std, calibration.ink_contexts
    )
    return seal(payload, calibration.key ^ SALT)


@torch.inference_mode()
def ink_payload(model: VAE, ink: Tensor, step: Tensor, contexts: Tensor) -> bytes:
    """The code of a digit, (1, 28, 28) of 0 and 1, without its checksum.

    Args:
        step: float64 (K,), of the grid of its latent code.
        contexts: float64 (2, N_FEATURES), the weights of each kind of picture, see vae/codec/context.py.
    """
    pixels = ink.flatten().double().cpu()
    mean = model.encode(ink[None]).mean.double().cpu()
    starts = coder(model).quantize(mean + torch.tensor(STARTS)[:, None] * step, step)
    losses, logits = [InkBits(pixels, weights) for weights in contexts], decoded(model, starts.z)
    bits = torch.stack([loss.total(logits) for loss in losses])
    kind = int(bits.amin(dim=1).argmin())
    grid = _best_grid(model, losses[kind], starts, step)
    logits = context.rounded(coder(model).logits(grid.z)[0])
    chances = context.chances(logits, pixels, contexts[kind])
    message = [
        latent_part(grid.symbols[0].numpy().astype(np.int32), grid.ratio[0].numpy()),
        Part(np.array([kind], np.int32), BIT, (EVEN,)),
        Part(pixels.numpy().astype(np.int32), BIT, (chances.numpy(),)),
    ]
    return pack(message)


def _best_grid(model: VAE, loss: InkBits, starts: GridCode, step: Tensor) -> GridCode:
    """The grid code (1, K) of fewest bits in all that the search finds from any of its starts (B, K)."""
    found = [
        improve(
            model,
            loss,
            starts.prefix(row, model.config.latent_dim),
            step,
            loss_per_bit=1.0,
            trials=TRIALS,
            most_bits=math.inf,
            rounds=ROUNDS,
        )
        for row in range(len(starts.z))
    ]
    return min(found, key=lambda each: each.cost).grid


@torch.inference_mode()
def decompress_ink(model: VAE, code: bytes) -> Tensor:
    """The digit in a code that `compress_ink` wrote, exactly.

    Returns:
        (1, 28, 28) float32, every pixel 0 or 1.

    Raises:
        InputError: the code is truncated, altered, or was written by another model.
    """
    check_model(model)
    reader, calibration = coder(model), calibration_of(model)
    payload = unseal(code, calibration.key ^ SALT)
    if len(payload) > LONGEST_CODE_BYTES:
        raise InputError(f"a lossless code has at most {LONGEST_CODE_BYTES} bytes")
    decoder = unpacker(payload)
    try:
        z = reader.read(decoder, model.config.latent_dim, calibration.ink_step * calibration.posterior_std)
        weights = calibration.ink_contexts[int(decoder.decode(BIT, EVEN)[0])]
        logits = context.rounded(reader.logits(z)[0])
        pixels = context.read(logits, weights, lambda chance: int(decoder.decode(BIT, np.array([chance]))[0]))
    except AssertionError as error:
        raise InputError("this code holds no digit") from error
    return pixels.float().view(1, SIDE, SIDE)
