"""Job 3: noise reduction. Average what the posterior draws say of each pixel, knowing the noise."""

from collections.abc import Iterator

import torch
from torch import Tensor

from vae.checks import check_pictures, seeded
from vae.model import VAE, check_model, pixel_table, statistics_of
from vae.noise import Noise, check_noise
from vae.posterior.inference import Draws, draws_evidence, image_chunks, more_draws, posterior_draws
from vae.posterior.pixels import expectation, posterior
from vae.posterior.propagation import propagate

N_DRAWS = 128  # in each of two rounds
CANDIDATES = (
    *(Noise("gaussian", level) for level in (0.03, 0.06, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4)),
    *(Noise("uniform", level) for level in (0.02, 0.05, 0.1, 0.17, 0.25, 0.35, 0.5, 0.7)),
    *(Noise("salt_and_pepper", level) for level in (0.02, 0.05, 0.1, 0.17, 0.25, 0.35, 0.5, 0.7)),
)


@torch.inference_mode()
def denoise(model: VAE, noisy: Tensor, noise: Noise | None, *, seed: int = 0) -> Tensor:
    """The expected clean digit, given a noisy one.

    Codes are drawn from q(z | noisy), then from where the first ones were likely, and weighted by a power of
    p(noisy | z) p(z) / q(z | noisy); under each code a pixel's expected clean value follows from its noisy
    value, the decoder's logit and the noise.

    Args:
        noisy: (B, 1, 28, 28), within 1,000,000 of zero; Gaussian noise may leave [0, 1].
        noise: what was added; None: kind and level are unknown, and the candidate with the highest
            evidence is taken image by image.
        seed: same seed, same result.

    Returns:
        (B, 1, 28, 28) in [0, 1].

    Raises:
        InputError: a wrong shape, or a value not within 1,000,000 of zero; noise is neither a Noise nor None.

    Source: importance sampling with the encoder as proposal, Burda et al. 2016, arXiv:1509.00519, and again
    with what that found, Cornuet et al. 2012, arXiv:0907.1254; the pixel step is Bayes' rule over the grey
    levels of vae/posterior/pixels.py.
    """
    check_pictures(noisy)
    check_model(model, noisy)
    if noise is not None:
        check_noise(noise)
    table = pixel_table(model)
    cleaned = [
        _cleaned(model, table, first, noisy[chunk], noise)
        for chunk, first in _first_draws(model, noisy, seed)
    ]
    return torch.cat(cleaned)


@torch.inference_mode()
def estimate_noise(model: VAE, noisy: Tensor, *, seed: int = 0) -> list[Noise]:
    """The kind and level that `denoise` assumes for each image when it is told neither.

    Args:
        noisy: (B, 1, 28, 28), within 1,000,000 of zero.
        seed: same seed, same result.

    Returns:
        For each image the candidate of highest evidence, p(noisy | kind, level).

    Raises:
        InputError: a wrong shape, or a value not within 1,000,000 of zero.
    """
    check_pictures(noisy)
    check_model(model, noisy)
    table = pixel_table(model)
    found: list[Noise] = []
    for chunk, first in _first_draws(model, noisy, seed):
        found += _most_evident(table, first, noisy[chunk])
    return found


def _first_draws(model: VAE, noisy: Tensor, seed: int) -> Iterator[tuple[slice, Draws]]:
    generator = seeded(seed, noisy.device)
    for chunk in image_chunks(len(noisy), 2 * N_DRAWS):
        yield chunk, posterior_draws(model, noisy[chunk], None, N_DRAWS, generator)


def _most_evident(table: Tensor, draws: Draws, noisy: Tensor) -> list[Noise]:
    """For each image the candidate noise with the highest log-mean importance weight."""
    evidence = [
        (draws_evidence(table, draws, noisy, None, noise) + draws.log_ratio).logsumexp(dim=0)
        for noise in CANDIDATES
    ]
    return [CANDIDATES[i] for i in torch.stack(evidence).argmax(dim=0).tolist()]


def _cleaned(model: VAE, table: Tensor, first: Draws, noisy: Tensor, noise: Noise | None) -> Tensor:
    if noise is None:
        found = enumerate(_most_evident(table, first, noisy))
        return torch.cat([_cleaned(model, table, first.of_image(i), noisy[[i]], kind) for i, kind in found])
    draws = more_draws(model, first, draws_evidence(table, first, noisy, None, noise))
    weights = draws.weights(draws_evidence(table, draws, noisy, None, noise))
    shares, seen = draws.bin_shares(weights), noisy.flatten(1)
    own = torch.einsum("bpk,bpkl->bpl", shares, posterior(table, seen[..., None], noise))
    told = propagate(statistics_of(model).residual_kernel, shares @ table, own)
    return expectation(told, seen, noise).view_as(noisy).clamp(0, 1)
