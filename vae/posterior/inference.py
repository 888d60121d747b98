"""Bayes by weighted draws: codes from q(z | seen), weighted by p(seen | z) p(z) / q(z | seen).

Source: importance-weighted bound of Burda, Grosse & Salakhutdinov 2016, arXiv:1509.00519.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from vae.checks import check_count, check_images, seeded
from vae.likelihood import bernoulli_log_prob
from vae.model import VAE, Posterior, check_model
from vae.noise import Noise
from vae.posterior.pixels import N_BINS, bin_of, log_evidence, look_up
from vae.posterior.refine import Refined, decode_many, refine

DRAWS_AT_ONCE = 1024  # bounds the memory of one batch of images and their draws
N_EFFECTIVE = 20  # draws that count at least; lowest errors on validation digits
PRIOR_WORTH = 16  # known pixels of which half of the draws come from the prior
HALVINGS = 20  # of the interval that holds the power of the weights


def image_chunks(n_images: int, n_draws: int) -> Iterator[slice]:
    """Slices of a batch such that each one's draws are decoded at once."""
    step = max(1, DRAWS_AT_ONCE // n_draws)
    return (slice(start, start + step) for start in range(0, n_images, step))


def decode_draws(model: VAE, z: Tensor) -> Tensor:
    """Codes (S, B, k) -> logits (S, B, 1, 28, 28)."""
    return decode_many(model, z.flatten(0, 1)).unflatten(0, z.shape[:2])


def _log_prior(model: VAE, z: Tensor) -> Tensor:
    """log p(z) of draws z (S, B, k), in nats, (S, B)."""
    return model.prior.log_prob(z.flatten(0, 1)).unflatten(0, z.shape[:2])


@torch.inference_mode()
def log_likelihood(
    model: VAE, x: Tensor, *, n_dims: int | None = None, n_samples: int = 64, seed: int = 0
) -> Tensor:
    """Importance-weighted lower bound on log p(x) under a code of n_dims dimensions.

    Codes are drawn from a Gaussian fitted to each image, a quarter of them from the encoder's own: see
    vae/posterior/refine.py.

    Args:
        x: (B, 1, 28, 28) in [0, 1]; for grey pixels the expected Bernoulli log-probability is taken.
        n_dims: length of the code, 1 to K; None = K.
        n_samples: draws for each image, 1 to 100,000; more draws, tighter bound; 1 gives the ELBO.
        seed: same seed, same result.

    Returns:
        (B,) nats, higher is more likely.

    Raises:
        InputError: wrong shape, a value outside [0, 1] or not finite, or a count out of its range.
    """
    return _bound(model, x, n_dims, n_samples, seed, refined=True)


@torch.inference_mode()
def encoder_bound(
    model: VAE, x: Tensor, *, n_dims: int | None = None, n_samples: int = 64, seed: int = 0
) -> Tensor:
    """As `log_likelihood`, with codes from the encoder's own Gaussian: quicker, and less tight for digits.

    For pictures that are none either bound may be the tighter one.
    """
    return _bound(model, x, n_dims, n_samples, seed, refined=False)


def _bound(model: VAE, x: Tensor, n_dims: int | None, n_samples: int, seed: int, *, refined: bool) -> Tensor:
    check_images(x)
    check_model(model, x)
    n_samples, latent_dim = check_count("n_samples", n_samples, 1, 100_000), model.config.latent_dim
    n_dims = latent_dim if n_dims is None else check_count("n_dims", n_dims, 1, latent_dim)
    generator = seeded(seed, x.device)
    at_once = max(min(n_samples, DRAWS_AT_ONCE), n_dims + 1)
    bounds = []
    for chunk in image_chunks(len(x), at_once):
        amortized = model.infer(x[chunk]).prefix(n_dims)
        q = refine(model, x[chunk], amortized, generator) if refined else amortized
        bounds.append(_chunk_bound(model, x[chunk], q, n_samples, generator))
    return torch.cat(bounds)


def _chunk_bound(
    model: VAE, x: Tensor, q: Posterior | Refined, n_samples: int, generator: torch.Generator
) -> Tensor:
    log_weights = []
    for done in range(0, n_samples, DRAWS_AT_ONCE):
        z, log_q = q.draw(min(DRAWS_AT_ONCE, n_samples - done), generator)
        log_px = bernoulli_log_prob(decode_draws(model, z), x).sum(dim=(2, 3, 4))
        log_weights.append(log_px + _log_prior(model, z) - log_q)
    return torch.cat(log_weights).logsumexp(dim=0) - math.log(n_samples)


class Draws(NamedTuple):
    """S codes for each of B images, with what they decode to."""

    q: Posterior  # the encoder's
    noise: Tensor  # (S, B, K), the standard normal numbers that made the codes
    from_prior: Tensor  # bool (S, B), made them by way of the prior; the others by way of a Gaussian
    z: Tensor  # (S, B, K)
    log_ratio: Tensor  # (S, B) nats, log p(z) less the log-density that the codes were drawn with
    bins: Tensor  # int64 (S, B, 1, 28, 28), the logit bin of each decoded pixel, see vae/posterior/pixels.py

    def weights(self, log_evidence: Tensor) -> Tensor:
        """Share of each draw in the average, (S, B), given log p(seen | z), (S, B).

        Where the few best draws would outweigh all others, the weights are raised to the power below 1 at
        which N_EFFECTIVE draws count: much less noise for a little bias. Of no more draws than that all count
        alike.

        Source: tempering to an effective sample size, Jasra et al. 2011,
        doi:10.1111/j.1467-9469.2010.00723.x.
        """
        log_weights = log_evidence + self.log_ratio
        low, high = torch.zeros_like(log_weights[0]), torch.ones_like(log_weights[0])
        for _ in range(HALVINGS):
            power = (low + high) / 2
            enough = 1 / (power * log_weights).softmax(dim=0).square().sum(dim=0) >= N_EFFECTIVE
            low, high = torch.where(enough, power, low), torch.where(enough, high, power)
        return (low * log_weights).softmax(dim=0)

    def of_image(self, i: int) -> "Draws":
        """Those of one image, with B = 1."""
        q = Posterior(self.q.mean[[i]], self.q.logvar[[i]])
        return Draws(q, *(each[:, [i]] for each in self[1:]))

    def bin_shares(self, weights: Tensor) -> Tensor:
        """How often each pixel is in each logit bin, (B, 784, N_BINS), with the draws weighted by (S, B)."""
        bins = self.bins.flatten(2).permute(1, 2, 0)
        shares = torch.zeros((*bins.shape[:2], N_BINS), device=bins.device)
        return shares.scatter_add_(2, bins, weights.T[:, None].expand(bins.shape).contiguous())


def posterior_draws(
    model: VAE, seen: Tensor, observed: Tensor | None, n_draws: int, generator: torch.Generator
) -> Draws:
    """Draw n_draws codes for each picture seen (B, 1, 28, 28) and decode them.

    The fewer pixels are known, the larger the share of codes that come from the prior: of little the encoder
    tells less than the prior knows. All are weighted as draws from the mixture of both.

    Source: defensive mixtures, Hesterberg 1995, doi:10.1080/00401706.1995.10484303.
    """
    q = model.infer(seen, observed)
    from_prior = torch.zeros((n_draws, len(seen)), dtype=torch.bool, device=seen.device)
    if observed is not None:
        from_prior = _from_prior(observed, n_draws)
    noise = torch.randn((n_draws, *q.mean.shape), generator=generator, device=seen.device).to(q.mean)
    z = q.at(noise)
    if from_prior.any():
        z[from_prior] = model.prior.from_standard(noise[from_prior])
    log_prior = _log_prior(model, z)
    log_ratio = log_prior - _log_first(q, from_prior, z, log_prior)
    return Draws(q, noise, from_prior, z, log_ratio, bin_of(decode_draws(model, z)))


def _from_prior(observed: Tensor, n_draws: int) -> Tensor:
    """Which draws come from the prior, bool (n_draws, B): all of them where nothing is known."""
    share = PRIOR_WORTH / (PRIOR_WORTH + observed.flatten(1).sum(dim=1))
    return torch.arange(n_draws, device=observed.device)[:, None] < (share * n_draws).round()


def _log_first(q: Posterior, from_prior: Tensor, z: Tensor, log_prior: Tensor) -> Tensor:
    """Log-density, in nats, of codes z (S, B, K) under what the first draws came from, (S, B)."""
    share = from_prior.to(z).mean(dim=0)
    return torch.logaddexp(log_prior + share.log(), q.log_prob(z).sum(dim=-1) + (1 - share).log())


def more_draws(model: VAE, first: Draws, log_evidence: Tensor) -> Draws:
    """As many draws again, from the Gaussian of the first ones' weighted mean and variance.

    They are made of the first ones' noise, mirrored. All are weighted as draws from the mixture of both. As
    the second Gaussian follows from the first draws, the weights are a little too small on average: that is
    no matter for weighted averages, but they are no estimate of the evidence.

    Args:
        first: from `posterior_draws`, more than one for each image.
        log_evidence: (S, B) nats, log p(seen | z) of the first draws.

    Returns:
        2S draws for each image, the first ones first.

    Source: adaptive multiple importance sampling, Cornuet et al. 2012, arXiv:0907.1254.
    """
    weights = first.weights(log_evidence)[..., None]
    mean = (weights * first.z).sum(dim=0)
    variance = (weights * (first.z - mean).square()).sum(dim=0) / (1 - weights.square().sum(dim=0))
    fitted = Posterior(mean, variance.log())
    second = fitted.at(-first.noise)
    z = torch.cat([first.z, second])
    log_prior = _log_prior(model, z)
    log_first = _log_first(first.q, first.from_prior, z, log_prior)
    log_both = torch.logaddexp(log_first, fitted.log_prob(z).sum(dim=-1)) - math.log(2)
    return Draws(
        first.q,
        torch.cat([first.noise, -first.noise]),
        torch.cat([first.from_prior, torch.zeros_like(first.from_prior)]),
        z,
        log_prior - log_both,
        torch.cat([first.bins, bin_of(decode_draws(model, second))]),
    )


def draws_evidence(
    table: Tensor, draws: Draws, seen: Tensor, observed: Tensor | None, noise: Noise | None
) -> Tensor:
    """log p(seen | z) of each draw under a kind of noise, (S, B) nats; None: the pixels are exact."""
    by_pixel = look_up(log_evidence(table, seen, noise), draws.bins)
    if observed is not None:
        by_pixel = by_pixel * observed
    return by_pixel.sum(dim=(2, 3, 4))
