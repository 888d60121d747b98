"""Job 1, without loss: one black-and-white digit, exactly, in fewer bytes than PNG or any chained coder.

A code is a latent code on a coarse grid under the prior, then each pixel under the decoder. Of the grid
points around the posterior mean the one with the fewest bits in all is searched.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from vae.calibration import calibration_of
from vae.checks import SIDE, check_image
from vae.coding import Bernoulli, Coder, Part, coder, latent_part, pack, seal, unpacker, unseal
from vae.model import VAE
from vae.search import improve

STARTS = (0.0, 0.4)  # of the search for the best grid code, steps away from the posterior mean
TRIAL_PRICES = (0.7, 1.0)  # of a bit, that each round tries
ROUNDS = 4  # of that search
LONGEST_CODE_BYTES = 4096  # the least likely picture takes about half of that
LOGIT_ROUNDING, HIGHEST_LOGIT = 1 / 8, 12.0
SALT = 0x696E6B  # tells a lossless code from a lossy one
PIXEL = Bernoulli(perfect=False)


class InkBits:
    """What the pixels of a digit cost under the decoder, in bits, for vae/search.py."""

    def __init__(self, ink: Tensor) -> None:
        self.ink = ink.flatten().double().cpu()

    def total(self, logits: Tensor) -> Tensor:
        return (F.softplus(logits) - self.ink * logits).sum(dim=1) / math.log(2)

    def quadratic(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        slopes, p = logits[1:] - logits[0], torch.sigmoid(logits[0])
        slope, curvature = slopes @ (self.ink - p), (slopes * p * (1 - p)) @ slopes.T
        return slope / math.log(4), curvature / math.log(4)


@torch.inference_mode()
def compress_ink(model: VAE, ink: Tensor) -> bytes:
    """Write one black-and-white digit without loss.

    Args:
        ink: (1, 28, 28), every pixel 0 or 1.

    Returns:
        All that `decompress_ink` needs beside the model; a typical digit takes 15 to 20 bytes.

    Raises:
        ValueError: a wrong shape, a pixel that is neither 0 nor 1, or a model without calibration.

    Source: the idea that a latent-variable model codes single images well once its latent code is
    quantised with care, Townsend, Bird & Barber 2019, arXiv:1901.04866, there by bits back over many.
    """
    check_image(ink)
    if not ((ink == 0) | (ink == 1)).all():
        raise ValueError("lossless coding takes black and white alone: every pixel must be 0 or 1")
    writer = coder(model)
    step = calibration_of(model).ink_step * writer.posterior_std
    mean = model.encode(ink[None]).mean.double().cpu()
    starts = writer.quantize(mean + torch.tensor(STARTS)[:, None] * step, step)
    found = [
        improve(
            writer,
            lambda z: model.decode(z.to(ink)).flatten(1).double().cpu(),
            InkBits(ink),
            starts.prefix(row, model.config.latent_dim),
            step,
            price=1.0,
            trial_prices=TRIAL_PRICES,
            most_bits=math.inf,
            rounds=ROUNDS,
        )
        for row in range(len(STARTS))
    ]
    grid = min(found, key=lambda each: each.cost).grid
    latents = latent_part(grid.symbols[0].numpy().astype(np.int32), grid.ratio[0].numpy())
    pixels = Part(ink.flatten().cpu().numpy().astype(np.int32), PIXEL, (_pixel_probs(writer, grid.z),))
    return seal(pack([latents, pixels]), writer.key ^ SALT)


@torch.inference_mode()
def decompress_ink(model: VAE, code: bytes) -> Tensor:
    """The digit in a code that `compress_ink` wrote, exactly.

    Returns:
        (1, 28, 28) float32, every pixel 0 or 1.

    Raises:
        ValueError: the code is truncated, altered, or was written by another model.
    """
    reader = coder(model)
    payload = unseal(code, reader.key ^ SALT)
    if len(payload) > LONGEST_CODE_BYTES:
        raise ValueError(f"a lossless code has at most {LONGEST_CODE_BYTES} bytes")
    decoder = unpacker(payload)
    step = calibration_of(model).ink_step * reader.posterior_std
    try:
        z = reader.read(decoder, model.config.latent_dim, step)
        pixels = decoder.decode(PIXEL, _pixel_probs(reader, z))
    except AssertionError as error:
        raise ValueError("this code holds no digit") from error
    return torch.from_numpy(pixels.astype(np.float32)).view(1, SIDE, SIDE)


def _pixel_probs(writer: Coder, z: Tensor) -> np.ndarray:
    """The probability of ink in each pixel, (784,), from logits rounded alike by encoder and decoder."""
    logits = writer.logits(z)[0].clamp(-HIGHEST_LOGIT, HIGHEST_LOGIT)
    return torch.sigmoid((logits / LOGIT_ROUNDING).round() * LOGIT_ROUNDING).numpy()
