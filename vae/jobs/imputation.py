"""Job 5: filling in what was erased, as a distribution: several completions, their mean and spread."""

from typing import NamedTuple

import torch
from torch import Tensor

from vae.checks import check_count, check_images, check_observed, seeded
from vae.model import VAE, check_model, pixel_table, statistics_of
from vae.posterior.inference import draws_evidence, image_chunks, more_draws, posterior_draws
from vae.posterior.pixels import moments, posterior
from vae.posterior.propagation import propagate

N_DRAWS = 128  # in each of two rounds
COMPLETED_AT_ONCE = 32  # bounds the memory of completions


class Imputation(NamedTuple):
    """What the hidden pixels may have been; known pixels are as they were."""

    samples: Tensor  # (S, B, 1, 28, 28) in [0, 1], completions drawn by their weight
    mean: Tensor  # (B, 1, 28, 28) in [0, 1], the expected image
    std: Tensor  # (B, 1, 28, 28), standard deviation of each pixel, 0 where it is known


@torch.inference_mode()
def impute(model: VAE, x: Tensor, observed: Tensor, *, n_samples: int = 8, seed: int = 0) -> Imputation:
    """Fill in the hidden pixels of each image.

    Codes are drawn from q(z | known pixels) and, the fewer pixels are known the more of them, from the prior,
    then from where the first ones were likely, and weighted by a power of p(known | z) p(z) over the density
    that they were drawn with. With nothing known the completions are draws from the prior.

    Args:
        x: (B, 1, 28, 28) in [0, 1]; the hidden pixels are not looked at.
        observed: bool (B, 1, 28, 28), True = known.
        n_samples: number of completions, 1 to 256.
        seed: same seed, same completions.

    Raises:
        InputError: a wrong shape or dtype, a value outside [0, 1] or not finite, or n_samples out of range.

    Source: sampling importance resampling, Rubin 1988; the encoder of partly observed data as in
    Ivanov, Figurnov & Vetrov 2019, arXiv:1806.02382.
    """
    check_images(x)
    check_observed(observed, x)
    check_model(model, x)
    n_samples = check_count("n_samples", n_samples, 1, 2 * N_DRAWS)
    generator = seeded(seed, x.device)
    table = pixel_table(model)
    parts = [
        _impute(model, table, x[chunk], observed[chunk], n_samples, generator)
        for chunk in image_chunks(len(x), 2 * N_DRAWS)
    ]
    samples, means, stds = zip(*parts, strict=True)
    return Imputation(torch.cat(samples, dim=1), torch.cat(means), torch.cat(stds))


def _impute(
    model: VAE, table: Tensor, x: Tensor, observed: Tensor, n_samples: int, generator: torch.Generator
) -> Imputation:
    first = posterior_draws(model, x, observed, N_DRAWS, generator)
    draws = more_draws(model, first, draws_evidence(table, first, x, observed, None))
    weights = draws.weights(draws_evidence(table, draws, x, observed, None))
    mean, variance = moments(_told(model, draws.bin_shares(weights) @ table, x, observed))
    mean, std = mean.view_as(x), variance.clamp_min(0).sqrt().view_as(x)
    chosen = _resample(weights, n_samples, generator)
    samples = torch.stack(
        [_completed(model, table, draws.bins[:, i], chosen[:, i], x[i], observed[i]) for i in range(len(x))],
        dim=1,
    )
    return Imputation(samples, torch.where(observed, x, mean), std * ~observed)


def _completed(
    model: VAE, table: Tensor, bins: Tensor, chosen: Tensor, x: Tensor, observed: Tensor
) -> Tensor:
    """Completions (n, 1, 28, 28) of one image by its chosen draws (n,), of which each is worked out once."""
    distinct, place = chosen.unique(return_inverse=True)
    means = []
    for part in distinct.split(COMPLETED_AT_ONCE):
        images, masks = x.expand(len(part), 1, 28, 28), observed.expand(len(part), 1, 28, 28)
        means.append(moments(_told(model, table[bins[part].flatten(1)], images, masks))[0])
    return torch.where(observed, x, torch.cat(means)[place].view(-1, 1, 28, 28))


def _told(model: VAE, prior: Tensor, x: Tensor, observed: Tensor) -> Tensor:
    """p(grey level) of each pixel, (B, 784, N_GREYS), once the known ones have told their neighbours."""
    known = posterior(prior, x.flatten(1), None)
    own = torch.where(observed.flatten(1)[..., None], known, prior)
    return propagate(statistics_of(model).residual_kernel, prior, own)


def _resample(weights: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Indices (n, B) of draws, by systematic resampling of weights (S, B): few repetitions."""
    start = torch.rand((weights.shape[1], 1), generator=generator, device=weights.device)
    ticks = (torch.arange(n, device=weights.device) + start) / n
    cumulative = weights.T.cumsum(dim=1).contiguous()
    return torch.searchsorted(cumulative, ticks.contiguous()).clamp_max(len(weights) - 1).T
