"""What the model does to one digit, step by step: the posterior, draws from it, and what the digit costs.

Sources: Kingma & Welling 2014, arXiv:1312.6114; nested codes of Rippel et al. 2014, arXiv:1402.0915.
"""

import math
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

import vae
from ui.shell import cache, load
from vae.likelihood import bernoulli_log_prob

N_DRAWS = 64  # for every average of decoded codes
N_CODES = 512  # for what each number of the code costs


class Draws(NamedTuple):
    """What S codes drawn from the posterior of one digit decode to."""

    decoded: Tensor  # (S, 1, 28, 28), the chance of ink in each pixel
    psnr_db: float  # of the decoded digits against the digit, on average


class Cost(NamedTuple):
    """What one digit costs to describe: minus the ELBO, in its parts, averaged over draws."""

    pixels_nats: float  # the pixels, given a code
    kl_nats: list[float]  # each number of the code; infinite where it is known exactly

    @property
    def code_nats(self) -> float:
        return math.fsum(self.kl_nats)

    @property
    def total_nats(self) -> float:
        return self.pixels_nats + self.code_nats

    def n_carrying(self, share: float) -> int:
        """How many of the first numbers carry a share of what the code costs."""
        sums = accumulate(self.kl_nats)
        return next(i for i, nats in enumerate(sums, 1) if nats >= share * self.code_nats)


class Prefix(NamedTuple):
    """What the first k numbers of a code decode to."""

    k: int
    image: Tensor  # (1, 28, 28)
    psnr_db: float


class Moved(NamedTuple):
    """The digit moved sideways."""

    image: Tensor  # (1, 28, 28)
    decoded: Tensor  # (1, 28, 28)
    nats: float  # what it costs


@torch.inference_mode()
def draws(image: Tensor, n: int, *, scale: float = 1, seed: int = 0) -> Draws:
    """Draw n codes of an image (1, 28, 28), with the posterior's σ multiplied by scale, and decode them."""
    q = _posterior(image, scale)
    z = q.sample(n, torch.Generator().manual_seed(seed))[:, 0]
    decoded = load.model().decode(z).sigmoid()
    psnr_db = sum(vae.psnr(picture, image) for picture in decoded) / n
    return Draws(decoded, psnr_db)


@cache.briefly(entry_kb=2)
@torch.inference_mode()
def cost(image: Tensor, *, scale: float = 1, seed: int = 0) -> Cost:
    """The cost of an image (1, 28, 28) when the posterior's σ is multiplied by scale, in [0, ∞).

    Grey pixels count as the chance of ink, as in training.
    """
    q = _posterior(image, scale)
    z = q.sample(N_CODES, torch.Generator().manual_seed(seed))[:, 0]
    log_px = bernoulli_log_prob(load.model().decode(z[:N_DRAWS]), image).sum(dim=(1, 2, 3))
    return Cost(-log_px.mean().item(), q.kl_per_dim(load.model().prior, z).mean(dim=0).tolist())


@cache.briefly(entry_kb=1)
@torch.inference_mode()
def tight_nats(image: Tensor) -> float:
    """The cost of an image (1, 28, 28) by weighted draws: closer to the truth than `cost`."""
    return -vae.log_likelihood(load.model(), image[None], n_samples=N_DRAWS).item()


@torch.inference_mode()
def prefixes(image: Tensor, lengths: list[int]) -> list[Prefix]:
    """An image (1, 28, 28) decoded from the first k numbers of its code, for each k."""
    model = load.model()
    mean = model.encode(image[None]).mean
    decoded = [model.decode(mean[:, :k]).sigmoid()[0] for k in lengths]
    return [Prefix(k, ours, vae.psnr(ours, image)) for k, ours in zip(lengths, decoded, strict=True)]


@cache.briefly(entry_kb=8)
@torch.inference_mode()
def moved(image: Tensor, by: int) -> Moved:
    """An image (1, 28, 28) moved to the right by some pixels, and what the model makes of it."""
    there = F.pad(image, (by, 0))[..., : image.shape[-1]]
    return Moved(there, load.model().reconstruct(there[None])[0], cost(there).total_nats)


def lengths_shown(latent_dim: int) -> list[int]:
    """1, 2, 4, 8 … and the whole code."""
    return [2**i for i in range(latent_dim.bit_length()) if 2**i < latent_dim] + [latent_dim]


def _posterior(image: Tensor, scale: float) -> vae.Posterior:
    """q(z | image) for a batch of one, its σ multiplied by scale."""
    q = load.model().encode(image[None])
    return vae.Posterior(q.mean, q.logvar + 2 * (math.log(scale) if scale else -math.inf))
