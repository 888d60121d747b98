"""Job 4: anomaly detection. How far off the code is, and how much of the picture it leaves unexplained."""

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.checks import check_images, seeded
from vae.model import VAE, Posterior, calibration_of, check_model, pixel_table
from vae.posterior.inference import draws_evidence, image_chunks, posterior_draws
from vae.posterior.pixels import moments

N_DRAWS = 64  # of the surprise map
N_PAIRS = 8  # of opposite draws around each code
SPARE_OUTLINE = 40.0  # pixels added to every image's own, so that the score of a blank one is finite
BLURRED_WEIGHT = 4.0  # of nats between blurred pictures: digits leave a sixth as many as between sharp ones


@torch.inference_mode()
def anomaly_score(model: VAE, x: Tensor, *, seed: int = 0) -> Tensor:
    """How strange each image is to the model; higher is stranger.

    Two things tell: how far from the middle of the prior the code is, and how much of the picture the
    decoder does not explain, for each pixel of outline. Each is measured in its standard deviation over
    held-out digits, and the two are added.

    Args:
        x: (B, 1, 28, 28) in [0, 1], ink = 1.
        seed: same seed, same scores.

    Returns:
        (B,) standard deviations, > 0; nine in ten digits have 5 to 10.

    Raises:
        InputError: a wrong shape, a value outside [0, 1] or not finite, or a model without calibration.

    Source: that raw likelihood is misled by simple statistics, Nalisnick et al. 2019, arXiv:1810.09136;
    codes and reconstructions know different things, Denouden et al. 2018, arXiv:1812.02765.
    """
    parts = anomaly_parts(model, x, seed=seed)
    return (parts / calibration_of(model).anomaly_scales.to(parts)).sum(dim=1)


@torch.inference_mode()
def anomaly_parts(model: VAE, x: Tensor, *, seed: int = 0) -> Tensor:
    """The two parts of the score before they are scaled, (B, 2).

    First the mean of |u|^2 over draws from the encoder's posterior, u being standard coordinates, which the
    prior makes a standard normal vector: about K for a digit. Then the root of the unexplained nats for each
    pixel of outline, of the pictures as they are and blurred: in a blur, a stroke half a pixel off is no
    mistake and a blob of the wrong shape is one.

    Raises:
        InputError: a wrong shape, or a value outside [0, 1] or not finite.
    """
    check_images(x)
    check_model(model, x)
    generator = seeded(seed, x.device)
    q = model.infer(x)
    decoded = torch.sigmoid(model.decode(q.mean))
    unexplained = _bernoulli_kl(x, decoded) + BLURRED_WEIGHT * _bernoulli_kl(_blurred(x), _blurred(decoded))
    per_outline = unexplained.sum(dim=(1, 2, 3)) / (_outline(x) + SPARE_OUTLINE)
    return torch.stack([_squared_distance(model, q, generator), per_outline.sqrt()], dim=1)


def _squared_distance(model: VAE, q: Posterior, generator: torch.Generator) -> Tensor:
    """Mean of |u|^2 over draws from q and their mirror images in its mean, (B,).

    All images have the same noise, with variance 1 in each dimension, so little depends on the seed.
    """
    noise = torch.randn((N_PAIRS, 1, q.mean.shape[1]), generator=generator, device=q.mean.device)
    noise = noise / noise.square().mean(dim=0).sqrt()
    z = q.at(torch.cat([noise, -noise]))
    u = model.prior.to_standard(z.flatten(0, 1)).unflatten(0, z.shape[:2])
    return u.square().sum(dim=2).mean(dim=0)


def _blurred(x: Tensor) -> Tensor:
    """Blurred by the weights 1, 4, 6, 4, 1 down and across, about a Gaussian of one pixel."""
    x = F.pad(x, (2, 2, 2, 2))
    for _ in range(4):
        x = F.avg_pool2d(x, 2, stride=1)
    return x


def _outline(x: Tensor) -> Tensor:
    """Length of the outline of the ink in pixels, (B,): the total variation."""
    return x.diff(dim=2).abs().sum(dim=(1, 2, 3)) + x.diff(dim=3).abs().sum(dim=(1, 2, 3))


@torch.inference_mode()
def anomaly_p_value(model: VAE, x: Tensor, *, seed: int = 0) -> Tensor:
    """The share of held-out real digits that are at least as strange as each image, (B,), in (0, 1].

    The image itself is counted in, so the smallest value is 1 / (number of held-out digits + 1).

    Raises:
        InputError: as `anomaly_score`.
    """
    reference = anomaly_reference(model)
    scores = anomaly_score(model, x, seed=seed).cpu()
    at_least = len(reference) - torch.searchsorted(reference, scores)
    return (at_least + 1) / (len(reference) + 1)


def anomaly_reference(model: VAE) -> Tensor:
    """The scores of held-out real digits, float32 (N,), ascending.

    Raises:
        InputError: the model has no calibration.
    """
    check_model(model)
    return calibration_of(model).anomaly_scores.float()


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
        InputError: a wrong shape, a value outside [0, 1] or not finite, or a model without calibration.
    """
    check_images(x)
    check_model(model, x)
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
