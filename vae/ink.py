"""Job 1, without loss: one black-and-white digit, exactly, in fewer bytes than PNG or any chained coder.

A code is a latent code on a coarse grid under the prior, then each pixel under the decoder. Of the grid
points around the posterior mean the one with the fewest bits in all is searched.
"""

import numpy as np
import torch
from torch import Tensor

from vae.calibration import calibration_of
from vae.checks import SIDE, check_image
from vae.coding import Bernoulli, Coder, GridCode, Part, coder, latent_part, pack, seal, unpacker, unseal
from vae.model import VAE
from vae.objective import bernoulli_log_prob

MOST_ROUNDS = 6  # of the search; each tries one step up and one down in every dimension
LONGEST_CODE_BYTES = 4096  # the least likely picture takes about half of that
LOGIT_ROUNDING, HIGHEST_LOGIT = 1 / 8, 12.0
SALT = 0x696E6B  # tells a lossless code from a lossy one
PIXEL = Bernoulli(perfect=False)


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
    target = model.encode(ink[None]).mean.double().cpu()
    grid = writer.quantize(target, step, _best_nudge(model, writer, ink, target, step))
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


def _best_nudge(model: VAE, writer: Coder, ink: Tensor, target: Tensor, step: Tensor) -> Tensor:
    """The steps away from the grid point nearest to target (1, K) that cost the fewest bits, (1, K)."""
    n_dims = target.shape[1]
    single = torch.eye(n_dims, dtype=torch.int64)
    moves = torch.cat([torch.zeros((1, n_dims), dtype=torch.int64), single, -single])
    best = moves[:1]
    for _ in range(MOST_ROUNDS):
        nudges = best + moves
        grid = writer.quantize(target.expand(len(moves), -1), step, nudges)
        choice = _total_bits(model, grid, ink).argmin()
        if choice == 0:
            break
        best = nudges[choice][None]
    return best


def _total_bits(model: VAE, grid: GridCode, ink: Tensor) -> Tensor:
    """Ideal length of the digit's code at each grid code, (B,)."""
    logits = model.decode(grid.z.to(ink))
    nll_nats = -bernoulli_log_prob(logits, ink).sum(dim=(1, 2, 3))
    return grid.bits.sum(dim=1) + nll_nats.cpu() / np.log(2)


def _pixel_probs(writer: Coder, z: Tensor) -> np.ndarray:
    """The probability of ink in each pixel, (784,), from logits rounded alike by encoder and decoder."""
    kept = torch.ones_like(z)
    logits = writer.decoder(torch.cat([z, kept], dim=1)).flatten().clamp(-HIGHEST_LOGIT, HIGHEST_LOGIT)
    return torch.sigmoid((logits / LOGIT_ROUNDING).round() * LOGIT_ROUNDING).numpy()
