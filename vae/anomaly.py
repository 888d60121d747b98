"""Job 4: anomaly detection. How many nats each pixel of an image's ink costs."""

import torch
from torch import Tensor

from vae.calibration import calibration_of, pixel_table
from vae.checks import check_images, seeded
from vae.inference import draws_evidence, encoder_bound, image_chunks, posterior_draws
from vae.model import VAE
from vae.pixels import moments

N_DRAWS = 64
SPARE_INK = 10.0  # pixels of ink added to every image's own, so that the score of a blank one is finite
MOST_INK = 120.0  # pixels of ink that count; more of it, as of a coat, excuses nothing


@torch.inference_mode()
def anomaly_score(model: VAE, x: Tensor, *, seed: int = 0) -> Tensor:
    """How strange each image is to the model; higher is stranger.

    Raw likelihood is no such score: an image with little ink is cheap whatever it shows. So the cost is
    counted above what the grey values themselves cost at least, and divided by the amount of ink,
    as far as digits have so much. The codes are the encoder's own: what it misses, where a Gaussian fitted to
    the image would not, tells strangers apart too.

    Args:
        x: (B, 1, 28, 28) in [0, 1], ink = 1.
        seed: same seed and same batch, same scores.

    Returns:
        (B,) nats for each pixel of ink, from an importance-weighted bound of 64 draws.

    Raises:
        ValueError: a wrong shape, or a value outside [0, 1] or not finite.

    Source: that raw likelihood is misled by simple statistics, Nalisnick et al. 2019, arXiv:1810.09136;
    correcting for the input's own complexity, Serra et al. 2020, arXiv:1909.11480.
    """
    nll_nats = -encoder_bound(model, x, n_samples=N_DRAWS, seed=seed)
    floor_nats = _entropy(x).sum(dim=(1, 2, 3))
    return (nll_nats - floor_nats) / (x.sum(dim=(1, 2, 3)).clamp_max(MOST_INK) + SPARE_INK)


@torch.inference_mode()
def anomaly_p_value(model: VAE, x: Tensor, *, seed: int = 0) -> Tensor:
    """The share of held-out real digits that are at least as strange as each image, (B,), in (0, 1].

    The image itself is counted in, so the smallest value is 1 / (number of held-out digits + 1).

    Raises:
        ValueError: as `anomaly_score`.
    """
    reference = anomaly_reference(model)
    scores = anomaly_score(model, x, seed=seed).cpu()
    at_least = len(reference) - torch.searchsorted(reference, scores)
    return (at_least + 1) / (len(reference) + 1)


def anomaly_reference(model: VAE) -> Tensor:
    """The scores of held-out real digits, (N,), ascending.

    Raises:
        ValueError: the model has no calibration.
    """
    return torch.tensor(calibration_of(model).anomaly_scores)


@torch.inference_mode()
def surprise_map(model: VAE, x: Tensor, *, seed: int = 0) -> Tensor:
    """Where each image surprises the model.

    Args:
        x: (B, 1, 28, 28) in [0, 1].
        seed: same seed, same map.

    Returns:
        (B, 28, 28) nats a pixel, >= 0: what the pixel costs under the averaged prediction of weighted
        posterior draws, above what its grey value costs at least.

    Raises:
        ValueError: a wrong shape, a value outside [0, 1] or not finite, or a model without calibration.
    """
    check_images(x)
    generator = seeded(seed, x.device)
    table = pixel_table(model)
    mean_of_bin, _ = moments(table)
    maps = []
    for chunk in image_chunks(len(x), N_DRAWS):
        draws = posterior_draws(model, x[chunk], None, N_DRAWS, generator)
        weights = draws.weights(draws_evidence(table, draws, x[chunk], None, None))
        predicted = torch.einsum("sb,sbchw->bchw", weights, mean_of_bin[draws.bins])
        maps.append(_bernoulli_kl(x[chunk], predicted)[:, 0])
    return torch.cat(maps)


def _bernoulli_kl(x: Tensor, p: Tensor) -> Tensor:
    """KL(Bernoulli(x) || Bernoulli(p)) of each pixel in nats, >= 0."""
    p = p.clamp(1e-6, 1 - 1e-6)
    cost = -torch.xlogy(x, p) - torch.xlogy(1 - x, 1 - p)
    return (cost - _entropy(x)).clamp_min(0)


def _entropy(x: Tensor) -> Tensor:
    """Entropy of Bernoulli(x) of each pixel in nats: what its grey value costs at least."""
    return -torch.xlogy(x, x) - torch.xlogy(1 - x, 1 - x)
