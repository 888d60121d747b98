"""Bayes by weighted draws: codes from q(z | seen), weighted by p(seen | z) p(z) / q(z | seen).

Source: importance-weighted bound of Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from vae.checks import check_count, check_images, seeded
from vae.model import VAE, Posterior
from vae.noise import Noise
from vae.objective import bernoulli_log_prob
from vae.pixels import N_BINS, bin_of, log_evidence, look_up

DRAWS_AT_ONCE = 1024  # bounds the memory of one batch of images and their draws
DECODES_AT_ONCE = 128  # small enough for the processor's cache


def image_chunks(n_images: int, n_draws: int) -> Iterator[slice]:
    """Slices of a batch such that each one's draws are decoded at once."""
    step = max(1, DRAWS_AT_ONCE // n_draws)
    return (slice(start, start + step) for start in range(0, n_images, step))


def decode_draws(model: VAE, z: Tensor) -> Tensor:
    """Codes (S, B, k) -> logits (S, B, 1, 28, 28)."""
    parts = z.flatten(0, 1).split(DECODES_AT_ONCE)
    return torch.cat([model.decode(part) for part in parts]).unflatten(0, z.shape[:2])


def log_prior_ratio(model: VAE, q: Posterior, z: Tensor) -> Tensor:
    """log p(z) - log q(z | seen) of draws z (S, B, k), in nats, (S, B)."""
    log_prior = model.prior.log_prob(z.flatten(0, 1)).unflatten(0, z.shape[:2])
    return log_prior - q.log_prob(z).sum(dim=-1)


@torch.inference_mode()
def log_likelihood(
    model: VAE, x: Tensor, *, n_dims: int | None = None, n_samples: int = 64, seed: int = 0
) -> Tensor:
    """Importance-weighted lower bound on log p(x) under a code of n_dims dimensions.

    Args:
        x: (B, 1, 28, 28) in [0, 1]; for grey pixels the expected Bernoulli log-probability is taken.
        n_dims: length of the code, 1 to K; None = K.
        n_samples: draws for each image, 1 to 100,000; more draws, tighter bound; 1 gives the ELBO.
        seed: same seed, same result.

    Returns:
        (B,) nats, higher is more likely.

    Raises:
        ValueError: wrong shape, a value outside [0, 1] or not finite, or a count out of its range.
    """
    check_images(x)
    check_count("n_samples", n_samples, 1, 100_000)
    n_dims = model.config.latent_dim if n_dims is None else n_dims
    check_count("n_dims", n_dims, 1, model.config.latent_dim)
    generator = seeded(seed, x.device)
    return torch.cat(
        [
            _bound(model, x[chunk], n_dims, n_samples, generator)
            for chunk in image_chunks(len(x), min(n_samples, DRAWS_AT_ONCE))
        ]
    )


def _bound(model: VAE, x: Tensor, n_dims: int, n_samples: int, generator: torch.Generator) -> Tensor:
    q = model.infer(x)
    log_weights = []
    for done in range(0, n_samples, DRAWS_AT_ONCE):
        z = q.sample(min(DRAWS_AT_ONCE, n_samples - done), generator)[..., :n_dims]
        log_px = bernoulli_log_prob(decode_draws(model, z), x).sum(dim=(2, 3, 4))
        log_weights.append(log_px + log_prior_ratio(model, q, z))
    return torch.cat(log_weights).logsumexp(dim=0) - math.log(n_samples)


class Draws(NamedTuple):
    """S codes for each of B images, drawn from q(z | seen), with what they decode to."""

    log_ratio: Tensor  # (S, B) nats, log p(z) - log q(z | seen)
    bins: Tensor  # int64 (S, B, 1, 28, 28), the logit bin of each decoded pixel, see vae/pixels.py

    def weights(self, log_evidence: Tensor, temper: float) -> Tensor:
        """Share of each draw in the average, (S, B), given log p(seen | z), (S, B).

        temper: power of the weights, in [0, 1]; below 1 more draws count, for a little bias.
        """
        return (temper * (log_evidence + self.log_ratio)).softmax(dim=0)

    def bin_shares(self, weights: Tensor) -> Tensor:
        """How often each pixel is in each logit bin, (B, 784, N_BINS), with the draws weighted by (S, B)."""
        bins = self.bins.flatten(2).permute(1, 2, 0)
        shares = torch.zeros((*bins.shape[:2], N_BINS), device=bins.device)
        return shares.scatter_add_(2, bins, weights.T[:, None].expand(bins.shape).contiguous())


def posterior_draws(
    model: VAE, seen: Tensor, observed: Tensor | None, n_draws: int, generator: torch.Generator
) -> Draws:
    """Draw n_draws codes for each picture seen (B, 1, 28, 28) and decode them."""
    q = model.infer(seen, observed)
    z = q.sample(n_draws, generator)
    return Draws(log_prior_ratio(model, q, z), bin_of(decode_draws(model, z)))


def draws_evidence(
    table: Tensor, draws: Draws, seen: Tensor, observed: Tensor | None, noise: Noise | None
) -> Tensor:
    """log p(seen | z) of each draw under a kind of noise, (S, B) nats; None: the pixels are exact."""
    by_pixel = look_up(log_evidence(table, seen, noise), draws.bins)
    if observed is not None:
        by_pixel = by_pixel * observed
    return by_pixel.sum(dim=(2, 3, 4))
